import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createEventLog } from '../../main/api/event-log.ts';
import { createRpcServer } from '../../main/api/websocket.ts';
import { createEvents } from '../../main/gateway/events.ts';
import { RpcClient } from '../lib/headless.ts';
import { ManualClock } from '../lib/manual-clock.ts';

const log = { write: () => undefined };

async function bench() {
  const gateway = createEvents(log);
  const events = createEventLog({
    events: gateway,
    translate: (event) => (event.kind === 'delta' ? [{ ...event, kind: 'turn.delta' }] : []),
    firstSeq: 0,
    defer: setImmediate,
    log,
  });
  const clock = new ManualClock();
  const dispatch = { call: async () => ({ ok: true as const, value: null }) };
  const rpc = createRpcServer({ dispatch, events, guard: { tokenFits: () => true }, clock, log });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => rpc.accept(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    clock,
    events,
    publish: (turn: string, text: string) =>
      gateway.publish({ kind: 'delta', conversation: turn, turn, attempt: 0, offset: 0, text }),
    async [Symbol.asyncDispose]() {
      rpc.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a window that does not read', () => {
  it('is told to read anew instead of being queued for without limit (memory filled by a sleeping laptop)', async () => {
    await using host = await bench();
    using slow = await new RpcClient(host.url).opened();
    slow.subscribe(host.events.seq);
    await slow.raw('host.get', {});
    slow.socket.pause();
    const rounds = 400;
    for (let round = 0; round < rounds; round += 1) {
      host.publish(`turn ${String(round)}`, 'x'.repeat(100_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    slow.socket.resume();
    await slow.event((event) => event.kind === 'resync');
    host.publish('last', 'done');
    await slow.event((event) => event.kind === 'turn.delta' && event.turn === 'last');
    expect(slow.events.length).toBeLessThan(rounds);
    expect(slow.events.at(-1)?.seq).toBe(host.events.seq);
  });

  it('is ended when it does not answer a ping, and one that does is kept (subscriptions that live for ever)', async () => {
    await using host = await bench();
    using alive = await new RpcClient(host.url).opened();
    using dead = await new RpcClient(host.url).opened();
    for (const client of [alive, dead]) await client.raw('host.get', {});
    dead.socket.pause();
    const pinged = new Promise((resolve) => alive.socket.once('ping', resolve));
    await host.clock.elapse(30_000);
    await pinged;
    await alive.raw('host.get', {});
    await host.clock.elapse(30_000);
    dead.socket.resume();
    expect((await dead.closed).code).toBe(1006);
    expect(await alive.raw('host.get', {})).toEqual({ ok: true, value: null });
  });
});
