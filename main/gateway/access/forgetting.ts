/** Conversations are taken away with everything in them: messages, turns, index and files. */
import { forgetTold } from '../budget/told.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Tables } from '../storage.ts';
import type { ConversationId } from '../types.ts';

/** Ends what runs in a conversation. */
export interface TurnCutter {
  cut(conversation: ConversationId): Promise<unknown>;
}

/** More than ever waits in one chat. */
const allWaiting = 10_000;

/**
 * First nothing goes on there, then it is taken away: a turn that ends in between finds its rows gone. `which` is asked
 * once more in the transaction that removes, where `also` runs too. Answers what `which` found at first.
 */
export async function forgetConversations(
  { storage, files }: Pick<GatewayPorts, 'storage' | 'files'>,
  events: Events,
  turns: TurnCutter,
  which: (tables: Tables) => readonly ConversationId[],
  also: (tables: Tables) => void = () => undefined,
): Promise<readonly ConversationId[]> {
  const chats = which(storage.read);
  await storage.commit((tables) => {
    const waiting = chats.flatMap((conversation) => tables.messages.waiting(conversation, allWaiting));
    tables.messages.mark(
      waiting.map(({ id }) => id),
      'cleared',
      { code: 'access.cleared' },
    );
  });
  await Promise.all(chats.map((conversation) => turns.cut(conversation)));
  const unused = await storage.commit((tables) => {
    also(tables);
    return which(tables).flatMap((conversation) => {
      forgetTold(tables, conversation);
      return tables.conversations.forget(conversation);
    });
  });
  await files.remove(unused);
  for (const conversation of chats) events.publish({ kind: 'conversation', conversation });
  return chats;
}
