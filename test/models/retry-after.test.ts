import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration, retryAfter } from '../../main/models/retry-after.ts';

const now = Date.UTC(2026, 4, 1, 10, 0, 0);
const year = 366 * 24 * 3_600_000;

function wait(headers: Record<string, string>) {
  return retryAfter(new Headers(headers), now);
}

describe('retry-after', () => {
  it('reads every number of seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 31_000_000 }), (seconds) => {
        expect(wait({ 'retry-after': String(seconds) })).toBe(seconds * 1000);
        expect(wait({ 'retry-after-ms': String(seconds), 'retry-after': '1' })).toBe(seconds);
      }),
    );
  });

  it('reads every HTTP date, one that has passed as no wait', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 30_000_000 }), (seconds) => {
        const date = new Date(now + seconds * 1000).toUTCString();
        expect(wait({ 'retry-after': date })).toBe(Math.max(0, seconds * 1000));
      }),
    );
  });

  it('reads durations as they are written, hours to milliseconds', () => {
    const part = fc.integer({ min: 0, max: 59 });
    fc.assert(
      fc.property(part, part, part, fc.integer({ min: 0, max: 999 }), (h, m, s, ms) => {
        const text = `${String(h)}h${String(m)}m${String(s)}s${String(ms)}ms`;
        expect(duration(text)).toBe(h * 3_600_000 + m * 60_000 + s * 1000 + ms);
      }),
    );
    expect(duration('6m0s')).toBe(360_000);
    expect(duration('1.5s')).toBe(1500);
    expect(duration('12')).toBe(12_000);
    expect(duration('soon')).toBeNull();
  });

  it('makes of any text nothing or a wait between 0 and a year, or a lane would sleep for ever', () => {
    const names = ['retry-after', 'retry-after-ms', 'x-ratelimit-reset', 'x-ratelimit-reset-tokens'];
    const text = fc.oneof(fc.string(), fc.double().map(String), fc.bigInt().map(String), fc.date().map(String));
    fc.assert(
      fc.property(fc.constantFrom(...names), text, (name, value) => {
        const found = retryAfter({ get: (asked) => (asked === name ? value : null) }, now);
        if (found !== undefined) expect(found >= 0 && found <= year && Number.isInteger(found)).toBe(true);
      }),
    );
  });

  it('waits for the limit that is used up, not for the one that has room', () => {
    const both = { 'x-ratelimit-reset-requests': '60s', 'x-ratelimit-reset-tokens': '250ms' };
    expect(wait({ ...both, 'x-ratelimit-remaining-requests': '9', 'x-ratelimit-remaining-tokens': '0' })).toBe(250);
    expect(wait(both)).toBe(60_000);
  });

  it('tells moments from waits, or a reset in seconds since 1970 would be 56 years', () => {
    expect(wait({ 'x-ratelimit-reset': String(now + 5000) })).toBe(5000);
    expect(wait({ 'x-ratelimit-reset': String(now / 1000 + 7) })).toBe(7000);
    expect(wait({ 'x-ratelimit-reset': '11' })).toBe(11_000);
    expect(wait({})).toBeUndefined();
  });
});
