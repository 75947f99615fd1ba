/** The models that can be asked, where they come from and how they are chosen. */
import type { Reason } from './reasons.ts';

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
  /** It thinks before it answers, and can be told how much. */
  readonly thinks: boolean | null;
  readonly sizeBytes: number | null;
  readonly local: boolean;
  readonly cooldownUntil: number | null;
  /** What it costs; null when nobody knows, or it costs nothing. */
  readonly price: ModelPriceView | null;
}

/** Micro-dollars per million tokens, read and written. */
export interface ModelPriceView {
  readonly input: number;
  readonly output: number;
}

/** A model on its way onto a server of the owner's, or one that did not get there. */
export interface PullView {
  readonly provider: string;
  readonly name: string;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly phase: 'asking' | 'loading' | 'checking';
  /** Bytes, of all the parts that are known so far. */
  readonly completed: number;
  readonly total: number | null;
  /** Bytes a second; null while that is not known. */
  readonly speed: number | null;
  /** Milliseconds that are left at this speed; null while that is not known. */
  readonly left: number | null;
  readonly reason: Reason | null;
}

/** The models of one provider, or why they cannot be listed. */
export interface ModelListView {
  readonly provider: string;
  readonly models: readonly ModelView[];
  readonly reason: Reason | null;
}

/** The models that were asked last, newest first. */
export type RecentModelsView = readonly string[];

export type TestView =
  | { readonly ok: true; readonly latency: number; readonly said: string }
  | { readonly ok: false; readonly reason: Reason; readonly detail: string };

export interface ModelChoiceView {
  readonly default: string;
  readonly fallbacks: readonly string[];
}
