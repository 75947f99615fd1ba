/** What the palette offers, and in which order. Pure. */
import type { IconName } from '../icons.tsx';
import { type Fit, fuzzy } from './fuzzy.ts';

export type EntryKind = 'do' | 'place' | 'conversation' | 'setting' | 'message';

export interface Entry {
  readonly id: string;
  readonly kind: EntryKind;
  readonly title: string;
  /** Beside it: where it leads, or its key. */
  readonly about?: string;
  /** Other words by which it is found. */
  readonly also?: string;
  readonly icon: IconName;
  readonly run: () => void;
}

export interface RankedEntry {
  readonly entry: Entry;
  /** Letters of the title that were typed. */
  readonly at: readonly number[];
}

export interface EntryGroup {
  readonly kind: EntryKind;
  readonly entries: readonly RankedEntry[];
}

/** Of each kind, so that one does not bury the others. */
const most: Readonly<Record<EntryKind, number>> = { do: 8, place: 12, conversation: 8, setting: 8, message: 5 };
const order: readonly EntryKind[] = ['conversation', 'do', 'place', 'setting', 'message'];

/** For each letter found in the other words: less than by what one sees. */
const otherWords = 4;

function fitOf(query: string, entry: Entry): Fit | null {
  // Found by what was said in it, which the gateway looked up.
  if (entry.kind === 'message') return { score: 0, at: [] };
  const own = fuzzy(query, entry.title);
  const typed = query.trim().toLowerCase();
  // In a whole sentence a letter or two are found nearly always.
  if (typed.length < 3 || entry.also?.toLowerCase().includes(typed) !== true) return own;
  const other = { score: typed.length * otherWords, at: [] };
  return own !== null && own.score >= other.score ? own : other;
}

/**
 * Nothing typed: a few of everything, in a fixed order. Something typed: what fits, best first; the kind with the best
 * fit comes first, messages last.
 */
export function rankEntries(entries: readonly Entry[], query: string): readonly EntryGroup[] {
  const typed = query.trim() !== '';
  const ranked = entries.flatMap((entry) => {
    const fit = fitOf(query, entry);
    return fit === null ? [] : [{ entry, at: fit.at, score: fit.score }];
  });
  const groups = order
    .filter((kind) => typed || kind !== 'setting')
    .map((kind) => {
      const own = ranked.filter(({ entry }) => entry.kind === kind);
      const sorted = typed ? own.toSorted((one, other) => other.score - one.score) : own;
      const best = kind === 'message' ? -Infinity : (sorted[0]?.score ?? -Infinity);
      return { kind, best, entries: sorted.slice(0, most[kind]).map(({ entry, at }) => ({ entry, at })) };
    })
    .filter((group) => group.entries.length > 0);
  const inOrder = typed ? groups.toSorted((one, other) => other.best - one.best) : groups;
  return inOrder.map(({ kind, entries: own }) => ({ kind, entries: own }));
}
