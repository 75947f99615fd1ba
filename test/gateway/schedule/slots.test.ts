import { describe as group, expect, test } from 'vitest';
import { wrongTimes } from '../../../main/gateway/schedule/check.ts';
import { describe } from '../../../main/gateway/schedule/describe.ts';
import {
  mostCounted,
  nextSlot,
  slotKey,
  slotsMissed,
  slotsOf,
  whatIsDue,
} from '../../../main/gateway/schedule/slots.ts';
import type { Schedule, Timing } from '../../../main/gateway/schedule/types.ts';
import { createSentences } from '../../../main/store/sentences.ts';

const now = Date.parse('2026-11-22T10:00Z');

function cron(expression: string, timeZone = 'Europe/Berlin'): Schedule {
  return { timing: { kind: 'cron', expression, timeZone }, quiet: null, catchUp: 'run-late', pausedUntil: null };
}

function of(timing: Timing, more: Partial<Schedule> = {}): Schedule {
  return { timing, quiet: null, catchUp: 'run-late', pausedUntil: null, ...more };
}

/** The next slots as UTC, to the minute. */
function next(schedule: Schedule, after: string, count: number): readonly string[] {
  const find = slotsOf(schedule);
  const found: string[] = [];
  for (let slot = find(Date.parse(after)); slot !== null && found.length < count; slot = find(slot)) {
    found.push(new Date(slot).toISOString().slice(0, 16));
  }
  return found;
}

group('what is no expression', () => {
  test.each([
    ['60 8 * * *', 'minute', '60'],
    ['0 8-25 * * *', 'hour', '8-25'],
    ['0 8 1,32 * *', 'day', '1,32'],
    ['0 8 * JANUARY *', 'month', 'january'],
    ['0 8 * * MON-', 'weekday', 'mon-'],
    ['0 8 * * FRI#6', 'weekday', 'fri#6'],
    ['*/0 x 32 * *', 'minute', '*/0'],
  ])(
    '%s: the field that is wrong is named with all that stands in it, the first one of several',
    (text, name, stands) => {
      const reason = wrongTimes(cron(text), now);
      expect(reason).toEqual({ code: `schedule.field-${name}`, params: { text: stands } });
    },
  );

  test('too few and too many fields are counted, and none are none (an empty one counted as one)', () => {
    expect(['', '  ', '0 8 * *', '0 8 * * * *'].map((text) => wrongTimes(cron(text), now)?.params?.['count'])).toEqual([
      0, 0, 4, 6,
    ]);
  });
});

group('when clocks are changed', () => {
  test('an hour that is left out runs once, at the first moment after the gap', () => {
    const expected = ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'];
    expect(next(cron('30 2 * * *'), '2026-03-27T12:00Z', 3)).toEqual(expected);
    expect(next(cron('*/15 2 * * *'), '2026-03-29T00:00Z', 2)).toEqual(['2026-03-29T01:00', '2026-03-30T00:00']);
  });

  test('an hour that comes twice runs the first time only (a bill twice, a reminder twice)', () => {
    const expected = ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'];
    expect(next(cron('30 2 * * *'), '2026-10-23T12:00Z', 3)).toEqual(expected);
  });

  test('an open hour follows real time: half an hour apart through both changes', () => {
    const halves = (after: string): readonly number[] =>
      next(cron('*/30 * * * *'), after, 12).map((at) => Date.parse(at));
    for (const after of ['2026-03-28T22:00Z', '2026-10-24T22:00Z']) {
      const found = halves(after);
      expect(found.slice(1).map((at, index) => at - (found[index] ?? 0))).toEqual(Array(11).fill(1_800_000));
    }
  });

  test('clocks set back over midnight mix two days, and no slot is passed by (St John’s, one minute past midnight)', () => {
    // At 00:01 on 7 November it was 23:01 on the 6th again.
    const expected = ['2010-11-07T02:20', '2010-11-07T02:30', '2010-11-07T02:40', '2010-11-07T02:50'];
    expect(next(cron('*/10 * * * *', 'America/St_Johns'), '2010-11-07T02:10Z', 4)).toEqual(expected);
    expect(next(cron('*/10 * * * *', 'America/St_Johns'), '2010-11-07T02:30Z', 1)).toEqual(['2010-11-07T02:40']);
  });

  test('a day that a country left out is made up for as it ends, once (Samoa, 30 December 2011)', () => {
    const expected = ['2011-12-29T19:00', '2011-12-30T10:00', '2011-12-30T19:00'];
    expect(next(cron('0 9 * * *', 'Pacific/Apia'), '2011-12-29T12:00Z', 3)).toEqual(expected);
    expect(next(cron('0 9,21 30 12 *', 'Pacific/Apia'), '2011-12-29T12:00Z', 1)).toEqual(['2011-12-30T10:00']);
  });

  test('two nights with no day between them are one quiet stretch', () => {
    const quiet = { from: '22:00', to: '07:00', timeZone: 'Pacific/Apia' };
    const every = of({ kind: 'every', everyMs: 3_600_000, from: 0 }, { quiet });
    // From 22:00 on the 29th to 07:00 on the 31st; the day between did not exist.
    expect(next(every, '2011-12-30T07:00Z', 2)).toEqual(['2011-12-30T17:00', '2011-12-30T18:00']);
  });
});

group('slots', () => {
  test('once is once, and every counts from its beginning whatever time it is asked at', () => {
    expect(next(of({ kind: 'once', at: now }), '2020-01-01T00:00Z', 3)).toEqual(['2026-11-22T10:00']);
    expect(nextSlot(of({ kind: 'once', at: now }), now)).toBeNull();
    const every = of({ kind: 'every', everyMs: 90 * 60_000, from: now });
    expect(next(every, '2020-01-01T00:00Z', 2)).toEqual(['2026-11-22T10:00', '2026-11-22T11:30']);
    expect(next(every, '2026-11-22T11:29:59.999Z', 1)).toEqual(['2026-11-22T11:30']);
    expect(next(every, '2026-11-22T11:30Z', 1)).toEqual(['2026-11-22T13:00']);
  });

  test('what never comes is found out at once, and what is rare is found', () => {
    expect(nextSlot(cron('0 0 30 2 *'), now)).toBeNull();
    expect(nextSlot(cron('0 0 31 4,6,9,11 *'), now)).toBeNull();
    expect(next(cron('0 12 29 2 *', 'UTC'), '2096-03-01T00:00Z', 1)).toEqual(['2104-02-29T12:00']);
  });

  test('quiet hours hold back, and their end runs what fell into them once', () => {
    const quiet = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
    const half = of({ kind: 'cron', expression: '*/30 * * * *', timeZone: 'Europe/Berlin' }, { quiet });
    expect(next(half, '2026-11-22T20:20Z', 3)).toEqual(['2026-11-22T20:30', '2026-11-23T06:00', '2026-11-23T06:30']);
    expect(next(half, '2026-11-23T02:00Z', 1)).toEqual(['2026-11-23T06:00']);
    const early = of({ kind: 'cron', expression: '30 5 * * *', timeZone: 'Europe/Berlin' }, { quiet });
    expect(next(early, '2026-11-22T12:00Z', 2)).toEqual(['2026-11-23T06:00', '2026-11-24T06:00']);
    expect(nextSlot({ ...early, catchUp: 'skip' }, now)).toBeNull();
  });

  test('a pause has no slots and leaves none to be made up for', () => {
    const resumed = Date.parse('2026-11-24T10:10Z');
    const hourly = cron('0 * * * *', 'UTC');
    expect(nextSlot({ ...hourly, pausedUntil: Number.MAX_SAFE_INTEGER }, now)).toBeNull();
    expect(next({ ...hourly, pausedUntil: resumed }, '2026-11-22T10:00Z', 1)).toEqual(['2026-11-24T11:00']);
    expect(slotsMissed({ ...hourly, pausedUntil: resumed }, now, resumed).count).toBe(0);
  });

  test('what was missed is counted up to a hundred, and the newest of it is found however many there were', () => {
    const later = Date.parse('2026-11-23T09:30Z');
    const hourly = cron('0 * * * *', 'UTC');
    const newest = Date.parse('2026-11-23T09:00Z');
    expect(slotsMissed(hourly, now, later)).toEqual({ count: 23, last: newest });
    const years = Date.parse('2036-11-22T10:00:30Z');
    const last = Date.parse('2036-11-22T10:00Z');
    expect(slotsMissed(cron('* * * * *'), now, years)).toEqual({ count: mostCounted, last });
    const rare = slotsMissed(cron('* 9 1 1 *', 'UTC'), now, years);
    expect(rare.last).toBe(Date.parse('2036-01-01T09:59Z'));
  });

  test('a slot that is taken up within a minute is on time, later it is late, and an older clock finds nothing', () => {
    const daily = cron('0 9 * * *', 'UTC');
    const slot = Date.parse('2026-11-23T09:00Z');
    expect(whatIsDue(daily, now, slot - 1)).toEqual({ kind: 'nothing' });
    expect(whatIsDue(daily, now, slot + 60_000)).toEqual({ kind: 'run', slot, late: false, left: 0 });
    expect(whatIsDue(daily, now, slot + 60_001)).toEqual({ kind: 'run', slot, late: true, left: 0 });
    expect(whatIsDue({ ...daily, catchUp: 'skip' }, now, slot + 60_001)).toEqual({ kind: 'left', slot, left: 1 });
    expect(whatIsDue(daily, slot, slot - 3_600_000)).toEqual({ kind: 'nothing' });
    expect(slotKey('morning', slot)).toBe(`morning@${String(slot)}`);
  });
});

group('in words', () => {
  const sentences = createSentences();
  const say = (schedule: Schedule, language: string): string =>
    describe(schedule, { language, timeZone: 'Europe/Berlin' })
      .map(({ key, params }) => sentences.text(key, params, language))
      .join(' ');

  const said: readonly (readonly [Schedule, string, string])[] = [
    [of({ kind: 'once', at: now }), 'Sunday, 22 November 2026 at 11:00', 'Sonntag, 22. November 2026 um 11:00'],
    [of({ kind: 'every', everyMs: 60_000, from: 0 }), 'Every minute.', 'Jede Minute.'],
    [of({ kind: 'every', everyMs: 5_400_000, from: 0 }), 'Every 90 minutes.', 'Alle 90 Minuten.'],
    [of({ kind: 'every', everyMs: 7_200_000, from: 0 }), 'Every 2 hours.', 'Alle 2 Stunden.'],
    [cron('0 9 * * *'), 'Every day at 09:00 (Europe/Berlin).', 'Täglich um 09:00 (Europe/Berlin).'],
    [cron('5 9 * * 5,1'), 'Monday and Friday, at 09:05', 'Montag und Freitag, um 09:05'],
    [cron('0 9 15 * *'), 'On day 15 of every month, at 09:00', 'Am 15. jedes Monats um 09:00'],
    [cron('0 9 L * *'), 'On the last day of every month, at 09:00', 'Am letzten Tag jedes Monats um 09:00'],
    [cron('0 9 * 12 *'), 'As the expression 0 9 * 12 * says', 'Wie der Ausdruck 0 9 * 12 * sagt'],
    [cron('0 9 * * FRI#2'), 'As the expression 0 9 * * FRI#2 says', 'Wie der Ausdruck 0 9 * * FRI#2 sagt'],
    [cron('0 9 1 * MON'), 'As the expression 0 9 1 * MON says', 'Wie der Ausdruck 0 9 1 * MON sagt'],
  ];
  test.each(said)('%j is said in English and in German', (schedule, english, german) => {
    expect(say(schedule, 'en-GB')).toContain(english);
    expect(say(schedule, 'de')).toContain(german);
  });

  test('what restricts it is said beside it', () => {
    const quiet = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
    const restricted: Schedule = { ...cron('0 9 * * *'), quiet, catchUp: 'skip', pausedUntil: now };
    expect(say(restricted, 'en-GB')).toMatch(
      /^Every day .* Quiet from 22:00 to 07:00\. What is missed is not made up for\. Paused until Sunday, 22 November/,
    );
    expect(say({ ...restricted, pausedUntil: Number.MAX_SAFE_INTEGER }, 'de')).toMatch(/Pausiert\.$/);
  });
});
