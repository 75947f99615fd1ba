/**
 * What must not be said any more, though it is finished or under way: to somebody who was blocked meanwhile or took the
 * question back, in a group that was switched off, to others where the link answers its owner alone, or too late to come
 * unasked.
 */
import { askedOf, isNoneOfOurs, isTooLate, roleIn, whyClosed } from '../access/access.ts';
import { lateAfter } from '../limits.ts';
import type { Tables } from '../storage.ts';
import { decideAtStart } from '../turns/start.ts';
import type {
  ConversationRow,
  DeliveryRow,
  LinkRow,
  MessageRow,
  MessageState,
  Millis,
  Reason,
  TurnRow,
} from '../types.ts';

/** Waiting messages that are looked at for one that may be answered; behind so many others there is one. */
const looked = 50;

export interface Withheld {
  readonly state: 'held' | 'cancelled';
  readonly reason: Reason | null;
}

/** Why a finished reply is not sent after all; null when it may be. */
export function whyWithheld(
  read: Tables,
  link: LinkRow | null,
  chat: ConversationRow,
  delivery: DeliveryRow,
  now: Millis,
): Withheld | null {
  const inputs = read.turns.inputs(delivery.turn);
  const closed = link === null ? null : whyUnheard(read, link, chat, inputs);
  if (closed !== null) return { state: 'cancelled', reason: closed };
  const asked = inputs.find(({ state }) => !isGone(state));
  const role = link === null || asked === undefined ? null : roleIn(read, link, chat, asked.author ?? '');
  const age = now - (delivery.readyAt ?? delivery.createdAt);
  if (age <= lateAfter || delivery.reason?.code === 'access.answer-asked') return null;
  // A word to the owner about something that the window shows all the time is not worth sending late.
  if (inputs.length === 0 && read.turns.get(delivery.turn)?.kind === 'card')
    return { state: 'cancelled', reason: null };
  const late = role === null || isTooLate(age, role, chat.kind);
  return late ? { state: 'held', reason: { code: 'delivery.held' } } : null;
}

/**
 * Whether the chat of a conversation is about to hear from us, so that a typing sign tells the truth: something waits
 * there that may be answered, is being answered, or is to be sent. To anybody else the sign alone would be a word.
 */
export function mayBeHeardSoon(read: Tables, link: LinkRow, chat: ConversationRow, now: Millis): boolean {
  const running = read.turns.running().filter(({ conversation }) => conversation === chat.id);
  if (running.some((turn) => mayGoOn(read, link, chat, turn, now))) return true;
  const waiting = read.messages.waiting(chat.id, looked);
  if (waiting.some((message) => decideAtStart(read, link, chat, message, now).state === 'waiting')) return true;
  const ready = read.deliveries.nextReady(chat.id);
  return ready !== null && whyWithheld(read, link, chat, ready, now) === null;
}

/** A turn that the last run of the program left may have begun when more was allowed than now. */
function mayGoOn(read: Tables, link: LinkRow, chat: ConversationRow, turn: TurnRow, now: Millis): boolean {
  const open = read.turns.inputs(turn.id).filter(({ state }) => !isGone(state));
  return open.some((input) => {
    if (whyClosed(read, link, chat, input.author ?? '') !== null) return false;
    const role = roleIn(read, link, chat, input.author ?? '');
    const asked = askedOf(input.reason);
    if (role === 'unknown' && asked !== 'allowed-once') return false;
    return asked !== 'no' || !isTooLate(now - input.at, role, chat.kind);
  });
}

/**
 * Why nothing may be said in a chat to those who asked; null when at least one of them may hear it. What nobody asked for
 * (a word to the owner) depends on the chat alone.
 */
export function whyUnheard(
  read: Pick<Tables, 'addresses' | 'groups'>,
  link: LinkRow,
  chat: ConversationRow,
  inputs: readonly MessageRow[],
): Reason | null {
  if (inputs.length === 0) return isNoneOfOurs(link, chat.chat) ? { code: 'access.only-me' } : null;
  const reasons = inputs.map(({ state, reason, author }): Reason | null =>
    isGone(state) ? (reason ?? { code: 'access.blocked' }) : whyClosed(read, link, chat, author ?? ''),
  );
  return reasons.includes(null) ? null : (reasons[0] ?? null);
}

/** It was a question, and is none any more: taken back by its author, or not to be answered after all. */
function isGone(state: MessageState): boolean {
  return state === 'deleted' || state === 'ignored';
}
