/**
 * Who may talk, decided when a message is received and *again* when its turn starts (a sender blocked in between gets
 * nothing). No row for an address means unknown, and unknown means silence: the message is kept for the owner to see. A
 * group is silent until the owner allowed it; then its members are guests there.
 */
import { lateAfter, tooOldAfter } from '../limits.ts';
import { scheduler } from '../schedule/types.ts';
import type { Tables } from '../storage.ts';
import type { Address, ChatKind, GroupAnswer, LinkRow, MessageState, Millis, Reason, Role } from '../types.ts';

/** The role of a sender: its own row, else the row of `*`, else unknown. `blocked` wins. */
export function roleOf(tables: Pick<Tables, 'addresses'>, link: LinkRow, address: Address): Role {
  const own = ownRole(tables, link, address);
  if (own !== 'unknown') return own;
  return tables.addresses.get(link.id, '*')?.role === 'guest' ? 'guest' : 'unknown';
}

/** The role of the sender alone, whatever the row of `*` lets in. */
export function ownRole(tables: Pick<Tables, 'addresses'>, link: LinkRow, address: Address): Role {
  if (link.kind === 'window' || isAccount(link, address)) return 'owner';
  if (link.kind === 'api') return 'guest';
  return tables.addresses.get(link.id, address)?.role ?? 'unknown';
}

/**
 * On WhatsApp the account that is linked is the owner himself, whatever its row says: nobody can lock himself out. With
 * another account linked, the one before is nobody special.
 */
export function isAccount(link: Pick<LinkRow, 'kind' | 'account'>, address: Address): boolean {
  return link.kind === 'whatsapp' && link.account === address;
}

/** Everyone who is an owner on a link, each once. */
export function ownersOf(tables: Pick<Tables, 'addresses'>, link: LinkRow): readonly Address[] {
  const rows = tables.addresses.ofLink(link.id).filter(({ role }) => role === 'owner');
  const named = rows.map(({ address }) => address).filter((address) => !isAccount(link, address));
  return link.kind === 'whatsapp' && link.account !== null ? [link.account, ...named] : named;
}

/**
 * For decisions inside a commit: the mode as it is stored by now, so that what was begun in the mode before does not go on
 * in it. All else is newest in memory.
 */
export function asStored(tables: Pick<Tables, 'links'>, link: LinkRow): LinkRow {
  return { ...link, mode: tables.links.get(link.id)?.mode ?? link.mode };
}

/** In the mode `only-me` every chat but the owner's with himself is none of ours. */
export function isNoneOfOurs(link: LinkRow, chat: string): boolean {
  return link.mode === 'only-me' && !isAccount(link, chat);
}

/** A chat as access sees it. */
export interface ChatPlace {
  readonly chat: string;
  readonly kind: ChatKind;
}

/**
 * The role of a sender in a chat. In a group nobody is anything until the group is allowed, not even by the row of `*`;
 * then its members are guests, and the owner is the owner (commands, but neither memory nor tools).
 */
export function roleIn(
  tables: Pick<Tables, 'addresses' | 'groups'>,
  link: LinkRow,
  { chat, kind }: ChatPlace,
  address: Address,
): Role {
  // Whoever else may be asked, nobody there is to hear a word.
  if (isNoneOfOurs(link, chat)) return 'blocked';
  // What the owner had asked for is his word in his own private chat, and nobody's anywhere else.
  if (address === scheduler && link.kind !== 'api') {
    return kind === 'private' && roleOf(tables, link, chat) === 'owner' ? 'owner' : 'blocked';
  }
  if (kind === 'private') return roleOf(tables, link, address);
  const own = ownRole(tables, link, address);
  if (own === 'blocked' || link.kind === 'window' || link.kind === 'api') return own;
  if (!isAllowed(groupAnswer(tables, link, chat))) return 'unknown';
  return own === 'owner' ? 'owner' : 'guest';
}

/** What the owner decided about a group; `unknown` before he did. */
export function groupAnswer(tables: Pick<Tables, 'groups'>, link: LinkRow, chat: string): GroupAnswer {
  return tables.groups.get(link.id, chat)?.answer ?? 'unknown';
}

/**
 * Why nothing more may be said in a chat to this sender, whatever was begun or finished already; null when nothing
 * forbids it. That somebody is unknown is no such reason: he may have been allowed once.
 */
export function whyClosed(
  tables: Pick<Tables, 'addresses' | 'groups'>,
  link: LinkRow,
  place: ChatPlace,
  address: Address,
): Reason | null {
  if (isNoneOfOurs(link, place.chat)) return { code: 'access.only-me' };
  if (place.kind === 'group' && groupAnswer(tables, link, place.chat) === 'off') return { code: 'access.group-off' };
  return roleIn(tables, link, place, address) === 'blocked' ? { code: 'access.blocked' } : null;
}

export function isAllowed(answer: GroupAnswer): boolean {
  return answer === 'mention' || answer === 'always';
}

export interface AccessQuestion {
  readonly role: Role;
  /** The chat is none of ours; see {@link isNoneOfOurs}. */
  readonly foreign: boolean;
  readonly chatKind: ChatKind;
  /** Of the group; null in a private chat. */
  readonly group: GroupAnswer | null;
  /** The platform's time stamp. */
  readonly at: Millis;
  readonly now: Millis;
  readonly linkedAt: Millis | null;
  /** The latest of the pauses of conversation, link and everything. */
  readonly pausedUntil: Millis | null;
  /** Commands work in a paused conversation: `/resume` has to. */
  readonly command: boolean;
  /**
   * What the owner has said about this very message: `answer-asked` overrules pause and age, `allowed-once` also that
   * the sender is unknown. Neither overrules a block.
   */
  readonly asked: 'no' | 'answer-asked' | 'allowed-once';
}

export interface AccessDecision {
  readonly state: Extract<MessageState, 'waiting' | 'kept' | 'paused' | 'late' | 'ignored'>;
  readonly reason: Reason | null;
}

export function decideAccess(question: AccessQuestion): AccessDecision {
  const { role, now, at, asked } = question;
  if (question.foreign) return { state: 'ignored', reason: { code: 'access.only-me' } };
  if (role === 'blocked') return { state: 'ignored', reason: { code: 'access.blocked' } };
  if (question.group === 'off') return { state: 'ignored', reason: { code: 'access.group-off' } };
  // Telegram's stamps are whole seconds: a message of the very second of linking is not older than the link.
  if (question.linkedAt !== null && at < Math.floor(question.linkedAt / 1000) * 1000) {
    return { state: 'ignored', reason: { code: 'access.before-link' } };
  }
  if (role === 'unknown' && asked !== 'allowed-once') {
    return {
      state: 'kept',
      reason: { code: question.group === null ? 'access.unknown-sender' : 'access.group-unknown' },
    };
  }
  if (asked !== 'no') return { state: 'waiting', reason: { code: `access.${asked}` } };
  if (isPaused(question.pausedUntil, now) && !(question.command && role === 'owner')) {
    return { state: 'paused', reason: { code: 'access.paused' } };
  }
  if (isTooLate(now - at, role, question.chatKind)) return { state: 'late', reason: { code: 'access.late' } };
  return { state: 'waiting', reason: null };
}

/** What the owner said about a message, as its reason keeps it from the decision to the end of its turn. */
export function askedOf(reason: Reason | null): AccessQuestion['asked'] {
  if (reason?.code === 'access.answer-asked') return 'answer-asked';
  return reason?.code === 'access.allowed-once' ? 'allowed-once' : 'no';
}

/** Of a message that was kept: whatever its author may be by now, a guest has said it, or the owner has. */
export const asGuest = { as: 'guest' } as const;
export const asOwner = { as: 'owner' } as const;

export function saidAsGuest(reason: Reason | null): boolean {
  return askedOf(reason) === 'allowed-once' || (askedOf(reason) !== 'no' && reason?.params?.['as'] === asGuest.as);
}

export function saidAsOwner(reason: Reason | null): boolean {
  return reason?.params?.['as'] === asOwner.as;
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
