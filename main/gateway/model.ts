/**
 * The port to a provider of models. A reply is a stream that is async-iterable *and* has `.result()`; failures are its
 * last event, never a throw. Adapters do not retry: `models/attempts.ts` owns that.
 */
import type { Result } from '../lib/result.ts';
import type { Millis, ProviderId, Reason, Thinking } from './types.ts';

export type ChatContent =
  | { readonly kind: 'text'; readonly text: string }
  /** `https:` or `data:` address. */
  | { readonly kind: 'image'; readonly url: string };

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it; may be malformed. */
  readonly arguments: string;
}

export type ChatMessage =
  | { readonly role: 'system'; readonly content: string }
  | { readonly role: 'user'; readonly content: readonly ChatContent[] }
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly callId: string; readonly content: string };

export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  /** JSON Schema. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ModelTimeouts {
  /** Until the request has gone out over a connection. */
  readonly connect: Millis;
  /** Until the first token; cold loads of local models take minutes. */
  readonly firstToken: Millis;
  /** Between tokens. */
  readonly betweenTokens: Millis;
}

export interface ModelRequest {
  /** The model's name at its provider, without the provider's id. */
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly maxOutputTokens: number;
  readonly timeouts: ModelTimeouts;
  readonly tools?: readonly ToolDescription[];
  /** As OpenAI has it: `auto`, `none`, `required` or a named function. */
  readonly toolChoice?: unknown;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stop?: readonly string[];
  readonly responseFormat?: Readonly<Record<string, unknown>>;
  /** Stands in place of pictures when the server refuses them for this model; left out: then the refusal is the end. */
  readonly insteadOfPictures?: string;
  /** How much to think before the answer; left out: as the model comes. A model that cannot be told is not told. */
  readonly thinking?: Thinking;
}

/** Closed; what follows from each is in `models/attempts.ts`. */
export type ModelErrorClass =
  | 'invalid-request'
  | 'auth'
  | 'quota'
  | 'rate-limit'
  | 'overloaded'
  | 'timeout'
  | 'network'
  | 'context-overflow'
  | 'content-filter'
  | 'model-missing'
  | 'aborted'
  | 'bug';

export interface ModelFailure {
  readonly class: ModelErrorClass;
  /** What a person is told. */
  readonly reason: Reason;
  /** The model's window in tokens, where the server names it (context-overflow). */
  readonly window?: number;
  /** Wait asked for by the server (rate-limit), or until the quota's reset. */
  readonly retryAfter?: Millis;
  /** The server's own words without secrets, for the log and Diagnostics; at most 500 characters. */
  readonly detail: string;
}

/** Something that was said, to become words. */
export interface SoundRequest {
  readonly model: string;
  readonly bytes: Uint8Array;
  /** Its ending tells servers what it is. */
  readonly name: string;
  /** MIME type. */
  readonly type: string;
  /** How long it is, where that is known; what the server says of it wins. */
  readonly seconds: number | null;
  /** `firstToken`: until the answer is there. */
  readonly timeouts: ModelTimeouts;
}

/** `usage` is null when the call never reached the server. */
export type Transcription =
  | { readonly text: string; readonly usage: ModelUsage }
  | { readonly failure: ModelFailure; readonly usage: ModelUsage | null };

export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The server gave no counts. */
  readonly estimated: boolean;
  /** Of sound that was heard, in whole seconds; `estimated`: from the size of the file alone. */
  readonly sound?: { readonly seconds: number; readonly estimated: boolean };
}

export type ReplyEvent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'tool-call'; readonly call: ToolCall }
  | { readonly kind: 'end'; readonly end: ReplyEnd };

/** The last event of every stream. `usage` is null when the call never reached the server. */
export type ReplyEnd =
  | { readonly stop: 'stop' | 'length' | 'tool'; readonly usage: ModelUsage }
  | { readonly stop: 'error' | 'aborted'; readonly failure: ModelFailure; readonly usage: ModelUsage | null };

export interface Reply {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly end: ReplyEnd;
}

/** Iterate it once, or only await `result()`; both end together. */
export interface ReplyStream extends AsyncIterable<ReplyEvent> {
  result(): Promise<Reply>;
}

export interface ModelInfo {
  readonly name: string;
  readonly contextTokens: number | null;
  readonly sees: boolean | null;
  readonly tools: boolean | null;
  /** It thinks before it answers, and can be told how much. */
  readonly thinks: boolean | null;
  readonly sizeBytes: number | null;
}

export interface ModelHealth {
  readonly latency: Millis;
  /** What the model said to the one-token test. */
  readonly said: string;
}

/** How far the loading of a model is. Bytes are those of all parts that the server has named so far. */
export interface PullProgress {
  /** `asking`: the library is being asked; `loading`: bytes come; `checking`: all came and are looked at. */
  readonly phase: 'asking' | 'loading' | 'checking';
  readonly completed: number;
  /** Null before the first part was named. */
  readonly total: number | null;
  /** Of `completed`: what lay at the server before, from an earlier try. */
  readonly kept: number;
}

/** One model on its way; `running` until it is `done`, `stopped` (by the owner or a restart) or `failed`. */
export interface PullStatus {
  readonly provider: ProviderId;
  /** As it was typed. */
  readonly model: string;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly progress: PullProgress;
  /** Bytes a second over the last seconds; null while nothing is known. */
  readonly speed: number | null;
  readonly startedAt: Millis;
  /** Why it failed. */
  readonly reason: Reason | null;
}

/** One server with one key. */
export interface Provider {
  /** Runs on this machine or costs nothing. */
  readonly local: boolean;
  stream(request: ModelRequest, signal: AbortSignal): ReplyStream;
  list(signal: AbortSignal): Promise<Result<readonly ModelInfo[], ModelFailure>>;
  /** A *real* request for a few tokens, with separate reasons: not running, wrong path, key refused, model absent, TLS. */
  check(model: string, signal: AbortSignal): Promise<Result<ModelHealth, ModelFailure>>;
  /** Tokens that fit into the model at this server, null when unknown. Asks the server at most once per model. */
  contextTokens(model: string, signal: AbortSignal): Promise<number | null>;
  /** Whether a model takes pictures; null when nobody says. Left out: none here does. */
  sees?(model: string, signal: AbortSignal): Promise<boolean | null>;
  /** The server was found out, by its refusal, to take no pictures for this model. */
  refusesPictures?(model: string): boolean;
  /** One request, without repetition. Left out where sounds cannot be made words. */
  transcribe?(request: SoundRequest, signal: AbortSignal): Promise<Transcription>;
  /**
   * Loads a model from the server's library onto the server; ends when it is there. What an aborted or broken pull has
   * loaded stays at the server, and the next one goes on from it. Left out where models cannot be loaded.
   */
  pull?(
    model: string,
    onProgress: (progress: PullProgress) => void,
    signal: AbortSignal,
  ): Promise<Result<void, ModelFailure>>;
  /** Takes a model off the server's disk. Left out where that cannot be done. */
  remove?(model: string, signal: AbortSignal): Promise<Result<void, ModelFailure>>;
}

export interface ProviderSeed {
  readonly id: string;
  /** As people know it: it stands in the sentences about its failures. */
  readonly name: string;
  readonly kind: 'openai' | 'ollama' | 'practice';
  readonly baseUrl: string;
  readonly key: string | null;
  readonly compatibility: Readonly<Record<string, unknown>>;
}

/** Loads the adapter's library when it is first needed. */
export type CreateProvider = (seed: ProviderSeed) => Promise<Provider>;

/** Neither the default model nor a fallback answers. Times are of the monotonic clock. */
export interface ModelOutage {
  /** When the last of them began to fail. */
  readonly since: Millis;
  /** When the first of them is asked again; null when each waits for another key. */
  readonly restsUntil: Millis | null;
  /** A message waits, or was given up since. */
  readonly unanswered: boolean;
}
