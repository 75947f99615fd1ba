/** The bridge between the window and the process: it exposes the contract and nothing else. */
import { contextBridge, ipcRenderer } from 'electron';
import type { Bridge } from './contract/bridge.ts';
import { ipcChannels } from './contract/bridge.ts';
import type { NumberedEvent } from './contract/events.ts';

type Call = Bridge['call'];
type Listener = (event: NumberedEvent) => void;

const listeners = new Map<number, Listener>();
const counter = { last: 0 };

ipcRenderer.on(ipcChannels.event, (_event, subscription: number, event: NumberedEvent) => {
  listeners.get(subscription)?.(event);
});

const call: Call = (name, params) => ipcRenderer.invoke(ipcChannels.call, name, params) as ReturnType<Call>;

const on = (since: number, listener: Listener): (() => void) => {
  const subscription = ++counter.last;
  listeners.set(subscription, listener);
  ipcRenderer.send(ipcChannels.subscribe, subscription, since);
  return () => {
    listeners.delete(subscription);
    ipcRenderer.send(ipcChannels.subscribe, subscription, null);
  };
};

contextBridge.exposeInMainWorld('bridge', { platform: 'desktop', call, on } satisfies Bridge);
