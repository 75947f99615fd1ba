/*
 * What an emulator saw, in order. Tests wait on it by event: an entry that is already there answers at once, one that
 * comes or changes later wakes the waiter. Nothing polls.
 */

export interface WaitOptions {
  /** Milliseconds after which the wait fails with a sentence; without it and without `signal` it waits for ever. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The reading side of a log, which is what tests are given. */
export interface ReadLog<T> {
  /** Every entry so far, oldest first. The array is live. */
  readonly items: readonly T[];
  /** Calls `fn` for each entry added from now on; disposing what it returns ends that. */
  subscribe(fn: (entry: T) => void): Disposable;
  /** The first entry, past or future, for which `predicate` holds. Rejects on time-out, abort or close of the emulator. */
  waitFor(predicate: (entry: T) => boolean, options?: WaitOptions): Promise<T>;
}

interface Waiter<T> {
  readonly predicate: (entry: T) => boolean;
  readonly settle: (entry: T) => void;
  readonly fail: (reason: Error) => void;
}

/** An append-only log. `what` names an entry in the sentence of a wait that failed. */
export class EventLog<T> implements ReadLog<T> {
  readonly items: T[] = [];
  readonly #what: string;
  readonly #limit: number;
  readonly #waiters = new Set<Waiter<T>>();
  readonly #listeners = new Set<(entry: T) => void>();

  /** At most `limit` entries are kept, the oldest go first; a bench of many thousand calls must not grow for ever. */
  constructor(what: string, limit = Number.POSITIVE_INFINITY) {
    this.#what = what;
    this.#limit = limit;
  }

  add(entry: T): void {
    this.items.push(entry);
    if (this.items.length > this.#limit) this.items.splice(0, this.items.length - this.#limit);
    for (const listener of [...this.#listeners]) listener(entry);
    this.changed(entry);
  }

  /** To be called after an entry was changed in place (answered, aborted), so that waiters look at it again. */
  changed(entry: T): void {
    for (const waiter of [...this.#waiters]) {
      if (waiter.predicate(entry)) waiter.settle(entry);
    }
  }

  subscribe(fn: (entry: T) => void): Disposable {
    this.#listeners.add(fn);
    return { [Symbol.dispose]: () => void this.#listeners.delete(fn) };
  }

  waitFor(predicate: (entry: T) => boolean, options: WaitOptions = {}): Promise<T> {
    const found = this.items.find(predicate);
    if (found !== undefined) return Promise.resolve(found);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const { signal, timeoutMs } = options;
    const onAbort = () => {
      waiter.fail(new Error(`Waiting for a ${this.#what} was aborted.`));
    };
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            const seen = `${String(this.items.length)} recorded`;
            waiter.fail(new Error(`No ${this.#what} matched within ${String(timeoutMs)} ms (${seen}).`));
          }, timeoutMs);
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#waiters.delete(waiter);
    };
    const waiter: Waiter<T> = {
      predicate,
      settle: (entry) => {
        done();
        resolve(entry);
      },
      fail: (reason) => {
        done();
        reject(reason);
      },
    };
    this.#waiters.add(waiter);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort);
    return promise;
  }

  /** Fails every wait that is still open: the emulator has been closed. */
  close(): void {
    for (const waiter of [...this.#waiters]) {
      waiter.fail(new Error(`The emulator was closed while waiting for a ${this.#what}.`));
    }
    this.#listeners.clear();
  }
}
