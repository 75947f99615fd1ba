/** Chats that their platform calls differently now: a group that became a supergroup, a person whose number is known. */
import { roleOf } from './access.ts';
import { forgetTold } from '../budget/told.ts';
import { joined, type Decision } from './decision.ts';
import { privateChats, settleRole } from './decisions.ts';
import { queueLength } from '../limits.ts';
import { personCardId } from '../cards/open-cards.ts';
import type { Tables } from '../storage.ts';
import { renameTold } from '../cards/told.ts';
import type { LinkId, LinkRow, Millis } from '../types.ts';

/**
 * Inside a commit; repeatable. What was decided about the chat, its conversations and what waits there go with it. Null
 * when nothing follows; else what the decision about the new name makes of what came under the old one.
 */
export function moveChat(tables: Tables, link: LinkRow, from: string, to: string, now: Millis): Decision | null {
  if (from === to) return null;
  if (isPerson(tables, link.id, from)) return movePerson(tables, link, from, to, now);
  tables.groups.migrate(link.id, from, to);
  tables.facts.put(factOf(link.id, from), to);
  return null;
}

/** Somebody or some group of whom anything is stored. */
export function isKnownChat(
  tables: Pick<Tables, 'addresses' | 'groups' | 'conversations'>,
  link: LinkId,
  chat: string,
): boolean {
  const named = tables.addresses.get(link, chat) !== null || tables.groups.get(link, chat) !== null;
  return named || tables.conversations.ofChat(link, chat).length > 0;
}

function isPerson(tables: Tables, link: LinkId, chat: string): boolean {
  const here = tables.conversations.ofChat(link, chat);
  return tables.addresses.get(link, chat) !== null || here.some(({ kind }) => kind === 'private');
}

/** Their cards stay the same cards, so that nobody is told twice of one person. */
function movePerson(tables: Tables, link: LinkRow, from: string, to: string, now: Millis): Decision | null {
  const before = privateChats(tables, link.id, from);
  tables.addresses.migrate(link.id, from, to);
  for (const chat of before) if (tables.conversations.get(chat) === null) forgetTold(tables, chat);
  renameTold(tables, {
    link: link.id,
    from: { key: from, card: personCardId(link.id, from) },
    to: { key: to, card: personCardId(link.id, to) },
  });
  const chats = privateChats(tables, link.id, to);
  const waiting = chats.flatMap((chat) => tables.messages.waiting(chat, queueLength));
  return joined(settleRole(tables, link, to, roleOf(tables, link, to), now), {
    messages: waiting.map(({ id }) => id),
    conversations: [...new Set([...before, ...chats])],
  });
}

/** What comes in under the old name is late: it was told before the move, and is known by its key alone. */
export function wasMoved(tables: Pick<Tables, 'facts'>, link: LinkId, chat: string): boolean {
  return tables.facts.get(factOf(link, chat)) !== undefined;
}

/** What a group is called now that was known as `chat`; everything else keeps its name. */
export function presentChat(tables: Pick<Tables, 'facts'>, link: LinkId, chat: string): string {
  const to = tables.facts.get(factOf(link, chat));
  return typeof to === 'string' ? to : chat;
}

function factOf(link: LinkId, chat: string): string {
  return `moved/${link}/${chat}`;
}
