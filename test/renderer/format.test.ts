import { describe, expect, test } from 'vitest';
import {
  bytes,
  dayText,
  isTimeZone,
  latency,
  listTime,
  percent,
  span,
  tokens,
  untilText,
} from '../../renderer/format.ts';

const zone = 'Europe/Berlin';
const now = Date.UTC(2026, 10, 22, 13, 0);
const ago = (minutes: number): number => now - minutes * 60_000;

describe('times', () => {
  test('in the list are short, and a day ends at midnight of the zone, not of UTC', () => {
    expect(listTime(ago(0.5), now, zone)).toBe('now');
    expect(listTime(ago(12), now, zone)).toBe('12 min');
    expect(listTime(ago(120), now, zone)).toBe('12:00');
    const justAfterMidnight = Date.UTC(2026, 10, 21, 23, 10);
    expect(listTime(justAfterMidnight, now, zone)).toBe('00:10');
    expect(listTime(justAfterMidnight - 20 * 60_000, now, zone)).toBe('Yesterday');
    expect(listTime(ago(3 * 24 * 60), now, zone)).toBe('Thu');
    expect(listTime(Date.UTC(2025, 1, 3), now, zone)).toBe('Feb 3, 2025');
  });

  test('between two days name the day', () => {
    expect(dayText(now, now, zone)).toBe('Today');
    expect(dayText(ago(24 * 60), now, zone)).toBe('Yesterday');
    expect(dayText(ago(5 * 24 * 60), now, zone)).toBe('Tuesday, Nov 17');
  });

  test('that are spans are rounded down and never negative (a clock that went back showed "-3 s")', () => {
    expect([span(-5000), span(3900), span(125_000), span(7_300_000), span(200_000_000)]).toEqual([
      '0 s',
      '3 s',
      '2 min',
      '2 h',
      '2 d',
    ]);
  });

  test('of a pause say when it ends, and the one without an end who ends it', () => {
    const midnight = Date.UTC(2026, 10, 22, 23, 0);
    expect(untilText(now + 60 * 60_000, now, zone)).toBe('until 15:00');
    expect(untilText(midnight, now, zone)).toBe('until tomorrow');
    expect(untilText(midnight + 60_000, now, zone)).toBe('until Nov 23, 00:01');
    expect(untilText(Number.MAX_SAFE_INTEGER, now, zone)).toBe('until you resume');
  });

  test('of zones that do not exist are known to be wrong', () => {
    expect([isTimeZone('Europe/Berlin'), isTimeZone('Mars/Base')]).toEqual([true, false]);
  });
});

test('sizes read as people say them', () => {
  expect([tokens(512), tokens(8192), tokens(128_000), tokens(131_072), tokens(1_000_000)]).toEqual([
    '512',
    '8k',
    '128k',
    '128k',
    '1M',
  ]);
  expect([bytes(0), bytes(96_000_000), bytes(5_200_000_000)]).toEqual(['0 bytes', '96 MB', '5.2 GB']);
  expect([percent(0.8), percent(0.999), percent(1.2)]).toEqual(['80 %', '99 %', '120 %']);
  expect([latency(412.4), latency(2140)]).toEqual(['412 ms', '2.1 s']);
});
