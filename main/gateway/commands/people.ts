/**
 * `/people`, `/allow` and `/ignore`. A number means the card that it stood for when this chat was last shown numbers,
 * however many have come and gone since.
 */
import { answerWords, cardName, shownName, type Words } from '../cards/words.ts';
import type { Decision } from '../access/decision.ts';
import { giveGroup, giveRole } from '../access/decisions.ts';
import type { Card, CardAnswer } from '../cards/types.ts';
import { peopleOf } from '../access/people.ts';
import type { Tables } from '../storage.ts';
import { numberedCard, putNumbers } from '../cards/told.ts';
import type { AddressRow, GroupRow, LinkId, LinkRow } from '../types.ts';
import { say, words, type CommandContext, type CommandResult } from './context.ts';

/** Lines of each part of the list. */
const longestList = 20;

/** A card about somebody who may be let in. */
type Waiting = Extract<Card, { readonly kind: 'person' | 'group' }>;

type Subject =
  | { readonly kind: 'waiting'; readonly card: Waiting }
  | { readonly kind: 'person'; readonly row: AddressRow }
  | { readonly kind: 'group'; readonly row: GroupRow };

/** Those who wait, numbered, and those who are decided about. */
export function listPeople(context: CommandContext): CommandResult {
  const waiting = waitingCards(context);
  const listed = waiting.slice(0, longestList);
  const known = knownLines(context);
  const lines = [
    words(context, waiting.length === 0 ? 'command.people-none' : 'command.people-waiting'),
    ...listed.map((card, index) => `${String(index + 1)}. ${waitingLine(context, card)}`),
    ...more(context, waiting.length - listed.length),
    ...(known.length === 0 ? [] : ['', words(context, 'command.people-known')]),
    ...known.slice(0, longestList),
    ...more(context, known.length - longestList),
  ];
  return {
    text: lines.join('\n'),
    apply(tables) {
      putNumbers(
        tables,
        context.conversation.id,
        listed.map(({ id }) => id),
      );
    },
  };
}

function more(context: CommandContext, count: number): readonly string[] {
  return count > 0 ? [words(context, 'command.people-more', { count })] : [];
}

function waitingCards(context: CommandContext): readonly Waiting[] {
  return context.cards.open().filter((card) => card.kind === 'person' || card.kind === 'group');
}

function waitingLine(context: CommandContext, card: Waiting): string {
  const params = { name: cardName(wordsOf(context), card), link: linkName(context, card.link), count: card.messages };
  return words(context, card.kind === 'person' ? 'command.people-person' : 'command.people-group', params);
}

function knownLines(context: CommandContext): readonly string[] {
  const { addresses, groups } = context.storage.read;
  return platforms(context).flatMap((row) => {
    const link = row.name;
    const people = peopleOf({ addresses }, row).filter(({ role }) => role !== 'unknown');
    const decided = groups.ofLink(row.id).filter(({ answer }) => answer !== 'unknown');
    return [
      ...people.map(({ address, name, role }) => {
        const who = address === '*' ? words(context, 'command.people-everyone') : shownName(name);
        return words(context, 'command.people-role', { name: who, role: words(context, roleKeys[role]), link });
      }),
      ...decided.map(({ title, chat, answer }) => {
        const name = shownName(title === '' ? chat : title);
        return words(context, 'command.people-role', { name, role: words(context, groupKeys[answer]), link });
      }),
    ];
  });
}

const roleKeys: Record<AddressRow['role'], string> = {
  owner: 'command.role-owner',
  guest: 'command.role-guest',
  blocked: 'command.role-blocked',
  unknown: 'command.role-unknown',
};
const groupKeys: Record<GroupRow['answer'], string> = {
  mention: 'command.group-mention',
  always: 'command.group-always',
  off: 'command.group-off',
  unknown: 'command.role-unknown',
};

/** `/allow 1`, `/allow Ada`, `/allow 4242`: a guest from now on; a group is answered when it mentions us. */
export function allow(argument: string, context: CommandContext): CommandResult {
  return decide(argument, context, 'allow');
}

/** The same for "ignore always". Owners are not ignored by a command: nobody should lock himself out by a slip. */
export function ignore(argument: string, context: CommandContext): CommandResult {
  return decide(argument, context, 'ignore');
}

function decide(argument: string, context: CommandContext, verb: 'allow' | 'ignore'): CommandResult {
  if (argument === '') return say(context, 'command.people-usage');
  const card = numbered(argument, context);
  if (card === 'gone') return say(context, 'card.already');
  const subjects = card === null ? named(argument, context) : [{ kind: 'waiting', card } as const];
  const [subject] = subjects;
  const name = shownName(argument);
  if (subject === undefined) return say(context, 'command.people-nobody', { name });
  if (subjects.length > 1) return say(context, 'command.people-several', { name, count: subjects.length });
  return decideAbout(subject, context, verb);
}

/** Null: no number that was shown here, or not of somebody who waits. */
function numbered(argument: string, context: CommandContext): Waiting | 'gone' | null {
  const { cards, storage, conversation } = context;
  const id = /^\d{1,2}$/.test(argument) ? numberedCard(storage.read, conversation.id, Number(argument)) : null;
  if (id === null) return null;
  const card = cards.open().find((open) => open.id === id);
  if (card === undefined) return 'gone';
  return card.kind === 'person' || card.kind === 'group' ? card : null;
}

/** By name, address or title, whoever it is: two of one name are never decided about by it. */
function named(argument: string, context: CommandContext): readonly Subject[] {
  const asked = argument.toLowerCase();
  const isMeant = (...names: readonly string[]): boolean => names.some((name) => name.toLowerCase() === asked);
  const waiting = waitingCards(context);
  const isWaiting = (link: LinkId, key: string): boolean =>
    waiting.some((card) => card.link === link && (card.kind === 'person' ? card.address : card.chat) === key);
  const { addresses, groups } = context.storage.read;
  return [
    ...waiting
      .filter((card) => (card.kind === 'person' ? isMeant(card.name, card.address) : isMeant(card.title, card.chat)))
      .map((card) => ({ kind: 'waiting', card }) as const),
    ...platforms(context)
      .flatMap((row) => peopleOf({ addresses }, row))
      .filter(({ link, address, name }) => address !== '*' && isMeant(name, address) && !isWaiting(link, address))
      .map((row) => ({ kind: 'person', row }) as const),
    ...platforms(context)
      .flatMap(({ id }) => groups.ofLink(id))
      .filter(({ link, chat, title }) => isMeant(title, chat) && !isWaiting(link, chat))
      .map((row) => ({ kind: 'group', row }) as const),
  ];
}

function decideAbout(subject: Subject, context: CommandContext, verb: 'allow' | 'ignore'): CommandResult {
  switch (subject.kind) {
    case 'waiting': {
      const { card } = subject;
      const answer: CardAnswer = verb === 'allow' && card.kind === 'group' ? 'mention' : verb;
      const text = answerWords(wordsOf(context), card, answer);
      return decided(context, text, (tables) => context.cards.decide(tables, card.id, answer));
    }
    case 'person': {
      const { row } = subject;
      const name = shownName(row.name);
      const link = platforms(context).find(({ id }) => id === row.link);
      if (row.role === 'owner' || link === undefined) return say(context, 'command.people-owner', { name });
      const role = verb === 'allow' ? 'guest' : 'blocked';
      const text = words(context, verb === 'allow' ? 'card.done.allow' : 'card.done.ignore', { name });
      return decided(context, text, (tables) => giveRole(tables, link, row.address, role, 'owner', context.now));
    }
    case 'group': {
      const { row } = subject;
      const name = shownName(row.title);
      const link = platforms(context).find(({ id }) => id === row.link);
      if (link === undefined) return say(context, 'command.people-nobody', { name });
      const text = words(context, verb === 'allow' ? 'card.done.mention' : 'card.done.ignore', { name });
      const answer = verb === 'allow' ? 'mention' : 'off';
      return decided(context, text, (tables) => giveGroup(tables, link, row.chat, answer, 'owner', context.now));
    }
  }
}

/** Written with the answer, carried out once both are on disk. */
function decided({ cards }: CommandContext, text: string, work: (tables: Tables) => Decision | null): CommandResult {
  let made: Decision | null = null;
  return {
    text,
    apply(tables) {
      made = work(tables);
    },
    after() {
      if (made !== null) cards.carryOut(made);
    },
  };
}

function platforms({ links }: CommandContext): readonly LinkRow[] {
  const rows = links.all().map(({ row }) => row);
  return rows.filter(({ kind }) => kind !== 'window' && kind !== 'api');
}

function linkName(context: CommandContext, link: LinkId): string {
  return context.links.all().find(({ row }) => row.id === link)?.row.name ?? link;
}

function wordsOf(context: CommandContext): Words {
  const { sentences, language } = context;
  return { sentences, language, linkName: (link) => linkName(context, link) };
}
