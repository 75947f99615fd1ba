/** Date and time as a form holds them (`2026-11-23T09:00`), on the clocks of a zone. Pure. */
import { wall } from '../../calendar.ts';

const form = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/;

/** What a clock on the wall of the zone shows, down to the minute. */
export function wallText(at: number, zone: string): string {
  return new Date(wall(at, zone)).toISOString().slice(0, 16);
}

/**
 * The moment at which the zone's clock shows it, in ms UTC: the first one where it does so twice, and as much later as the
 * clock was put forward where it never does. Null for a text that is no such time.
 */
export function momentOf(text: string, zone: string): number | null {
  const fields = form.exec(text)?.slice(1).map(Number);
  if (!fields) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = fields;
  const shown = Date.UTC(year, month - 1, day, hour, minute);
  // A day that no month has would become one of the next.
  if (Number.isNaN(shown) || new Date(shown).toISOString().slice(0, 16) !== text.slice(0, 16)) return null;
  const offsets = [shown - dayMs, shown + dayMs].map((near) => wall(near, zone) - near);
  const guesses = offsets.map((offset) => shown - offset);
  const exact = guesses.filter((guess) => wall(guess, zone) === shown);
  return exact.length > 0 ? Math.min(...exact) : Math.max(...guesses);
}

const dayMs = 86_400_000;
