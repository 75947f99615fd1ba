import fc from 'fast-check';
import { describe as group, expect, test } from 'vitest';
import { nextSlot } from '../../main/gateway/schedule/slots.ts';
import type { Timing } from '../../main/gateway/schedule/types.ts';
import { parseSchedule } from '../../main/tools/schedule/parse.ts';
import { counts } from '../counts.ts';

const now = Date.parse('2026-11-22T10:00Z');
const context = { now, timeZone: 'Europe/Berlin' };

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
    expect(parsed({ kind: 'once', minutes: 20 }), 'in twenty minutes').toEqual({ kind: 'once', at: now + 1_200_000 });
    expect(parsed({ kind: 'once', at: '', minutes: 20 })).toEqual({ kind: 'once', at: now + 1_200_000 });
    expect(parsed({ kind: 'once', minutes: 0.5 })).toEqual([expect.stringContaining('“minutes”')]);
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
