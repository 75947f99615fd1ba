/*
 * What a model server is told to do. `next(...)` queues behaviours for the calls to come, each used once; when the queue
 * is empty the function given to `script(...)` decides; without one, the echo model answers.
 */
import { assertUnreachable } from './unreachable.ts';

export interface ScriptedToolCall {
  /** Made up by the emulator when left out. */
  readonly id?: string;
  readonly name: string;
  /** The arguments as JSON text. */
  readonly arguments: string;
  /** The pieces in which the arguments are streamed; two halves when left out. */
  readonly fragments?: readonly string[];
  /** The gate before each fragment, by index. */
  readonly gate?: PieceGates;
}

export interface ScriptedUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** The gate before each piece of a reply, by index; `undefined` lets the piece pass. */
export type PieceGates = readonly (Promise<void> | undefined)[];

export interface ReplyBehaviour {
  readonly kind: 'reply';
  /** The whole text, streamed in a few pieces; `pieces` gives them one by one instead. */
  readonly text?: string;
  readonly pieces?: readonly string[];
  /** Reasoning that comes before the text. */
  readonly reasoning?: readonly string[];
  readonly toolCalls?: readonly ScriptedToolCall[];
  /** Counts to report; estimated from the lengths when left out, absent from the answer with `none`. */
  readonly usage?: ScriptedUsage | 'none';
  /** Finish reason, in the words of the service; worked out when left out. */
  readonly finish?: string;
  /** One promise: nothing leaves before it, headers included. A list: one gate before each piece. */
  readonly gate?: Promise<void> | PieceGates;
  /** Headers leave at once, the first token after this. */
  readonly firstTokenGate?: Promise<void>;
}

/** What every model server can be told to do. `after` counts pieces of the text that still get through. */
export type CommonBehaviour =
  | ReplyBehaviour
  | {
      readonly kind: 'status';
      readonly status: number;
      /** The service's usual body for that status when left out; a string goes out as it is. */
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'hang-after-headers' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'cut'; readonly after: number; readonly pieces?: readonly string[] }
  | { readonly kind: 'stall'; readonly after: number; readonly pieces?: readonly string[] }
  | { readonly kind: 'close-early'; readonly after: number; readonly pieces?: readonly string[] }
  | { readonly kind: 'malformed'; readonly after?: number; readonly pieces?: readonly string[]; readonly line?: string }
  | { readonly kind: 'error-in-stream'; readonly after: number; readonly message: string }
  | { readonly kind: 'html'; readonly status: number; readonly reason?: string };

/** The queue and the function behind it; `C` is a call, `B` a behaviour of that service. */
export class Script<C, B> {
  readonly #queue: B[] = [];
  #decide: (call: C) => B | Promise<B>;

  constructor(decide: (call: C) => B | Promise<B>) {
    this.#decide = decide;
  }

  /** Decides every call the queue does not. */
  script(decide: (call: C) => B | Promise<B>): void {
    this.#decide = decide;
  }

  /** Queues behaviours, each for one call. */
  next(...behaviours: readonly B[]): void {
    this.#queue.push(...behaviours);
  }

  choose(call: C): B | Promise<B> {
    return this.#queue.shift() ?? this.#decide(call);
  }
}

/** Cuts `text` into about `count` pieces, never inside a surrogate pair. An empty text has no piece. */
export function piecesOf(text: string, count: number): string[] {
  const size = Math.max(1, Math.ceil(text.length / count));
  const pieces: string[] = [];
  let from = 0;
  while (from < text.length) {
    let to = Math.min(text.length, from + size);
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) to += 1;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

/** The pieces a reply is streamed in. */
export function replyPieces(reply: ReplyBehaviour): readonly string[] {
  return reply.pieces ?? piecesOf(reply.text ?? '', 5);
}

/** The gate before piece `index`, if there is one. */
export function gateOf(reply: ReplyBehaviour, index: number): Promise<void> | undefined {
  const { gate } = reply;
  return gate === undefined || gate instanceof Promise ? undefined : gate[index];
}

/** The one gate in front of the whole answer, if there is one. */
export function wholeGate(reply: ReplyBehaviour): Promise<void> | undefined {
  return reply.gate instanceof Promise ? reply.gate : undefined;
}

/** The argument pieces of a tool call. */
export function toolFragments(call: ScriptedToolCall): readonly string[] {
  return call.fragments ?? piecesOf(call.arguments, 2);
}

/** A rough count of tokens, four characters each; the real tokenizers are not needed to test accounting. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / 4);
}

/** The usual reason phrase of the statuses that proxies answer with. */
export function reasonPhrase(status: number): string {
  const phrases: Readonly<Record<number, string>> = {
    403: 'Forbidden',
    404: 'Not Found',
    413: 'Request Entity Too Large',
    429: 'Too Many Requests',
    500: 'Internal Server Error',
    502: 'Bad Gateway',
    503: 'Service Temporarily Unavailable',
    504: 'Gateway Time-out',
  };
  return phrases[status] ?? 'Error';
}

export type BrokenStream = Extract<CommonBehaviour, { readonly after?: number }>;

/** How a broken stream ends once its pieces are out. */
export function endingOf(behaviour: BrokenStream): 'end' | 'cut' | 'stall' {
  switch (behaviour.kind) {
    case 'cut':
      return 'cut';
    case 'stall':
      return 'stall';
    case 'close-early':
    case 'malformed':
    case 'error-in-stream':
      return 'end';
    default:
      return assertUnreachable(behaviour);
  }
}
