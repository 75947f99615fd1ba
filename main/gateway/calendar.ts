/** Days in the owner's time zone. */
import type { Millis } from './types.ts';

/** Midnight at the beginning of the day that `now` is in. */
export function startOfDay(now: Millis, timeZone: string): Millis {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const [hours = 0, minutes = 0, seconds = 0] = clock.format(now).split(':').map(Number);
  const guess = now - ((hours * 60 + minutes) * 60 + seconds) * 1000 - (now % 1000);
  // On a day with a change of the clocks, wall time since midnight is not elapsed time: look again from there.
  const [offHours = 0, offMinutes = 0] = clock.format(guess).split(':').map(Number);
  const off = offHours * 60 + offMinutes;
  return guess + (off === 0 ? 0 : off > 720 ? (1440 - off) * 60_000 : -off * 60_000);
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    // The constructor's only way to say no.
    return !(error instanceof RangeError);
  }
}
