/** What a schedule is: plain data, as it is stored and shown. */
import type { Millis } from '../types.ts';

export type Timing =
  | { readonly kind: 'once'; readonly at: Millis }
  /** At `from`, and each `everyMs` of elapsed time after it; clocks that are changed do not move it. */
  | { readonly kind: 'every'; readonly everyMs: Millis; readonly from: Millis }
  /** Five fields (`cron.ts`), read on the clocks of `timeZone` (an IANA name that `Intl` knows). */
  | { readonly kind: 'cron'; readonly expression: string; readonly timeZone: string };

/**
 * What becomes of a slot that could not run when it was due. `run-late`: any number of them run once, as soon as that
 * is possible. `skip`: they do not run.
 */
export type CatchUp = 'run-late' | 'skip';

/** Each day from `from` until before `to`, both `HH:MM` on the clocks of `timeZone`; past midnight when `to` is smaller. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

export interface Schedule {
  readonly timing: Timing;
  /** Null: at any hour. */
  readonly quiet: QuietHours | null;
  readonly catchUp: CatchUp;
  /**
   * There are no slots before this moment, and what would have run until then is not made up for.
   * `Number.MAX_SAFE_INTEGER` means until resumed, and resuming sets the moment it happens at; null means never paused.
   */
  readonly pausedUntil: Millis | null;
}

/** The shortest time between two slots; an expression cannot ask for less either. */
export const shortestEvery: Millis = 60_000;
/** Beyond a year a date is meant, not an interval. */
export const longestEvery: Millis = 366 * 24 * 3_600_000;
