/** What waits in a conversation: read as a whole, cut into turns, cleared by a stop. */
import { isScheduled } from '../schedule/types.ts';
import { pause } from '../clock.ts';
import { isCommand } from '../commands/commands.ts';
import type { GatewayPorts } from '../gateway.ts';
import { longText, longTextWait, queueLength } from '../limits.ts';
import type { Tables } from '../storage.ts';
import type { ConversationId, LinkRow, MessageId, MessageRow } from '../types.ts';

/** Messages read from a lane's queue at once: enough to see that it is longer than {@link queueLength}. */
const queueRead = queueLength * 4;
/** More than ever waits in one conversation. */
const allWaiting = 10_000;

/** All that waits, oldest first. */
export function queued(read: Pick<Tables, 'messages'>, conversation: ConversationId): readonly MessageRow[] {
  return read.messages.waiting(conversation, allWaiting);
}

/** Clients split long pastes: a very long last message waits a second for its rest, or until `signal` is aborted. */
export async function wholeQueue(
  { clock, storage }: Pick<GatewayPorts, 'clock' | 'storage'>,
  conversation: ConversationId,
  signal: AbortSignal,
): Promise<readonly MessageRow[]> {
  for (;;) {
    const waiting = storage.read.messages.waiting(conversation, queueRead);
    const last = waiting.at(-1);
    const rest = last === undefined ? 0 : last.receivedAt + longTextWait - clock.now();
    const whole = last === undefined || last.text.length < longText || rest <= 0 || rest > longTextWait;
    if (whole || signal.aborted) return waiting;
    await pause(clock, rest, signal);
  }
}

/**
 * What lies in the queue becomes one turn (`collect`) or one turn each (`followup`). A command stands alone, and so
 * does what a schedule asks. A queue longer than 50 is shortened by merging its oldest messages into one turn; nothing is
 * dropped.
 */
export function pickBatch(
  waiting: readonly MessageRow[],
  mode: 'collect' | 'followup',
  linkKind: LinkRow['kind'],
): readonly MessageRow[] {
  const aloneAt = waiting.findIndex((message) => isScheduled(message) || isCommand(message, linkKind));
  if (aloneAt === 0) return waiting.slice(0, 1);
  const talk = aloneAt === -1 ? waiting : waiting.slice(0, aloneAt);
  if (mode === 'collect') return talk;
  let end = Math.max(1, waiting.length - queueLength + 1);
  // What was asked together is retried together: its messages belong to one turn and move to the next as one.
  const retried = talk[end - 1]?.turn ?? null;
  while (retried !== null && talk[end]?.turn === retried) end++;
  return talk.slice(0, end);
}

/** Inside a commit. What waits and came before `beforeSeq` is answered no more; answers what that was. */
export function clearQueue(tables: Tables, conversation: ConversationId, beforeSeq: number): readonly MessageId[] {
  const ids = queued(tables, conversation).flatMap(({ id, seq }) => (seq < beforeSeq ? [id] : []));
  tables.messages.mark(ids, 'cleared', { code: 'access.cleared' });
  return ids;
}
