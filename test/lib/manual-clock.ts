/** A clock that only the test moves. Wall time and monotonic time advance together; the wall can be set apart from it. */
import type { Clock } from '../../main/gateway/clock.ts';

interface Entry {
  readonly due: number;
  readonly run: () => void;
}

export class ManualClock implements Clock {
  readonly #timers = new Set<Entry>();
  #elapsed = 0;
  #wall: number;

  /** `wall` is the wall time at the start, in milliseconds since 1970 UTC. */
  constructor(wall = 1_750_000_000_000) {
    this.#wall = wall;
  }

  now(): number {
    return Math.floor(this.#wall + this.#elapsed);
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(delay: number, run: () => void): Disposable {
    const entry = { due: this.#elapsed + Math.max(0, delay), run };
    this.#timers.add(entry);
    return { [Symbol.dispose]: () => void this.#timers.delete(entry) };
  }

  /** Timers that wait; 0 at the end of a test shows that none outlived its owner. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer, null when none waits. */
  get untilNext(): number | null {
    const entry = this.#next();
    return entry === null ? null : entry.due - this.#elapsed;
  }

  /** Sets the wall clock, as a person or NTP does; timers and monotonic time do not notice. */
  setWall(now: number): void {
    this.#wall = now - this.#elapsed;
  }

  /** Moves on by `ms` and runs what is due, in order of time and then of creation, timers set on the way included. */
  advance(ms: number): void {
    const until = this.#elapsed + ms;
    for (let entry = this.#next(); entry !== null && entry.due <= until; entry = this.#next()) this.#fire(entry);
    this.#elapsed = until;
  }

  /** The same, but lets promises go on after each timer, so that a chain of pauses runs as it would in real time. */
  async elapse(ms: number): Promise<void> {
    const until = this.#elapsed + ms;
    await turn();
    for (let entry = this.#next(); entry !== null && entry.due <= until; entry = this.#next()) {
      this.#fire(entry);
      await turn();
    }
    this.#elapsed = until;
    await turn();
  }

  #next(): Entry | null {
    let next: Entry | null = null;
    for (const entry of this.#timers) if (next === null || entry.due < next.due) next = entry;
    return next;
  }

  #fire(entry: Entry): void {
    this.#timers.delete(entry);
    this.#elapsed = Math.max(this.#elapsed, entry.due);
    entry.run();
  }
}

/** One turn of the event loop: every promise that was ready has gone on. */
function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
