/**
 * The library listens to its own WebSocket with asynchronous functions and looks at none of their promises: a frame that
 * cannot be decrypted, or an answer to a connection that has just gone, would be a rejection that nobody handles, which
 * ends a process by default.
 */
import type { EventEmitter } from 'node:events';

/** To be called right after the socket was made: puts a handler behind every listener that is there by now. */
export function catchRejections(emitter: EventEmitter, rejected: (event: string, error: unknown) => void): void {
  for (const event of emitter.eventNames()) {
    for (const listener of emitter.listeners(event)) {
      emitter.off(event, toListener(listener));
      emitter.on(event, (...args: readonly unknown[]) => {
        const result: unknown = Reflect.apply(listener, emitter, args);
        if (result instanceof Promise) result.catch((error: unknown) => rejected(String(event), error));
      });
    }
  }
}

type Listener = (...args: readonly unknown[]) => void;

/** The same function: `listeners` gives less of a type than `off` takes. */
function toListener(listener: unknown): Listener {
  if (!isListener(listener)) throw new TypeError('A listener is a function.');
  return listener;
}

function isListener(value: unknown): value is Listener {
  return typeof value === 'function';
}
