/**
 * The turns of a context as a model is told them: what was asked, then what was answered. Repaired on the way: empty
 * messages are left out, and so is what was never answered.
 */
import { markForwarded } from '../agent/untrusted.ts';
import { oneLine } from '../../lib/one-line.ts';
import { overheardMessages } from '../limits.ts';
import { isOwn } from '../inbound/own-messages.ts';
import { estimateTokens, tokensPerMessage } from '../tokens.ts';
import type { ChatKind, MessageRow, TurnId } from '../types.ts';
import { clip } from './clip.ts';

export interface TurnsInput {
  readonly chatKind: ChatKind;
  /** Messages of the context, rising, their files in words; the turn's own ones among them. */
  readonly history: readonly MessageRow[];
  /** The turn that is to be answered: none of the past. */
  readonly turn: TurnId;
  /** Tokens that one part may take. */
  readonly largest: number;
  /** What is cut can be asked for. */
  readonly readMore: boolean;
}

export interface HistoryTurn {
  readonly turn: TurnId;
  /** The `seq` of its answer. */
  readonly upto: number;
  /** Empty where the question is not known any more. */
  readonly asked: string;
  readonly answer: string;
  readonly tokens: number;
}

/** What `read_more` knows a message by. */
export function messageId({ id }: Pick<MessageRow, 'id'>): string {
  return `m:${id}`;
}

/**
 * In a group the speakers' names stand in the messages, so that the beginning of the prompt stays the same. What was
 * passed on stands between marks, which `cut` cannot take off.
 */
export function speech(chatKind: ChatKind): (message: MessageRow, cut?: (text: string) => string) => string {
  const before = ({ authorName }: MessageRow): string => (chatKind === 'private' ? '' : `${nameOf(authorName)}: `);
  return (message, cut = (text) => text) =>
    message.forwarded
      ? before(message) + markForwarded(message.id, cut(message.text))
      : cut(before(message) + message.text);
}

/** Answered turns in the order of their answers. A turn that is parked is answered after those that came meanwhile. */
export function turnsOf(input: TurnsInput): readonly HistoryTurn[] {
  const { history, largest } = input;
  const said = speech(input.chatKind);
  const heard = heardIn(input);
  const takenBack = questionsTakenBack(history);
  const cut =
    (message: MessageRow) =>
    (text: string): string =>
      clip(text, largest, input.readMore ? messageId(message) : null);
  const byTurn = new Map<TurnId, { asked: string[]; answer: string[]; upto: number }>();
  for (const message of history) {
    if (message.turn === null || message.turn === input.turn || takenBack.has(message.turn)) continue;
    const known = byTurn.get(message.turn);
    const turn = known ?? { asked: [], answer: [], upto: 0 };
    if (known === undefined && message.kind === 'person') turn.asked.push(clip(heard(message.seq), largest, null));
    if (message.kind === 'person' && message.state === 'answered') turn.asked.push(said(message, cut(message)));
    if (message.kind === 'assistant' && message.state !== 'cleared') {
      turn.answer.push(cut(message)(message.text));
      turn.upto = Math.max(turn.upto, message.seq);
    }
    byTurn.set(message.turn, turn);
  }
  return [...byTurn.entries()]
    .map(([turn, { asked, answer, upto }]) => withCost(turn, upto, joinTexts(asked), joinTexts(answer)))
    .filter(({ answer }) => answer !== '')
    .sort((left, right) => left.upto - right.upto);
}

function withCost(turn: TurnId, upto: number, asked: string, answer: string): HistoryTurn {
  const tokens = (asked === '' ? 0 : costOf(asked)) + costOf(answer);
  return { turn, upto, asked, answer, tokens };
}

/** Turns of which every question was taken back: the answer may say what was to be forgotten. */
function questionsTakenBack(history: readonly MessageRow[]): ReadonlySet<TurnId> {
  const asked = Map.groupBy(
    history.filter(({ kind }) => kind === 'person'),
    ({ turn }) => turn,
  );
  return new Set(
    [...asked].flatMap(([turn, questions]) =>
      turn !== null && questions.every(({ state }) => state === 'deleted') ? [turn] : [],
    ),
  );
}

/**
 * What was not said to us since the answer before a `seq`, the newest {@link overheardMessages} of all: by members of the
 * group to each other, and by the owner himself.
 */
export function heardIn({
  history,
  chatKind,
  turn,
}: Pick<TurnsInput, 'history' | 'chatKind' | 'turn'>): (until: number) => string {
  const shown = new Set(
    heardBeside(history, chatKind)
      .slice(-overheardMessages)
      .map(({ id }) => id),
  );
  if (shown.size === 0) return () => '';
  return (until) => {
    const before = history.filter(({ seq }) => seq < until);
    const last = before.findLastIndex((message) => message.kind === 'assistant' && message.turn !== turn);
    const heard = before.slice(last + 1).filter(({ id }) => shown.has(id));
    if (heard.length === 0 || (chatKind === 'private' && !heard.some(isOwn))) return '';
    const lines = heard.map(heardLine);
    return chatKind === 'private'
      ? ['[the owner has written here himself]', ...lines, '[end of what he wrote]'].join('\n')
      : ['[said to others in the group]', ...lines, '[end of what was said to others]'].join('\n');
  };
}

/** In private: where he has taken over, what he was asked belongs to what he said. */
function heardBeside(history: readonly MessageRow[], chatKind: ChatKind): readonly MessageRow[] {
  if (chatKind === 'group') return history.filter((message) => message.state === 'overheard' || isOwn(message));
  const wasLeft = ({ kind, state }: MessageRow): boolean => kind === 'person' && state === 'paused';
  return history.some(isOwn) ? history.filter((message) => isOwn(message) || wasLeft(message)) : [];
}

/** Further lines are set in: they must not pass for words of somebody else. */
function heardLine(message: MessageRow): string {
  const own = isOwn(message) ? ' (the owner himself)' : '';
  const name = `${nameOf(message.authorName)}${own}${message.forwarded ? ' (passed on, written by others)' : ''}`;
  return `${name}: ${message.text.replaceAll('\n', '\n  ')}`;
}

/** A name of one line: it must not pass for a message of its own. */
function nameOf(name: string): string {
  const line = oneLine(name, 64);
  return line === '' ? 'Somebody' : line;
}

export function joinTexts(texts: readonly string[]): string {
  return texts.filter((text) => text.trim() !== '').join('\n\n');
}

/** Estimated tokens of one message with its frame. */
export function costOf(text: string): number {
  return estimateTokens(text) + tokensPerMessage;
}
