/** What a call is on its way: its row, who is asked about it until when, and its result where a rule of ours gives it. */
import { oneLine } from '../../lib/one-line.ts';
import type { Events } from '../events.ts';
import { approvalTime } from '../limits.ts';
import type { Tables } from '../storage.ts';
import type { ConversationId, Millis, TurnId } from '../types.ts';
import type { Refusal } from './results.ts';
import type { StepRow, ToolCallRow, ToolCallState } from './types.ts';

const finished: ReadonlySet<ToolCallState> = new Set(['done', 'failed', 'refused', 'unsure']);

/** Calls that nothing will happen to any more: each has its result. */
export function isFinished({ state }: Pick<ToolCallRow, 'state'>): boolean {
  return finished.has(state);
}

/** Until when the owner can decide. */
export function askedUntil({ askedAt }: Pick<ToolCallRow, 'askedAt'>): Millis {
  return (askedAt ?? 0) + approvalTime;
}

/** Milliseconds that he has left for it, at least 0. With a clock that was set back far nobody knows: then it is over. */
export function leftToDecide(call: Pick<ToolCallRow, 'askedAt'>, now: Millis): Millis {
  const left = askedUntil(call) - now;
  return left > 2 * approvalTime ? 0 : Math.max(0, left);
}

export function callsOf(read: Pick<Tables, 'toolCalls'>, { turn, position }: StepRow): readonly ToolCallRow[] {
  return read.toolCalls.ofTurn(turn).filter(({ step }) => step === position);
}

/** A call with its result, which is none of the tool's own. */
export function ended(
  call: ToolCallRow,
  state: 'refused' | 'failed' | 'unsure',
  { text, reason }: Refusal,
  now: Millis,
): ToolCallRow {
  return { ...call, state, outside: false, result: text, reason, endedAt: now };
}

/** A tool's name for people: a model may have made it up. */
export function shownTool({ name }: Pick<ToolCallRow, 'name'>): string {
  return oneLine(name, 64);
}

export function publishStep(
  events: Pick<Events, 'publish'>,
  { id: turn, conversation }: { readonly id: TurnId; readonly conversation: ConversationId },
): void {
  events.publish({ kind: 'step', conversation, turn });
}
