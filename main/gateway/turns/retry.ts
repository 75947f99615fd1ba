/** Asking again: the messages of a turn wait once more, and nothing of its superseded answer is sent. */
import type { Storage, Tables } from '../storage.ts';
import type { ConversationId, MessageId, MessageRow, TurnRow } from '../types.ts';

/** Of the last reply of a conversation; the messages that changed, none when there is nothing to repeat. */
export function retryLast(storage: Storage, conversation: ConversationId): Promise<readonly MessageId[]> {
  return retry(storage, (tables) => tables.turns.lastReply(conversation));
}

/** Of a dead letter; none when the message's turn is no dead letter. */
export function retryDead(storage: Storage, { turn: of }: MessageRow): Promise<readonly MessageId[]> {
  return retry(storage, (tables) => {
    const turn = tables.turns.get(of ?? '');
    return turn?.state === 'dead' ? turn : null;
  });
}

function retry(storage: Storage, find: (tables: Tables) => TurnRow | null): Promise<readonly MessageId[]> {
  return storage.commit((tables) => {
    const turn = find(tables);
    return turn === null || turn.state === 'running' ? [] : askAgain(tables, turn);
  });
}

function askAgain(tables: Tables, turn: TurnRow): readonly MessageId[] {
  // What was taken back, or may not be answered any more, is not asked again.
  const open = tables.turns.inputs(turn.id).filter(({ state }) => state !== 'deleted' && state !== 'ignored');
  const inputs = open.map(({ id }) => id);
  if (inputs.length === 0) return [];
  const answers = tables.messages.ofTurn(turn.id).filter(({ kind }) => kind !== 'person');
  const delivery = tables.deliveries.ofTurn(turn.id);
  tables.messages.mark(inputs, 'waiting', { code: 'access.answer-asked' });
  tables.messages.mark(
    answers.map(({ id }) => id),
    'cleared',
    null,
  );
  // Nothing of a superseded answer is sent any more, by itself or by a later click.
  if (delivery !== null && delivery.state !== 'sent') {
    tables.deliveries.setState(delivery.id, 'cancelled', null, turn.endedAt);
  }
  return [...inputs, ...answers.map(({ id }) => id)];
}
