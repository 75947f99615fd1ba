import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createEventLog } from '../../main/api/event-log.ts';
import { bindIpc, type IpcMain, type IpcPage } from '../../main/api/ipc.ts';
import { createEvents } from '../../main/gateway/events.ts';
import { ipcChannels } from '../../preload/contract/bridge.ts';

interface Page extends IpcPage {
  readonly sent: readonly unknown[];
  destroy(): void;
}
interface Sender {
  readonly sender: Page;
  readonly frame: 'main' | 'other';
}

function page(id: number): Page {
  const sent: unknown[] = [];
  const emitter = new EventEmitter();
  let destroyed = false;
  return {
    id,
    sent,
    send: (channel, subscription, event) => void sent.push([channel, subscription, event.event.kind]),
    isDestroyed: () => destroyed,
    once: (event, run) => emitter.once(event, run),
    destroy: () => {
      destroyed = true;
      emitter.emit('destroyed');
    },
  };
}

type Handler = Parameters<IpcMain<Sender>['handle']>[1];
type Listener = Parameters<IpcMain<Sender>['on']>[1];

function bench() {
  const handlers = new Map<string, Handler>();
  const listeners = new Map<string, Listener>();
  const ipc: IpcMain<Sender> = {
    handle: (channel, run) => void handlers.set(channel, run),
    removeHandler: (channel) => void handlers.delete(channel),
    on: (channel, run) => listeners.set(channel, run),
    off: (channel) => listeners.delete(channel),
  };
  const log = { write: () => undefined };
  const gateway = createEvents(log);
  const deferred: (() => void)[] = [];
  const events = createEventLog({
    events: gateway,
    translate: () => [{ kind: 'model.changed' }],
    firstSeq: 10,
    defer: (run) => void deferred.push(run),
    log,
  });
  const called: unknown[] = [];
  const dispatch = {
    call: async (name: string, params: unknown) => {
      called.push([name, params]);
      return { ok: true as const, value: null };
    },
  };
  const bound = bindIpc({ ipc, trusted: ({ frame }) => frame === 'main', dispatch, events, log });
  return {
    bound,
    called,
    handlers,
    listeners,
    events,
    call: (event: Sender, name: unknown, params: unknown) => handlers.get(ipcChannels.call)?.(event, name, params),
    subscribe: (event: Sender, subscription: unknown, since: unknown) =>
      listeners.get(ipcChannels.subscribe)?.(event, subscription, since),
    happen: () => {
      gateway.publish({ kind: 'model' });
      for (const run of deferred.splice(0)) run();
    },
  };
}

describe('the contract over IPC', () => {
  it('answers our own main frame and nobody else (a frame from elsewhere that drives the gateway)', async () => {
    const { call, called } = bench();
    const sender = page(1);
    expect(await call({ sender, frame: 'main' }, 'host.get', {})).toEqual({ ok: true, value: null });
    expect(await call({ sender, frame: 'other' }, 'host.get', {})).toMatchObject({ ok: false });
    expect(await call({ sender, frame: 'main' }, { toString: () => 'host.get' }, {})).toMatchObject({ ok: false });
    expect(called).toEqual([['host.get', {}]]);
  });

  it('sends events to a page that subscribed, each subscription under its number, until it ends it', () => {
    const { subscribe, happen, events } = bench();
    const sender = page(1);
    const event = { sender, frame: 'main' } as const;
    subscribe(event, 1, events.seq);
    subscribe(event, 2, events.seq);
    happen();
    subscribe(event, 1, null);
    happen();
    expect(sender.sent).toEqual([
      [ipcChannels.event, 1, 'model.changed'],
      [ipcChannels.event, 2, 'model.changed'],
      [ipcChannels.event, 2, 'model.changed'],
    ]);
  });

  it('forgets a page that is gone, one that lies, and everything when it is unbound (events into nothing)', () => {
    const { bound, subscribe, happen, events, handlers, listeners } = bench();
    const [gone, stranger, last] = [page(1), page(2), page(3)];
    subscribe({ sender: gone, frame: 'main' }, 1, events.seq);
    subscribe({ sender: stranger, frame: 'other' }, 1, events.seq);
    subscribe({ sender: last, frame: 'main' }, 1, 'now');
    gone.destroy();
    happen();
    expect([gone.sent, stranger.sent, last.sent]).toEqual([[], [], []]);
    subscribe({ sender: last, frame: 'main' }, 1, events.seq);
    bound[Symbol.dispose]();
    happen();
    expect(last.sent).toEqual([]);
    expect([handlers.size, listeners.size]).toEqual([0, 0]);
  });
});
