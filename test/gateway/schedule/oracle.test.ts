import fc from 'fast-check';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { slotsOf } from '../../../main/gateway/schedule/slots.ts';
import type { CatchUp, Schedule, Timing } from '../../../main/gateway/schedule/types.ts';
import { counts } from '../../counts.ts';
import { changes, clockTime, expressions, quietHours, stretches } from './arbitrary.ts';
import { lifeOf, ScheduleHouse, type Shift } from './house.ts';
import {
  aroundQuiet,
  day,
  minute,
  momentsOf,
  quietMinutes,
  tableOf,
  type Meant,
  type MeantQuiet,
  type Table,
} from './oracle.ts';

const runs = { numRuns: counts.scheduleRuns };
/** The long counts take minutes. */
vi.setConfig({ testTimeout: 900_000 });
afterAll(() => vi.resetConfig());

const known = new Map<string, Table>();
/** Asking `Intl` about each minute is slow, and the stretches are few. */
function tableFor(timeZone: string, from: number, until: number): Table {
  const key = `${timeZone} ${from} ${until}`;
  const table = known.get(key) ?? tableOf(timeZone, from, until);
  known.set(key, table);
  return table;
}

function plain(timing: Timing): Schedule {
  return { timing, quiet: null, catchUp: 'run-late', pausedUntil: null };
}

function cron(expression: string, timeZone: string): Schedule {
  return plain({ kind: 'cron', expression, timeZone });
}

/** Every slot of a stretch, one asked for after the other. */
function slotsIn(schedule: Schedule, after: number, until: number): readonly number[] {
  const next = slotsOf(schedule);
  const slots: number[] = [];
  for (let slot = next(after); slot !== null && slot <= until; slot = next(slot)) slots.push(slot);
  return slots;
}

function within(moments: readonly number[], after: number, until: number): readonly number[] {
  return moments.filter((moment) => moment > after && moment <= until);
}

const shown = (moments: readonly number[]): readonly string[] =>
  moments.map((moment) => new Date(moment).toISOString().slice(0, 16));

/** Put into words only where they differ: a year can have half a million slots. */
function expectSame(found: readonly number[], expected: readonly number[], what: string): void {
  const isSame = found.length === expected.length && found.every((moment, index) => moment === expected[index]);
  if (!isSame) expect([what, ...shown(found).slice(0, 500)]).toEqual([what, ...shown(expected).slice(0, 500)]);
  expect(isSame, what).toBe(true);
}

test('every slot round a change of the clocks is where brute force finds it (an hour lost, doubled or moved)', () => {
  fc.assert(
    fc.property(stretches, expressions, ({ timeZone, from, until }, meant) => {
      const table = tableFor(timeZone, from, until);
      // Two days within, because what lies outside of the table can belong to its edges.
      const [after, to] = [from + 2 * day, until - 2 * day];
      const expected = within(momentsOf(meant, table), after, to);
      expectSame(slotsIn(cron(meant.text, timeZone), after, to), expected, meant.text);
    }),
    runs,
  );
});

test('the next slot is the same from whichever moment it is asked for (a restart in the middle of a change)', () => {
  const moments = fc.integer({ min: 2 * 1440, max: 6 * 1440 });
  fc.assert(
    fc.property(stretches, expressions, moments, ({ timeZone, from, until }, meant, minutes) => {
      const table = tableFor(timeZone, from, until);
      const after = from + minutes * minute + 12_345;
      const expected = within(momentsOf(meant, table), after, until - 2 * day)[0];
      const found = slotsOf(cron(meant.text, timeZone))(after);
      if (expected === undefined) expect(found ?? Infinity).toBeGreaterThan(until - 2 * day);
      else expect(shown([found ?? 0])).toEqual(shown([expected]));
    }),
    runs,
  );
});

test('quiet hours hold in their own zone, and what fell into them comes once or not at all', () => {
  const zones = fc.constantFrom(...changes.map(([zone]) => zone));
  fc.assert(
    fc.property(
      fc.tuple(stretches, expressions),
      fc.tuple(quietHours, policies, fc.option(zones)),
      ([{ timeZone, from, until }, meant], [quiet, catchUp, other]) => {
        const quietZone = other ?? timeZone;
        const table = tableFor(timeZone, from, until);
        const [after, to] = [from + 4 * day, until - 3 * day];
        const silent = quietMinutes(quiet, tableFor(quietZone, from, until));
        const expected = within(aroundQuiet(momentsOf(meant, table), silent, table, catchUp === 'run-late'), after, to);
        const hours = { from: clockTime(quiet.from), to: clockTime(quiet.to), timeZone: quietZone };
        const schedule = { ...cron(meant.text, timeZone), quiet: hours, catchUp };
        expectSame(slotsIn(schedule, after, to), expected, meant.text);
      },
    ),
    runs,
  );
});

/** The life of a machine: so many minutes it is awake, or away, at a time. */
function shiftsOf(awake: number, away: number, most: number): fc.Arbitrary<readonly Shift[]> {
  // A clock that is set back while nobody is away comes to slots that have run.
  const set = fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: -600, max: -1 }) },
    fc.integer({ min: 1, max: 180 }),
  );
  const gone = fc.oneof(fc.constant(0), { weight: 2, arbitrary: fc.integer({ min: 0, max: away }) });
  const shift = fc.record({
    awake: fc.integer({ min: 1, max: awake }),
    away: gone,
    how: fc.constantFrom('sleep' as const, 'restart' as const),
    set,
  });
  return fc.array(shift, { minLength: 1, maxLength: most });
}

interface Life {
  readonly meant: Meant;
  readonly quiet: MeantQuiet | null;
  readonly catchUp: CatchUp;
  readonly shifts: readonly Shift[];
}

/** Goes through a life with the runner of the gateway, and compares what it did with what brute force says. */
async function livesThrough(
  house: ScheduleHouse,
  table: Table,
  { meant, quiet, catchUp, shifts }: Life,
): Promise<void> {
  const { timeZone, from, until } = table;
  const [begin, end] = [from + 4 * day, until - 3 * day];
  const moments = momentsOf(meant, table);
  const silent = quiet === null ? null : quietMinutes(quiet, table);
  const slots = within(
    silent === null ? moments : aroundQuiet(moments, silent, table, catchUp === 'run-late'),
    begin - 2 * day,
    end,
  );
  // A life in which nothing comes shows nothing.
  fc.pre(slots.length > 1);
  const hours = quiet === null ? null : { from: clockTime(quiet.from), to: clockTime(quiet.to), timeZone };
  await house.begin({ ...cron(meant.text, timeZone), quiet: hours, catchUp }, begin);
  const { expected, turns } = lifeOf(slots, begin, end, shifts, catchUp === 'skip');
  for (const [index, { sleeps, back }] of turns.entries()) {
    await house.awake(sleeps);
    house.move(index % 2 === 0 ? 'Pacific/Apia' : 'America/New_York');
    await house.away(back, shifts[index]?.how ?? 'sleep');
  }
  const asked = house.runs.filter(({ message }) => message !== null);
  const told = expected.filter(({ left }) => !left);
  expectSame(
    asked.map(({ slot }) => slot),
    told.map(({ slot }) => slot),
    meant.text,
  );
  expect(asked.map(({ late }) => late)).toEqual(told.map(({ late }) => late));
  expect(new Set(asked.map(({ slotKey }) => slotKey)).size).toBe(asked.length);
  expect(house.errors).toEqual([]);
}

const policies = fc.constantFrom<CatchUp>('run-late', 'skip');

/** With slots few enough for a life to be gone through one by one: so many times of a day at most. */
function livesOf(timesOfDay: number, shifts: fc.Arbitrary<readonly Shift[]>): fc.Arbitrary<Life> {
  const meant = expressions.filter(({ minutes, hours }) => minutes.size * hours.size <= timesOfDay);
  return fc.record({ meant, quiet: fc.option(quietHours), catchUp: policies, shifts });
}

test('through sleep, restarts and clocks set wrong the runner asks once for each slot, or leaves it out, and never twice', async () => {
  await using house = await ScheduleHouse.open();
  await fc.assert(
    fc.asyncProperty(stretches, livesOf(12, shiftsOf(900, 900, 8)), ({ timeZone, from, until }, life) =>
      livesThrough(house, tableFor(timeZone, from, until), life),
    ),
    { numRuns: Math.ceil(counts.scheduleRuns / 4) },
  );
});

describe('whole years, minute by minute', () => {
  const fixed = [['Europe/Berlin', 2026]] as const;
  const more = changes.flatMap(([zone]) =>
    Array.from({ length: counts.scheduleYears }, (_, index) => [zone, 2024 - 13 * index] as const),
  );
  const years = [...fixed, ...more];
  const yearOf = (timeZone: string, year: number): Table =>
    tableFor(timeZone, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));

  test.each(years)('%s in %i: no slot of a year is lost, doubled or moved', (timeZone, year) => {
    const table = yearOf(timeZone, year);
    const [after, to] = [table.from + 2 * day, table.until - 2 * day];
    for (const meant of fc.sample(expressions, { numRuns: 6, seed: year })) {
      const expected = within(momentsOf(meant, table), after, to);
      expectSame(slotsIn(cron(meant.text, timeZone), after, to), expected, meant.text);
    }
  });

  test.each(years)('%s in %i: nor by a machine that sleeps, restarts and has its clock set', async (timeZone, year) => {
    await using house = await ScheduleHouse.open();
    const lives = livesOf(6, shiftsOf(2 * 1440, 20 * 1440, 40));
    await fc.assert(
      fc.asyncProperty(lives, (life) => livesThrough(house, yearOf(timeZone, year), life)),
      { numRuns: counts.scheduleLives, seed: year },
    );
  });
});
