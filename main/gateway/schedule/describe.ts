/** A schedule in words, by keys of the catalogs; dates, times and weekdays come in the language's own form. */
import type { Millis } from '../types.ts';
import { assertNever } from '../../lib/assert-never.ts';
import { hasDay, parseCron, type Cron } from './cron.ts';
import type { Schedule, Timing } from './types.ts';
import { day, hour, minute } from './zone.ts';

/** For `Sentences.text`. */
export interface Phrase {
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
}

export interface Reader {
  /** BCP 47, as `Sentences.spoken` gives it. */
  readonly language: string;
  /** Where the reader is: moments are shown on these clocks. */
  readonly timeZone: string;
}

/** When it runs, then what restricts it; each phrase is a sentence of its own. */
export function describe(schedule: Schedule, reader: Reader): readonly Phrase[] {
  const { timing, quiet, catchUp, pausedUntil } = schedule;
  const phrases = [phraseOf(timing, reader)];
  if (quiet !== null) phrases.push({ key: 'schedule.quiet', params: { from: quiet.from, to: quiet.to } });
  if (catchUp === 'skip') phrases.push({ key: 'schedule.skip', params: {} });
  if (pausedUntil === Number.MAX_SAFE_INTEGER) phrases.push({ key: 'schedule.paused', params: {} });
  else if (pausedUntil !== null) {
    phrases.push({ key: 'schedule.paused-until', params: { when: momentFor(pausedUntil, reader) } });
  }
  return phrases;
}

/** Date and time as the reader says them. */
export function momentFor(moment: Millis, { language, timeZone }: Reader): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: 'full',
    timeStyle: 'short',
    hourCycle: 'h23',
    timeZone,
  }).format(moment);
}

function phraseOf(timing: Timing, reader: Reader): Phrase {
  switch (timing.kind) {
    case 'once':
      return { key: 'schedule.once', params: { when: momentFor(timing.at, reader) } };
    case 'every':
      return everyPhrase(timing.everyMs);
    case 'cron': {
      const { expression, timeZone } = timing;
      const cron = parseCron(expression);
      const known = cron.ok ? cronPhrase(cron.value, timeZone, reader.language) : null;
      return known ?? { key: 'schedule.cron', params: { expression, zone: timeZone } };
    }
    default:
      return assertNever(timing, 'timing');
  }
}

function everyPhrase(everyMs: Millis): Phrase {
  if (everyMs % hour === 0) return { key: 'schedule.every-hours', params: { count: everyMs / hour } };
  return { key: 'schedule.every-minutes', params: { count: Math.round(everyMs / minute) } };
}

/** The usual kinds; null for what only its expression says exactly. */
function cronPhrase(cron: Cron, zone: string, language: string): Phrase | null {
  const { minutes, hours, days, months, weekdays } = cron;
  const [minutesPast, hours1] = [minutes[0], hours[0]];
  if (months.size < 12 || minutes.length !== 1 || hours.length !== 1) return null;
  if (minutesPast === undefined || hours1 === undefined) return null;
  const time = timeFor(hours1 * hour + minutesPast * minute, language);
  if (days === null && weekdays === null) return { key: 'schedule.daily', params: { time, zone } };
  if (days === null) {
    const names = weekdayNames(cron, language);
    return names === null ? null : { key: 'schedule.weekly', params: { days: names, time, zone } };
  }
  const [number] = days;
  if (weekdays !== null || days.size !== 1 || number === undefined) return null;
  if (number === 0) return { key: 'schedule.month-end', params: { time, zone } };
  return { key: 'schedule.monthly', params: { day: number, time, zone } };
}

function timeFor(wall: Millis, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'short', hourCycle: 'h23', timeZone: 'UTC' }).format(wall);
}

/** Null when it is certain weekdays of a month. */
function weekdayNames(cron: Cron, language: string): string | null {
  if ([...(cron.weekdays ?? [])].some((weekday) => weekday > 6)) return null;
  const format = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
  // From a Monday on, as a week is read.
  const week = Array.from({ length: 7 }, (_, index) => Date.UTC(2026, 0, 5) + index * day);
  const names = week.filter((start) => hasDay(cron, start)).map((start) => format.format(start));
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(names);
}
