/** Quiet hours as stretches of time. */
import type { Millis } from '../types.ts';
import type { QuietHours } from './types.ts';
import { day, minute, minutesOf, Zone } from './zone.ts';

/** From `from` until before `to`. */
export interface Stretch {
  readonly from: Millis;
  readonly to: Millis;
}

/**
 * Answers with the quiet stretch that a moment lies in, null when it lies in none. Times that clocks leave out or show
 * twice begin and end a stretch as named hours do (`cron.ts`). What is no `HH:MM`, or ends as it begins, is never quiet.
 */
export function quietStretches({ from, to, timeZone }: QuietHours): (moment: Millis) => Stretch | null {
  const zone = new Zone(timeZone);
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  if (begin === null || end === null || begin === end) return () => null;
  const length = end * minute + (end < begin ? day : 0);
  let known: { readonly until: Millis; readonly since: Millis; readonly stretch: Stretch | null } | null = null;
  return (moment) => {
    if (known !== null && moment >= known.since && moment < known.until) return known.stretch;
    const today = Math.floor(zone.wallAt(moment) / day) * day;
    const near = joined(
      [-2, -1, 0, 1, 2].map((days) => ({
        from: zone.first(today + days * day + begin * minute),
        to: zone.first(today + days * day + length),
      })),
    );
    const stretch = near.find(({ from: since, to: until }) => moment >= since && moment < until) ?? null;
    const until = stretch?.to ?? Math.min(...near.map(({ from: since }) => since).filter((since) => since > moment));
    known = { since: stretch?.from ?? moment, until, stretch };
    return stretch;
  };
}

/** Where a day is missing, one night ends as the next begins. */
function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const all: Stretch[] = [];
  for (const next of stretches) {
    const before = all.at(-1);
    if (before === undefined || next.from > before.to) all.push(next);
    else all[all.length - 1] = { from: before.from, to: Math.max(before.to, next.to) };
  }
  return all;
}
