/**
 * A reply as it comes: written by one task, read once by iterating, or not read at all and awaited through `result()`.
 *
 * The task starts at once. What it emits waits in a short queue; when the queue is full the task waits for the reader.
 * Whoever stops iterating early aborts the task. Without a reader, `result()` lets the text pass and keeps the sum; a
 * reader that comes after that gets the text so far as one piece. The last event is always `end`.
 */
import type { Reply, ReplyEnd, ReplyEvent, ReplyStream, ToolCall } from '../gateway/model.ts';

export type Piece = Exclude<ReplyEvent, { readonly kind: 'end' }>;

/** Hands over one piece. A promise means that the reader is behind: wait for it before the next piece. */
export type Emit = (piece: Piece) => Promise<void> | null;

/**
 * Emits pieces and returns the end. It must settle soon after `control` is aborted; a failure is a value, a rejection is
 * a bug and is turned into the end that `onBug` makes of it.
 */
export interface ReplyTask {
  run(emit: Emit, control: AbortController): Promise<ReplyEnd>;
  onBug(error: unknown): ReplyEnd;
}

/** Pieces that may wait for the reader. */
const queueLimit = 256;

/** Starts `task`; aborting `signal` aborts it. */
export function startReply(task: ReplyTask, signal: AbortSignal): ReplyStream {
  const stream = new QueuedReply();
  stream.start(task, signal);
  return stream;
}

type Step = IteratorResult<ReplyEvent, undefined>;

class QueuedReply implements ReplyStream {
  readonly #control = new AbortController();
  readonly #done = Promise.withResolvers<Reply>();
  #queue: ReplyEvent[] = [];
  #read = 0;
  #reading: ((step: Step) => void) | null = null;
  #roomMade: (() => void) | null = null;
  #reader: 'none' | 'waits' | 'iterates' | 'left' = 'none';
  #end: ReplyEnd | null = null;
  #text = '';
  readonly #calls: ToolCall[] = [];
  /** The first half of a character whose second half comes with the next piece. */
  #half = '';

  start(task: ReplyTask, signal: AbortSignal): void {
    const control = this.#control;
    const abort = (): void => {
      control.abort(signal.reason);
      this.#makeRoom();
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    const finish = (end: ReplyEnd): void => {
      signal.removeEventListener('abort', abort);
      this.#finish(end);
    };
    task.run((piece) => this.#emit(piece), control).then(finish, (error: unknown) => finish(task.onBug(error)));
  }

  result(): Promise<Reply> {
    if (this.#reader === 'none') {
      this.#reader = 'waits';
      this.#forget();
    }
    return this.#done.promise;
  }

  [Symbol.asyncIterator](): AsyncIterator<ReplyEvent, undefined> {
    if (this.#reader === 'iterates' || this.#reader === 'left') throw new Error('a reply is iterated once');
    if (this.#reader === 'waits') this.#recall();
    this.#reader = 'iterates';
    return { next: () => this.#next(), return: () => this.#leave() };
  }

  #emit(piece: Piece): Promise<void> | null {
    if (piece.kind !== 'text') {
      if (piece.kind === 'tool-call') this.#calls.push(piece.call);
      return this.#push(piece);
    }
    const joined = this.#half === '' ? piece.text : this.#half + piece.text;
    const splits = endsInHalf(joined);
    this.#half = splits ? joined.slice(-1) : '';
    const text = splits ? joined.slice(0, -1) : joined;
    if (text === '') return null;
    this.#text += text;
    return this.#push(text === piece.text ? piece : { kind: 'text', text });
  }

  #push(event: ReplyEvent): Promise<void> | null {
    if (this.#reading !== null) {
      const reading = this.#reading;
      this.#reading = null;
      reading({ done: false, value: event });
      return null;
    }
    if (this.#reader === 'waits' || this.#reader === 'left') return null;
    this.#queue.push(event);
    if (this.#queue.length - this.#read < queueLimit || this.#control.signal.aborted) return null;
    return new Promise((resolve) => void (this.#roomMade = resolve));
  }

  #finish(end: ReplyEnd): void {
    if (this.#half !== '') {
      this.#text += this.#half;
      void this.#push({ kind: 'text', text: this.#half });
    }
    this.#end = end;
    void this.#push({ kind: 'end', end });
    this.#done.resolve({ text: this.#text, toolCalls: this.#calls, end });
  }

  #next(): Promise<Step> {
    const event = this.#queue[this.#read];
    if (event !== undefined) {
      this.#read += 1;
      if (this.#read === this.#queue.length) this.#forget();
      else if (this.#read === queueLimit) {
        this.#queue = this.#queue.slice(this.#read);
        this.#read = 0;
      }
      if (this.#queue.length - this.#read < queueLimit / 2) this.#makeRoom();
      return Promise.resolve({ done: false, value: event });
    }
    if (this.#end !== null || this.#reader === 'left') return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => void (this.#reading = resolve));
  }

  #leave(): Promise<Step> {
    this.#reader = 'left';
    this.#forget();
    if (this.#end === null) this.#control.abort();
    this.#reading?.({ done: true, value: undefined });
    this.#reading = null;
    return Promise.resolve({ done: true, value: undefined });
  }

  /** What a late reader missed. */
  #recall(): void {
    if (this.#text !== '') this.#queue.push({ kind: 'text', text: this.#text });
    for (const call of this.#calls) this.#queue.push({ kind: 'tool-call', call });
    if (this.#end !== null) this.#queue.push({ kind: 'end', end: this.#end });
  }

  #forget(): void {
    this.#queue = [];
    this.#read = 0;
    this.#makeRoom();
  }

  #makeRoom(): void {
    this.#roomMade?.();
    this.#roomMade = null;
  }
}

function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}
