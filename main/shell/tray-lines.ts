/** The first lines of the tray's menu: what is so, in words, each derived from evidence. */
import type { LinkState } from '../gateway/channel.ts';
import { assertNever } from '../lib/assert-never.ts';
import { oneLine } from '../lib/one-line.ts';
import type { Place, ShellCard } from './ports.ts';
import type { TrayFacts, TrayIcon, TrayLink } from './tray.ts';
import type { Say } from './words.ts';

export interface Line {
  readonly label: string;
  readonly place: Place | null;
}

export interface Shown {
  readonly icon: TrayIcon;
  /** The one line that matters most, for the tooltip. */
  readonly headline: string;
  readonly lines: readonly Line[];
}

/** Above nine the number says no more. */
const countedPeople = 9;
const longestName = 40;

export function plain(label: string): Line {
  return { label, place: null };
}

/** Attention before paused before working before ok. */
export function running(facts: TrayFacts, working: boolean, say: Say): Shown {
  const stopped = facts.problem === null ? [] : [plain(facts.problem)];
  const waiting = whatWaits(facts.cards, say);
  const paused = facts.paused === null ? [] : [plain(pauseLine(facts.paused.ends?.time ?? null, say))];
  const turns = working ? [plain(say('tray.working', { count: facts.runningTurns }))] : [];
  const count = plain(countOfLinks(facts.links, say));
  const urgent = [...stopped, ...facts.links.flatMap((link) => troubleOf(link, say)), ...waiting];
  const calm: TrayIcon = paused.length > 0 ? 'paused' : working ? 'working' : 'ok';
  const headline = [...urgent, ...paused, ...turns, count][0]?.label ?? '';
  return {
    icon: urgent.length > 0 ? 'attention' : calm,
    headline: withWaiting(headline, facts.cards, say),
    lines: [...stopped, count, ...facts.links.map((link) => linkLine(link, say)), ...waiting, ...paused, ...turns],
  };
}

/** How many people wait, unless the headline says so itself. */
function withWaiting(headline: string, cards: readonly ShellCard[], say: Say): string {
  const waiting = peopleLine(cards, say);
  return waiting === null || waiting.label === headline ? headline : `${headline} · ${waiting.label}`;
}

function pauseLine(time: string | null, say: Say): string {
  return time === null ? say('tray.paused') : say('tray.paused-until', { time });
}

function whatWaits(cards: readonly ShellCard[], say: Say): readonly Line[] {
  const of = (kind: ShellCard['kind']) => cards.filter((card) => card.kind === kind);
  const people = peopleLine(cards, say);
  const late = of('late').reduce((sum, { messages }) => sum + messages, 0);
  const tools = of('tool').length;
  return [
    // First, since only these are over by themselves, within minutes.
    ...(tools > 0 ? [{ label: say('tray.tools', { count: tools }), place: '/people' } as const] : []),
    ...of('budget').map(({ sentence }): Line => ({ label: sentence ?? '', place: '/usage' })),
    ...(people === null ? [] : [people]),
    ...(late > 0 ? [{ label: say('tray.late', { count: late }), place: '/people' } as const] : []),
    ...of('loop').map(({ name }): Line => ({ label: say('tray.loop', { name }), place: '/people' })),
  ];
}

function peopleLine(cards: readonly ShellCard[], say: Say): Line | null {
  const count = cards.filter(({ kind }) => kind === 'person' || kind === 'group').length;
  if (count === 0) return null;
  return { label: count > countedPeople ? say('tray.many') : say('tray.people', { count }), place: '/people' };
}

/**
 * For the headline: a link that tries again by itself needs nobody, and one that was never linked is no trouble yet; one
 * that was signed out or has a rival does.
 */
function troubleOf({ name, state }: TrayLink, say: Say): readonly Line[] {
  const link = oneLine(name, longestName);
  if (isUnlinked(state)) return [];
  if (state.kind === 'signed-out') return [plain(say('tray.signed-out', { link }))];
  return state.kind === 'conflict' ? [plain(say('tray.conflict', { link }))] : [];
}

function isUnlinked(state: LinkState): boolean {
  return state.kind === 'signed-out' && state.reason.code === 'link.not-linked';
}

function linkLine(link: TrayLink, say: Say): Line {
  const { name, handle, state, time } = link;
  const params = handle === null || handle === name ? {} : { handle };
  const label = say('tray.link', {
    name: oneLine(name, longestName),
    state: stateInWords(state, time, say),
    ...params,
  });
  return { label, place: '/channels' };
}

function stateInWords(state: LinkState, time: string | null, say: Say): string {
  switch (state.kind) {
    case 'up':
      return time === null ? say('tray.link-up') : say('tray.link-quiet', { time });
    case 'retrying':
      return time === null ? say('tray.link-connecting') : say('tray.link-retrying', { time });
    case 'pairing':
      return say('tray.link-pairing');
    case 'connecting':
      return say('tray.link-connecting');
    case 'off':
      return say('tray.link-off');
    case 'signed-out':
      return say(isUnlinked(state) ? 'tray.link-unlinked' : 'tray.link-signed-out');
    case 'conflict':
      return say('tray.link-conflict');
    default:
      return assertNever(state, 'link state');
  }
}

function countOfLinks(links: readonly TrayLink[], say: Say): string {
  const wanted = links.filter(({ state }) => state.kind !== 'off');
  if (wanted.length === 0) return say('tray.no-links');
  return say('tray.up', { up: wanted.filter(({ state }) => state.kind === 'up').length, count: wanted.length });
}
