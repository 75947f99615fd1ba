/**
 * Who may talk, decided when a message is received and *again* when its turn starts (a sender blocked in between gets
 * nothing). No row for an address means unknown, and unknown means silence: the message is kept for the owner to see.
 */
import { lateAfter, tooOldAfter } from './limits.ts';
import type { Tables } from './storage.ts';
import type { Address, ChatKind, LinkRow, MessageState, Millis, Reason, Role } from './types.ts';

/** The role of a sender: its own row, else the row of `*`, else unknown. `blocked` wins. */
export function roleOf(tables: Pick<Tables, 'addresses'>, link: LinkRow, address: Address): Role {
  if (link.kind === 'window') return 'owner';
  if (link.kind === 'api') return 'guest';
  const own = tables.addresses.get(link.id, address)?.role ?? 'unknown';
  if (own !== 'unknown') return own;
  return tables.addresses.get(link.id, '*')?.role === 'guest' ? 'guest' : 'unknown';
}

export interface AccessQuestion {
  readonly role: Role;
  readonly chatKind: ChatKind;
  /** The platform's time stamp. */
  readonly at: Millis;
  readonly now: Millis;
  readonly linkedAt: Millis | null;
  /** The conversation's and the link's pause, the later one. */
  readonly pausedUntil: Millis | null;
  /** Commands work in a paused conversation: `/resume` has to. */
  readonly command: boolean;
  /** The owner pressed "Answer now": pause and age do not hold it back. */
  readonly asked: boolean;
}

export interface AccessDecision {
  readonly state: Extract<MessageState, 'waiting' | 'kept' | 'paused' | 'late' | 'ignored'>;
  readonly reason: Reason | null;
}

export function decideAccess(question: AccessQuestion): AccessDecision {
  const { role, now, at } = question;
  if (role === 'blocked') return { state: 'ignored', reason: { code: 'access.blocked' } };
  // Telegram's stamps are whole seconds: a message of the very second of linking is not older than the link.
  if (question.linkedAt !== null && at < Math.floor(question.linkedAt / 1000) * 1000) {
    return { state: 'ignored', reason: { code: 'access.before-link' } };
  }
  if (role === 'unknown') return { state: 'kept', reason: { code: 'access.unknown-sender' } };
  if (question.asked) return { state: 'waiting', reason: { code: 'access.answer-asked' } };
  if (isPaused(question.pausedUntil, now) && !question.command) {
    return { state: 'paused', reason: { code: 'access.paused' } };
  }
  if (isTooLate(now - at, role, question.chatKind)) return { state: 'late', reason: { code: 'access.late' } };
  return { state: 'waiting', reason: null };
}

export function isPaused(until: Millis | null, now: Millis): boolean {
  return until !== null && until > now;
}

/**
 * The late rule, for messages and for finished replies: up to 30 minutes as usual; older only in the owner's private
 * chats (labelled); older than 24 hours never by itself.
 */
export function isTooLate(age: Millis, role: Role, chatKind: ChatKind): boolean {
  if (age > tooOldAfter) return true;
  return age > lateAfter && !(role === 'owner' && chatKind === 'private');
}
