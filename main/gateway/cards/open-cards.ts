/**
 * Which cards there are: a pure derivation from what is stored, from the links' states and from the budget. A card ends
 * when its cause does, so none can be forgotten, and none is left behind by an answer that came from elsewhere.
 */
import { ownersOf, roleOf } from '../access/access.ts';
import { askedUntil, leftToDecide, shownTool } from '../agent/call-rows.ts';
import type { Toolbox } from '../agent/toolbox.ts';
import type { LinkState } from '../channel.ts';
import { digest } from '../../lib/digest.ts';
import { isUnpaired } from '../links/supervisor.ts';
import type { Budget } from '../budget/types.ts';
import type { Card, CardAnswer } from './types.ts';
import type { LinkStatus } from '../links/types.ts';
import type { Tables } from '../storage.ts';
import type { Address, ConversationId, GroupRow, LinkId, LinkRow, MessageRow, Millis } from '../types.ts';

/** So many messages set aside on a link are looked through, the newest. */
const asideLimit = 2_000;
/** Late messages are offered for so long; then they are simply there, each with "Answer now". */
const lateFor: Millis = 7 * 24 * 3_600_000;
/** With the longest answer behind it an id fits the 64 bytes that a button may carry. */
const longestId = 54;

export interface CardSources {
  readonly tables: Pick<Tables, 'addresses' | 'conversations' | 'groups' | 'messages' | 'toolCalls'>;
  readonly links: readonly Pick<LinkStatus, 'row' | 'state' | 'since'>[];
  readonly budget: Pick<Budget, 'alarms'>;
  readonly toolbox: Pick<Toolbox, 'isFixed'>;
  readonly now: Millis;
}

/** Oldest first. */
export function openCards(sources: CardSources): readonly Card[] {
  const { tables, links, budget, now } = sources;
  const ofLinks = links.flatMap(({ row, state, since }) => [
    ...waitingCards(tables, row),
    ...lateCards(tables, row, now),
    ...alarmCards(row, state, since),
  ]);
  const cards = [...ofLinks, ...loopCards(tables), ...budgetCards(budget), ...toolCards(sources)];
  return cards.toSorted((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
}

/** Late messages of a link that its card stands for. */
export function lateMessages(tables: Pick<Tables, 'messages'>, link: LinkId, now: Millis): readonly MessageRow[] {
  return tables.messages
    .setAside(link, 'late', asideLimit)
    .filter(({ receivedAt }) => now - receivedAt < lateFor)
    .toReversed();
}

/** Readable where it is short enough; the names in it are the platforms' own. */
function cardId(kind: string, ...names: readonly string[]): string {
  const id = [kind, ...names].join(':');
  return id.length <= longestId && /^[\x21-\x7e]+$/.test(id) ? id : `${kind}:${digest(id)}`;
}

export function personCardId(link: LinkId, address: Address): string {
  return cardId('p', link, address);
}

/** Kept messages of one person or of one group, oldest first. */
interface Kept {
  readonly first: MessageRow;
  readonly last: MessageRow;
  readonly count: number;
}

function add(to: Map<string, Kept>, key: string, message: MessageRow): void {
  const before = to.get(key);
  // Read newest first: each further one is older.
  to.set(key, { first: message, last: before?.last ?? message, count: (before?.count ?? 0) + 1 });
}

function waitingCards(tables: CardSources['tables'], link: LinkRow): readonly Card[] {
  const people = new Map<Address, Kept>();
  const groups = new Map<string, Kept>();
  const chats = new Map<ConversationId, ReturnType<CardSources['tables']['conversations']['get']>>();
  for (const message of tables.messages.setAside(link.id, 'kept', asideLimit)) {
    const { conversation: id } = message;
    if (!chats.has(id)) chats.set(id, tables.conversations.get(id));
    const conversation = chats.get(id);
    if (conversation?.kind === 'private') add(people, message.author ?? '', message);
    if (conversation?.kind === 'group') add(groups, conversation.chat, message);
  }
  const undecided = tables.groups.ofLink(link.id).filter(({ answer }) => answer === 'unknown');
  return [
    ...personCards(tables, link, people),
    ...undecided.map((group) => groupCard(link.id, group, groups.get(group.chat))),
  ];
}

const personAnswers: readonly CardAnswer[] = ['allow', 'once', 'ignore'];

function personCards(
  tables: CardSources['tables'],
  link: LinkRow,
  people: ReadonlyMap<Address, Kept>,
): readonly Card[] {
  const unknown = [...people].filter(([address]) => roleOf(tables, link, address) === 'unknown');
  if (unknown.length === 0) return [];
  const answers = ownersOf(tables, link).length > 0 ? personAnswers : (['owner', ...personAnswers] as const);
  return unknown.map(([address, { first, last, count }]) => {
    const known = tables.addresses.get(link.id, address)?.name ?? '';
    const name = known === '' ? address : known;
    const id = personCardId(link.id, address);
    return { id, kind: 'person', at: first.receivedAt, answers, link: link.id, address, name, messages: count, last };
  });
}

function groupCard(link: LinkId, group: GroupRow, kept: Kept | undefined): Card {
  const { chat } = group;
  return {
    id: cardId('g', link, chat),
    kind: 'group',
    at: kept?.first.receivedAt ?? group.lastSeenAt ?? 0,
    answers: ['mention', 'always', 'ignore'],
    link,
    chat,
    title: group.title === '' ? chat : group.title,
    messages: kept?.count ?? 0,
    last: kept?.last ?? null,
  };
}

function lateCards(tables: CardSources['tables'], link: LinkRow, now: Millis): readonly Card[] {
  const late = lateMessages(tables, link.id, now);
  const [first] = late;
  if (first === undefined) return [];
  const id = cardId('late', link.id);
  return [
    { id, kind: 'late', at: first.receivedAt, answers: ['answer', 'leave'], link: link.id, messages: late.length },
  ];
}

/** The window shows the link's own button; there is nothing to answer. */
function alarmCards(link: LinkRow, state: LinkState, since: Millis): readonly Card[] {
  if ((state.kind !== 'signed-out' && state.kind !== 'conflict') || isUnpaired(link, state)) return [];
  const { kind, reason } = state;
  return [{ id: cardId(kind, link.id), kind, at: since, answers: [], link: link.id, reason }];
}

function loopCards(tables: CardSources['tables']): readonly Card[] {
  return tables.conversations.pausedByItself().map((row) => ({
    id: cardId('loop', row.id),
    kind: 'loop',
    at: row.lastAt,
    answers: ['resume', 'leave'],
    link: row.link,
    conversation: row.id,
    title: row.title === '' ? row.chat : row.title,
  }));
}

/** Eighty per cent and all of a cap are two causes. */
function budgetCards(budget: CardSources['budget']): readonly Card[] {
  return budget.alarms().map(({ key, reason, from }) => {
    return { id: cardId('budget', key), kind: 'budget', at: from, answers: [], reason };
  });
}

/** Calls that wait for a decision. One whose time is over is refused as soon as its turn goes on. */
function toolCards({ tables, toolbox, now }: CardSources): readonly Card[] {
  return tables.toolCalls.asking().flatMap((call): readonly Card[] => {
    const conversation = tables.conversations.get(call.conversation);
    if (conversation === null || call.askedAt === null || leftToDecide(call, now) === 0) return [];
    return [
      {
        id: cardId('tool', call.id),
        kind: 'tool',
        at: call.askedAt,
        // What a provision file says of a tool is changed there alone; and what is asked about although the tool may be
        // used always would be asked about again.
        answers: toolbox.isFixed(call.name) || call.reason !== null ? ['once', 'ignore'] : ['once', 'always', 'ignore'],
        link: conversation.link,
        conversation: conversation.id,
        turn: call.turn,
        call: call.id,
        until: askedUntil(call),
        tool: shownTool(call),
        arguments: call.arguments,
        where: conversation.link === 'window' ? conversation.title : null,
        reason: call.reason,
      },
    ];
  });
}
