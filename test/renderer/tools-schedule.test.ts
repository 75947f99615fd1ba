import { describe, expect, test } from 'vitest';
import type { ScheduleView, TimingView } from '../../preload/contract/agent-views.ts';
import { keepNewSchedule, readNewSchedule } from '../../renderer/screens/tools/schedule-draft.ts';
import {
  expressionOf,
  newSchedule,
  quietOf,
  scheduleDraftOf,
  type ScheduleForm,
  scheduleFormOf,
  timingOf,
} from '../../renderer/screens/tools/schedule-form.ts';
import { momentOf, wallText } from '../../renderer/screens/tools/wall-time.ts';
import { Kept } from './kept.ts';

const now = Date.UTC(2026, 10, 22, 10, 20, 30);
const start = { now, timeZone: 'Europe/Berlin', conversation: 'c1' };
const fresh = newSchedule(start);

function stored(timing: TimingView, change: Partial<ScheduleView> = {}): ScheduleView {
  return {
    id: 's1',
    name: 'Morning',
    prompt: 'Say hello',
    conversation: 'c1',
    timing,
    quiet: null,
    catchUp: 'skip',
    title: '',
    pausedUntil: null,
    next: null,
    words: '',
    origin: 'window',
    lastRun: null,
    ...change,
  };
}

describe('a time on the wall', () => {
  test('is the moment at which the clock of the zone shows it, and back', () => {
    for (const zone of ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Apia']) {
      for (const text of ['2026-01-01T00:00', '2026-07-31T23:59', '2028-02-29T12:30']) {
        const at = momentOf(text, zone);
        expect(at === null ? null : wallText(at, zone), `${zone} ${text}`).toBe(text);
      }
    }
  });

  test('that comes twice is the first of the two (a schedule an hour after what was meant)', () => {
    expect(momentOf('2026-10-25T02:30', 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 25, 0, 30));
    expect(momentOf('2026-11-01T01:30', 'America/New_York')).toBe(Date.UTC(2026, 10, 1, 5, 30));
  });

  test('that never comes is as much later as the clock was put forward', () => {
    expect(momentOf('2026-03-29T02:30', 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 1, 30));
  });

  test('that is none at all is nothing (the first of March for a thirtieth of February)', () => {
    expect(['', '2026-02-30T10:00', 'tomorrow', '2026-13-01T10:00'].map((text) => momentOf(text, 'UTC'))).toEqual(
      Array.from({ length: 4 }, () => null),
    );
  });
});

describe('the form of a schedule', () => {
  test('writes the expression of what was chosen', () => {
    const expression = (change: Partial<ScheduleForm>): string | null => expressionOf({ ...fresh, ...change });
    expect(expression({ repeat: 'daily', time: '07:05' })).toBe('5 7 * * *');
    expect(expression({ repeat: 'weekly', time: '18:30', weekdays: [0, 3] })).toBe('30 18 * * 0,3');
    expect(expression({ repeat: 'monthly', time: '00:00', day: 'L' })).toBe('0 0 L * *');
    expect(expression({ repeat: 'cron', expression: ' @hourly ' })).toBe('@hourly');
  });

  test('is incomplete without a time, a day of the week, a number or a zone (a schedule that nobody meant)', () => {
    const incomplete: readonly Partial<ScheduleForm>[] = [
      { time: '' },
      { repeat: 'weekly', weekdays: [] },
      { repeat: 'every', count: '' },
      { repeat: 'every', count: '-1' },
      { repeat: 'every', from: '' },
      { repeat: 'once', at: '' },
      { repeat: 'cron', expression: ' ' },
      { timeZone: 'Mars/Olympus' },
    ];
    for (const change of incomplete) expect(timingOf({ ...fresh, ...change }), JSON.stringify(change)).toBeNull();
  });

  test.each([
    ['30 7 * * 1-5', { repeat: 'weekly', time: '07:30', weekdays: [1, 2, 3, 4, 5] }],
    ['0 9 * * MON,sun', { repeat: 'weekly', time: '09:00', weekdays: [0, 1] }],
    ['0 9 * * 5-7', { repeat: 'weekly', weekdays: [0, 5, 6] }],
    ['5 0 * * *', { repeat: 'daily', time: '00:05' }],
    ['0 8 31 * *', { repeat: 'monthly', day: '31' }],
    ['0 8 L * *', { repeat: 'monthly', day: 'L' }],
    ['0 8 1 1 *', { repeat: 'cron' }],
    ['*/5 * * * *', { repeat: 'cron' }],
    ['0 8 * * FRI#2', { repeat: 'cron' }],
    ['0 8 1 * 1', { repeat: 'cron' }],
    ['@daily', { repeat: 'cron' }],
  ] as const)('of %s shows what it was chosen as, and keeps what it cannot show', (expression, expected) => {
    const form = scheduleFormOf(stored({ kind: 'cron', expression, timeZone: 'Asia/Tokyo' }), start);
    expect(form).toMatchObject({ ...expected, timeZone: 'Asia/Tokyo', expression });
    if (form.repeat === 'cron') expect(expressionOf(form)).toBe(expression);
  });

  test('keeps the seconds of a moment that nobody touched (an interval that moves with each change of its name)', () => {
    const from = now + 12_345;
    const form = scheduleFormOf(stored({ kind: 'every', everyMs: 172_800_000, from }), start);
    expect(form).toMatchObject({ repeat: 'every', count: '2', unit: 'days' });
    expect(timingOf({ ...form, name: 'Other' })).toEqual({ kind: 'every', everyMs: 172_800_000, from });
    expect(timingOf({ ...form, from: '2026-12-01T08:00' })).toMatchObject({ from: Date.UTC(2026, 11, 1, 7) });
    const once = scheduleFormOf(stored({ kind: 'once', at: from }), start);
    expect(timingOf(once)).toEqual({ kind: 'once', at: from });
  });

  test('of one moment means the time it shows in the zone that is chosen (09:00 in New York that runs at 09:00 in Berlin)', () => {
    const at = Date.UTC(2026, 11, 1, 8);
    const once = scheduleFormOf(stored({ kind: 'once', at }), start);
    expect(once.at).toBe('2026-12-01T09:00');
    const there = Date.UTC(2026, 11, 1, 14);
    expect(timingOf({ ...once, timeZone: 'America/New_York' })).toEqual({ kind: 'once', at: there });
    expect(timingOf({ ...once, timeZone: 'Europe/Berlin' })).toEqual({ kind: 'once', at });
    const every = scheduleFormOf(stored({ kind: 'every', everyMs: 3_600_000, from: at }), start);
    expect(timingOf({ ...every, timeZone: 'America/New_York' })).toMatchObject({ from: there });
  });

  test('with quiet hours of which an end is missing is incomplete (quiet hours that are gone without a word)', () => {
    const form = { ...fresh, name: 'Morning', prompt: 'Hello', quiet: true };
    for (const missing of ['quietFrom', 'quietTo'] as const) {
      expect(scheduleDraftOf({ ...form, [missing]: '' }, null, 'c1')).toBeNull();
    }
    expect(scheduleDraftOf({ ...form, quiet: false, quietFrom: '' }, null, 'c1')).toMatchObject({ quiet: null });
  });

  test('is sent with what was typed, without blanks around it, and only when all of it is there', () => {
    const form = { ...fresh, name: ' Morning ', prompt: 'Hello\n', quiet: true };
    expect(scheduleDraftOf(form, 's1', 'c1')).toEqual({
      id: 's1',
      name: 'Morning',
      prompt: 'Hello',
      conversation: 'c1',
      timing: { kind: 'cron', expression: '0 8 * * *', timeZone: 'Europe/Berlin' },
      quiet: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
      catchUp: 'run-late',
    });
    expect(scheduleDraftOf({ ...form, prompt: ' ' }, null, 'c1')).toBeNull();
    expect(scheduleDraftOf(form, null, '')).toBeNull();
    expect(quietOf({ ...form, quietTo: '' })).toBeNull();
  });

  test('begun and not saved is there again after a reload, and gone once it was saved', () => {
    const storage = new Kept();
    keepNewSchedule(storage, { ...fresh, name: 'Half', prompt: 'a long prompt' });
    expect(readNewSchedule(storage, fresh)).toEqual({ ...fresh, name: 'Half', prompt: 'a long prompt' });
    keepNewSchedule(storage, null);
    expect(readNewSchedule(storage, fresh)).toEqual(fresh);
    storage.setItem('porchlight.draft.schedule:new', '{not json');
    expect(readNewSchedule(storage, fresh)).toEqual(fresh);
  });
});
