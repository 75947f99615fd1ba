/** How the program is: its log, its health, its own test, its backups. */
import type { Reason } from './reasons.ts';
import type { LinkView } from './views.ts';

export interface LogLineView {
  /** Rises with each line, also over restarts. */
  readonly n: number;
  readonly at: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What Diagnostics and `/healthz` (with the token) show. */
export interface HealthView {
  readonly status: 'ok' | 'degraded';
  readonly problem: Reason | null;
  readonly links: readonly LinkView[];
  readonly runningTurns: number;
  readonly waitingMessages: number;
  readonly unsentReplies: number;
  /** Parts ever sent twice because the first outcome could not be known. */
  readonly sentAgain: number;
  /** Cards that wait for the owner. */
  readonly waitingCards: number;
  /** As {@link HostView.pausedUntil}. */
  readonly pausedUntil: number | null;
  /** Set from 80 % of a cap on. */
  readonly budgetAlarm: Reason | null;
  readonly rssBytes: number;
  readonly eventLoopP99Ms: number;
  readonly uptime: number;
  /** What is left for this account on the disk with the data; null when the system does not say. */
  readonly freeBytes: number | null;
  readonly runtime: RuntimeView;
  /** The default model first, then its fallbacks: whether each may be asked now. */
  readonly models: readonly ModelHealthView[];
}

/** What the program runs on. */
export interface RuntimeView {
  readonly node: string;
  /** Null on a headless host. */
  readonly electron: string | null;
  /** Operating system, its version and the processor: `linux 6.1.0 x64`. */
  readonly system: string;
}

export interface ModelHealthView {
  readonly ref: string;
  /** `missing`: its provider is not there any more. */
  readonly state: 'ready' | 'resting' | 'key-refused' | 'missing';
  /** Of `resting`: when it is asked again. */
  readonly until: number | null;
}

/** How far a message came on its way from the window to the model and back, and when. */
export interface SelfTestView {
  /** In order; `after` is in milliseconds since the test began. */
  readonly steps: readonly { readonly step: SelfTestStepView; readonly after: number }[];
  /** Why it went no further; null when it went the whole way. */
  readonly reason: Reason | null;
  /** The model that answered. */
  readonly model: string | null;
}

export type SelfTestStepView = 'stored' | 'started' | 'answered' | 'delivered';

/** A copy of the database. */
export interface BackupView {
  readonly name: string;
  readonly at: number;
  readonly size: number;
  /** Made before a new version changed the database. */
  readonly beforeMigration: boolean;
}

export interface BackupsView {
  /** Newest first. */
  readonly backups: readonly BackupView[];
  /** Name of the backup that the next start puts in the place of the database; null when it does not. */
  readonly planned: string | null;
}
