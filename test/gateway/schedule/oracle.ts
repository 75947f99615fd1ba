/*
 * What a schedule has to do, found by brute force: `Intl` is asked what the clocks of a zone show at each minute, and
 * every minute is looked at. It knows no offsets, no cron library and nothing of the code it judges.
 */

export const minute = 60_000;
export const day = 24 * 60 * minute;

/** What the clocks of a zone showed, minute by minute. Wall times are counted in minutes, as if in UTC. */
export interface Table {
  readonly timeZone: string;
  readonly from: number;
  readonly until: number;
  readonly walls: Int32Array;
}

export function tableOf(timeZone: string, from: number, until: number): Table {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const walls = new Int32Array((until - from) / minute);
  for (const index of walls.keys()) {
    // 29/03/2026, 02:30
    const shown = format.format(from + index * minute);
    const part = (at: number, length: number): number => Number(shown.slice(at, at + length));
    walls[index] = Date.UTC(part(6, 4), part(3, 2) - 1, part(0, 2), part(12, 2), part(15, 2)) / minute;
  }
  return { timeZone, from, until, walls };
}

/** An expression as it was meant, beside its text. */
export interface Meant {
  readonly text: string;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly hoursNamed: boolean;
  readonly months: ReadonlySet<number>;
  /** Null where the field is `*`. */
  readonly isDay: ((date: Date) => boolean) | null;
  readonly isWeekday: ((date: Date) => boolean) | null;
}

function matches(meant: Meant, wall: number): boolean {
  const date = new Date(wall * minute);
  if (!meant.minutes.has(date.getUTCMinutes()) || !meant.hours.has(date.getUTCHours())) return false;
  if (!meant.months.has(date.getUTCMonth() + 1)) return false;
  const [byDay, byWeekday] = [meant.isDay?.(date), meant.isWeekday?.(date)];
  if (byDay === undefined || byWeekday === undefined) return (byDay ?? true) && (byWeekday ?? true);
  return byDay || byWeekday;
}

/** Every moment of the table at which the expression runs, in order. */
export function momentsOf(meant: Meant, table: Table): readonly number[] {
  return meant.hoursNamed ? appointments(table, (wall) => matches(meant, wall)) : inRealTime(meant, table);
}

function inRealTime(meant: Meant, { walls, from }: Table): readonly number[] {
  const found: number[] = [];
  walls.forEach((wall, index) => {
    if (matches(meant, wall)) found.push(from + index * minute);
  });
  return found;
}

/** Each wall time that is wanted, one by one, whether it exists or not: at its first moment, else at the gap's end. */
function appointments({ walls, from }: Table, isWanted: (wall: number) => boolean): readonly number[] {
  const firstShown = new Map<number, number>();
  walls.forEach((wall, index) => {
    if (!firstShown.has(wall)) firstShown.set(wall, index);
  });
  const found = new Set<number>();
  let [low, high] = [Infinity, -Infinity];
  for (const wall of walls) [low, high] = [Math.min(low, wall), Math.max(high, wall)];
  for (let wall = low; wall <= high; wall++) {
    if (!isWanted(wall)) continue;
    const shown = firstShown.get(wall) ?? walls.findIndex((later) => later > wall);
    found.add(from + shown * minute);
  }
  return [...found].sort((a, b) => a - b);
}

export interface MeantQuiet {
  /** Minutes of the day. */
  readonly from: number;
  readonly to: number;
}

/** For each minute of the table whether it is quiet. */
export function quietMinutes({ from, to }: MeantQuiet, table: Table): readonly boolean[] {
  const at = (minutes: number): ReadonlySet<number> =>
    new Set(appointments(table, (wall) => ((wall % 1440) + 1440) % 1440 === minutes));
  const [begins, ends] = [at(from), at(to)];
  let quiet = false;
  return Array.from(table.walls, (wall, index) => {
    const moment = table.from + index * minute;
    const shown = ((wall % 1440) + 1440) % 1440;
    // Where both fall to the end of a gap, what the clock shows there decides, else the one that the day has later.
    if (begins.has(moment) && ends.has(moment) && (shown === from || shown === to)) quiet = shown === from;
    else if (from < to) quiet = (quiet || begins.has(moment)) && !ends.has(moment);
    else quiet = (quiet && !ends.has(moment)) || begins.has(moment);
    return quiet;
  });
}

/** What is left of `moments` when some minutes are quiet; `late`: what fell into them waits for their end. */
export function aroundQuiet(
  moments: readonly number[],
  quiet: readonly boolean[],
  { from }: Table,
  late: boolean,
): readonly number[] {
  const found = new Set<number>();
  for (const moment of moments) {
    let index = (moment - from) / minute;
    if (quiet[index] === true && !late) continue;
    while (quiet[index] === true) index += 1;
    if (index < quiet.length) found.add(from + index * minute);
  }
  return [...found].sort((a, b) => a - b);
}
