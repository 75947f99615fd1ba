/** How long the connection waits before it is tried again. All in milliseconds. */
import type { Random } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';

const FIRST: Millis = 1_000;
const LONGEST: Millis = 30_000;
const JITTER = 0.25;
const MINUTE: Millis = 60_000;
const CLIENT_REFUSED = [5, 10, 20, 40, 60] as const;
/** A connection that stood so long ends a row of failures. */
export const STEADY_AFTER: Millis = 60_000;

/** After the `count`th failure in a row, from 1: 1 s doubling to 30 s, ±25 %. */
export function afterFailure(count: number, random: Random): Millis {
  const base = Math.min(LONGEST, FIRST * 2 ** Math.min(count - 1, 10));
  return Math.round(base * (1 + JITTER * (2 * random() - 1)));
}

/** After the version was renewed and refused again for the `count`th time in a row, from 1: 5 min doubling to 60. */
export function afterClientRefused(count: number): { readonly minutes: number; readonly delay: Millis } {
  const minutes = CLIENT_REFUSED[Math.min(count, CLIENT_REFUSED.length) - 1] ?? 60;
  return { minutes, delay: minutes * MINUTE };
}
