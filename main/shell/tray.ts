/**
 * What the tray shows, as one pure function of what is known. Every line is derived from evidence: from the links' own
 * states and the gateway's counts, never from the last thing that was asked for.
 */
import type { LinkState } from '../gateway/channel.ts';
import { assertNever } from '../lib/assert-never.ts';
import { say } from './words.ts';

/** The pictures there are in `resources/tray` that this part uses. */
export type TrayIcon = 'ok' | 'working' | 'attention' | 'stopped';

export interface TrayLink {
  readonly name: string;
  readonly state: LinkState;
}

/** What the gateway knows of itself, as far as the tray is concerned. */
export interface TrayFacts {
  /** Links to platforms; the built-in ones are always there and say nothing. */
  readonly links: readonly TrayLink[];
  readonly runningTurns: number;
  /** The sentence of what stops the whole gateway; null when nothing does. */
  readonly problem: string | null;
  /** Unknown people with a kept message. */
  readonly waitingPeople: number;
}

export type TrayStatus =
  | { readonly kind: 'starting' }
  | { readonly kind: 'stopping' }
  /** `working`: a turn has been running for so long that showing it does not flicker. */
  | { readonly kind: 'running'; readonly facts: TrayFacts; readonly working: boolean };

export type TrayEntry =
  | { readonly kind: 'line'; readonly label: string }
  | { readonly kind: 'separator' }
  | { readonly kind: 'action'; readonly action: 'open' | 'quit'; readonly label: string };

export interface TrayModel {
  readonly icon: TrayIcon;
  readonly tooltip: string;
  readonly menu: readonly TrayEntry[];
}

/** Windows cuts a tooltip off at 127 characters. */
const longestTooltip = 127;
/** A menu as wide as a sentence of two lines would cover the screen. */
const longestLine = 90;

/** Total and without side effects: the same status gives the same tray. */
export function trayModel(status: TrayStatus): TrayModel {
  const { icon, lines } = shown(status);
  return {
    icon,
    tooltip: shortened(['Porchlight', lines[0] ?? ''].join(': '), longestTooltip),
    menu: [
      ...lines.map((line): TrayEntry => ({ kind: 'line', label: shortened(line, longestLine) })),
      { kind: 'separator' },
      { kind: 'action', action: 'open', label: say('tray.open') },
      { kind: 'separator' },
      { kind: 'action', action: 'quit', label: say('tray.quit') },
    ],
  };
}

function shown(status: TrayStatus): { readonly icon: TrayIcon; readonly lines: readonly string[] } {
  switch (status.kind) {
    case 'starting':
      return { icon: 'stopped', lines: [say('tray.starting')] };
    case 'stopping':
      return { icon: 'stopped', lines: [say('tray.stopping')] };
    case 'running':
      return running(status.facts, status.working);
    default:
      return assertNever(status, 'tray status');
  }
}

/** Attention before working before ok. What needs a person stands first, the count of links last. */
function running(facts: TrayFacts, working: boolean) {
  const urgent = attention(facts);
  const turns = working ? [say('tray.working', { count: facts.runningTurns })] : [];
  const icon: TrayIcon = urgent.length > 0 ? 'attention' : working ? 'working' : 'ok';
  return { icon, lines: [...urgent, ...turns, countOfLinks(facts.links)] };
}

function attention({ problem, links, waitingPeople }: TrayFacts): readonly string[] {
  const people = waitingPeople > 0 ? [say('tray.people', { count: waitingPeople })] : [];
  return [...(problem === null ? [] : [problem]), ...links.flatMap(troubleOf), ...people];
}

/** A link that tries again by itself needs nobody; one that was signed out or has a rival does. */
function troubleOf({ name, state }: TrayLink): readonly string[] {
  switch (state.kind) {
    case 'signed-out':
      return [say('tray.signed-out', { link: name })];
    case 'conflict':
      return [say('tray.conflict', { link: name })];
    case 'off':
    case 'connecting':
    case 'up':
    case 'retrying':
      return [];
    default:
      return assertNever(state, 'link state');
  }
}

function countOfLinks(links: readonly TrayLink[]): string {
  const wanted = links.filter(({ state }) => state.kind !== 'off');
  if (wanted.length === 0) return say('tray.no-links');
  return say('tray.up', { up: wanted.filter(({ state }) => state.kind === 'up').length, count: wanted.length });
}

function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).trimEnd()}…`;
}
