/** Cards, people and groups as the window is shown them. */
import type { GivenView } from '../../preload/contract/agent-views.ts';
import { oneLine } from '../lib/one-line.ts';
import type { CardView, GroupView, PersonView } from '../../preload/contract/views.ts';
import type { Card } from '../gateway/cards/types.ts';
import type { Tables } from '../gateway/storage.ts';
import type { AddressRow, GroupRow, MessageRow } from '../gateway/types.ts';
import { assertNever } from '../lib/assert-never.ts';
import { previewOf } from './views.ts';

/** UTF-16 units of what a tool would be given, on one line. */
const shownInLine = 200;
/** UTF-16 units of what a tool would be given that go with its card. */
const shownOfGiven = 8_192;
/** And with all cards together: their list has to fit into one frame. */
const shownOfAll = 160_000;

/** Every card; of a great many tools that wait the later ones are shown with less of what they would be given. */
export function cardViews(read: Tables, cards: readonly Card[]): readonly CardView[] {
  let room = shownOfAll;
  return cards.map((card) => {
    const view = cardView(read, card, room);
    room -= view.given?.text.length ?? 0;
    return view;
  });
}

/** A card with what was written last, read at that moment. `room`: UTF-16 units that there are for what a tool is given. */
export function cardView(read: Tables, card: Card, room = shownOfGiven): CardView {
  const { id, kind, at, answers } = card;
  const bare = { id, kind, at, answers, link: null, name: '', address: '', text: '', messages: 0 };
  const about = { ...bare, conversation: null, reason: null, until: null, turn: null, given: null };
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
      const { link, conversation, turn, tool, arguments: text, reason, until } = card;
      const given = givenView(text, Math.min(room, shownOfGiven));
      return { ...about, link, name: tool, text: oneLine(text, shownInLine), conversation, turn, reason, until, given };
    }
    case 'budget':
      return { ...about, reason: card.reason };
    default:
      return assertNever(card, 'card');
  }
}

/** Half of a pair of surrogates would be shown as a box. */
function givenView(text: string, most: number): GivenView {
  const beginning = text.slice(0, most);
  const whole = beginning.length === text.length;
  return { text: whole ? beginning : beginning.replace(/[\uD800-\uDBFF]$/, ''), length: text.length };
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
