/**
 * What the owner decides about people, groups and what waits, as changes inside a commit. Each answers with what has to
 * happen once that is on disk; see decision.ts.
 */
import { asGuest, isTooLate, roleOf, saidAsOwner } from './access.ts';
import { cancelReady, decision, joined, type Decision } from './decision.ts';
import { untilResumed } from '../limits.ts';
import type { Tables } from '../storage.ts';
import type {
  Address,
  ConversationId,
  GroupAnswer,
  LinkId,
  LinkRow,
  MessageId,
  MessageRow,
  MessageState,
  Millis,
  Reason,
  Role,
} from '../types.ts';
import { withdraw } from '../turns/withdraw.ts';

/** Kept messages of a link that are looked through: what somebody wrote must not be lost among those of strangers. */
const allKept = 10_000;

/** Where a decision comes from: the owner's click or command, or a line of the provision file. */
export type Origin = 'owner' | 'file';

/**
 * Gives a role. An owner or guest gets the answer to what was kept in the private chat; of somebody blocked the running
 * turn ends, and neither what was kept or came late nor a finished reply goes on. What was kept in a group waits for a
 * decision about the group. The caller has checked that the role may be given.
 */
export function giveRole(
  tables: Tables,
  link: LinkRow,
  address: Address,
  role: Exclude<Role, 'unknown'>,
  origin: Origin,
  now: Millis,
): Decision {
  const known = tables.addresses.get(link.id, address);
  const { person, name, lastSeenAt } = known ?? { person: null, name: address, lastSeenAt: null };
  tables.addresses.put({ link: link.id, address, person, name, role, origin, lastSeenAt });
  return settleRole(tables, link, address, role, now);
}

/** What a role makes of what is waiting: shut out, answered, or nothing as long as it is unknown. */
export function settleRole(tables: Tables, link: LinkRow, address: Address, role: Role, now: Millis): Decision {
  if (role === 'blocked') return shutOut(tables, link, address, now);
  if (role === 'unknown') return decision(link.id, {});
  const everyone = address === '*';
  const theirs = keptInPrivate(tables, link, ({ author }) =>
    everyone ? roleOf(tables, link, author ?? '') === role : author === address,
  );
  for (const message of theirs) {
    const { state, reason } = fateOfKept(role, everyone, now - message.at);
    tables.messages.mark([message.id], state, reason);
  }
  return decision(link.id, { messages: idsOf(theirs) });
}

/**
 * The owner has decided about this person, so age and pause do not hold kept messages back any more. With a door opened
 * to everyone nobody in particular was meant: then they are taken as if they came in now.
 */
function fateOfKept(
  role: Exclude<Role, 'unknown' | 'blocked'>,
  everyone: boolean,
  age: Millis,
): { readonly state: MessageState; readonly reason: Reason | null } {
  if (!everyone) return { state: 'waiting', reason: { code: 'access.answer-asked', params: asGuest } };
  return isTooLate(age, role, 'private')
    ? { state: 'late', reason: { code: 'access.late' } }
    : { state: 'waiting', reason: null };
}

/**
 * Nothing that this person asked is answered any more. Where others asked along, their answer is made anew without him;
 * of one that was shown already nobody can take him out, so it ends.
 */
function shutOut(tables: Tables, link: LinkRow, address: Address, now: Millis): Decision {
  const isTheirs = ({ author }: MessageRow): boolean => author === address;
  const aside = (['kept', 'late'] as const).flatMap((state) => tables.messages.setAside(link.id, state, allKept));
  const running = tables.turns.running().filter((turn) => turn.link === link.id);
  const asking = running.flatMap(({ id }) => tables.turns.inputs(id)).filter(({ state }) => state === 'answering');
  const reason: Reason = { code: 'access.blocked' };
  const ids = idsOf([...aside, ...asking].filter(isTheirs));
  const made = withdraw(tables, link, ids, { state: 'ignored', reason, shown: 'cut' });
  const chats = new Set(privateChats(tables, link.id, address));
  const cancelled = cancelReady(
    tables,
    link,
    ({ conversation, turn }) => {
      const inputs = tables.turns.inputs(turn);
      return chats.has(conversation) || (inputs.length > 0 && inputs.every(isTheirs));
    },
    reason,
    now,
  );
  return joined(made, { cancelled });
}

/** Lets what one person has waiting in private be answered and leaves the role unknown. Null when nothing waits. */
export function allowKept(tables: Tables, link: LinkRow, address: Address): Decision | null {
  if (roleOf(tables, link, address) !== 'unknown') return null;
  const theirs = idsOf(keptInPrivate(tables, link, ({ author }) => author === address));
  if (theirs.length === 0) return null;
  tables.messages.mark(theirs, 'waiting', { code: 'access.allowed-once' });
  return decision(link.id, { messages: theirs });
}

/**
 * Decides about a group, all its topics: what was kept there is answered, or not any more. One that is switched off hears
 * nothing more, neither of a running turn nor of a finished reply.
 */
export function giveGroup(
  tables: Tables,
  link: LinkRow,
  chat: string,
  answer: Exclude<GroupAnswer, 'unknown'>,
  origin: Origin,
  now: Millis,
): Decision {
  const topics = tables.conversations.ofChat(link.id, chat);
  const known = tables.groups.get(link.id, chat);
  const { title, lastSeenAt } = known ?? { title: topics[0]?.title ?? chat, lastSeenAt: null };
  tables.groups.put({ link: link.id, chat, title, answer, origin, lastSeenAt });
  const here = new Set(topics.map(({ id }) => id));
  const theirs = tables.messages.setAside(link.id, 'kept', allKept).filter((message) => here.has(message.conversation));
  const kept = idsOf(theirs);
  if (answer !== 'off') {
    const parted = Map.groupBy(theirs, ({ reason }) => (saidAsOwner(reason) ? 'owner' : 'guest'));
    const code = 'access.answer-asked';
    tables.messages.mark(idsOf(parted.get('owner') ?? []), 'waiting', { code });
    tables.messages.mark(idsOf(parted.get('guest') ?? []), 'waiting', { code, params: asGuest });
    return decision(link.id, { messages: kept });
  }
  tables.messages.mark(kept, 'ignored', { code: 'access.group-off' });
  const cut = tables.turns.running().filter(({ conversation }) => here.has(conversation));
  const isHere = (row: { readonly conversation: ConversationId }): boolean => here.has(row.conversation);
  const cancelled = cancelReady(tables, link, isHere, { code: 'access.group-off' }, now);
  return decision(link.id, { messages: kept, cut: cut.map(({ conversation }) => ({ conversation })), cancelled });
}

/** Answers late messages of a link, or leaves them where they are: still there to be answered one by one. */
export function settleLate(
  tables: Tables,
  link: LinkId,
  late: readonly MessageRow[],
  answer: 'answer' | 'leave',
): Decision {
  const messages = idsOf(late);
  if (answer === 'answer') tables.messages.mark(messages, 'waiting', { code: 'access.answer-asked' });
  else tables.messages.mark(messages, 'cleared', { code: 'access.left' });
  return decision(link, { messages });
}

/** Ends the pause that the loop breaker made, or makes it the owner's own. */
export function settleLoop(
  tables: Tables,
  link: LinkId,
  conversation: ConversationId,
  answer: 'resume' | 'leave',
): Decision {
  const row = tables.conversations.get(conversation);
  if (row === null) return decision(link, {});
  const pausedUntil = answer === 'resume' ? null : (row.pausedUntil ?? untilResumed);
  tables.conversations.put({ ...row, pausedUntil, pausedBy: null });
  return decision(link, { conversations: [conversation] });
}

/** The private chats with one person; on the platforms there are, a private chat is called like the person's address. */
export function privateChats(
  tables: Pick<Tables, 'conversations'>,
  link: LinkId,
  address: Address,
): readonly ConversationId[] {
  return tables.conversations
    .ofChat(link, address)
    .filter(({ kind }) => kind === 'private')
    .map(({ id }) => id);
}

function keptInPrivate(
  tables: Tables,
  link: LinkRow,
  belongs: (message: MessageRow) => boolean,
): readonly MessageRow[] {
  const kept = tables.messages.setAside(link.id, 'kept', allKept).filter(belongs);
  const conversations = new Set(kept.map(({ conversation }) => conversation));
  const isPrivate = new Set([...conversations].filter((id) => tables.conversations.get(id)?.kind === 'private'));
  return kept.filter(({ conversation }) => isPrivate.has(conversation));
}

function idsOf(messages: readonly MessageRow[]): readonly MessageId[] {
  return messages.map(({ id }) => id);
}
