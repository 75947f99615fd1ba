/**
 * One stretch of the connection's work: logging in again and again, or a pairing. At most one is current; one that was
 * ended says nothing more, whatever still becomes of it.
 */
import type { LinkState } from '../../gateway/channel.ts';
import { pause, type Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';
import type { Subject } from '../../lib/observable.ts';
import { LEFT, type Attempt } from './socket.ts';

export class Run {
  /** Resolves when nothing of it goes on. Never rejects. */
  done: Promise<void> = Promise.resolve();
  readonly #clock: Clock;
  readonly #state: Subject<LinkState>;
  #attempt: Attempt | null = null;
  #rest: AbortController | null = null;
  #isOver = false;

  constructor(clock: Clock, state: Subject<LinkState>) {
    this.#clock = clock;
    this.#state = state;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The present socket; null between two. */
  get attempt(): Attempt | null {
    return this.#attempt;
  }

  /** The socket that the work goes on with; ended at once when the run is over. */
  use(attempt: Attempt | null): void {
    this.#attempt = attempt;
    if (this.#isOver) attempt?.end(LEFT);
  }

  say(state: LinkState): void {
    if (!this.#isOver) this.#state.set(state);
  }

  /** Waits, until it is over or {@link hurry} is called. */
  async rest(delay: Millis): Promise<void> {
    if (this.#isOver) return;
    this.#rest = new AbortController();
    await pause(this.#clock, delay, this.#rest.signal);
    this.#rest = null;
  }

  /** Goes on at once, or makes the present socket prove itself. */
  hurry(): void {
    this.#rest?.abort();
    this.#attempt?.prove();
  }

  end(): void {
    this.#isOver = true;
    this.#rest?.abort();
    this.#attempt?.end(LEFT);
  }
}
