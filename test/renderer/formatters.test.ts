import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateFormat, dayOf, numberFormat } from '../../renderer/formatters.ts';

const zones = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/St_Johns'];

describe('formatters', () => {
  test('are made once for each language and wish: a thread of ten thousand messages asks for its days each time', () => {
    expect(dateFormat('de', { timeZone: 'UTC', dateStyle: 'full' })).toBe(
      dateFormat('de', { timeZone: 'UTC', dateStyle: 'full' }),
    );
    expect(dateFormat('de', { timeZone: 'UTC' })).not.toBe(dateFormat('de', { timeZone: 'Europe/Berlin' }));
    expect(numberFormat('en')).toBe(numberFormat('en'));
    expect(numberFormat('en')).not.toBe(numberFormat('de'));
  });

  test('name the same day as Intl does, in every zone, at every moment of the quarter that is remembered', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) }),
        fc.nat({ max: 15 * 60_000 }),
        (timeZone, at, later) => {
          const plain = (time: number): string =>
            new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(time);
          expect(dayOf(at, timeZone)).toBe(plain(at));
          expect(dayOf(at + later, timeZone)).toBe(plain(at + later));
        },
      ),
      { numRuns: 500 },
    );
  });
});
