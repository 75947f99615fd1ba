/**
 * The bridge as the window sees it, the same over both transports, and the frames of the WebSocket.
 * On the desktop `preload/index.ts` puts it on `window.bridge`; in a browser `renderer/bridge/websocket.ts` builds it.
 */
import type { CommandName, Outcome, ParamsOf } from './commands.ts';
import type { NumberedEvent } from './events.ts';

export interface Bridge {
  readonly platform: 'desktop' | 'browser';
  call<Name extends CommandName>(name: Name, params: ParamsOf<Name>): Promise<Outcome<Name>>;
  /**
   * Events after `since` (the `seq` of the last one seen, or of `HostView.seq`), then all new ones; a `resync` event
   * when they are not kept any more. Returns the undo.
   */
  on(since: number, listener: (event: NumberedEvent) => void): () => void;
}

/** Desktop IPC channels; nothing else is spoken between the window and the process. */
export const ipcChannels = {
  call: 'porchlight:call',
  subscribe: 'porchlight:subscribe',
  event: 'porchlight:event',
} as const;

/** WebSocket subprotocols: the second one carries the token, which never stands in a URL. */
export const rpcProtocol = 'porchlight.v1';
export const rpcTokenPrefix = 'porchlight.token.';
export const rpcPath = '/rpc';
/** Largest frame of the WebSocket, either way, in bytes. */
export const rpcMaxFrame = 4_194_304;

export type ClientFrame =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly params: unknown }
  | { readonly kind: 'subscribe'; readonly since: number };

export type ServerFrame =
  | { readonly kind: 'answer'; readonly id: number; readonly outcome: unknown }
  | { readonly kind: 'event'; readonly event: NumberedEvent };

/** Close codes of `/rpc` that a client can act on (4000-4999 is the private range of RFC 6455). */
export const rpcCloseCodes = { tokenWrong: 4401, malformed: 4400, tooLarge: 1009, stopping: 4503 } as const;
