import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import type { ClientFrame, ServerFrame } from '../../preload/contract/bridge.ts';
import { rpcCloseCodes } from '../../preload/contract/bridge.ts';
import type { NumberedEvent } from '../../preload/contract/events.ts';
import { ConnectionLost } from '../../renderer/bridge/connection.ts';
import { reconnectDelay, WebSocketConnection } from '../../renderer/bridge/websocket.ts';

interface Timer {
  readonly ms: number;
  readonly task: () => void;
}

/** A server that answers `host.get`, and timers that run when the test says so. */
class World {
  startedAt = 1;
  seq = 10;
  verdict: 'accepted' | 'refused' | 'unreachable' = 'unreachable';
  readonly frames: ClientFrame[] = [];
  readonly protocols: string[] = [];
  readonly timers = new Set<Timer>();
  socket: ServerSocket | null = null;
  /** Stays silent to calls of this name. */
  silentTo = '';
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  readonly port: Promise<number>;

  constructor() {
    this.port = once(this.server, 'listening').then(() => (this.server.address() as AddressInfo).port);
    this.#serve();
  }

  #serve(): void {
    this.server.on('connection', (socket, request) => {
      this.socket = socket;
      this.protocols.push(request.headers['sec-websocket-protocol'] ?? '');
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString('utf8')) as ClientFrame;
        this.frames.push(frame);
        if (frame.kind !== 'call' || frame.name === this.silentTo) return;
        this.send({
          kind: 'answer',
          id: frame.id,
          outcome: { ok: true, value: { startedAt: this.startedAt, seq: this.seq } },
        });
      });
    });
  }

  send(frame: ServerFrame): void {
    this.socket?.send(JSON.stringify(frame));
  }

  tell(seq: number): void {
    this.send({ kind: 'event', event: { seq, event: { kind: 'usage.changed' } } });
  }

  async connect(): Promise<WebSocketConnection> {
    return new WebSocketConnection({
      url: `ws://127.0.0.1:${String(await this.port)}/rpc`,
      token: 'abcdefgh12345678',
      open: (url, protocols) => new WebSocket(url, protocols),
      after: (ms, task) => {
        const timer = { ms, task };
        this.timers.add(timer);
        return () => this.timers.delete(timer);
      },
      random: () => 0.5,
      checkToken: async () => this.verdict,
      readFile: async () => null,
      sendFile: () => Promise.reject(new Error('no file is sent here')),
    });
  }

  /** Runs the timer of the next try. */
  retry(): void {
    for (const timer of [...this.timers]) {
      if (timer.ms >= 5000) continue;
      this.timers.delete(timer);
      timer.task();
    }
  }

  subscriptions(): readonly number[] {
    return this.frames.flatMap((frame) => (frame.kind === 'subscribe' ? [frame.since] : []));
  }

  async drop(code = 1012): Promise<void> {
    const socket = this.socket;
    if (!socket) return;
    socket.close(code);
    await once(socket, 'close');
  }
}

describe('the window over a WebSocket', () => {
  let world: World;
  let connection: WebSocketConnection;
  const becomes = (kind: string): Promise<void> => expect.poll(() => connection.state().kind).toBe(kind);

  beforeEach(async () => {
    world = new World();
    connection = await world.connect();
    await becomes('open');
  });

  afterEach(async () => {
    connection.close();
    for (const client of world.server.clients) client.terminate();
    await new Promise((resolve) => world.server.close(resolve));
  });

  test('carries the key as a subprotocol, never in the address', () => {
    expect(world.protocols[0]?.split(/, ?/)).toEqual(['porchlight.v1', 'porchlight.token.abcdefgh12345678']);
  });

  test('subscribes again after the last event it saw, and tells none twice', async () => {
    const seen: NumberedEvent[] = [];
    connection.bridge.on(10, (event) => seen.push(event));
    await expect.poll(() => world.subscriptions()).toEqual([10]);
    world.tell(11);
    world.tell(12);
    await expect.poll(() => seen.length).toBe(2);
    await world.drop();
    await becomes('lost');
    world.retry();
    await becomes('open');
    await expect.poll(() => world.subscriptions()).toEqual([10, 12]);
    world.tell(12);
    world.tell(13);
    await expect.poll(() => seen.map((event) => event.seq)).toEqual([11, 12, 13]);
  });

  test('tells a resync when the gateway was started anew (its numbers begin again, so the old ones mean nothing)', async () => {
    const seen: string[] = [];
    connection.bridge.on(10, ({ event }) => seen.push(event.kind));
    world.startedAt = 2;
    world.seq = 3;
    await world.drop();
    await becomes('lost');
    world.retry();
    await expect.poll(() => seen).toEqual(['resync']);
    await expect.poll(() => world.subscriptions().at(-1)).toBe(3);
  });

  test('rejects what was asked when the connection went, and keeps what is asked meanwhile for the next one', async () => {
    world.silentTo = 'links.list';
    const lost = connection.bridge.call('links.list', {});
    const rejected = expect(lost).rejects.toBeInstanceOf(ConnectionLost);
    await expect
      .poll(() => world.frames.some((frame) => frame.kind === 'call' && frame.name === 'links.list'))
      .toBe(true);
    await world.drop();
    await rejected;
    await becomes('lost');
    const kept = connection.bridge.call('host.get', {});
    world.retry();
    await expect(kept).resolves.toMatchObject({ ok: true });
  });

  test('says that the key is wrong instead of trying for ever', async () => {
    await world.drop(rpcCloseCodes.tokenWrong);
    await becomes('token-wrong');
    await expect(connection.bridge.call('host.get', {})).rejects.toBeInstanceOf(ConnectionLost);
    expect([...world.timers].filter((timer) => timer.ms < 5000)).toEqual([]);
  });

  test('asks over HTTP about the key when a handshake fails (a browser does not say why it failed)', async () => {
    world.verdict = 'refused';
    await world.drop();
    await becomes('lost');
    for (const client of world.server.clients) client.terminate();
    await new Promise((resolve) => world.server.close(resolve));
    world.retry();
    await becomes('token-wrong');
  });

  test('finds out that a connection is dead although nothing closed it (a laptop that slept)', async () => {
    world.silentTo = 'host.get';
    connection.prove();
    await expect.poll(() => [...world.timers].some((timer) => timer.ms === 5000)).toBe(true);
    for (const timer of [...world.timers]) if (timer.ms === 5000) timer.task();
    await becomes('lost');
  });

  test('ends its timers and calls when it is closed', async () => {
    world.silentTo = 'links.list';
    const rejected = expect(connection.bridge.call('links.list', {})).rejects.toBeInstanceOf(ConnectionLost);
    connection.close();
    await rejected;
    expect(world.timers.size).toBe(0);
  });
});

test('pauses between tries grow to 15 s and differ by a quarter either way', () => {
  expect([0, 1, 2, 5, 50].map((attempt) => reconnectDelay(attempt, 0.5))).toEqual([500, 1000, 2000, 15_000, 15_000]);
  expect([reconnectDelay(0, 0), reconnectDelay(0, 1)]).toEqual([375, 625]);
});
