/**
 * The sums that caps are held against. What is in the store comes from there, once per day and zone; calls of this run
 * are kept beside it until their usage is stored too. A usage row and the removal of its reservation are one commit, so
 * a call counts here exactly as long as its reservation stands there: never twice, never not at all. Sums of single
 * providers and conversations are read from the store in the same moment, or a call in between would count twice.
 */
import type { Calendar } from '../calendar.ts';
import type { Clock } from '../clock.ts';
import type { Storage } from '../storage.ts';
import { covers } from './caps.ts';
import type { ConversationId, MicroDollars, Millis, ProviderId } from '../types.ts';
import type { CapScope } from './rows.ts';

/** So many ended calls are summed one by one before the store is asked again. */
const mostKept = 256;

export interface Sums {
  readonly from: Millis;
  readonly cost: MicroDollars;
  readonly tokens: number;
  readonly reservedCost: MicroDollars;
  readonly reservedTokens: number;
}

export interface Amount {
  readonly tokens: number;
  /** Unknown costs count as 0. */
  readonly cost: MicroDollars;
}

/** Whom a call counts for. */
export interface Counted {
  readonly provider: ProviderId | null;
  readonly conversation: ConversationId | null;
}

export interface Books {
  /** Of everything (null), of one provider or of one conversation. */
  readonly sums: (scope: CapScope | null) => { readonly day: Sums; readonly month: Sums };
  /** Counts from now on, for the day of `at`. */
  reserve(id: string, at: Millis, amount: Amount, counted: Counted): void;
  /** What it was in the end; the first word about a call holds. */
  settle(id: string, amount: Amount): void;
  /** The call was never made, and its reservation never stored. */
  release(id: string): void;
  /** The store was changed by somebody else. */
  reload(): void;
}

interface Entry extends Amount, Counted {
  readonly at: Millis;
  readonly ended: boolean;
}

interface Stored {
  readonly zone: string;
  readonly dayFrom: Millis;
  readonly dayTo: Millis;
  readonly monthFrom: Millis;
  readonly all: StoredSums;
  readonly scoped: ReadonlyMap<string, StoredSums>;
}

interface StoredSums {
  readonly day: Amount;
  readonly month: Amount;
}

/** `scopes`: those whose sums are wanted beside those of everything, asked for at each reading of the store. */
export function createBooks(
  storage: Storage,
  clock: Clock,
  calendar: Calendar,
  scopes: () => readonly CapScope[],
): Books {
  const entries = new Map<string, Entry>();
  let known: Stored | null = null;
  let ended = 0;

  const load = (now: Millis): Stored => {
    const unsettled = new Set(storage.read.reservations.all().map(({ id }) => id));
    for (const [id, entry] of entries) {
      if (entry.ended && !unsettled.has(id)) entries.delete(id);
    }
    ended = 0;
    for (const entry of entries.values()) if (entry.ended) ended++;
    return readStored(storage, calendar, now, scopes());
  };
  const current = (): Stored => {
    const now = clock.now();
    const stale = known === null || known.zone !== calendar.zone() || now < known.dayFrom || now >= known.dayTo;
    return (known = known === null || stale ? load(now) : known);
  };
  const sumsFrom = (from: Millis, stored: Amount, scope: CapScope | null): Sums => {
    const sums = { from, cost: stored.cost, tokens: stored.tokens, reservedCost: 0, reservedTokens: 0 };
    for (const entry of entries.values()) {
      if (entry.at < from || (scope !== null && !covers(scope, entry))) continue;
      if (entry.ended) {
        sums.cost += entry.cost;
        sums.tokens += entry.tokens;
      } else {
        sums.reservedCost += entry.cost;
        sums.reservedTokens += entry.tokens;
      }
    }
    return sums;
  };
  return {
    sums(scope) {
      if (scope !== null && known?.scoped.has(keyOf(scope)) === false) known = null;
      const { dayFrom, monthFrom, all, scoped } = current();
      const stored = scope === null ? all : scoped.get(keyOf(scope));
      if (stored === undefined) throw new Error(`no sums are kept of ${keyOf(scope)}`);
      return { day: sumsFrom(dayFrom, stored.day, scope), month: sumsFrom(monthFrom, stored.month, scope) };
    },
    reserve: (id, at, amount, counted) => void entries.set(id, { ...amount, ...counted, at, ended: false }),
    settle(id, amount) {
      const entry = entries.get(id);
      if (entry === undefined || entry.ended) return;
      entries.set(id, { ...entry, ...amount, ended: true });
      if (++ended > mostKept) known = null;
    },
    release: (id) => void entries.delete(id),
    reload: () => void (known = null),
  };
}

function readStored({ read }: Storage, calendar: Calendar, now: Millis, scopes: readonly CapScope[]): Stored {
  const dayFrom = calendar.startOfDay(now);
  const dayTo = calendar.endOfDay(now);
  const monthFrom = calendar.startOfMonth(now);
  const sums = (scope?: CapScope): StoredSums => ({
    day: read.usage.charged(dayFrom, dayTo, scope),
    month: read.usage.charged(monthFrom, dayTo, scope),
  });
  const scoped = new Map(scopes.map((scope) => [keyOf(scope), sums(scope)]));
  return { zone: calendar.zone(), dayFrom, dayTo, monthFrom, all: sums(), scoped };
}

function keyOf(scope: CapScope | null): string {
  return scope === null ? '' : `${scope.kind}:${scope.id}`;
}
