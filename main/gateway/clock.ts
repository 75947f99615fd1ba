/** Time, randomness and ids come in by argument, so that a test owns them. */
import type { Millis } from './types.ts';

export interface Clock {
  /** Wall time, UTC. May jump when the machine's clock is set. */
  now(): Millis;
  /** Milliseconds since some fixed moment; never jumps. */
  monotonic(): number;
  /** Calls `run` once after `delay` milliseconds; disposing before that forgets it. Never keeps the process alive. */
  after(delay: Millis, run: () => void): Disposable;
}

/** Numbers in [0, 1), for jitter. */
export type Random = () => number;

/** New row ids: UUIDv7, rising even when the clock is set back. */
export interface Ids {
  next(): string;
}

/** Resolves after `delay`, or at once when `signal` is aborted; the caller looks at the signal. Never rejects. */
export function pause(clock: Clock, delay: Millis, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      timer[Symbol.dispose]();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(delay, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
