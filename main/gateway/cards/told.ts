/**
 * What the owner was told in his own chat, kept as facts so that a restart repeats nothing: each message with its cards
 * until all of them have ended, and per kind of card when the last message went out.
 */

import type { Card, CardAnswer } from './types.ts';
import type { Tables } from '../storage.ts';
import type { ConversationId, LinkId, Millis, TurnId } from '../types.ts';

export type CardKind = Card['kind'];

/** A card as it was told. The words of a stranger are not kept here. */
export interface ToldCard {
  readonly id: string;
  /** The person's address or the group's chat, empty for other kinds: what became of it can be looked up. */
  readonly key: string;
  readonly link: LinkId | null;
  readonly name: string;
  /** False: only counted ("and 3 more"). */
  readonly shown: boolean;
  readonly answer: CardAnswer | null;
  readonly closed: boolean;
}

export interface ToldMessage {
  /** The turn that it was sent as. */
  readonly turn: TurnId;
  readonly conversation: ConversationId;
  readonly kind: CardKind;
  readonly at: Millis;
  readonly cards: readonly ToldCard[];
  /** How many of the cards were closed when the text was last sent or edited. */
  readonly closedShown: number;
}

const messages = 'told.message/';
const kinds = 'told.kind/';
const numbers = 'told.numbers/';
const choicesPrefix = 'told.choices/';

/** Oldest first: turns' ids rise. */
export function toldMessages(tables: Pick<Tables, 'facts'>): readonly ToldMessage[] {
  return tables.facts
    .all(messages)
    .map(({ value }) => value)
    .filter(isToldMessage);
}

export function putTold(tables: Pick<Tables, 'facts'>, message: ToldMessage): void {
  tables.facts.put(messages + message.turn, message);
}

export function removeTold(tables: Pick<Tables, 'facts'>, turn: TurnId): void {
  tables.facts.put(messages + turn, undefined);
}

export function lastTold(tables: Pick<Tables, 'facts'>, kind: CardKind): Millis | null {
  const at = tables.facts.get(kinds + kind);
  return typeof at === 'number' ? at : null;
}

export function putLastTold(tables: Pick<Tables, 'facts'>, kind: CardKind, at: Millis): void {
  tables.facts.put(kinds + kind, at);
}

/** The numbers that a chat was last shown, in a list or with several cards, each with the card it stands for. */
export function putNumbers(tables: Pick<Tables, 'facts'>, chat: ConversationId, cards: readonly string[]): void {
  tables.facts.put(numbers + chat, cards);
}

/** The card that a number stands for there; null when no such number was shown. */
export function numberedCard(tables: Pick<Tables, 'facts'>, chat: ConversationId, number: number): string | null {
  const shown = tables.facts.get(numbers + chat);
  const id: unknown = Array.isArray(shown) ? shown[number - 1] : null;
  return typeof id === 'string' ? id : null;
}

/** What numbers stand for in a chat without buttons, and how long: as long as nothing else of ours was said there. */
export interface Choices {
  /** The message that told them, by its turn. */
  readonly told: TurnId;
  /** The last message of ours after which they still hold: that one, or how one of them was confirmed. */
  readonly last: TurnId;
  /** From number 1, as the data of the buttons that they replace. */
  readonly answers: readonly string[];
}

export function putChoices(tables: Pick<Tables, 'facts'>, chat: ConversationId, choices: Choices): void {
  tables.facts.put(choicesPrefix + chat, choices);
}

export function choicesOf(tables: Pick<Tables, 'facts'>, chat: ConversationId): Choices | null {
  const value = tables.facts.get(choicesPrefix + chat);
  return isChoices(value) ? value : null;
}

function isChoices(value: unknown): value is Choices {
  if (typeof value !== 'object' || value === null) return false;
  const { told, last, answers }: Partial<Record<keyof Choices, unknown>> = value;
  return typeof told === 'string' && typeof last === 'string' && Array.isArray(answers);
}

interface Named {
  /** As {@link ToldCard.key}. */
  readonly key: string;
  readonly card: string;
}

/** Somebody is called differently now: what was told of him is told, under the same numbers. */
export function renameTold(
  tables: Pick<Tables, 'facts'>,
  { link, from, to }: { readonly link: LinkId; readonly from: Named; readonly to: Named },
): void {
  for (const message of toldMessages(tables)) {
    if (!message.cards.some((card) => card.id === from.card && card.link === link)) continue;
    const cards = message.cards.map((card) => (card.id === from.card ? { ...card, id: to.card, key: to.key } : card));
    putTold(tables, { ...message, cards });
  }
  for (const { key, value } of tables.facts.all(choicesPrefix)) {
    if (!isChoices(value)) continue;
    const prefix = `${from.card}/`;
    const renamed = (data: string): string =>
      data.startsWith(prefix) ? `${to.card}/${data.slice(prefix.length)}` : data;
    tables.facts.put(key, { ...value, answers: value.answers.map(renamed) });
  }
  for (const { key, value } of tables.facts.all(numbers)) {
    if (!Array.isArray(value) || !value.includes(from.card)) continue;
    const cards: readonly unknown[] = value;
    tables.facts.put(
      key,
      cards.map((card) => (card === from.card ? to.card : card)),
    );
  }
}

/** Inside the commit that answers a card: its message will say how. */
export function noteAnswer(tables: Pick<Tables, 'facts'>, card: string, answer: CardAnswer): void {
  for (const message of toldMessages(tables)) {
    if (!message.cards.some(({ id, closed }) => id === card && !closed)) continue;
    const cards = message.cards.map((told) => (told.id === card && !told.closed ? { ...told, answer } : told));
    putTold(tables, { ...message, cards });
  }
}

/** Facts are what this file wrote; a shape of another version is passed over, and the card is told again. */
function isToldMessage(value: unknown): value is ToldMessage {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Partial<Record<keyof ToldMessage, unknown>> = value;
  return (
    typeof fields.turn === 'string' &&
    typeof fields.conversation === 'string' &&
    typeof fields.kind === 'string' &&
    typeof fields.at === 'number' &&
    typeof fields.closedShown === 'number' &&
    Array.isArray(fields.cards) &&
    fields.cards.every(isToldCard)
  );
}

function isToldCard(value: unknown): value is ToldCard {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Partial<Record<keyof ToldCard, unknown>> = value;
  return (
    [fields.id, fields.key, fields.name].every((field) => typeof field === 'string') &&
    [fields.shown, fields.closed].every((field) => typeof field === 'boolean') &&
    [fields.link, fields.answer].every((field) => field === null || typeof field === 'string')
  );
}
