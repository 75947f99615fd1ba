import type { CommonBehaviour } from '../lib/script.ts';
import type { JsonRecord } from '../lib/json.ts';

/** One request as the emulator saw it. The object is changed in place while the answer goes out. */
export interface RecordedRequest {
  /** Order of arrival, from 1. */
  readonly number: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The parsed JSON body; `undefined` when there was none or it could not be parsed. */
  readonly body: unknown;
  /** The bearer key, if one came. */
  readonly key: string | undefined;
  /** The status that was answered; `undefined` as long as none was. */
  status: number | undefined;
  /** The kind of behaviour that was played for a chat call. */
  played: OpenAiBehaviour['kind'] | undefined;
  /** True once the client hung up before its answer was complete. */
  aborted: boolean;
  /** When the answer was complete or the connection gone, in milliseconds since the epoch. */
  overAt: number | undefined;
}

export interface ToolCallOut {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** A message of a request that was found well-formed. */
export interface CheckedMessage {
  readonly role: string;
  /** The text of the message, parts joined; empty when there is none. */
  readonly text: string;
  /** How many parts are not text. */
  readonly media: number;
  readonly toolCalls: readonly ToolCallOut[];
  readonly toolCallId: string | undefined;
}

/** A chat request that the service would accept, as the script sees it. */
export interface ChatCall {
  /** Which accepted chat call of this emulator it is, from 1; and the same per key and per model. */
  readonly number: number;
  readonly ofKey: number;
  readonly ofModel: number;
  readonly key: string | undefined;
  readonly model: string;
  readonly messages: readonly CheckedMessage[];
  readonly lastUserText: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly maxTokens: number | undefined;
  readonly promptTokens: number;
  readonly headers: RecordedRequest['headers'];
  /** The body as it came. */
  readonly body: JsonRecord;
  readonly request: RecordedRequest;
}

export type OpenAiBehaviour =
  | CommonBehaviour
  /** The window is exceeded, in the words of the service named. */
  | {
      readonly kind: 'overflow';
      readonly flavour?: 'openai' | 'llama.cpp' | 'vllm';
      readonly limit?: number;
      readonly tokens?: number;
    }
  /** Quota used up: status 429 that no waiting cures. */
  | { readonly kind: 'quota' };

export interface OpenAiOptions {
  /** 0 (default) takes a free port. */
  readonly port?: number;
  /** Keys that are accepted; an empty list accepts calls without any. Default `['sk-test']`. */
  readonly keys?: readonly string[];
  /** Default `['gpt-test']`. */
  readonly models?: readonly string[];
  /** Which field sets the limit of the answer; the other one is refused. Default `both`. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens' | 'both';
  /** False refuses `stream_options`, as strict older servers do. Default true. */
  readonly supportsUsageInStream?: boolean;
  /** False refuses `tools`. Default true. */
  readonly supportsTools?: boolean;
  /** What is taken as `reasoning_effort`; any other value is refused, and an empty list refuses the field. Default: all. */
  readonly efforts?: readonly string[];
  /** Whether role `developer` is accepted; `only` refuses `system` instead. Default true. */
  readonly developerRole?: boolean | 'only';
  /** Models of which `GET /v1/models` says that they take text only. Default: nothing is said of any. */
  readonly blindModels?: readonly string[];
  /** Refuses pictures in every chat call. */
  readonly refusesPictures?: boolean;
  /** Tokens that prompt and answer share; beyond it the overflow error is answered. Default: no limit. */
  readonly contextLength?: number;
  /** Bytes of a request body. Default 26,214,400, as the service has it. */
  readonly bodyLimit?: number;
  /** Requests kept in `requests`. Default: all. */
  readonly keepRequests?: number;
}
