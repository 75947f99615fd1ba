/** Follows one message to its answer, for callers that wait for it on a connection of their own. */
import type { CoreEvent, Events } from '../events.ts';
import type { Answer } from './types.ts';
import type { Tables } from '../storage.ts';
import type { MessageId, MessageRow } from '../types.ts';

/** Resolves when the turn that covers the message has ended, or the message was set aside; `onText` gets each piece. */
export function answerOf(
  read: Tables,
  events: Events,
  message: MessageId,
  onText: (attempt: number, text: string) => void,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve) => {
    let turn = read.messages.get(message)?.turn ?? null;
    const finish = (answer: Answer): void => {
      watching[Symbol.dispose]();
      signal.removeEventListener('abort', give);
      resolve(answer);
    };
    const give = (): void => finish({ kind: 'set-aside', reason: { code: 'model.aborted' } });
    const look = (): void => {
      const now = ended(read, message);
      if (now !== null) finish(now);
    };
    const watching = events.subscribe((event) => {
      if (event.kind === 'delta' && event.turn === turn) onText(event.attempt, event.text);
      if (!concerns(event, message, turn)) return;
      turn = read.messages.get(message)?.turn ?? turn;
      look();
    });
    signal.addEventListener('abort', give, { once: true });
    if (signal.aborted) give();
    else look();
  });
}

function concerns(event: CoreEvent, message: MessageId, turn: string | null): boolean {
  if (event.kind === 'message') return event.message.id === message;
  return event.kind === 'turn' && (turn === null || event.status.row.id === turn);
}

/** Null while it is not decided yet. */
function ended(read: Tables, message: MessageId): Answer | null {
  const row = read.messages.get(message);
  if (row === null) return { kind: 'set-aside', reason: { code: 'input.not-found', params: { name: message } } };
  if (row.state === 'waiting' || row.state === 'answering') return null;
  if (row.state !== 'answered' || row.turn === null) return { kind: 'set-aside', reason: row.reason };
  const answer = read.messages.ofTurn(row.turn).findLast(isAnswer);
  if (answer === undefined) return { kind: 'set-aside', reason: row.reason };
  return answer.reason === null
    ? { kind: 'answered', text: answer.text, model: answer.model }
    : { kind: 'failed', reason: answer.reason };
}

function isAnswer(message: MessageRow): boolean {
  return message.kind !== 'person' && message.state !== 'cleared';
}
