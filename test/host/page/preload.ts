/*
 * The world a sandboxed preload script finds: `require` knows `electron` alone, and that has contextBridge and
 * ipcRenderer. It is sent to the page as text, so it may use nothing outside itself and what it is given.
 */
import type { BridgeEnd } from './bridge.ts';
import type { Codec } from './codec.ts';

/** From page to process. */
export type Upward =
  | { readonly kind: 'invoke'; readonly id: number; readonly channel: string; readonly args: unknown }
  | { readonly kind: 'send'; readonly channel: string; readonly args: unknown }
  | { readonly kind: 'preload-error'; readonly message: string };

/** From process to page. */
export type Downward =
  | { readonly kind: 'reply'; readonly id: number; readonly ok: boolean; readonly value: unknown }
  | { readonly kind: 'event'; readonly channel: string; readonly args: unknown };

export interface PreloadParts {
  readonly bridge: BridgeEnd;
  readonly codec: Codec;
  readonly post: (payload: string) => void;
  readonly process: Readonly<Record<string, unknown>>;
  readonly script: (
    require: (name: string) => unknown,
    module: { exports: unknown },
    exports: unknown,
    process: unknown,
  ) => void;
}

/** Runs the preload script; the result takes what the process sends. */
export function runPreload({ bridge, codec, post, process, script }: PreloadParts): (payload: string) => void {
  type Listener = (event: unknown, ...args: readonly unknown[]) => void;
  const listeners = new Map<string, Listener[]>();
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;

  const sendUp = (message: Upward): void => {
    post(JSON.stringify(message));
  };
  const on = (channel: string, listener: Listener): void => {
    listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
  };
  const off = (channel: string, listener: Listener): void => {
    const kept = [...(listeners.get(channel) ?? [])];
    const index = kept.lastIndexOf(listener);
    if (index >= 0) kept.splice(index, 1);
    listeners.set(channel, kept);
  };

  const ipcRenderer = {
    send(channel: string, ...args: readonly unknown[]) {
      sendUp({ kind: 'send', channel, args: codec.encode(args) });
    },
    invoke(channel: string, ...args: readonly unknown[]) {
      return new Promise((resolve, reject) => {
        const id = ++lastId;
        const message: Upward = { kind: 'invoke', id, channel, args: codec.encode(args) };
        waiting.set(id, { resolve, reject });
        sendUp(message);
      });
    },
    on(channel: string, listener: Listener) {
      on(channel, listener);
      return ipcRenderer;
    },
    once(channel: string, listener: Listener) {
      const first: Listener = (event, ...args) => {
        off(channel, first);
        listener(event, ...args);
      };
      on(channel, first);
      return ipcRenderer;
    },
    off(channel: string, listener: Listener) {
      off(channel, listener);
      return ipcRenderer;
    },
    removeListener(channel: string, listener: Listener) {
      off(channel, listener);
      return ipcRenderer;
    },
    removeAllListeners(channel: string) {
      listeners.delete(channel);
      return ipcRenderer;
    },
  };

  const electron = {
    contextBridge: {
      exposeInMainWorld(key: string, api: unknown) {
        bridge.expose(key, api);
      },
    },
    ipcRenderer,
  };

  const require = (name: string): unknown => {
    if (name === 'electron' || name === 'electron/renderer') return electron;
    throw new Error(`module not found: ${name}`);
  };

  try {
    const module = { exports: {} };
    script(require, module, module.exports, process);
  } catch (error) {
    console.error('Unable to load preload script', error);
    sendUp({ kind: 'preload-error', message: error instanceof Error ? error.message : String(error) });
  }

  return (payload) => {
    const message = JSON.parse(payload) as Downward;
    if (message.kind === 'event') {
      const args = codec.decode(message.args) as readonly unknown[];
      for (const listener of listeners.get(message.channel) ?? [])
        listener({ sender: ipcRenderer, ports: [] }, ...args);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.ok) call?.resolve(codec.decode(message.value));
    else call?.reject(new Error(String(message.value)));
  };
}
