/**
 * Clocks of a time zone. A *wall* time is what such a clock shows, as the milliseconds that the same date and time would
 * have in UTC. Where clocks are set forward some wall times do not exist, where they are set back some exist twice.
 */
import type { Millis } from '../types.ts';

export type Wall = number;

export const minute: Millis = 60_000;
export const hour: Millis = 60 * minute;
export const day: Millis = 24 * hour;

/** The clocks of all zones are between 12 hours behind UTC and 14 ahead; an hour more for what a government may think of. */
const mostBehind: Millis = 13 * hour;
const mostAhead: Millis = 15 * hour;

/** Clocks round some wall times. In less than three days no zone has changed them twice. */
export interface Clocks {
  /** The first moment at which the clock shows `wall` or later: for a time that does not exist, the end of the gap. */
  first(wall: Wall): Millis;
  /** Every moment at which the clock shows just `wall`: none, one or two, in order. */
  each(wall: Wall): readonly Millis[];
  /** Not earlier, and not later, than any moment at which the clock shows `wall`. */
  earliest(wall: Wall): Millis;
  latest(wall: Wall): Millis;
}

export class Zone {
  readonly #format: Intl.DateTimeFormat;

  /** Throws a RangeError for a name that `Intl` does not know. */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', timeZoneName: 'longOffset' });
  }

  wallAt(moment: Millis): Wall {
    return moment + this.#offsetAt(moment);
  }

  /** As {@link Clocks.first}, for a single time. */
  first(wall: Wall): Millis {
    return this.between(wall, wall).first(wall);
  }

  /** The clocks for wall times from `low` to `high`, which are at most a day apart. */
  between(low: Wall, high: Wall): Clocks {
    const [start, end] = [low - mostAhead, high + mostBehind];
    const [before, after] = [this.#offsetAt(start), this.#offsetAt(end)];
    const change = before === after ? Infinity : this.#changeBetween(start, end, after);
    return {
      first: (wall) => (wall - before < change ? wall - before : Math.max(change, wall - after)),
      each: (wall) => [
        ...(wall - before < change ? [wall - before] : []),
        ...(wall - after >= change ? [wall - after] : []),
      ],
      earliest: (wall) => wall - Math.max(before, after),
      latest: (wall) => wall - Math.min(before, after),
    };
  }

  #changeBetween(start: Millis, end: Millis, after: Millis): Millis {
    let [low, high] = [Math.floor(start / minute), Math.ceil(end / minute)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offsetAt(middle * minute) === after) high = middle;
      else low = middle;
    }
    return high * minute;
  }

  #offsetAt(moment: Millis): Millis {
    const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(this.#format.format(moment)) ?? [];
    const offset = Number(hours) * hour + Number(minutes) * minute;
    return sign === '-' ? -offset : offset;
  }
}

/** Minutes since midnight of `HH:MM`, null for anything else. */
export function minutesOf(time: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}
