/**
 * One socket of the library, from the moment before its first event until nothing of it is left.
 *
 *   made → attach → frames (proof.ts) → `ended`: how, as close-codes.ts needs it
 *
 * What the library leaves open is closed here: a refused upgrade for which it would wait for ever, a start that comes to
 * nothing (docs/whatsapp-protocol.md, Refused upgrades), a half-open connection whose close nobody answers, queries
 * that would wait on after the end, and work of the ended socket on keys that the next one is going to use.
 *
 * Time-outs here are on the injected clock. The library's own timers (of queries, of its keep-alive, of its buffers) are
 * on the machine's and cannot be moved; those that would act before ours are set out of the way in make-socket.ts.
 */
import type { ConnectionState } from 'baileys';
import { pause, type Clock } from '../../gateway/clock.ts';
import { describeError, type Log } from '../../gateway/log.ts';
import type { Millis } from '../../gateway/types.ts';
import type { Closed } from './close-codes.ts';
import type { Live } from './parts.ts';
import { createProof, type Proof } from './proof.ts';
import { catchRejections } from './rejections.ts';

/** From the start to a login or the first reference for a code. */
const OPEN_WITHIN: Millis = 60_000;
/** The close of a WebSocket is answered within this, or it is cut. */
const CLOSE_WITHIN: Millis = 1_000;
/** Then the library is done within this, or left alone. */
const OVER_WITHIN: Millis = 5_000;
const REMOVED = 401;

export interface AttemptDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly link: string;
}

export interface AttemptEvents {
  /** Subscribes to the socket before its first event; disposed when it has ended. */
  attach(live: Live): Disposable;
  /** The login is complete. */
  opened(): void;
  /** The server has shown that it is there, since the login; at most once a second. */
  proven(): void;
}

/** The end that we want ourselves. */
export const LEFT: Closed = { by: 'network', code: null, words: 'left' };
const SILENT: Closed = { by: 'silence', code: null, words: 'no frame came any more' };
const STALLED: Closed = { by: 'silence', code: null, words: 'the connection did not come about' };
const GARBLED: Closed = { by: 'network', code: null, words: 'a frame could not be read' };
const LOST: Closed = { by: 'server', code: REMOVED, words: 'this device was removed' };

type Heard = (...args: readonly unknown[]) => void;

export class Attempt {
  readonly live: Live;
  /** Resolves once nothing of the socket is left. Never rejects. */
  readonly ended: Promise<Closed>;
  readonly #deps: AttemptDeps;
  readonly #events: AttemptEvents;
  readonly #resolve: (closed: Closed) => void;
  readonly #watching = new DisposableStack();
  readonly #proof: Proof;
  #isOpen = false;
  #isOver = false;
  #isCutting = false;
  /** What we know better than the error that the library ends with. */
  #cause: Closed | null = null;
  #saidByServer = false;
  #isGreeted = false;

  /** `live` holds a socket that was made in this turn of the event loop: it has not told anything yet. */
  constructor(deps: AttemptDeps, live: Live, events: AttemptEvents) {
    const { promise, resolve } = Promise.withResolvers<Closed>();
    this.live = live;
    this.ended = promise;
    this.#deps = deps;
    this.#events = events;
    this.#resolve = resolve;
    const ping = (): void => void this.#ping().catch((error: unknown) => this.#note('debug', 'ping-failed', error));
    const proven = (): void => {
      if (this.#isOpen) events.proven();
    };
    this.#proof = this.#watching.use(createProof(deps.clock, { ping, proven, dead: () => this.end(SILENT) }));
    const start = this.#watching.use(deps.clock.after(OPEN_WITHIN, () => this.end(STALLED)));
    this.#hearFrames();
    this.#hearEnds();
    this.#hearUpdates(() => start[Symbol.dispose]());
    this.#watching.use(events.attach(live));
  }

  /** Whether the login is complete and the socket stands. */
  get isOpen(): boolean {
    return this.#isOpen && this.#cause === null && !this.#isOver;
  }

  /** Ends it; `why` is what {@link ended} gives then. Again: nothing. */
  end(why: Closed): void {
    if (this.#isOver) return;
    this.#cause ??= why;
    void this.live.socket.end(new Error(why.words)).catch((error: unknown) => this.#note('warn', 'end-failed', error));
    this.#cutLater();
  }

  /** Makes the server show that it is there: dead without a frame in 10 s. */
  prove(): void {
    this.#proof.prove();
  }

  #hearFrames(): void {
    const { ws } = this.live.socket;
    catchRejections(ws, (event, error) => {
      this.#note('warn', 'not-handled', error);
      if (event === 'message') this.end(GARBLED);
    });
    this.#on('frame', (frame) => {
      // The first one is the server's half of the handshake.
      if (!(frame instanceof Uint8Array)) this.#isGreeted = true;
      this.#proof.frame();
    });
  }

  #hearEnds(): void {
    const said = (): void => {
      this.#saidByServer = true;
      this.#cutLater();
    };
    this.#on('unexpected-response', (_request, response) => this.end(refusedUpgrade(response)));
    for (const event of ['CB:failure', 'CB:xmlstreamend', 'CB:ib,,downgrade_webclient']) this.#on(event, said);
    this.#on('CB:stream:error', (stanza) => {
      // Without a number the library takes every conflict for the one with another socket.
      if (isRemoval(stanza)) this.#cause ??= LOST;
      said();
    });
  }

  #hearUpdates(arrived: () => void): void {
    const { ev } = this.live.socket;
    this.#on('CB:iq,type:set,pair-device', arrived);
    ev.on('connection.update', ({ connection, lastDisconnect }: Partial<ConnectionState>) => {
      if (connection === 'close') this.#finish(lastDisconnect?.error);
      if (connection !== 'open' || this.#isOver || this.#cause !== null) return;
      arrived();
      this.#isOpen = true;
      this.#events.opened();
    });
  }

  #on(event: string, heard: Heard): void {
    const { ws } = this.live.socket;
    ws.on(event, heard);
    this.#watching.defer(() => void ws.off(event, heard));
  }

  #ping(): Promise<void> {
    const { socket, library } = this.live;
    const attrs = { id: socket.generateMessageTag(), to: library.S_WHATSAPP_NET, type: 'get', xmlns: 'w:p' };
    return socket.sendNode({ tag: 'iq', attrs, content: [{ tag: 'ping', attrs: {} }] });
  }

  /** The library waits for the other side to close; a side that does not is cut. */
  #cutLater(): void {
    if (this.#isOver || this.#isCutting) return;
    this.#isCutting = true;
    const { clock } = this.#deps;
    this.#watching.use(clock.after(CLOSE_WITHIN, () => cut(this.live)));
    this.#watching.use(clock.after(OVER_WITHIN, () => this.#finish(undefined)));
  }

  #finish(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const closed = this.#troubled() ?? this.#cause ?? closedBy(error, this.#saidByServer, this.#isGreeted);
    this.#watching.dispose();
    void this.#letGo().then(() => this.#resolve(closed));
  }

  /** The identity ends a socket whose doings cannot be stored, and that explains the end better than the end does. */
  #troubled(): Closed | null {
    const { value } = this.live.identity.trouble;
    return value === null ? null : { by: 'storage', code: null, words: 'not stored', reason: value };
  }

  /** The next socket works on the same keys: what this one still does with them comes to its end before. */
  async #letGo(): Promise<void> {
    const { ws, messageMutex, receiptMutex, notificationMutex, appStatePatchMutex } = this.live.socket;
    // Queries wait for an answer or an error of the connection; at an end of its own the library tells them neither.
    if (ws.listenerCount('error') > 0) ws.emit('error', new Error('The connection has ended.'));
    const mutexes = [messageMutex, receiptMutex, notificationMutex, appStatePatchMutex];
    const settled = Promise.all(mutexes.map((one) => one.mutex(async () => undefined)));
    const limit = new AbortController();
    await Promise.race([settled, pause(this.#deps.clock, OVER_WITHIN, limit.signal)]);
    limit.abort();
  }

  #note(level: 'debug' | 'warn', event: string, error: unknown): void {
    const { link, log } = this.#deps;
    log.write(level, `whatsapp.${event}`, { link, generation: this.live.generation, error: describeError(error) });
  }
}

function closedBy(error: unknown, saidByServer: boolean, isGreeted: boolean): Closed {
  const words = describeError(error);
  const code = codeOf(error);
  if (saidByServer) return { by: 'server', code, words };
  const isOfNetwork = error instanceof Error && error.message.startsWith('WebSocket Error');
  return { by: code === 400 && !isGreeted && !isOfNetwork ? 'handshake' : 'network', code, words };
}

/** The number in an error of the library. */
function codeOf(error: unknown): number | null {
  const code = field(field(error, 'output'), 'statusCode');
  return typeof code === 'number' ? code : null;
}

function refusedUpgrade(response: unknown): Closed {
  const resume = field(response, 'resume');
  // Unread, its connection would stay.
  if (typeof resume === 'function') Reflect.apply(resume, response, []);
  const status = field(response, 'statusCode');
  return { by: 'http', code: typeof status === 'number' ? status : null, words: `HTTP ${String(status)}` };
}

function isRemoval(stanza: unknown): boolean {
  const content = field(stanza, 'content');
  return Array.isArray(content) && content.some((child) => field(field(child, 'attrs'), 'type') === 'device_removed');
}

/** Ends the WebSocket without its closing handshake. The library has it, but offers no way to that. */
function cut({ socket: { ws } }: Live): void {
  const webSocket: unknown = Reflect.get(ws, 'socket');
  const terminate = field(webSocket, 'terminate');
  if (typeof terminate === 'function') Reflect.apply(terminate, webSocket, []);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
