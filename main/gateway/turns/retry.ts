/** Asking again: the messages of a turn wait once more, and nothing of its superseded answer is sent. */
import type { Storage, Tables } from '../storage.ts';
import type { ConversationId, MessageId, MessageRow, TurnRow } from '../types.ts';

/** Inside a commit. Of the last reply of a conversation; the messages that changed, none when there is nothing to repeat. */
export function retryLast(tables: Tables, conversation: ConversationId): readonly MessageId[] {
  return retry(tables, tables.turns.lastReply(conversation));
}

/** The last reply has ended, and something that it answered may be asked again. */
export function canRetryLast(read: Pick<Tables, 'turns'>, conversation: ConversationId): boolean {
  const turn = read.turns.lastReply(conversation);
  return turn !== null && turn.state !== 'running' && openInputs(read, turn).length > 0;
}

/** Of a dead letter; none when the message's turn is no dead letter. */
export function retryDead(storage: Storage, { turn: of }: MessageRow): Promise<readonly MessageId[]> {
  return storage.commit((tables) => {
    const turn = tables.turns.get(of ?? '');
    return retry(tables, turn?.state === 'dead' ? turn : null);
  });
}

function retry(tables: Tables, turn: TurnRow | null): readonly MessageId[] {
  return turn === null || turn.state === 'running' ? [] : askAgain(tables, turn);
}

/** What was taken back, or may not be answered any more, is not asked again. */
function openInputs(read: Pick<Tables, 'turns'>, { id }: TurnRow): readonly MessageRow[] {
  return read.turns.inputs(id).filter(({ state }) => state !== 'deleted' && state !== 'ignored');
}

function askAgain(tables: Tables, turn: TurnRow): readonly MessageId[] {
  const inputs = openInputs(tables, turn).map(({ id }) => id);
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
