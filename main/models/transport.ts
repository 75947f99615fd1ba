/**
 * One HTTP request of a provider, from our side of the library that makes it. The library is handed `fetch`; whatever it
 * calls that for, the request carries the headers, the signal and the watchdog of the exchange it runs in. An answer
 * that is a refusal or a web page never reaches the library: it is kept in the exchange, and the call ends.
 *
 * The connection is kept alive: what is left of an answer when the library stops reading (the last bytes after the end
 * of a stream) is read and thrown away.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Clock } from '../gateway/clock.ts';
import { isPage } from './refusals.ts';
import type { Answer } from './refusals.ts';
import type { Watchdog } from './watchdog.ts';

/** What is known about one request; filled in while it runs. */
export interface Exchange {
  readonly control: AbortController;
  readonly watchdog: Watchdog;
  /** The request left over a connection: the server may be at work. */
  sent: boolean;
  /** Headers came. */
  answered: boolean;
  /** What came instead of what was asked for. */
  answer: Answer | null;
  /** Stands between the body and the library. */
  filter: BodyFilter | null;
  /** Ends the reading of a body that a library left without cancelling it. */
  release: (() => void) | null;
}

/** Passes on what the library may see of a body. */
export interface BodyFilter {
  /** The bytes to pass on for one chunk; `null` stands for the end of the body. */
  pass(chunk: Uint8Array | null): Uint8Array;
  /** Set when the body must not be read on; the library gets it after what was passed on before. */
  fault(): Error | null;
}

/** Thrown through the library when `exchange.answer` was set; never seen by anybody else. */
class Refused extends Error {
  override readonly name = 'Refused';
}

export interface Transport {
  /** For the library. Fails outside of {@link Transport.run}. */
  readonly fetch: typeof fetch;
  /** Runs `go`; every `fetch` in it belongs to `exchange`. */
  run<T>(exchange: Exchange, go: () => Promise<T>): Promise<T>;
}

export function newExchange(control: AbortController, watchdog: Watchdog): Exchange {
  return { control, watchdog, sent: false, answered: false, answer: null, filter: null, release: null };
}

/** Characters of a refusal that are read. */
const refusalLimit = 65_536;
/** What may remain of an answer after its end, and how long we wait for it, before the connection is given up. */
const restLimit = 16_384;
const restPatience = 1000;

/** `headers` are all that is sent beside what `fetch` itself adds: libraries name versions, systems and projects. */
export function createTransport(
  base: typeof fetch,
  clock: Clock,
  headers: Readonly<Record<string, string>>,
): Transport {
  const exchanges = new AsyncLocalStorage<Exchange>();
  const connections = watchConnections(exchanges);
  return {
    async fetch(url, init) {
      const exchange = exchanges.getStore();
      if (exchange === undefined) throw new Error('a request outside of its exchange');
      const response = await base(url, {
        method: init?.method ?? 'GET',
        body: init?.body ?? null,
        headers,
        // A redirected POST becomes a GET, and a key must not travel: the address is to be corrected instead.
        redirect: 'manual',
        signal: exchange.control.signal,
      });
      exchange.sent = true;
      exchange.answered = true;
      exchange.watchdog.sent();
      if (!response.ok || isPage({ status: response.status, headers: response.headers, body: '' })) {
        exchange.answer = {
          status: response.status,
          headers: response.headers,
          body: await readHead(response.body, refusalLimit),
        };
        throw new Refused(`HTTP ${response.status}`);
      }
      if (response.body !== null) {
        Object.defineProperty(response, 'body', { value: new KeptBody(response.body, exchange, clock) });
      }
      return response;
    },
    async run(exchange, go) {
      using _watch = connections.watch();
      return await exchanges.run(exchange, go);
    },
  };
}

/** The first `limit` characters of a body. */
async function readHead(body: ReadableStream<Uint8Array> | null, limit: number): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= limit) break;
  }
  return text.slice(0, limit);
}

/** The part of a `ReadableStream` that the libraries use, with a `cancel` that spares the connection. */
class KeptBody {
  readonly #body: ReadableStream<Uint8Array>;
  readonly #exchange: Exchange;
  readonly #clock: Clock;

  constructor(body: ReadableStream<Uint8Array>, exchange: Exchange, clock: Clock) {
    this.#body = body;
    this.#exchange = exchange;
    this.#clock = clock;
  }

  /** Locks the body only now: one that is read as JSON must stay free. */
  getReader(): KeptReader {
    return new KeptReader(this.#body.getReader(), this.#exchange, this.#clock);
  }
}

type Read = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']>>;

class KeptReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #exchange: Exchange;
  readonly #clock: Clock;

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>, exchange: Exchange, clock: Clock) {
    this.#reader = reader;
    this.#exchange = exchange;
    this.#clock = clock;
    exchange.release = () => void this.cancel();
  }

  read(): Promise<Read> {
    const { filter } = this.#exchange;
    return filter === null ? this.#reader.read() : this.#filtered(filter);
  }

  async #filtered(filter: BodyFilter): Promise<Read> {
    const before = filter.fault();
    if (before !== null) throw before;
    const result = await this.#reader.read();
    const value = filter.pass(result.done ? null : result.value);
    if (value.length > 0) return { done: false, value };
    const after = filter.fault();
    if (after !== null) throw after;
    return result.done ? result : { done: false, value };
  }

  releaseLock(): void {
    // The reader stays ours: the rest may still have to be read.
  }

  cancel(): Promise<void> {
    // An aborted request has torn its body down already.
    if (!this.#exchange.control.signal.aborted) this.#readRest();
    return Promise.resolve();
  }

  #readRest(): void {
    let left = restLimit;
    const giveUp = (): void => this.#exchange.control.abort();
    const timer = this.#clock.after(restPatience, giveUp);
    const step = (result: Read): void => {
      left -= result.value?.length ?? 0;
      if (result.done) timer[Symbol.dispose]();
      else if (left <= 0) giveUp();
      else this.#reader.read().then(step, broken);
    };
    const broken = (): void => timer[Symbol.dispose]();
    this.#reader.read().then(step, broken);
  }
}

/**
 * Tells the watchdog when a connection is being made and when the request went out over it. Node's `fetch` says so only
 * on these channels (undici's documentation, Diagnostics Channel); a `fetch` that does not use them has no `connect`
 * limit, and the one for the first token holds. Channels are subscribed to while a request runs.
 */
function watchConnections(exchanges: AsyncLocalStorage<Exchange>): { watch(): Disposable } {
  const requests = new WeakMap<object, Exchange>();
  let watching = 0;
  const created = (message: unknown): void => {
    const exchange = exchanges.getStore();
    const request = requestOf(message);
    if (exchange === undefined || request === null) return;
    requests.set(request, exchange);
    exchange.watchdog.opening();
  };
  const sent = (message: unknown): void => {
    const request = requestOf(message);
    const exchange = request === null ? undefined : requests.get(request);
    if (exchange === undefined) return;
    exchange.sent = true;
    exchange.watchdog.sent();
  };
  const stop = (): void => {
    if (--watching > 0) return;
    unsubscribe('undici:request:create', created);
    unsubscribe('undici:client:sendHeaders', sent);
  };
  return {
    watch() {
      if (++watching === 1) {
        subscribe('undici:request:create', created);
        subscribe('undici:client:sendHeaders', sent);
      }
      return { [Symbol.dispose]: stop };
    },
  };
}

function requestOf(message: unknown): object | null {
  if (typeof message !== 'object' || message === null || !('request' in message)) return null;
  const { request } = message;
  return typeof request === 'object' && request !== null ? request : null;
}
