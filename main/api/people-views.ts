/** Cards, people and groups as the window is shown them. */
import type { CardView, GroupView, PersonView } from '../../preload/contract/views.ts';
import type { Card } from '../gateway/gateway.ts';
import type { Tables } from '../gateway/storage.ts';
import type { AddressRow, GroupRow, MessageRow } from '../gateway/types.ts';
import { assertNever } from '../lib/assert-never.ts';
import { previewOf } from './views.ts';

/** A card with what was written last, read at that moment. */
export function cardView(read: Tables, card: Card): CardView {
  const { id, kind, at, answers } = card;
  const bare = { id, kind, at, answers, link: null, name: '', address: '', text: '', messages: 0 };
  const about = { ...bare, conversation: null, reason: null };
  switch (card.kind) {
    case 'person':
      return { ...about, link: card.link, name: card.name, address: card.address, ...waiting(card) };
    case 'group':
      return { ...about, link: card.link, name: card.title, address: card.chat, ...waiting(card) };
    case 'late':
      return { ...about, link: card.link, messages: card.messages };
    case 'loop': {
      const { link, conversation, title } = card;
      const reason = read.conversations.get(conversation)?.pausedBy ?? null;
      return { ...about, link, name: title, conversation, reason };
    }
    case 'signed-out':
    case 'conflict':
      return { ...about, link: card.link, reason: card.reason };
    case 'tool': {
      const { link, conversation, tool, arguments: text, reason } = card;
      return { ...about, link, name: tool, text, conversation, reason };
    }
    case 'budget':
      return { ...about, reason: card.reason };
    default:
      return assertNever(card, 'card');
  }
}

function waiting(card: {
  readonly messages: number;
  readonly last: MessageRow | null;
}): Pick<CardView, 'text' | 'messages' | 'conversation'> {
  const { messages, last } = card;
  return last === null
    ? { text: '', messages, conversation: null }
    : { text: previewOf(last), messages, conversation: last.conversation };
}

/** Somebody with the private conversation that was last used; on the platforms there are, its chat is the address. */
export function personView(read: Tables, row: AddressRow): PersonView {
  const { link, address, name, role, origin, lastSeenAt } = row;
  const [latest] = read.conversations
    .ofChat(link, address)
    .filter(({ kind }) => kind === 'private')
    .toSorted((one, other) => other.lastAt - one.lastAt);
  return { link, address, name, role, origin, lastSeenAt, conversation: latest?.id ?? null };
}

export function groupView({ link, chat, title, answer, origin, lastSeenAt }: GroupRow): GroupView {
  return { link, chat, title, answer, origin, lastSeenAt };
}
