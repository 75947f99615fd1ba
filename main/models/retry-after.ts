/**
 * How long a server asks us to wait. Sources: RFC 9110 (Retry-After: seconds or an HTTP date), OpenAI's guide to rate
 * limits (`retry-after-ms`, `x-ratelimit-reset-requests` and `-tokens` as durations such as `6m0s`, next to
 * `x-ratelimit-remaining-*`), OpenRouter (`x-ratelimit-reset`, milliseconds since 1970).
 */
import type { Millis } from '../gateway/types.ts';

/** A wait beyond this is nonsense or a wrong clock. */
const longest: Millis = 366 * 24 * 3_600_000;

/** Reads a header by its lower-case name. */
export type HeaderReader = Pick<Headers, 'get'>;

/** The wait in milliseconds from `now`, rounded up; undefined when the server names none that makes sense. */
export function retryAfter(headers: HeaderReader, now: Millis): Millis | undefined {
  return (
    sensible(plainNumber(headers.get('retry-after-ms'))) ??
    sensible(secondsOrDate(headers.get('retry-after'), now)) ??
    sensible(exhaustedReset(headers)) ??
    sensible(resetMoment(headers.get('x-ratelimit-reset'), now))
  );
}

/** A duration as Go writes it (`1h2m3.5s`, `20ms`) or plain seconds, in milliseconds; null for anything else. */
export function duration(text: string): number | null {
  const plain = plainNumber(text);
  if (plain !== null) return plain * 1000;
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return null;
  let sum = 0;
  for (const [, number = '0', unit = 's'] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    sum += Number(number) * (units[unit] ?? 0);
  }
  return sum;
}

function sensible(wait: number | null): Millis | undefined {
  return wait !== null && wait >= 0 && wait <= longest ? Math.ceil(wait) : undefined;
}

function plainNumber(text: string | null): number | null {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : null;
}

function secondsOrDate(text: string | null, now: Millis): number | null {
  if (text === null) return null;
  const seconds = plainNumber(text);
  if (seconds !== null) return seconds * 1000;
  // `Date.parse` takes almost anything for a date; an HTTP date names its weekday first.
  const date = /^\s*(mon|tue|wed|thu|fri|sat|sun)/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** The longest reset among the limits that are used up; of all of them when the server does not say which are. */
function exhaustedReset(headers: HeaderReader): number | null {
  const limits = ['requests', 'tokens'].flatMap((name) => {
    const text = headers.get(`x-ratelimit-reset-${name}`);
    const wait = text === null ? null : duration(text.trim());
    return wait === null ? [] : [{ wait, remaining: headers.get(`x-ratelimit-remaining-${name}`)?.trim() }];
  });
  const usedUp = limits.filter(({ remaining }) => remaining === '0');
  const waits = (usedUp.length > 0 ? usedUp : limits).map(({ wait }) => wait);
  return waits.length > 0 ? Math.max(...waits) : null;
}

/** A moment in milliseconds or seconds since 1970, or a wait in seconds; their sizes tell them apart. */
function resetMoment(text: string | null, now: Millis): number | null {
  const number = plainNumber(text);
  if (number === null) return null;
  if (number > 1e11) return Math.max(0, number - now);
  if (number > 1e8) return Math.max(0, number * 1000 - now);
  return number * 1000;
}
