import fc from 'fast-check';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { slotKey, slotsOf, whatIsDue } from '../../main/gateway/schedule/slots.ts';
import type { CatchUp, Schedule, Timing } from '../../main/gateway/schedule/types.ts';
import { counts } from '../counts.ts';
import { changes, clockTime, expressions, quietHours, stretches } from './schedule/arbitrary.ts';
import { aroundQuiet, day, minute, momentsOf, quietMinutes, tableOf, type Table } from './schedule/oracle.ts';

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
  const policies = fc.constantFrom<CatchUp>('run-late', 'skip');
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

/** Minutes the machine is awake and asleep in turn, and how far its clock is set back when it wakes. */
const days = fc.array(
  fc.record({
    awake: fc.integer({ min: 1, max: 900 }),
    asleep: fc.integer({ min: 0, max: 900 }),
    setBack: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 90 })),
  }),
  { minLength: 1, maxLength: 12 },
);

interface Runner {
  /** What a store keeps: the schedule, the newest slot that was dealt with, and the keys of the runs. */
  stored: string;
  readonly ran: string[];
  left: number;
}

/** What the gateway does at a timer, after sleep and at its start; it knows nothing but what is stored. */
function look(runner: Runner, now: number): void {
  const { schedule, handled } = JSON.parse(runner.stored) as { schedule: Schedule; handled: number };
  const due = whatIsDue(schedule, handled, now);
  if (due.kind === 'nothing') return;
  if (due.kind === 'run') runner.ran.push(slotKey('one', due.slot));
  runner.left += due.left;
  runner.stored = JSON.stringify({ schedule, handled: due.slot });
}

test('through days of sleep, restarts and clocks set back each slot runs once or is left out once, none twice', () => {
  fc.assert(
    fc.property(stretches, expressions, days, fc.boolean(), (stretch, meant, shifts, isSkipping) => {
      const { timeZone, from, until } = stretch;
      const begin = from + 2 * day;
      const schedule = {
        ...cron(meant.text, timeZone),
        catchUp: isSkipping ? ('skip' as const) : ('run-late' as const),
      };
      const runner: Runner = { stored: JSON.stringify({ schedule, handled: begin }), ran: [], left: 0 };
      const slots = within(momentsOf(meant, tableFor(timeZone, from, until)), begin, until - 2 * day);
      const expected: string[] = [];
      let [now, handled] = [begin, begin];
      for (const { awake, asleep, setBack } of shifts) {
        const sleeps = Math.min(now + awake * minute, until - 2 * day);
        for (const slot of within(slots, handled, sleeps)) {
          // A timer fires at its time or a little later.
          look(runner, slot + 700);
          expected.push(slotKey('one', slot));
          handled = slot;
        }
        look(runner, sleeps);
        now = Math.min(sleeps + asleep * minute, until - 2 * day);
        const missed = within(slots, handled, now);
        const last = missed.at(-1);
        look(runner, now);
        if (last !== undefined) {
          if (!isSkipping || now - last <= minute) expected.push(slotKey('one', last));
          handled = last;
        }
        now -= setBack * minute;
        look(runner, now);
      }
      expect(runner.ran).toEqual(expected);
      expect(new Set(runner.ran).size).toBe(runner.ran.length);
      const passed = within(slots, begin, handled).length;
      // More than a hundred at once are not counted one by one.
      if (runner.left < 90) expect(runner.ran.length + runner.left).toBe(passed);
    }),
    runs,
  );
});

describe('whole years, minute by minute', () => {
  const fixed = [['Europe/Berlin', 2026]] as const;
  const more = changes.flatMap(([zone]) =>
    Array.from({ length: counts.scheduleYears }, (_, index) => [zone, 2024 - 13 * index] as const),
  );

  test.each([...fixed, ...more])('%s in %i: no slot of a year is lost, doubled or moved', (timeZone, year) => {
    const table = tableOf(timeZone, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
    const [after, to] = [table.from + 2 * day, table.until - 2 * day];
    for (const meant of fc.sample(expressions, { numRuns: 12, seed: year })) {
      const expected = within(momentsOf(meant, table), after, to);
      expectSame(slotsIn(cron(meant.text, timeZone), after, to), expected, meant.text);
    }
  });
});
