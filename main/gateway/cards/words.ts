/**
 * Cards in words, for chats. Names and messages of strangers are shown shortened, on one line, and never as markup: what
 * they wrote stands as code, where platforms make neither links nor commands of it.
 */
import { assertNever } from '../../lib/assert-never.ts';
import { oneLine } from '../../lib/one-line.ts';

import { givenLines, serverToolName, toolNameKey, withoutDirection, type GivenLine } from './tool-words.ts';
import type { Card, CardAnswer } from './types.ts';
import type { Inline, MarkdownTree } from '../markdown.ts';
import type { Sentences } from '../sentences.ts';
import type { ToldCard, ToldMessage } from './told.ts';
import type { Button, LinkId } from '../types.ts';

/** UTF-16 units of a stranger's message that are shown. */
const longestQuote = 140;
const longestName = 60;

export interface Words {
  readonly sentences: Sentences;
  readonly language: string | null;
  /** What a link is called for people. */
  readonly linkName: (link: LinkId) => string;
}

const answerKeys: Record<CardAnswer, string> = {
  owner: 'card.answer.owner',
  allow: 'card.answer.allow',
  once: 'card.answer.once',
  ignore: 'card.answer.ignore',
  mention: 'card.answer.mention',
  always: 'card.answer.always',
  answer: 'card.answer.answer',
  leave: 'card.answer.leave',
  resume: 'card.answer.resume',
};

const doneKeys: Record<CardAnswer, string> = {
  owner: 'card.done.owner',
  allow: 'card.done.allow',
  once: 'card.done.once',
  ignore: 'card.done.ignore',
  mention: 'card.done.mention',
  always: 'card.done.always',
  answer: 'card.done.answer',
  leave: 'card.done.leave',
  resume: 'card.done.resume',
};

/** What a card's button carries: the card's id and the answer. */
export function buttonData(card: string, answer: CardAnswer): string {
  return `${card}/${answer}`;
}

export interface CardButton {
  readonly card: string;
  readonly answer: CardAnswer;
}

/** Null for a button that is no card's. */
export function parseButton(data: string): CardButton | null {
  const at = data.lastIndexOf('/');
  const answer = data.slice(at + 1);
  return at > 0 && isAnswer(answer) ? { card: data.slice(0, at), answer } : null;
}

function isAnswer(word: string): word is CardAnswer {
  return Object.hasOwn(answerKeys, word);
}

/** A name that somebody chose for himself, on one line and without signs that turn the reading direction. */
export function shownName(name: string): string {
  return oneLine(withoutDirection(name), longestName);
}

/** Whom or what a card is about, in a few words. */
export function cardName(words: Words, card: Card): string {
  switch (card.kind) {
    case 'person':
      return shownName(card.name);
    case 'group':
    case 'loop':
      return shownName(card.title);
    case 'late':
    case 'signed-out':
    case 'conflict':
      return shownName(words.linkName(card.link));
    case 'tool':
      return toolName(words, card.tool);
    case 'budget':
      return '';
    default:
      return assertNever(card, 'card');
  }
}

function toolName({ sentences, language }: Words, tool: string): string {
  const key = toolNameKey(tool);
  return key === null ? serverToolName(tool) : sentences.text(key, {}, language);
}

/** How a card was decided, as one sentence. */
export function answerWords(words: Words, card: Card, answer: CardAnswer): string {
  return doneWords(words, card.kind, cardName(words, card), answer);
}

function doneWords(
  { sentences, language }: Words,
  kind: Card['kind'],
  name: string,
  answer: CardAnswer | null,
): string {
  return sentences.text(doneKey(kind, answer), { name }, language);
}

function doneKey(kind: Card['kind'], answer: CardAnswer | null): string {
  if (answer === null) return kind === 'tool' ? 'card.done.tool-gone' : 'card.done.gone';
  return (kind === 'tool' ? toolDoneKeys[answer] : undefined) ?? doneKeys[answer];
}

const toolDoneKeys: Partial<Record<CardAnswer, string>> = {
  once: 'card.done.tool-once',
  always: 'card.done.tool-always',
  ignore: 'card.done.tool-ignore',
};

const toolAnswerKeys: Partial<Record<CardAnswer, string>> = {
  once: 'card.answer.tool-once',
  always: 'card.answer.tool-always',
  ignore: 'card.answer.tool-ignore',
};

/** What a card says, without what was written. */
function cardSentence(words: Words, card: Card): string {
  const { sentences, language } = words;
  const name = cardName(words, card);
  const say = (key: string, params: Readonly<Record<string, string | number>>): string =>
    sentences.text(key, params, language);
  switch (card.kind) {
    case 'person':
      return say('card.person', { name, link: words.linkName(card.link), count: card.messages });
    case 'group':
      return say('card.group', { name, link: words.linkName(card.link) });
    case 'late':
      return say('card.late', { name, count: card.messages });
    case 'loop':
      return say('card.loop', { name, link: words.linkName(card.link) });
    case 'signed-out':
    case 'conflict':
      return `${name}: ${sentences.reason(card.reason, language)}`;
    case 'tool':
      return [
        card.where === null
          ? say('card.tool', { name })
          : say('card.tool-window', { name, title: shownName(card.where) }),
        ...(card.reason === null ? [] : [sentences.reason(card.reason, language)]),
        say('card.tool-until', { minutes: Math.round((card.until - card.at) / 60_000) }),
      ].join(' ');
    case 'budget':
      return sentences.reason(card.reason, language);
    default:
      return assertNever(card, 'card');
  }
}

/** What was written, and what would be given. */
function quotesOf(card: Card, calls: number): readonly GivenLine[] {
  if (card.kind === 'tool') return givenLines(card.arguments, calls);
  const last = card.kind === 'person' || card.kind === 'group' ? card.last : null;
  return last === null ? [] : [{ name: null, value: oneLine(withoutDirection(last.text), longestQuote) }];
}

export interface CardMessage {
  readonly tree: MarkdownTree;
  /** One row per card that is still open. */
  readonly buttons: readonly (readonly Button[])[];
}

/** The same for a platform without buttons. */
export interface NumberedMessage {
  readonly tree: MarkdownTree;
  /** What the numbers stand for, from 1, as the data of the buttons that they replace. */
  readonly answers: readonly string[];
}

/** A message about cards with a number for each of their answers, one row of them below each card. */
export function numberedMessage(words: Words, message: CardMessage): NumberedMessage {
  const { sentences, language } = words;
  const all = message.buttons.flat();
  if (all.length === 0) return { tree: message.tree, answers: [] };
  const rows = message.buttons.map((row) =>
    row.map((button) => `${String(all.indexOf(button) + 1)} ${button.text}`).join(', '),
  );
  const [only = ''] = rows;
  const last =
    rows.length === 1
      ? [sentences.text('card.numbers', { answers: only }, language)]
      : [...rows, sentences.text('card.numbers-several', {}, language)];
  const children = last.flatMap((text, index): readonly Inline[] => [
    ...(index === 0 ? [] : [{ kind: 'break' } as const]),
    { kind: 'text', text },
  ]);
  return {
    tree: {
      source: `${message.tree.source}\n\n${last.join('\n')}`,
      blocks: [...message.tree.blocks, { kind: 'paragraph', children }],
    },
    answers: all.map(({ data }) => data),
  };
}

/** A message about cards: those still open with their buttons, the others with how they were decided. */
export function cardMessage(
  words: Words,
  told: ToldMessage,
  open: ReadonlyMap<string, Card>,
  numbered: boolean,
): CardMessage {
  const shown = told.cards.filter((card) => card.shown);
  const entries = shown.map((card, index) => {
    const number = !numbered || shown.length === 1 ? '' : `${String(index + 1)}. `;
    return entryOf(words, told.kind, card, card.closed ? undefined : open.get(card.id), number, shown.length);
  });
  const more = told.cards.length - shown.length;
  if (more > 0) entries.push(said(words.sentences.text('card.more', { count: more }, words.language)));
  return {
    tree: {
      source: entries.map(({ text }) => text).join('\n\n'),
      blocks: entries.map(({ children }) => ({ kind: 'paragraph', children })),
    },
    buttons: entries.map(({ buttons }) => buttons).filter((row) => row.length > 0),
  };
}

interface Entry {
  readonly text: string;
  readonly children: readonly Inline[];
  readonly buttons: readonly Button[];
}

function entryOf(
  words: Words,
  kind: Card['kind'],
  told: ToldCard,
  card: Card | undefined,
  number: string,
  cards: number,
): Entry {
  if (card === undefined) return said(number + doneWords(words, kind, told.name, told.answer));
  const sentence = said(number + cardSentence(words, card));
  const quotes = quotesOf(card, cards).filter(({ value }) => value !== '');
  const buttons = card.answers.map((answer) => ({
    text: number + words.sentences.text(labelKey(card, answer), {}, words.language),
    data: buttonData(card.id, answer),
  }));
  return {
    text: [sentence.text, ...quotes.map(({ name, value }) => labelOf(name) + value)].join('\n'),
    children: [...sentence.children, ...quotes.flatMap(quoted)],
    buttons,
  };
}

function labelOf(name: string | null): string {
  return name === null ? '' : `${name}: `;
}

function quoted({ name, value }: GivenLine): readonly Inline[] {
  const label: readonly Inline[] = name === null ? [] : [{ kind: 'text', text: labelOf(name) }];
  return [{ kind: 'break' }, ...label, { kind: 'code', text: value }];
}

function said(text: string): Entry {
  return { text, children: [{ kind: 'text', text }], buttons: [] };
}

function labelKey(card: Card, answer: CardAnswer): string {
  if (card.kind === 'loop' && answer === 'leave') return 'card.answer.leave-paused';
  return (card.kind === 'tool' ? toolAnswerKeys[answer] : undefined) ?? answerKeys[answer];
}
