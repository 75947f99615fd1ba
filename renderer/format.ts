/** Times, ages, sizes as people read them. All times are milliseconds UTC; `zone` is the gateway's time zone. */
import { startOfDay } from './calendar.ts';
import { dateFormat, dayOf, numberFormat } from './formatters.ts';
import { spokenLanguage, t } from './i18n.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** For the list: "now", "5m", "14:03" of today, "Yesterday", a weekday within the week, else the date. */
export function listTime(at: number, now: number, zone: string): string {
  const age = now - at;
  if (age < minute) return t('time.now');
  if (age < hour) return span(age);
  if (dayOf(at, zone) === dayOf(now, zone)) return clock(at, zone);
  if (dayOf(at, zone) === dayOf(now - day, zone)) return t('time.yesterday');
  if (age < 6 * day) return dateFormat(spokenLanguage(), { timeZone: zone, weekday: 'short' }).format(at);
  return dateText(at, now, zone);
}

export function clock(at: number, zone: string): string {
  return dateFormat(spokenLanguage(), {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

/** For lines of a log. */
export function clockWithSeconds(at: number, zone: string): string {
  return dateFormat(spokenLanguage(), {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

function dateText(at: number, now: number, zone: string): string {
  const sameYear = dayOf(at, zone).slice(0, 4) === dayOf(now, zone).slice(0, 4);
  const parts: Intl.DateTimeFormatOptions = sameYear ? {} : { year: 'numeric' };
  return dateFormat(spokenLanguage(), { timeZone: zone, day: 'numeric', month: 'short', ...parts }).format(at);
}

/** For the line between two days of a thread. */
export function dayText(at: number, now: number, zone: string): string {
  if (dayOf(at, zone) === dayOf(now, zone)) return t('time.today');
  if (dayOf(at, zone) === dayOf(now - day, zone)) return t('time.yesterday');
  const weekday = dateFormat(spokenLanguage(), { timeZone: zone, weekday: 'long' }).format(at);
  return t('time.day', { weekday, date: dateText(at, now, zone) });
}

export function sameDay(a: number, b: number, zone: string): boolean {
  return dayOf(a, zone) === dayOf(b, zone);
}

/** Date and time in full, for tooltips. */
export function fullTime(at: number, zone: string): string {
  return dateFormat(spokenLanguage(), { timeZone: zone, dateStyle: 'full', timeStyle: 'medium' }).format(at);
}

/** "3 s", "12 min", "5 h", "2 d": how long something is ago or takes; never negative. */
export function span(ms: number): string {
  if (ms < minute) return t('span.second', { count: Math.max(0, Math.floor(ms / 1000)) });
  if (ms < hour) return t('span.minute', { count: Math.floor(ms / minute) });
  if (ms < day) return t('span.hour', { count: Math.floor(ms / hour) });
  return t('span.day', { count: Math.floor(ms / day) });
}

/** "8k", "128k", "1M": the size of a model's context in tokens. */
export function tokens(count: number): string {
  if (count < 1000) return String(count);
  const thousand = count % 1000 !== 0 && count % 1024 === 0 ? 1024 : 1000;
  if (count < 1_000_000) return t('number.thousand', { count: Math.round(count / thousand) });
  return t('number.million', { count: Math.round(count / 100_000) / 10 });
}

/** "4.7 GB": decimal units, as disks are sold. */
export function bytes(count: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const step = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log10(count) / 3));
  return numberFormat(spokenLanguage(), {
    style: 'unit',
    unit: units[step] ?? 'byte',
    // Short, "byte" has no plural.
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step > 2 ? 1 : 0,
  }).format(count / 1000 ** step);
}

/** Milliseconds of a latency: "340 ms", "2.1 s". */
export function latency(ms: number): string {
  if (ms < 1000) return t('span.millisecond', { count: Math.round(ms) });
  return t('span.second', { count: Math.round(ms / 100) / 10 });
}

/** A number in the language's own digits and grouping. */
export function count(value: number): string {
  return numberFormat(spokenLanguage()).format(value);
}

/** "1.2M", "340K", "12": large numbers in short. */
export function compact(value: number): string {
  return numberFormat(spokenLanguage(), { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** 0.8 as "80 %". Rounded down, so that 100 % means that nothing is left. */
export function percent(share: number): string {
  return t('number.percent', { count: Math.floor(share * 100) });
}

/** Micro-dollars as dollars: cents, and four places below one cent. */
export function money(micro: number): string {
  const least = 100;
  if (micro > 0 && micro < least) return t('money.less', { amount: money(least) });
  return numberFormat(spokenLanguage(), {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: micro < 10_000 ? 4 : 2,
  }).format(micro / 1_000_000);
}

/** Micro-dollars per million tokens, with every place that counts: "$0.075". */
export function priceText(micro: number): string {
  return numberFormat(spokenLanguage(), {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  }).format(micro / 1_000_000);
}

/** "Nov 22": a day of a chart. */
export function shortDay(at: number, zone: string): string {
  return dateFormat(spokenLanguage(), { timeZone: zone, day: 'numeric', month: 'short' }).format(at);
}

/** "2026-11-01" (a calendar day without a zone) as people write it. */
export function dateOfText(date: string): string {
  const at = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(at)) return date;
  return dateFormat(spokenLanguage(), { timeZone: 'UTC', dateStyle: 'medium' }).format(at);
}

/** Until when something is paused: "until 14:00", "until tomorrow", "until you resume". */
export function untilText(until: number, now: number, zone: string): string {
  if (until >= Number.MAX_SAFE_INTEGER) return t('pause.untilResumed');
  if (until === startOfDay(now, zone, 1)) return t('pause.untilTomorrow');
  if (sameDay(until, now, zone)) return t('pause.untilTime', { time: clock(until, zone) });
  return t('pause.untilDay', { day: dateText(until, now, zone), time: clock(until, zone) });
}

/** Whether `Intl` knows the zone. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch (failure) {
    if (failure instanceof RangeError) return false;
    throw failure;
  }
}
