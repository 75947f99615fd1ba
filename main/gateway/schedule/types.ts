/** What a schedule is: plain data, as it is stored and shown; and the face of those that a gateway keeps. */
import type { Result } from '../../lib/result.ts';
import type { Address, ConversationId, MessageId, MessageRow, Millis, Reason, TurnState } from '../types.ts';

/**
 * Who says what a schedule of the owner's says. No platform has such an address, and what comes in under it is refused
 * (`inbound/arrival.ts`); a caller of the API may call himself anything, so there it is a name like any other.
 */
export const scheduler: Address = 'porchlight:schedule';

/** A schedule has said it. */
export function isScheduled({ kind, author, link }: Pick<MessageRow, 'kind' | 'author' | 'link'>): boolean {
  return kind === 'person' && author === scheduler && link !== 'api';
}

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
/** So many schedules are kept; each is looked at whenever one of them may be due. */
export const mostSchedules = 100;

export type ScheduleId = string;

export interface ScheduleRow extends Schedule {
  readonly id: ScheduleId;
  readonly name: string;
  /** What the model is told each time. */
  readonly prompt: string;
  /** A private conversation of the owner's. */
  readonly conversation: ConversationId;
  /** The newest slot that was dealt with, or the moment from which on there are any; see `whatIsDue`. */
  readonly handled: Millis;
  /** `tool`: it was asked for in a conversation. */
  readonly origin: 'window' | 'tool';
  readonly createdAt: Millis;
}

/** What became of a slot: the message that was made of it, or why there is none. */
export interface ScheduleRunRow {
  /** Unique: see `slotKey`. */
  readonly slotKey: string;
  readonly schedule: ScheduleId;
  readonly slot: Millis;
  readonly at: Millis;
  readonly late: boolean;
  /** Slots before this one that were not run, at most about a hundred of them counted. */
  readonly missed: number;
  readonly message: MessageId | null;
  /** Why it was left out; null where it ran. */
  readonly reason: Reason | null;
}

/** What somebody wants a schedule to be. */
export interface ScheduleDraft extends Omit<Schedule, 'pausedUntil'> {
  /** Left out: a new one. */
  readonly id?: ScheduleId;
  readonly name: string;
  readonly prompt: string;
  readonly conversation: ConversationId;
}

export interface ScheduleStatus {
  readonly row: ScheduleRow;
  /** Null: not paused now. */
  readonly pausedUntil: Millis | null;
  /** Null: it will not run again. */
  readonly next: Millis | null;
  /** When it runs, in the owner's language. */
  readonly words: string;
  readonly lastRun: ScheduleRunStatus | null;
}

export interface ScheduleRunStatus {
  readonly row: ScheduleRunRow;
  /** How its turn ended; `skipped`: there was none; null while it runs or waits. */
  readonly outcome: Exclude<TurnState, 'running'> | 'skipped' | null;
  readonly reason: Reason | null;
}

/** Schedules as the window and the tool see them. Each change publishes `schedules`. */
export interface Schedules {
  /** In the order in which they were made. */
  list(): readonly ScheduleStatus[];
  get(id: ScheduleId): ScheduleStatus | null;
  /**
   * Stores a new one, or changes one. When its times are changed, what would have run before now is not made up for.
   * `input.not-found`, `input.malformed`, `schedule.…`.
   */
  save(draft: ScheduleDraft, origin: ScheduleRow['origin']): Promise<Result<ScheduleStatus, Reason>>;
  /** The first `count` times something would run at, and when it runs in words; refused as its times would be by `save`. */
  preview(
    draft: Omit<Schedule, 'pausedUntil'>,
    count: number,
  ): Result<{ readonly words: string; readonly next: readonly Millis[] }, Reason>;
  /** `until` null, or a moment that has passed, resumes; `Number.MAX_SAFE_INTEGER`: until resumed. `input.not-found`. */
  pause(id: ScheduleId, until: Millis | null): Promise<Result<ScheduleStatus, Reason>>;
  /** With its history; what it has said stays in the conversation. `input.not-found`. */
  remove(id: ScheduleId): Promise<Result<void, Reason>>;
  /** Newest first; empty for one that does not exist. */
  runs(id: ScheduleId, limit: number): readonly ScheduleRunStatus[];
}
