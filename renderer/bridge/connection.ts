/**
 * What the window knows of its way to the gateway. `websocket.ts` and `ipc.ts` make one; `transport.ts` chooses.
 * A call over a lost connection rejects with {@link ConnectionLost}: it may or may not have been carried out.
 */
import type { Bridge } from '../../preload/contract/bridge.ts';
import type { SendFile } from './send-file.ts';

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** Tried again by itself, with growing pauses. */
  | { readonly kind: 'lost' }
  /** The gateway does not know this key; nothing is tried until the page gets another one. */
  | { readonly kind: 'token-wrong' }
  /** The address was opened without a key. */
  | { readonly kind: 'token-missing' };

export interface Connection {
  readonly bridge: Bridge;
  readonly state: () => ConnectionState;
  /** Tells of each change of {@link state}; returns the undo. */
  readonly watch: (listener: () => void) => () => void;
  /** The page woke up or the network came back: prove the connection now instead of at the next try. */
  readonly prove: () => void;
  /** The bytes of `files/<id>`; null when there is no such file. Rejects with {@link ConnectionLost}. */
  readonly readFile: (id: string) => Promise<Blob | null>;
  /** Puts a file into the store, to go with a message. */
  readonly sendFile: SendFile;
  readonly close: () => void;
}

/** The answer of a call was not seen. Asking again is safe only for what carries its own key. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}
