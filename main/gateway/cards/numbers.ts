/**
 * Numbers instead of buttons: where a platform shows none, the message about cards says what each number stands for, and
 * the owner writes one back. It is obeyed like a button, inside the commit that stores it, and confirmed in one sentence;
 * no model reads it.
 *
 * Only what can hardly be anything else is such an answer: nothing but a number, of the owner in his own chat, with that
 * message the last of ours there, seen by him, and one of its cards still open. "2" after a reply is said to the model.
 */
import { isCommand } from '../commands/commands.ts';
import { roleOf } from '../access/access.ts';
import { answerWords, parseButton, type CardButton } from './words.ts';
import { storeNotice } from './notice.ts';
import type { CardDesk } from './cards.ts';
import type { InboundMessage } from '../channel.ts';
import { decision, joined, type Decision } from '../access/decision.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { LinkRegistry } from '../links/links.ts';
import type { Tables } from '../storage.ts';
import { choicesOf, putChoices, toldMessages } from './told.ts';
import { plainTree } from '../turns/finish.ts';
import type { ConversationRow, LinkRow, MessageRow, Millis } from '../types.ts';

/** So many newest messages of a chat are looked through for the last one of ours. */
const looked = 20;
/** Our clock and the platform's may differ by so much before an answer seems older than its question. */
const clocksApart: Millis = 60_000;

export interface CardNumbers {
  /** What a message answers by its number; null for every other one. */
  choice(tables: Tables, link: LinkRow, conversation: ConversationRow, event: InboundMessage): CardButton | null;
  /** Inside the same commit, once the message is stored. */
  obey(tables: Tables, link: LinkRow, message: MessageRow, chosen: CardButton): NumberObeyed;
}

export interface NumberObeyed {
  /** The sentence that confirms it. Null: its chat is gone. */
  readonly answer: MessageRow | null;
  readonly followUp: Decision;
}

export interface CardNumberParts {
  readonly ports: GatewayPorts;
  readonly links: Pick<LinkRegistry, 'row' | 'channel'>;
  readonly cards: Pick<CardDesk, 'openIn' | 'decide'>;
}

export function createCardNumbers(parts: CardNumberParts): CardNumbers {
  return {
    choice(tables, link, conversation, event) {
      const number = numberIn(event);
      if (number === null || !mayChoose(parts, tables, link, event)) return null;
      return shownChoice(parts, tables, conversation, event, number);
    },
    obey: (tables, link, message, chosen) => obey(parts, tables, link, message, chosen),
  };
}

function numberIn({ text, media, own, edited, forwarded }: InboundMessage): number | null {
  if (media !== null || own === true || edited === true || forwarded === true) return null;
  const [, digits] = /^\s*(\d{1,2})\s*$/.exec(text) ?? [];
  return digits === undefined ? null : Number(digits);
}

function mayChoose({ links }: CardNumberParts, tables: Tables, link: LinkRow, event: InboundMessage): boolean {
  const traits = links.channel(link.id)?.traits;
  if (traits === undefined || traits.buttons || traits.live || isCommand(event, link.kind)) return false;
  return event.chatKind === 'private' && roleOf(tables, link, event.sender.address) === 'owner';
}

function shownChoice(
  { cards }: CardNumberParts,
  tables: Tables,
  { id }: ConversationRow,
  { at }: InboundMessage,
  number: number,
): CardButton | null {
  const choices = choicesOf(tables, id);
  const chosen = parseButton(choices?.answers[number - 1] ?? '');
  if (choices === null || chosen === null) return null;
  const ours = tables.messages.page(id, looked).findLast(({ kind }) => kind !== 'person');
  if (ours?.turn !== choices.last) return null;
  const told = tables.deliveries.ofTurn(choices.told);
  if (told?.state !== 'sent' || told.settledAt === null || at < told.settledAt - clocksApart) return null;
  const open = new Set(cards.openIn(tables).map((card) => card.id));
  // Older than this message, it was meant for the one before, which was still open: nobody has seen what it would decide.
  const others = toldMessages(tables).filter(({ conversation, turn }) => conversation === id && turn !== choices.told);
  const isOld = at < Math.floor(told.settledAt / 1000) * 1000;
  if (isOld && others.some((message) => message.cards.some((card) => open.has(card.id)))) return null;
  return choices.answers.some((answer) => open.has(parseButton(answer)?.card ?? '')) ? chosen : null;
}

function obey(
  { ports, links, cards }: CardNumberParts,
  tables: Tables,
  link: LinkRow,
  message: MessageRow,
  { card: id, answer }: CardButton,
): NumberObeyed {
  const about = cards.openIn(tables).find((card) => card.id === id);
  const made = about === undefined ? null : cards.decide(tables, id, answer);
  const linkName = (of: string): string => links.row(of)?.name ?? of;
  const words = { sentences: ports.sentences, language: link.language, linkName };
  const text =
    made === null || about === undefined
      ? ports.sentences.text('card.already', {}, link.language)
      : answerWords(words, about, answer);
  const channel = links.channel(link.id);
  const parts = channel?.render(plainTree(text)) ?? [{ format: 'plain', text, plain: text }];
  const turn = ports.ids.next();
  const notice = {
    conversation: message.conversation,
    link,
    turn,
    at: ports.clock.now(),
    asked: message.id,
    text,
    parts,
  };
  const stored = storeNotice(ports, tables, notice, () => channel?.newPartId() ?? null);
  const before = choicesOf(tables, message.conversation);
  if (before !== null) putChoices(tables, message.conversation, { ...before, last: turn });
  const followUp = joined(made ?? decision(link.id, {}), { conversations: [message.conversation] });
  return { answer: stored, followUp };
}
