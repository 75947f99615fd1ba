/** Days in the owner's time zone. */
import type { Millis } from './types.ts';

/** Every zone's offset is a multiple of this, so every day begins on one. */
const grid: Millis = 15 * 60_000;

/** The first moment of the day that `now` is in; that is not midnight where the clocks are changed at midnight. */
export function startOfDay(now: Millis, timeZone: string): Millis {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const calendar = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short' });
  const day = calendar.format(now);
  const [hours = 0, minutes = 0] = clock.format(now).split(':').map(Number);
  let start = Math.floor((now - (hours * 60 + minutes) * 60_000) / grid) * grid;
  // On a day with a change of the clocks, wall time since midnight is not elapsed time.
  while (calendar.format(start) !== day) start += grid;
  while (calendar.format(start - 1) === day) start -= grid;
  return start;
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    // The constructor's only way to say no.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
