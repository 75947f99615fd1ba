/**
 * `/rpc`: the contract over one WebSocket. A client offers the subprotocols `porchlight.v1` and
 * `porchlight.token.<token>`; with a wrong token the handshake is accepted and closed with 4401, because a browser tells
 * a page nothing about a refused handshake, and the window needs a sentence.
 *
 * Everything a client can fill is bounded: a frame (1 MiB), calls at once (then the socket is not read), and what waits
 * to be sent (then events stay in the ring until the client has caught up, see event-log.ts).
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import {
  rpcCloseCodes,
  rpcMaxFrame,
  rpcProtocol,
  rpcTokenPrefix,
  type ClientFrame,
  type ServerFrame,
} from '../../preload/contract/bridge.ts';
import { pause, type Clock } from '../gateway/clock.ts';
import { describeError, type Log } from '../gateway/log.ts';
import type { Dispatch } from './dispatch.ts';
import type { EventLog, Subscription } from './event-log.ts';
import type { Guard } from './http/guard.ts';

export interface RpcPorts {
  readonly dispatch: Dispatch;
  readonly events: EventLog;
  readonly guard: Pick<Guard, 'tokenFits'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RpcServer {
  /** Takes over a connection whose Host and Origin have been checked. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says "stopping" to every client and ends what does not go. */
  close(): void;
}

/** Calls of one client at the same time. */
const maxCalls = 64;
/** Bytes on their way to one client, above which no more events are sent to it. */
const highWater = 1_048_576;
/** A connection that did not answer a ping within this time is dead, in milliseconds. */
const pingEvery = 30_000;

export function createRpcServer(ports: RpcPorts): RpcServer {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: rpcMaxFrame,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(rpcProtocol) ? rpcProtocol : false),
  });
  const stopped = new AbortController();
  return {
    accept(request, socket, head) {
      if (stopped.signal.aborted) return void socket.destroy();
      server.handleUpgrade(request, socket, head, (client) => {
        if (client.protocol !== rpcProtocol) return client.close(rpcCloseCodes.malformed, 'subprotocol missing');
        if (!carriesToken(ports.guard, request)) return client.close(rpcCloseCodes.tokenWrong, 'token wrong');
        serveClient(ports, client, stopped.signal);
      });
    },
    close() {
      stopped.abort();
      for (const client of server.clients) client.close(rpcCloseCodes.stopping, 'stopping');
      server.close();
    },
  };
}

function carriesToken(guard: Pick<Guard, 'tokenFits'>, request: IncomingMessage): boolean {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const token = offered.find((name) => name.startsWith(rpcTokenPrefix))?.slice(rpcTokenPrefix.length);
  return token !== undefined && guard.tokenFits(token);
}

function serveClient(ports: RpcPorts, client: WebSocket, stopped: AbortSignal): void {
  const pump = createPump(ports.events, client);
  let calls = 0;
  const call = async (frame: Extract<ClientFrame, { kind: 'call' }>): Promise<void> => {
    calls += 1;
    if (calls >= maxCalls) client.pause();
    const outcome = await ports.dispatch.call(frame.name, frame.params);
    calls -= 1;
    if (client.isPaused) client.resume();
    send(client, { kind: 'answer', id: frame.id, outcome });
  };
  client.on('message', (data, isBinary) => {
    const frame = isBinary ? null : readFrame(data);
    if (frame === null) return client.close(rpcCloseCodes.malformed, 'malformed frame');
    if (frame.kind === 'subscribe') pump.subscribe(frame.since);
    else void call(frame);
  });
  client.on('error', (error) => ports.log.write('debug', 'api.rpc-error', { error: describeError(error) }));
  const closed = new AbortController();
  client.once('close', () => {
    closed.abort();
    pump[Symbol.dispose]();
  });
  void keepAlive(ports.clock, client, AbortSignal.any([closed.signal, stopped]));
}

/** Pings; ends a connection that does not answer, so that its subscription does not live for ever. */
async function keepAlive(clock: Clock, client: WebSocket, over: AbortSignal): Promise<void> {
  let alive = true;
  client.on('pong', () => (alive = true));
  for (;;) {
    await pause(clock, pingEvery, over);
    if (over.aborted) return;
    if (!alive) return client.terminate();
    alive = false;
    client.ping();
  }
}

interface Pump extends Disposable {
  subscribe(since: number): void;
}

/** Sends events as fast as the client takes them, and no faster. */
function createPump(events: EventLog, client: WebSocket): Pump {
  let subscription: Subscription | null = null;
  let waiting = false;
  const run = (): void => {
    while (subscription !== null && !waiting && client.readyState === client.OPEN) {
      const next = subscription.pull(64);
      if (next.length === 0) return;
      for (const event of next) sendEvent(event);
    }
  };
  const sendEvent = (event: Parameters<typeof frameOf>[0]): void => {
    const full = client.bufferedAmount > highWater;
    client.send(frameOf(event), () => {
      if (!full) return;
      waiting = false;
      run();
    });
    if (full) waiting = true;
  };
  const frameOf = (event: Extract<ServerFrame, { kind: 'event' }>['event']): string =>
    JSON.stringify({ kind: 'event', event } satisfies ServerFrame);
  return {
    subscribe(since) {
      subscription?.[Symbol.dispose]();
      subscription = events.subscribe(since, run);
    },
    [Symbol.dispose]() {
      subscription?.[Symbol.dispose]();
      subscription = null;
    },
  };
}

function send(client: WebSocket, frame: Extract<ServerFrame, { kind: 'answer' }>): void {
  if (client.readyState !== client.OPEN) return;
  const text = JSON.stringify(frame);
  const fits = text.length * 3 <= rpcMaxFrame || Buffer.byteLength(text) <= rpcMaxFrame;
  const tooLarge = { kind: 'answer', id: frame.id, outcome: { ok: false, reason: { code: 'input.too-large' } } };
  client.send(fits ? text : JSON.stringify(tooLarge));
}

/** A frame by the contract's shape, or null. The parameters of a call are checked by the dispatch. */
export function readFrame(data: RawData): ClientFrame | null {
  const value = parse(data);
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  if (value.kind === 'subscribe' && 'since' in value && isCount(value.since)) {
    return { kind: 'subscribe', since: value.since };
  }
  if (value.kind !== 'call' || !('id' in value) || !('name' in value)) return null;
  if (!isCount(value.id) || typeof value.name !== 'string' || value.name.length > 64) return null;
  return { kind: 'call', id: value.id, name: value.name, params: 'params' in value ? value.params : undefined };
}

function parse(data: RawData): unknown {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : data;
  try {
    return JSON.parse(bytes instanceof ArrayBuffer ? Buffer.from(bytes).toString() : bytes.toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
