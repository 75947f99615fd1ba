/**
 * The bridge over one WebSocket, for a browser in front of the headless host.
 *
 * Open → `host.get` (which gateway is this, since when?) → subscribe after the last event seen → calls that waited.
 * Lost → calls in flight reject with ConnectionLost, the next try comes after 0.5 s doubling to 15 s (±25 %).
 * A gateway that was started anew counts its events from the beginning, so that a `resync` is told then.
 * Refused → a browser cannot read why a handshake failed, so the token is asked about over HTTP (`checkToken`).
 */
import {
  type Bridge,
  type ClientFrame,
  rpcCloseCodes,
  rpcProtocol,
  rpcTokenPrefix,
  type ServerFrame,
} from '../../preload/contract/bridge.ts';
import type { CommandName, Outcome, ParamsOf } from '../../preload/contract/commands.ts';
import type { NumberedEvent } from '../../preload/contract/events.ts';
import type { HostView } from '../../preload/contract/views.ts';
import { type Connection, ConnectionLost, type ConnectionState } from './connection.ts';

/** What is used of a browser's WebSocket. */
export type Socket = Pick<WebSocket, 'send' | 'close' | 'addEventListener' | 'readyState'>;

export interface WebSocketOptions {
  readonly url: string;
  readonly token: string;
  readonly open: (url: string, protocols: string[]) => Socket;
  /** Runs `task` once after `ms`; returns the undo. */
  readonly after: (ms: number, task: () => void) => () => void;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly checkToken: () => Promise<'accepted' | 'refused' | 'unreachable'>;
  readonly readFile: Connection['readFile'];
  readonly sendFile: Connection['sendFile'];
}

/** How long a call waits for a connection, and a proof of life for its answer. */
const patience = 10_000;
const proofTimeout = 5_000;
const openState = 1;

interface PendingCall {
  readonly name: string;
  readonly params: unknown;
  readonly settle: (outcome: unknown) => void;
  readonly lose: () => void;
}

interface Listener {
  since: number;
  readonly tell: (event: NumberedEvent) => void;
}

/** Pause before the `attempt`-th try (from 0), in milliseconds. */
export function reconnectDelay(attempt: number, random: number): number {
  return Math.min(15_000, 500 * 2 ** Math.min(attempt, 10)) * (0.75 + random * 0.5);
}

export class WebSocketConnection implements Connection {
  readonly bridge: Bridge = {
    platform: 'browser',
    call: (name, params) => this.#call(name, params),
    on: (since, tell) => this.#on(since, tell),
  };
  readonly #options: WebSocketOptions;
  readonly #watchers = new Set<() => void>();
  readonly #listeners = new Set<Listener>();
  readonly #inFlight = new Map<number, PendingCall>();
  readonly #waiting = new Set<PendingCall>();
  #state: ConnectionState = { kind: 'connecting' };
  #socket: Socket | null = null;
  #nextId = 1;
  #attempt = 0;
  #lastSeq: number | null = null;
  #startedAt: number | null = null;
  #cancelRetry: (() => void) | null = null;
  #closed = false;

  constructor(options: WebSocketOptions) {
    this.#options = options;
    this.#connect();
  }

  readonly state = (): ConnectionState => this.#state;

  readonly readFile = (id: string): Promise<Blob | null> => this.#options.readFile(id);
  readonly sendFile: Connection['sendFile'] = (...given) => this.#options.sendFile(...given);

  readonly watch = (listener: () => void): (() => void) => {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  };

  readonly prove = (): void => {
    if (this.#state.kind === 'lost' && this.#cancelRetry) {
      this.#cancelRetry();
      this.#attempt = 0;
      this.#connect();
    } else if (this.#state.kind === 'open') {
      const socket = this.#socket;
      const undo = this.#options.after(proofTimeout, () => socket && this.#dropped(socket, 1006));
      this.#send('host.get', {}, { settle: undo, lose: undo });
    }
  };

  readonly close = (): void => {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#socket?.close();
    this.#loseCalls();
    for (const call of [...this.#waiting]) call.lose();
  };

  #connect(): void {
    this.#cancelRetry = null;
    const { url, token, open } = this.#options;
    const socket = open(url, [rpcProtocol, rpcTokenPrefix + token]);
    this.#socket = socket;
    socket.addEventListener('open', () => this.#greet(socket));
    socket.addEventListener('message', ({ data }) => this.#receive(socket, data));
    socket.addEventListener('close', ({ code }) => this.#dropped(socket, code));
  }

  /** The first question on each connection tells whether it is still the gateway whose events were counted. */
  #greet(socket: Socket): void {
    const settle = (answer: unknown): void => {
      const outcome = answer as Outcome<'host.get'>;
      if (socket !== this.#socket) return;
      if (outcome.ok) this.#adopt(outcome.value);
      this.#attempt = 0;
      this.#become({ kind: 'open' });
      this.#subscribe();
      for (const call of [...this.#waiting]) this.#send(call.name, call.params, call);
    };
    this.#send('host.get', {}, { settle, lose: () => undefined });
  }

  #adopt({ startedAt, seq }: HostView): void {
    const another = this.#startedAt !== null && this.#startedAt !== startedAt;
    this.#startedAt = startedAt;
    if (!another || this.#lastSeq === null) return;
    this.#lastSeq = seq;
    this.#tell({ seq, event: { kind: 'resync' } });
  }

  #receive(socket: Socket, data: unknown): void {
    if (socket !== this.#socket || typeof data !== 'string') return;
    const frame = JSON.parse(data) as ServerFrame;
    if (frame.kind === 'event') {
      const { seq, event } = frame.event;
      if (event.kind !== 'resync' && this.#lastSeq !== null && seq <= this.#lastSeq) return;
      this.#lastSeq = seq;
      this.#tell(frame.event);
    } else {
      const call = this.#inFlight.get(frame.id);
      this.#inFlight.delete(frame.id);
      call?.settle(frame.outcome);
    }
  }

  #dropped(socket: Socket, code: number): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    socket.close();
    this.#loseCalls();
    if (this.#closed) return;
    if (code === rpcCloseCodes.tokenWrong) {
      this.#refuse();
      return;
    }
    const wasOpen = this.#state.kind === 'open';
    this.#become({ kind: 'lost' });
    this.#cancelRetry = this.#options.after(reconnectDelay(this.#attempt, this.#options.random()), () =>
      this.#connect(),
    );
    this.#attempt += 1;
    if (!wasOpen) void this.#askAboutToken();
  }

  async #askAboutToken(): Promise<void> {
    const verdict = await this.#options.checkToken();
    if (verdict === 'refused' && this.#state.kind === 'lost' && !this.#closed) this.#refuse();
  }

  #refuse(): void {
    this.#cancelRetry?.();
    this.#socket?.close();
    this.#socket = null;
    this.#become({ kind: 'token-wrong' });
    for (const call of [...this.#waiting]) call.lose();
  }

  #loseCalls(): void {
    const lost = [...this.#inFlight.values()];
    this.#inFlight.clear();
    for (const call of lost) call.lose();
  }

  #become(state: ConnectionState): void {
    if (state.kind === this.#state.kind) return;
    this.#state = state;
    for (const watcher of [...this.#watchers]) watcher();
  }

  #call<Name extends CommandName>(name: Name, params: ParamsOf<Name>): Promise<Outcome<Name>> {
    return new Promise((resolve, reject) => {
      const give = (): void => {
        cancel();
        this.#waiting.delete(call);
      };
      const call: PendingCall = {
        name,
        params,
        settle: (outcome) => {
          give();
          resolve(outcome as Outcome<Name>);
        },
        lose: () => {
          give();
          reject(new ConnectionLost(`${name}: the connection was lost`));
        },
      };
      const cancel = this.#options.after(patience, () => {
        if (this.#waiting.has(call)) call.lose();
      });
      if (this.#state.kind === 'open') this.#send(name, params, call);
      else if (this.#state.kind === 'token-wrong' || this.#closed) call.lose();
      else this.#waiting.add(call);
    });
  }

  #send(name: string, params: unknown, { settle, lose }: Pick<PendingCall, 'settle' | 'lose'>): void {
    const id = this.#nextId;
    this.#nextId += 1;
    for (const call of this.#waiting) if (call.settle === settle) this.#waiting.delete(call);
    if (this.#socket?.readyState !== openState) {
      lose();
      return;
    }
    this.#inFlight.set(id, { name, params, settle, lose });
    this.#write({ kind: 'call', id, name, params });
  }

  #on(since: number, tell: (event: NumberedEvent) => void): () => void {
    const listener = { since, tell };
    this.#listeners.add(listener);
    if (this.#lastSeq === null) {
      this.#lastSeq = since;
      if (this.#state.kind === 'open') this.#subscribe();
    } else if (since < this.#lastSeq) {
      queueMicrotask(() => {
        if (this.#listeners.has(listener)) tell({ seq: this.#lastSeq ?? since, event: { kind: 'resync' } });
      });
    }
    return () => this.#listeners.delete(listener);
  }

  #subscribe(): void {
    if (this.#lastSeq !== null) this.#write({ kind: 'subscribe', since: this.#lastSeq });
  }

  #tell(event: NumberedEvent): void {
    for (const listener of [...this.#listeners]) {
      if (event.seq > listener.since || event.event.kind === 'resync') listener.tell(event);
    }
  }

  #write(frame: ClientFrame): void {
    if (this.#socket?.readyState === openState) this.#socket.send(JSON.stringify(frame));
  }
}
