/** What the window sees of the agent: tools, steps of a turn, servers of tools, memory, schedules, personas, caps. */
import type { Reason } from './reasons.ts';

export type ToolPermissionView = 'always' | 'ask' | 'never';

export interface ToolView {
  readonly name: string;
  readonly description: string;
  /** The server that offers it; null for a tool of our own. */
  readonly server: string | null;
  readonly permission: ToolPermissionView;
  /** The owner, or a provision file, said so; false: as it comes. */
  readonly chosen: boolean;
  readonly fixedByFile: boolean;
  /** It changes something outside. */
  readonly sideEffects: boolean;
  /** What it answers was written by others. */
  readonly outside: boolean;
}

export interface ToolCallView {
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it. */
  readonly arguments: string;
  readonly state: 'pending' | 'asking' | 'allowed' | 'running' | 'done' | 'failed' | 'refused' | 'unsure';
  /** The first 4,000 characters of what it answered; null before that. */
  readonly result: string | null;
  readonly resultLength: number;
  readonly reason: Reason | null;
  readonly begunAt: number | null;
  readonly endedAt: number | null;
  /** Until when the owner can decide, and the card to decide on; null when nothing is asked. */
  readonly askedUntil: number | null;
  readonly card: string | null;
}

/** What a tool would be given: the first 8,192 UTF-16 units of what the model wrote, and how many it wrote. */
export interface GivenView {
  readonly text: string;
  readonly length: number;
}

/** One answer of the model within a turn: what it thought and said, and the tools it called. */
export interface StepView {
  readonly position: number;
  readonly model: string;
  readonly text: string;
  readonly reasoning: string;
  readonly at: number;
  readonly calls: readonly ToolCallView[];
}

/** What a reply took besides words: enough for one line, the steps themselves are read when they are looked at. */
export interface StepsTallyView {
  readonly steps: number;
  /** Some of them thought aloud. */
  readonly thought: boolean;
  /** Tools that were used, in the order of their first calls; `failed`: how many of the calls gave nothing. */
  readonly tools: readonly { readonly name: string; readonly calls: number; readonly failed: number }[];
  /** Calls that were not made: refused by the owner or by a rule, and because nobody answered in time. */
  readonly refused: number;
  readonly unanswered: number;
  /** Calls of which nobody knows whether they took effect. */
  readonly unsure: number;
}

/** The schedule that asked; without an id it is gone, or its run so long ago that nobody knows any more. */
export interface AskedByView {
  readonly id: string | null;
  readonly name: string;
}

/** A summary stands in the prompt for every message up to `upto` (a `seq`) since the context began. */
export interface SummaryView {
  readonly id: string;
  readonly contextNo: number;
  readonly upto: number;
  readonly text: string;
  readonly model: string;
  /** How many turns it replaced. */
  readonly turns: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  readonly at: number;
}

/** An environment variable or a header. Of a secret one only the last four characters are shown. */
export interface McpValueView {
  readonly name: string;
  readonly secret: boolean;
  readonly value: string | null;
  readonly end: string | null;
}

export type McpEndpointView =
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: readonly McpValueView[];
    }
  | { readonly kind: 'http'; readonly url: string; readonly headers: readonly McpValueView[] };

export type McpStateView =
  | { readonly kind: 'off' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly since: number }
  | { readonly kind: 'retrying'; readonly at: number; readonly attempt: number; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly reason: Reason };

export interface McpServerView {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** What it is stands in a provision file; it can be switched off and started anew all the same. */
  readonly fixedByFile: boolean;
  readonly endpoint: McpEndpointView;
  readonly state: McpStateView;
  /** When its state became of the present kind. */
  readonly since: number;
  /** How often it was lost since the program started, and had to be started anew. */
  readonly losses: number;
  /** What was last wrong with it since then, also when it is well again; null: nothing. */
  readonly lastTrouble: Reason | null;
  /** The tools it offers: as models call them, as it calls them itself. */
  readonly tools: readonly { readonly name: string; readonly theirs: string; readonly claimsReadOnly: boolean }[];
  readonly leftOut: readonly {
    readonly name: string;
    readonly why: 'malformed' | 'duplicate' | 'schema-unfit' | 'too-many' | 'needs-tasks';
  }[];
}

/** A value that is left out keeps what is stored under its name. */
export interface McpValueDraft {
  readonly name: string;
  readonly secret: boolean;
  readonly value?: string;
}

export interface McpServerDraft {
  /** Left out: a new one. */
  readonly id?: string;
  readonly name: string;
  readonly endpoint:
    | {
        readonly kind: 'stdio';
        readonly command: string;
        readonly args: readonly string[];
        readonly env: readonly McpValueDraft[];
      }
    | { readonly kind: 'http'; readonly url: string; readonly headers: readonly McpValueDraft[] };
}

export interface McpLogLineView {
  readonly at: number;
  readonly from: 'server' | 'gateway';
  readonly text: string;
}

export interface MemoryNoteView {
  readonly name: string;
  /** `aside`: what was kept when two changes met in one place; it is neither read nor searched. */
  readonly kind: 'curated' | 'log' | 'other' | 'aside';
  /** Of what was kept aside: the note it belongs to, which may be gone. */
  readonly from: string | null;
  readonly bytes: number;
  readonly changedAt: number;
}

export interface MemoryView {
  /** Where the notes lie, for an editor of the owner's. */
  readonly folder: string;
  readonly notes: readonly MemoryNoteView[];
  /** Notes that are not read, and why. */
  readonly unread: readonly Reason[];
}

export interface MemoryHitView {
  readonly name: string;
  readonly heading: string;
  readonly text: string;
}

export type TimingView =
  | { readonly kind: 'once'; readonly at: number }
  | { readonly kind: 'every'; readonly everyMs: number; readonly from: number }
  | { readonly kind: 'cron'; readonly expression: string; readonly timeZone: string };

export interface QuietHoursView {
  /** `HH:MM`. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

export interface ScheduleDraft {
  /** Left out: a new one. */
  readonly id?: string;
  readonly name: string;
  /** What the model is told each time. */
  readonly prompt: string;
  /** A private conversation of the owner's, where the answer goes. */
  readonly conversation: string;
  readonly timing: TimingView;
  readonly quiet: QuietHoursView | null;
  readonly catchUp: 'run-late' | 'skip';
}

export interface ScheduleView extends Required<ScheduleDraft> {
  /** The conversation's title. */
  readonly title: string;
  readonly pausedUntil: number | null;
  /** Null: it will not run again. */
  readonly next: number | null;
  /** When it runs, in words of the owner's language. */
  readonly words: string;
  /** `tool`: it was asked for in a conversation. */
  readonly origin: 'window' | 'tool';
  readonly lastRun: ScheduleRunView | null;
}

export interface ScheduleRunView {
  readonly slot: number;
  readonly at: number;
  readonly late: boolean;
  /** Slots before this one that were not run. */
  readonly missed: number;
  /** What it made; null where it was skipped. */
  readonly message: string | null;
  /** How its turn ended; null while it runs or waits. */
  readonly outcome: 'done' | 'stopped' | 'failed' | 'dead' | 'skipped' | null;
  readonly reason: Reason | null;
}

/** When a draft would run, or what is wrong with it. */
export type SchedulePreviewView =
  | { readonly ok: true; readonly words: string; readonly next: readonly number[] }
  | { readonly ok: false; readonly reason: Reason };

export interface PersonaView {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly fixedByFile: boolean;
}

export type ThinkingView = 'off' | 'low' | 'medium' | 'high';
