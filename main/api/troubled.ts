/** What did not get through: replies that were not delivered, and questions that were given up. */
import type { TroubledView } from '../../preload/contract/views.ts';
import type { Tables } from '../gateway/storage.ts';
import type { DeliveryRow, TurnRow } from '../gateway/types.ts';
import { goesOut, previewOf } from './views.ts';

/** The newest `limit` of both kinds together, newest first. */
export function troubledViews(read: Tables, limit: number): readonly TroubledView[] {
  return [
    ...read.deliveries.troubled(limit).map((row) => deliveryTrouble(read, row)),
    ...read.turns.dead(limit).map((row) => deadLetter(read, row)),
  ]
    .toSorted((one, other) => other.at - one.at)
    .slice(0, limit);
}

function deliveryTrouble(read: Tables, row: DeliveryRow): TroubledView {
  const reply = read.messages.ofTurn(row.turn).findLast(goesOut);
  return {
    kind: row.state === 'held' ? 'held' : 'delivery',
    turn: row.turn,
    conversation: row.conversation,
    link: row.link,
    title: titleOf(read, row),
    text: reply === undefined ? '' : previewOf(reply),
    reason: row.reason,
    at: row.settledAt ?? row.readyAt ?? row.createdAt,
    message: null,
  };
}

function deadLetter(read: Tables, row: TurnRow): TroubledView {
  const question = read.turns.inputs(row.id).at(-1);
  return {
    kind: 'dead-letter',
    turn: row.id,
    conversation: row.conversation,
    link: row.link,
    title: titleOf(read, row),
    text: question === undefined ? '' : previewOf(question),
    reason: row.reason,
    at: row.endedAt ?? row.startedAt,
    message: question?.id ?? null,
  };
}

function titleOf(read: Tables, { conversation }: { readonly conversation: string }): string {
  return read.conversations.get(conversation)?.title ?? '';
}
