/** Days as the gateway counts them: in its own time zone, summer time included. All times are milliseconds UTC. */

/** What a clock on the wall of the zone shows, written as if it were UTC: ms. */
export function wall(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

/** The first moment of the day that holds `at`, or of the one so many `days` later (negative: earlier). */
export function startOfDay(at: number, zone: string, days = 0): number {
  const shown = new Date(wall(at, zone));
  const midnight = Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate() + days);
  const guess = midnight - (wall(midnight, zone) - midnight);
  const better = midnight - (wall(guess, zone) - guess);
  // Where clocks go forward at midnight, the day begins at one: one of the two still belongs to the day before.
  const within = [guess, better].filter((each) => wall(each, zone) >= midnight);
  return Math.min(...(within.length > 0 ? within : [better]));
}

/** The bounds of the last `count` days up to the end of today: rising, one more than days. */
export function dayBounds(now: number, zone: string, count: number): readonly number[] {
  return Array.from({ length: count + 1 }, (_, index) => startOfDay(now, zone, index + 1 - count));
}
