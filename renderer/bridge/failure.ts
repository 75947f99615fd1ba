/** What the query layer throws when a call does not bring a value: a reason of the gateway, or no answer at all. */
import type { Bridge } from '../../preload/contract/bridge.ts';
import type { AnswerOf, CommandName, ParamsOf } from '../../preload/contract/commands.ts';
import type { Reason } from '../../preload/contract/reasons.ts';
import { ConnectionLost } from './connection.ts';

export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  /** Null when the gateway was not reached, or its answer was not seen. */
  readonly reason: Reason | null;

  constructor(reason: Reason | null) {
    super(reason?.code ?? 'not reachable');
    this.reason = reason;
  }
}

/** The value a command answers with. Throws {@link CallFailure}, which React Query keeps as the query's error. */
export async function ask<Name extends CommandName>(
  bridge: Bridge,
  name: Name,
  params: ParamsOf<Name>,
): Promise<AnswerOf<Name>> {
  try {
    const outcome = await bridge.call(name, params);
    if (outcome.ok) return outcome.value;
    throw new CallFailure(outcome.reason);
  } catch (failure) {
    throw failure instanceof ConnectionLost ? new CallFailure(null) : failure;
  }
}

/** The failure as shown; a bug of ours counts as one of the host. */
export function asCallFailure(failure: unknown): CallFailure {
  return failure instanceof CallFailure ? failure : new CallFailure({ code: 'host.bug' });
}
