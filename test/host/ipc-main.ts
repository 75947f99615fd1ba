/* ipcMain: what the preload sends or asks, and who asked. */
import { EventEmitter } from 'node:events';
import type { WebContents } from './web-contents.ts';
import type { WebFrameMain } from './web-frame.ts';

/** The first argument of a handler. */
export interface IpcEvent {
  readonly type: 'frame';
  readonly sender: WebContents;
  readonly senderFrame: WebFrameMain | null;
  readonly processId: number;
  readonly frameId: number;
}

type Handler = (event: IpcEvent, ...args: never[]) => unknown;

/** Handlers by channel. The window's side of IPC reads what ipcMain writes. */
export type InvokeHandlers = Map<string, Handler>;

export class IpcMain extends EventEmitter {
  readonly #handlers: InvokeHandlers;

  constructor(handlers: InvokeHandlers) {
    super();
    this.#handlers = handlers;
  }

  handle(channel: string, handler: Handler): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#handlers.set(channel, handler);
  }

  handleOnce(channel: string, handler: Handler): void {
    this.handle(channel, (event, ...args) => {
      this.removeHandler(channel);
      return handler(event, ...args);
    });
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel);
  }
}
