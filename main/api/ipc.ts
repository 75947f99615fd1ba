/**
 * The contract over Electron's IPC, the same dispatch as over `/rpc`. Electron itself is handed in by the shell. Only
 * calls from our own window's main frame are answered; a page that reloads subscribes anew and replaces what it had.
 */
import { ipcChannels } from '../../preload/contract/bridge.ts';
import type { NumberedEvent } from '../../preload/contract/events.ts';
import type { Log } from '../gateway/log.ts';
import type { Dispatch } from './dispatch.ts';
import type { EventLog, Subscription } from './event-log.ts';

/** What is used of Electron's `WebContents`. */
export interface IpcPage {
  readonly id: number;
  send(channel: string, subscription: number, event: NumberedEvent): void;
  isDestroyed(): boolean;
  once(event: 'destroyed', run: () => void): unknown;
}

/** What is used of Electron's `ipcMain`; `Sender` is its event. */
export interface IpcMain<Sender extends { readonly sender: IpcPage }> {
  handle(channel: string, run: (event: Sender, name: unknown, params: unknown) => Promise<unknown>): void;
  removeHandler(channel: string): void;
  on(channel: string, run: (event: Sender, subscription: unknown, since: unknown) => void): unknown;
  off(channel: string, run: (event: Sender, subscription: unknown, since: unknown) => void): unknown;
}

export interface IpcPorts<Sender extends { readonly sender: IpcPage }> {
  readonly ipc: IpcMain<Sender>;
  /** Whether the event came from the main frame of our own window. */
  readonly trusted: (event: Sender) => boolean;
  readonly dispatch: Dispatch;
  readonly events: EventLog;
  readonly log: Log;
}

/**
 * Binds both channels; disposing of it unbinds them. `subscribe` carries the number of the page's subscription and the
 * event to begin after, or null to end it.
 */
export function bindIpc<Sender extends { readonly sender: IpcPage }>(ports: IpcPorts<Sender>): Disposable {
  const { ipc, dispatch, log } = ports;
  const pages = new Map<number, Map<number, Subscription>>();
  const drop = (page: number): void => {
    for (const subscription of pages.get(page)?.values() ?? []) subscription[Symbol.dispose]();
    pages.delete(page);
  };
  const ofPage = (sender: IpcPage): Map<number, Subscription> => {
    const known = pages.get(sender.id);
    if (known !== undefined) return known;
    const fresh = new Map<number, Subscription>();
    pages.set(sender.id, fresh);
    sender.once('destroyed', () => drop(sender.id));
    return fresh;
  };
  const subscribe = (event: Sender, number: unknown, since: unknown): void => {
    if (!ports.trusted(event)) return log.write('warn', 'api.ipc-untrusted', { channel: ipcChannels.subscribe });
    if (typeof number !== 'number' || (since !== null && typeof since !== 'number')) return;
    const subscriptions = ofPage(event.sender);
    subscriptions.get(number)?.[Symbol.dispose]();
    subscriptions.delete(number);
    if (since !== null) subscriptions.set(number, forward(ports.events, event.sender, number, since));
  };
  ipc.handle(ipcChannels.call, async (event, name, params) => {
    if (ports.trusted(event) && typeof name === 'string') return dispatch.call(name, params);
    log.write('warn', 'api.ipc-untrusted', { channel: ipcChannels.call });
    return { ok: false, reason: { code: 'input.malformed', params: { path: 'name', expected: 'a command' } } };
  });
  ipc.on(ipcChannels.subscribe, subscribe);
  return {
    [Symbol.dispose]() {
      ipc.removeHandler(ipcChannels.call);
      ipc.off(ipcChannels.subscribe, subscribe);
      for (const page of [...pages.keys()]) drop(page);
    },
  };
}

function forward(events: EventLog, page: IpcPage, number: number, since: number): Subscription {
  const run = (): void => {
    for (;;) {
      const next = subscription.pull(64);
      if (next.length === 0) return;
      for (const event of next) if (!page.isDestroyed()) page.send(ipcChannels.event, number, event);
    }
  };
  const subscription = events.subscribe(since, run);
  return subscription;
}
