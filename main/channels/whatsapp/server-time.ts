/**
 * When something was said, by this machine's clock. Messages carry the service's time, but what is older than the link, or
 * late, is decided by ours: a machine whose clock is fast would take whatever is said for older than the link that it has
 * just made, and one whose clock is slow would answer what was said before.
 *
 * The service says its time with each login (`<success t>`, in whole seconds). From there on the monotonic clock counts, so
 * that a wall clock which is set right meanwhile is noticed at once.
 */
import type { Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';

/** Clocks that differ by less agree: the service's time is in whole seconds and has been on its way. */
const AGREED: Millis = 2_000;
const SECOND: Millis = 1_000;

export class ServerTime {
  readonly #clock: Clock;
  /** The service's time where the monotonic clock was 0; null before the first login. */
  #origin: Millis | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `t` of a login: seconds since 1970, as text. Anything else is passed over. */
  greeted(t: unknown): void {
    const seconds = Number(t);
    if (typeof t !== 'string' || !Number.isSafeInteger(seconds * SECOND) || seconds <= 0) return;
    this.#origin = seconds * SECOND + SECOND / 2 - this.#clock.monotonic();
  }

  /** `at` of the service as this machine's clock had it, which is not later than now where they differ. */
  here(at: Millis): Millis {
    if (this.#origin === null) return at;
    const now = this.#clock.now();
    const ahead = now - (this.#origin + this.#clock.monotonic());
    if (Math.abs(ahead) < AGREED) return at;
    return Math.min(at + Math.round(ahead / SECOND) * SECOND, now);
  }
}
