import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isTimeZone, startOfDay } from '../../main/gateway/calendar.ts';
import { counts } from '../counts.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Zones with every odd habit: half hours, quarters, changes at midnight, days that were left out, far east and west. */
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Havana',
  'America/Santiago',
  'America/St_Johns',
  'Atlantic/Azores',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
] as const;

/** The oracle: goes back minute by minute, an hour at a time as long as that is the same day. */
function bySearch(now: number, timeZone: string): number {
  const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const day = calendar.format(now);
  const isSame = (at: number): boolean => calendar.format(at) === day;
  let start = Math.floor(now / minute) * minute;
  while (isSame(start - hour) || isSame(start - minute)) start -= isSame(start - hour) ? hour : minute;
  return start;
}

it('finds the first moment of a day in every zone, also on the days with a change of the clocks', () => {
  const from = Date.UTC(2005, 0, 1);
  const to = Date.UTC(2030, 0, 1);
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: from, max: to }), (zone, now) => {
      expect(startOfDay(now, zone)).toBe(bySearch(now, zone));
    }),
    { numRuns: counts.propertyRuns },
  );
});

it.each([
  [
    'a day that begins at one because midnight is left out',
    'America/Sao_Paulo',
    '2018-11-04T12:00:00Z',
    '2018-11-04T03:00:00Z',
  ],
  ['a day whose midnight comes twice', 'America/Havana', '2024-11-03T05:30:00Z', '2024-11-03T04:00:00Z'],
  ['a day of 25 hours, after its change', 'Europe/Berlin', '2025-10-26T20:00:00Z', '2025-10-25T22:00:00Z'],
  ['a day of 23 hours, after its change', 'Europe/Berlin', '2025-03-30T20:00:00Z', '2025-03-29T23:00:00Z'],
  ['half an hour of summer time', 'Australia/Lord_Howe', '2025-04-06T05:00:00Z', '2025-04-05T13:00:00Z'],
  ['the day after one that never was', 'Pacific/Apia', '2011-12-31T00:00:00Z', '2011-12-30T10:00:00Z'],
  ['midnight itself', 'UTC', '2025-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
])('knows %s', (_, zone, now, start) => {
  expect(new Date(startOfDay(Date.parse(now), zone)).toISOString()).toBe(new Date(start).toISOString());
});

it('tells zones from other words', () => {
  expect(['Europe/Berlin', 'UTC', '', 'Mars/Base', 'Europe'].map(isTimeZone)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
