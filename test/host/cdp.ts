/*
 * The Chrome DevTools Protocol over a pipe: one JSON message per NUL byte, answers matched by id, events by session.
 * When the pipe ends, every call still waiting is refused, and so is every later one.
 */
import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Protocol } from '../../node_modules/playwright-core/types/protocol.d.ts';

type Commands = Protocol.CommandParameters;
type Results = Protocol.CommandReturnValues;
type Events = Protocol.Events;

export type { Protocol };

interface Incoming {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly sessionId?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Waiting {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The command reached nobody: its page or the whole browser has gone. */
export class GoneError extends Error {
  override readonly name = 'GoneError';
}

const gone = /session with given id not found|target closed|no target with given id|cannot find context|was destroyed/i;

export class CdpConnection {
  readonly #write: Writable;
  readonly #waiting = new Map<number, Waiting>();
  readonly #sessions = new Map<string, CdpSession>();
  #lastId = 0;
  #ended = false;
  /** The browser itself, as opposed to one of its pages. */
  readonly browser: CdpSession;

  constructor(write: Writable, read: Readable) {
    this.#write = write;
    this.browser = new CdpSession(this, undefined);
    let rest = '';
    read.setEncoding('utf8');
    read.on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\0');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#receive(JSON.parse(part) as Incoming);
    });
    read.on('close', () => {
      this.#end();
    });
    // Writing to a browser that has just died fails with EPIPE; `close` of the other pipe tells the same.
    write.on('error', () => {
      this.#end();
    });
  }

  /** The session of one attached target. */
  session(sessionId: string): CdpSession {
    const session = new CdpSession(this, sessionId);
    this.#sessions.set(sessionId, session);
    return session;
  }

  call(method: string, params: unknown, sessionId: string | undefined): Promise<unknown> {
    if (this.#ended) return Promise.reject(new GoneError(`${method}: the browser has ended`));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { method, resolve, reject });
      this.#write.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  #receive(message: Incoming): void {
    if (message.id !== undefined) {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (!waiting) return;
      if (!message.error) waiting.resolve(message.result);
      else {
        const text = `${waiting.method}: ${message.error.message}`;
        waiting.reject(gone.test(text) ? new GoneError(text) : new Error(text));
      }
    } else if (message.method !== undefined) {
      const session = message.sessionId === undefined ? this.browser : this.#sessions.get(message.sessionId);
      session?.receive(message.method, message.params);
    }
  }

  #end(): void {
    this.#ended = true;
    for (const { method, reject } of this.#waiting.values()) reject(new GoneError(`${method}: the browser has ended`));
    this.#waiting.clear();
  }
}

export class CdpSession {
  readonly #connection: CdpConnection;
  readonly #sessionId: string | undefined;
  readonly #events = new EventEmitter();

  constructor(connection: CdpConnection, sessionId: string | undefined) {
    this.#connection = connection;
    this.#sessionId = sessionId;
  }

  /** Sends a command and waits for its answer; rejects with GoneError when nobody is left to answer. */
  send<M extends keyof Commands & keyof Results>(method: M, params?: Commands[M]): Promise<Results[M]> {
    return this.#connection.call(method, params ?? {}, this.#sessionId) as Promise<Results[M]>;
  }

  /** Sends a command whose answer nobody needs. That its page has gone meanwhile is no failure; anything else is printed. */
  post<M extends keyof Commands & keyof Results>(method: M, params?: Commands[M]): void {
    void this.#postAndReport(method, params);
  }

  async #postAndReport<M extends keyof Commands & keyof Results>(method: M, params?: Commands[M]): Promise<void> {
    try {
      await this.send(method, params);
    } catch (error) {
      if (!(error instanceof GoneError)) console.error(error);
    }
  }

  on<E extends keyof Events>(method: E, listener: (params: Events[E]) => void): void {
    this.#events.on(method, listener);
  }

  once<E extends keyof Events>(method: E): Promise<Events[E]> {
    return new Promise((resolve) => this.#events.once(method, resolve));
  }

  /** Called by the connection alone. */
  receive(method: string, params: unknown): void {
    this.#events.emit(method, params);
  }
}
