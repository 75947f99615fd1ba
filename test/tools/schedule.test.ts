import fc from 'fast-check';
import { describe as group, expect, test } from 'vitest';
import { describe } from '../../main/tools/schedule/describe.ts';
import { parseSchedule } from '../../main/tools/schedule/parse.ts';
import { mostCounted, nextSlot, slotKey, slotsMissed, slotsOf, whatIsDue } from '../../main/tools/schedule/slots.ts';
import type { Schedule, Timing } from '../../main/tools/schedule/types.ts';
import { createSentences } from '../../main/store/sentences.ts';
import { counts } from '../counts.ts';

const now = Date.parse('2026-11-22T10:00Z');
const context = { now, timeZone: 'Europe/Berlin' };

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
    expect(slotsMissed({ ...hourly, pausedUntil: resumed }, now, resumed, 'run-late').count).toBe(0);
  });

  test('what was missed is counted up to a hundred, and the newest is the one that is made up for', () => {
    const later = Date.parse('2026-11-23T09:30Z');
    const hourly = cron('0 * * * *', 'UTC');
    const newest = Date.parse('2026-11-23T09:00Z');
    expect(slotsMissed(hourly, now, later, 'run-late')).toEqual({ count: 23, last: newest, run: newest });
    expect(slotsMissed(hourly, now, later, 'skip')).toEqual({ count: 23, last: newest, run: null });
    const years = Date.parse('2036-11-22T10:00:30Z');
    const last = Date.parse('2036-11-22T10:00Z');
    expect(slotsMissed(cron('* * * * *'), now, years, 'run-late')).toEqual({ count: mostCounted, last, run: last });
    const rare = slotsMissed(cron('* 9 1 1 *', 'UTC'), now, years, 'skip');
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

group('what a model writes', () => {
  const parsed = (input: unknown): Timing | readonly string[] => {
    const result = parseSchedule(input, context);
    return result.ok ? result.value.timing : result.failure;
  };

  test('becomes a schedule, in the owner’s zone where none is named', () => {
    const at = (text: string): Timing => ({ kind: 'once', at: Date.parse(text) });
    expect(parsed({ kind: 'once', at: '2026-11-23T09:00' })).toEqual(at('2026-11-23T08:00Z'));
    expect(parsed({ kind: 'once', at: '2026-11-23 09:00:00', timeZone: 'Asia/Kathmandu' })).toEqual(
      at('2026-11-23T03:15Z'),
    );
    expect(parsed('{"kind":"once","at":"2026-11-23T09:00Z"}')).toEqual(at('2026-11-23T09:00Z'));
    expect(parsed({ kind: 'once', at: '2027-03-28T02:30' })).toEqual(at('2027-03-28T01:00Z'));
    expect(parsed({ kind: 'every', minutes: 90 })).toEqual({
      kind: 'every',
      everyMs: 5_400_000,
      from: now + 5_400_000,
    });
    const expected = { kind: 'cron', expression: '0 9 * * MON-FRI', timeZone: 'Europe/Berlin' };
    expect(parsed({ kind: 'cron', expression: ' 0 9 * * MON-FRI ' })).toEqual(expected);
    const quiet = parseSchedule(
      { kind: 'cron', expression: '@hourly', quietHours: { from: '22:00', to: '07:00' }, ifMissed: 'skip' },
      context,
    );
    expect(quiet).toMatchObject({
      value: { catchUp: 'skip', quiet: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }, pausedUntil: null },
    });
  });

  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [null, /has to be an object/],
    [[], /has to be an object/],
    ['every morning', /has to be an object/],
    [{}, /“kind” has to be once, every or cron/],
    [{ kind: 'once' }, /“at” has to be a date and time/],
    [{ kind: 'once', at: '2026-11-31T09:00' }, /“at” has to be a date and time that exists/],
    [{ kind: 'once', at: '2026-11-23T24:00' }, /“at” has to be/],
    [{ kind: 'once', at: '2026-11-23T09:00+99:00' }, /“at” has to be/],
    [{ kind: 'once', at: 1_795_000_000 }, /“at” has to be/],
    [{ kind: 'once', at: '2026-11-22T10:59' }, /has passed/],
    [{ kind: 'every', minutes: 0.5 }, /whole number of minutes/],
    [{ kind: 'every', minutes: 1e9 }, /whole number of minutes/],
    [{ kind: 'every', minutes: 10, from: 'now' }, /“from” has to be/],
    [{ kind: 'cron' }, /“expression” is missing/],
    [{ kind: 'cron', expression: '0 0 9 * * *' }, /five fields .* has 6/],
    [{ kind: 'cron', expression: '60 9 * * *' }, /“60” .* field minute .* 0 to 59/],
    [{ kind: 'cron', expression: '0 9 * * FRY' }, /“fry” .* field day of week/],
    [{ kind: 'cron', expression: '0 9-6 * * *' }, /smaller to a larger/],
    [{ kind: 'cron', expression: '0 */0 * * *' }, /step that is no number above 0/],
    [{ kind: 'cron', expression: '0 1/2/3 * * *' }, /more than one step/],
    [{ kind: 'cron', expression: '0 9 15W * *' }, /“15w” .* field day of month/],
    [{ kind: 'cron', expression: '0 0 30 2 *' }, /would never run/],
    [{ kind: 'cron', expression: '0'.repeat(10_000) }, /too long/],
    [{ kind: 'cron', expression: '0 9 * * *', timeZone: 'Mars/Olympus' }, /name of a time zone/],
    [{ kind: 'cron', expression: '0 9 * * *', quietHours: { from: '9', to: '10' } }, /two different times/],
    [{ kind: 'cron', expression: '0 9 * * *', quietHours: { from: '09:00', to: '09:00' } }, /two different times/],
    [{ kind: 'cron', expression: '0 9 * * *', ifMissed: 'maybe' }, /“ifMissed” has to be/],
    [
      { kind: 'cron', expression: '0 23 * * *', quietHours: { from: '22:00', to: '07:00' }, ifMissed: 'skip' },
      /in the quiet hours/,
    ],
  ];
  test.each(wrong)('%j is refused with a sentence that says what is wrong', (input, sentence) => {
    const problems = parsed(input);
    expect(Array.isArray(problems) ? problems.join(' ') : 'accepted').toMatch(sentence);
  });

  test('whatever it writes, the answer is a schedule with a slot or at least one sentence, never a throw', () => {
    const kinds = fc.constantFrom('once', 'every', 'cron', 'CRON', 7);
    const texts = fc.oneof(fc.string(), fc.constantFrom('0 9 * * *', '2027-01-01T10:00', '*/5 * * * *', 'L', '1-5/2'));
    const input = fc.record(
      {
        kind: kinds,
        at: texts,
        expression: fc.oneof(
          texts,
          fc.array(texts, { minLength: 5, maxLength: 5 }).map((parts) => parts.join(' ')),
        ),
        minutes: fc.oneof(fc.integer(), fc.double(), fc.string()),
        from: texts,
        timeZone: fc.oneof(fc.string(), fc.constantFrom('UTC', '__proto__')),
        quietHours: fc.oneof(fc.anything(), fc.record({ from: texts, to: texts })),
        ifMissed: fc.anything(),
      },
      { requiredKeys: ['kind'] },
    );
    fc.assert(
      fc.property(fc.oneof(input, fc.anything()), (written) => {
        const result = parseSchedule(written, context);
        if (result.ok) expect(nextSlot(result.value, now)).toBeGreaterThan(now);
        else expect(result.failure.every((sentence) => sentence.length > 10) && result.failure.length > 0).toBe(true);
      }),
      { numRuns: counts.propertyRuns },
    );
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
