/** What the window sees: plain JSON, times as milliseconds UTC, never bytes, never a secret. */
import type { Reason } from './reasons.ts';

export type LinkKind = 'window' | 'api' | 'telegram' | 'whatsapp';

export interface HostView {
  readonly version: string;
  readonly mode: 'desktop' | 'headless';
  readonly dataDir: string;
  readonly startedAt: number;
  /** Where the API (`/v1`) and the window in a browser are served, ending in `/`; null while they are not. */
  readonly apiUrl: string | null;
  /** Seq of the newest event: subscribe from here. */
  readonly seq: number;
  /** What stops the whole gateway (disk full, database damaged); null when all is well. */
  readonly problem: Reason | null;
  /** Things the owner should know that stop nothing (settings restored from the last good copy, …). */
  readonly notices: readonly Reason[];
  /** The time zone in use: the setting, or the system's. */
  readonly timeZone: string;
  readonly setupDone: boolean;
}

export type LinkStateView =
  | { readonly kind: 'off' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly provenAt: number }
  | { readonly kind: 'retrying'; readonly at: number; readonly attempt: number; readonly reason: Reason }
  | { readonly kind: 'signed-out'; readonly reason: Reason }
  | { readonly kind: 'conflict'; readonly reason: Reason };

export interface LinkView {
  readonly id: string;
  readonly kind: LinkKind;
  readonly name: string;
  readonly handle: string | null;
  readonly state: LinkStateView;
  /** When the state's kind last changed. */
  readonly since: number;
  readonly lastInAt: number | null;
  readonly lastOutAt: number | null;
  /** Replies that are finished and not sent yet. */
  readonly unsent: number;
  readonly enabled: boolean;
  readonly fixedByFile: boolean;
  readonly apiRoot: string | null;
  /** Whether somebody is the owner there; without one nobody is answered. */
  readonly hasOwner: boolean;
}

/** Somebody who wrote privately and is not known: "is this you?". */
export interface CandidateView {
  readonly link: string;
  readonly address: string;
  readonly name: string;
  readonly text: string;
  readonly at: number;
}

export interface ConversationView {
  readonly id: string;
  readonly link: string;
  readonly linkKind: LinkKind;
  readonly kind: 'private' | 'group';
  readonly title: string;
  /** The newest message as one line of plain text, at most 140 UTF-16 units. */
  readonly preview: string;
  readonly lastAt: number;
  readonly unread: number;
  readonly working: boolean;
  /** The last turn failed, or its reply could not be delivered. */
  readonly failed: boolean;
  /** Chosen for this conversation; null means the default model. */
  readonly model: string | null;
  readonly contextNo: number;
}

export type MessageState =
  'waiting' | 'answering' | 'answered' | 'kept' | 'paused' | 'late' | 'held' | 'ignored' | 'cleared';

export interface DeliveryView {
  readonly state: 'open' | 'ready' | 'sent' | 'failed' | 'held' | 'cancelled';
  readonly reason: Reason | null;
  readonly late: boolean;
  readonly parts: number;
  readonly sentParts: number;
  /** Parts sent a second time because the first outcome could not be known. */
  readonly again: number;
}

export interface MessageView {
  readonly id: string;
  /** Order and paging. */
  readonly seq: number;
  readonly conversation: string;
  readonly kind: 'person' | 'assistant' | 'notice';
  readonly authorName: string;
  /** Markdown for `assistant`, plain text otherwise. */
  readonly text: string;
  readonly at: number;
  readonly contextNo: number;
  readonly state: MessageState;
  /** Why it was not answered (person), or what went wrong (notice: the window says it in its own language). */
  readonly reason: Reason | null;
  readonly turn: string | null;
  readonly model: string | null;
  /** Only for what goes out. */
  readonly delivery: DeliveryView | null;
}

export interface TurnView {
  readonly id: string;
  readonly conversation: string;
  readonly state: 'running' | 'done' | 'stopped' | 'failed' | 'dead';
  readonly startedAt: number;
  /** What a turn without a token for 20 s waits for; null before that and while tokens come. */
  readonly waitingFor: Reason | null;
  /** The model now at work. */
  readonly model: string | null;
  readonly reason: Reason | null;
}

/** The text so far of a running turn: what came before the deltas that follow. */
export interface TurnTextView {
  readonly turn: string;
  /** Rises when an attempt starts afresh: the text of an older attempt is void. */
  readonly attempt: number;
  readonly text: string;
}

export interface ThreadView {
  readonly conversation: ConversationView;
  readonly messages: readonly MessageView[];
  /** There are older messages than the first one here. */
  readonly more: boolean;
  readonly turn: TurnView | null;
  readonly turnText: TurnTextView | null;
}

export interface ProviderView {
  readonly id: string;
  readonly kind: 'openai' | 'ollama' | 'practice';
  readonly name: string;
  readonly baseUrl: string;
  /** The last four characters of the stored key; null when there is none. */
  readonly keyEnd: string | null;
  /** The server refused the key; its models answer nothing until a new key or a good test. */
  readonly keyRefused: boolean;
  readonly local: boolean;
  readonly fixedByFile: boolean;
}

export interface ModelView {
  /** `provider/model`. */
  readonly ref: string;
  readonly provider: string;
  readonly name: string;
  readonly contextTokens: number | null;
  readonly sees: boolean | null;
  readonly tools: boolean | null;
  readonly sizeBytes: number | null;
  readonly local: boolean;
  readonly cooldownUntil: number | null;
}

/** The models of one provider, or why they cannot be listed. */
export interface ModelListView {
  readonly provider: string;
  readonly models: readonly ModelView[];
  readonly reason: Reason | null;
}

export type TestView =
  | { readonly ok: true; readonly latency: number; readonly said: string }
  | { readonly ok: false; readonly reason: Reason; readonly detail: string };

export interface ModelChoiceView {
  readonly default: string;
  readonly fallbacks: readonly string[];
}

export interface SettingView {
  readonly key: string;
  readonly section: string;
  readonly type: 'number' | 'text' | 'choice' | 'switch' | 'list';
  readonly value: unknown;
  readonly default: unknown;
  readonly unit: string | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly options: readonly string[];
  readonly multiline: boolean;
  readonly advanced: boolean;
  readonly fixedByFile: boolean;
}

export interface SearchHitView {
  readonly message: string;
  readonly conversation: string;
  readonly title: string;
  readonly seq: number;
  readonly at: number;
  /** Hits stand between U+0002 and U+0003. */
  readonly excerpt: string;
}

export interface IdentityView {
  readonly account: string;
  readonly name: string;
  readonly handle: string | null;
}

export interface FileView {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

export interface UsageView {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Micro-dollars; calls without a known price are left out and counted in `unpriced`. */
  readonly cost: number;
  readonly unpriced: number;
  readonly estimated: number;
}

export interface LogLineView {
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
  readonly rssBytes: number;
  readonly eventLoopP99Ms: number;
  readonly uptime: number;
}
