import type { JsonRecord } from '../lib/json.ts';
import type { CommonBehaviour } from '../lib/script.ts';

/** A model that is on this machine, or that can be pulled. */
export interface ModelSpec {
  /** `qwen3:8b`; without a tag `:latest` is meant. */
  readonly name: string;
  /** The prefix of the keys in `model_info`. Default: the letters and digits the name begins with. */
  readonly architecture?: string;
  /** Tokens the model itself can take. Default 32,768. */
  readonly contextLength?: number;
  /** Default `['completion', 'tools']`; `thinking` and `vision` are the others. */
  readonly capabilities?: readonly string[];
  /** The `parameters` text of the model file, e.g. `num_ctx 8192`. */
  readonly parameters?: string;
  /** Bytes. Default 5,000,000,000. */
  readonly size?: number;
  /** The first call waits for this: a cold load. */
  readonly loadGate?: Promise<void>;
}

/** One request as the emulator saw it; changed in place while the answer goes out. */
export interface RecordedRequest {
  /** Order of arrival, from 1. */
  readonly number: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: unknown;
  status: number | undefined;
  played: OllamaBehaviour['kind'] | undefined;
  /** How many tokens of the prompt were thrown away in silence because they did not fit into `num_ctx`. */
  truncated: number;
  aborted: boolean;
  overAt: number | undefined;
}

export interface CheckedMessage {
  readonly role: string;
  readonly content: string;
  readonly images: number;
  readonly toolCalls: number;
}

/** A chat the service would run, as the script sees it. */
export interface ChatCall {
  /** Which accepted chat of this emulator it is, from 1; and the same per model. */
  readonly number: number;
  readonly ofModel: number;
  /** As the client wrote it. */
  readonly model: string;
  /** What is left after truncation. */
  readonly messages: readonly CheckedMessage[];
  readonly lastUserText: string;
  readonly stream: boolean;
  readonly numCtx: number;
  readonly numPredict: number | undefined;
  readonly thinking: boolean;
  readonly promptTokens: number;
  readonly body: JsonRecord;
  readonly request: RecordedRequest;
}

/** In `error-in-stream` the message becomes a line `{"error": …}`. `reasoning` of a reply becomes `thinking`. */
export type OllamaBehaviour = CommonBehaviour;

/**
 * How a pull goes that does not end well. `refused`: the library cannot be asked, said in an error line before any part is
 * named; `broken`: an error line after so many of the steps, with what came until then kept; `cut`: the connection drops
 * there without a word. `error` is what the line says.
 */
export type PullFault =
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'broken'; readonly afterSteps: number; readonly error: string }
  | { readonly kind: 'cut'; readonly afterSteps: number };

export interface OllamaOptions {
  /** 0 (default) takes a free port. */
  readonly port?: number;
  /** Default: `qwen3:8b` with thinking and tools. */
  readonly models?: readonly ModelSpec[];
  /** What `POST /api/pull` can get. Default: nothing. */
  readonly library?: readonly ModelSpec[];
  /** `num_ctx` of a call that names none and whose model sets none. Default 4096, as the service has it. */
  readonly defaultNumCtx?: number;
  /**
   * How a chat with an unknown model is refused: `pull` says `model "x" not found, try pulling it first`, `plain` says
   * `model 'x' not found`; servers of different age do either. Default `pull`.
   */
  readonly notFound?: 'pull' | 'plain';
  readonly version?: string;
  /** Requests kept in `requests`. Default: all. */
  readonly keepRequests?: number;
  /** Milliseconds since the epoch, for dates in answers. Default `Date.now`. */
  readonly now?: () => number;
}
