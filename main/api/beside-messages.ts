/** What stands beside messages: what replies took, and which schedules asked. Read for a whole page at once. */
import { isScheduled } from '../gateway/schedule/types.ts';
import type { AskedByView, StepsTallyView } from '../../preload/contract/agent-views.ts';
import type { MessageView } from '../../preload/contract/views.ts';
import type { CallTally, ToolCallState, TurnTally } from '../gateway/agent/types.ts';
import type { Tables } from '../gateway/storage.ts';
import type { MessageId, MessageRow, TurnId } from '../gateway/types.ts';

export interface BesideMessages {
  readonly tallies: ReadonlyMap<TurnId, TurnTally>;
  readonly askedBy: ReadonlyMap<MessageId, Pick<AskedByView, 'name'> & { readonly id: string }>;
}

/** At most three statements, however many messages. */
export function besideMessages(read: Pick<Tables, 'steps' | 'schedules'>, rows: readonly MessageRow[]): BesideMessages {
  const turns = rows.flatMap(({ kind, turn }) => (kind === 'person' || turn === null ? [] : [turn]));
  const asked = rows.filter(isScheduled).map(({ id }) => id);
  return { tallies: read.steps.tallies([...new Set(turns)]), askedBy: read.schedules.askedBy(asked) };
}

export function stepsTallyView({ kind, turn }: MessageRow, { tallies }: BesideMessages): MessageView['steps'] {
  const tally = kind === 'person' || turn === null ? undefined : tallies.get(turn);
  return tally === undefined ? null : tallyView(tally);
}

export function askedByView(row: MessageRow, { askedBy }: BesideMessages): MessageView['scheduled'] {
  if (!isScheduled(row)) return null;
  return askedBy.get(row.id) ?? { id: null, name: '' };
}

const made: ReadonlySet<ToolCallState> = new Set(['running', 'done', 'failed']);

function tallyView({ steps, thought, calls }: TurnTally): StepsTallyView {
  const used = Map.groupBy(
    calls.filter(({ state }) => made.has(state)),
    ({ name }) => name,
  );
  return {
    steps,
    thought,
    tools: [...used].map(([name, ofTool]) => ({
      name,
      calls: sum(ofTool),
      failed: sum(ofTool.filter(({ state }) => state === 'failed')),
    })),
    refused: sum(calls.filter(({ state, unanswered }) => state === 'refused' && !unanswered)),
    unanswered: sum(calls.filter(({ unanswered }) => unanswered)),
    unsure: sum(calls.filter(({ state }) => state === 'unsure')),
  };
}

function sum(calls: readonly CallTally[]): number {
  return calls.reduce((all, { count }) => all + count, 0);
}
