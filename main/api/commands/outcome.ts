/** How a handler answers. */
import type { Reason } from '../../../preload/contract/reasons.ts';
import type { Result } from '../../lib/result.ts';

/** Done, with what was asked for. */
export function done<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

/** Not done, and why. */
export function refuse(why: Reason): { readonly ok: false; readonly reason: Reason } {
  return { ok: false, reason: why };
}

/** The gateway's outcome as a command's, its value turned into a view. */
export function outcome<Value, View>(
  result: Result<Value, Reason>,
  view: (value: Value) => View,
): { readonly ok: true; readonly value: View } | { readonly ok: false; readonly reason: Reason } {
  return result.ok ? done(view(result.value)) : refuse(result.failure);
}

/** The outcome of what has nothing to tell but that it was done. */
export function settled(
  result: Result<unknown, Reason>,
): { readonly ok: true; readonly value: null } | { readonly ok: false; readonly reason: Reason } {
  return outcome(result, () => null);
}
