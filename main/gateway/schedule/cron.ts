/**
 * Cron expressions of five fields: minute, hour, day of month, month, day of week. A field is a list of numbers, ranges
 * (`1-5`) and steps (`*\/15`, `8-18/2`, `5/15`), or `*`; months and weekdays may be named (`JAN`, `MON`), Sunday is 0 or
 * 7. `L` is a month's last day, `FRI#2` its second Friday, `FRI#L` its last. When both days are restricted, either is
 * enough. `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` stand for what they say.
 *
 * **When clocks are changed**, one rule: an hour that is named (`0 9 * * *`, `*\/15 2 * * *`) is an appointment, and
 * each of its times runs once, at the first moment at which the clock shows it or later. So a time that does not exist
 * runs at the first moment after the gap (several of them together, once), and a time that exists twice runs the first
 * time. An hour field with `*` or a step follows real time: each moment at which the clock shows a matching time runs, so
 * that an hour that is left out has no slots and an hour that comes twice has them twice.
 */
import type { Millis } from '../types.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { day, hour, minute, type Wall, type Zone } from './zone.ts';

export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** The hours are named: times are appointments. */
  readonly hoursNamed: boolean;
  /** Null: any day. */
  readonly days: ReadonlySet<number> | null;
  readonly months: ReadonlySet<number>;
  /** Null: any weekday. */
  readonly weekdays: ReadonlySet<number> | null;
}

/** In `days`, the last one of the month; in `weekdays`, the occurrence that is the last. */
const last = 0;
/** The second Friday is 5 + 10 × 2, the last one 5 + 10 × 6; a Friday without a number is 5. */
const occurrence = 10;
const lastOccurrence = 6;
/** Days after which the calendar of the Gregorian rules begins again: what did not come until then never comes. */
const wholeCycle = 146_097;
const longestExpression = 200;

export type CronField = 'minute' | 'hour' | 'day' | 'month' | 'weekday';

/** Why a text is no expression. */
export interface CronTrouble {
  /** One sentence, for whoever wrote it. */
  readonly sentence: string;
  /** Which field is wrong, and all that stands in it; null where it is the expression as a whole. */
  readonly field: { readonly name: CronField; readonly text: string } | null;
  /** How many fields there are. */
  readonly count: number;
}

interface Field {
  readonly key: CronField;
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fields = {
  minute: { key: 'minute', name: 'minute', low: 0, high: 59, names: [] },
  hour: { key: 'hour', name: 'hour', low: 0, high: 23, names: [] },
  day: { key: 'day', name: 'day of month', low: 1, high: 31, names: [] },
  month: { key: 'month', name: 'month', low: 1, high: 12, names: monthNames },
  weekday: { key: 'weekday', name: 'day of week', low: 0, high: 7, names: weekdayNames },
} as const satisfies Record<CronField, Field>;

const nicknames: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/** Says what is wrong, and in which field. */
export function parseCron(expression: string): Result<Cron, CronTrouble> {
  const given = expression.trim().toLowerCase();
  const parts = (nicknames[given] ?? given).split(/\s+/).filter(Boolean);
  const wrong = (sentence: string, field: CronTrouble['field'] = null): Result<Cron, CronTrouble> =>
    failed({ sentence, field, count: parts.length });
  if (expression.length > longestExpression) return wrong('The expression is too long.');
  const [minutes = '', hours = '', days = '', months = '', weekdays = ''] = parts;
  if (parts.length !== 5) {
    return wrong(
      `An expression has five fields (minute hour day month weekday), and this has ${String(parts.length)}.`,
    );
  }
  try {
    return ok({
      minutes: inOrder(numbersOf(minutes, fields.minute)),
      hours: inOrder(numbersOf(hours, fields.hour)),
      hoursNamed: !/[*?/]/.test(hours),
      days: isAny(days) ? null : new Set(days.split(',').flatMap(daysOf)),
      months: new Set(numbersOf(months, fields.month)),
      weekdays: isAny(weekdays) ? null : new Set(weekdays.split(',').flatMap(weekdaysOf)),
    });
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const texts: Readonly<Record<CronField, string>> = {
      minute: minutes,
      hour: hours,
      day: days,
      month: months,
      weekday: weekdays,
    };
    return wrong(error.message, { name: error.field, text: texts[error.field] });
  }
}

/** Left from inside a field; the parser above makes a value of it. */
class Malformed extends Error {
  readonly field: CronField;

  constructor(field: CronField, sentence: string) {
    super(sentence);
    this.field = field;
  }
}

function isAny(field: string): boolean {
  return field === '*' || field === '?';
}

function inOrder(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function numbersOf(text: string, field: Field): readonly number[] {
  return text.split(',').flatMap((item) => itemOf(item, field));
}

function itemOf(item: string, field: Field): readonly number[] {
  const [range = '', step, ...rest] = item.split('/');
  if (rest.length > 0) throw new Malformed(field.key, `“${item}” in the field ${field.name} has more than one step.`);
  const [low, high] = rangeOf(range, field, step !== undefined);
  const by = step === undefined ? 1 : /^\d{1,2}$/.test(step) ? Number(step) : 0;
  if (by === 0)
    throw new Malformed(field.key, `“${item}” in the field ${field.name} has a step that is no number above 0.`);
  return Array.from({ length: Math.floor((high - low) / by) + 1 }, (_, index) => low + index * by);
}

function rangeOf(range: string, field: Field, hasStep: boolean): readonly [number, number] {
  // 7 is the Sunday that 0 is.
  if (isAny(range)) return [field.low, field.high === 7 ? 6 : field.high];
  const [from = '', to, ...rest] = range.split('-');
  const low = numberOf(from, field);
  const end = to === undefined ? (hasStep ? field.high : low) : numberOf(to, field);
  const high = field.high === 7 && to !== undefined && end === 0 && low > 0 ? 7 : end;
  if (rest.length > 0 || high < low) {
    throw new Malformed(
      field.key,
      `The range “${range}” in the field ${field.name} has to go from a smaller to a larger value.`,
    );
  }
  return [low, high];
}

function numberOf(text: string, { key, name, low, high, names }: Field): number {
  const named = names.indexOf(text);
  const value = named >= 0 ? named + low : /^\d{1,2}$/.test(text) ? Number(text) : -1;
  if (value >= low && value <= high) return value;
  throw new Malformed(
    key,
    `“${text}” is nothing that the field ${name} can be; it goes from ${String(low)} to ${String(high)}.`,
  );
}

function daysOf(item: string): readonly number[] {
  return item === 'l' ? [last] : itemOf(item, fields.day);
}

function weekdaysOf(item: string): readonly number[] {
  const [, name, which] = /^(\w+)#([1-5l])$/.exec(item) ?? [];
  if (name === undefined || which === undefined) return itemOf(item, fields.weekday).map((number) => number % 7);
  return [(numberOf(name, fields.weekday) % 7) + occurrence * (which === 'l' ? lastOccurrence : Number(which))];
}

/** `start` is the wall time of a midnight. */
export function hasDay({ days, months, weekdays }: Cron, start: Wall): boolean {
  const date = new Date(start);
  const month = date.getUTCMonth();
  if (!months.has(month + 1)) return false;
  const leavesMonth = (ahead: number): boolean => new Date(start + ahead * day).getUTCMonth() !== month;
  const number = date.getUTCDate();
  const byDay = days === null || days.has(number) || (days.has(last) && leavesMonth(1));
  const weekday = date.getUTCDay();
  const byWeekday =
    weekdays === null ||
    weekdays.has(weekday) ||
    weekdays.has(weekday + occurrence * Math.ceil(number / 7)) ||
    (weekdays.has(weekday + occurrence * lastOccurrence) && leavesMonth(7));
  return days !== null && weekdays !== null ? byDay || byWeekday : byDay && byWeekday;
}

/** The first slot later than `after`, null when there never is one. */
export function nextOfCron(cron: Cron, zone: Zone, after: Millis): Millis | null {
  // A day earlier: what it lacked of its own times may come later.
  const first = Math.floor(zone.wallAt(after) / day) - 1;
  for (let number = first; number < first + wholeCycle; number++) {
    const found = nextOfDay(cron, zone, number * day, after);
    // Clocks that are set back at midnight mix the ends of two days.
    if (found !== null) return Math.min(found, nextOfDay(cron, zone, (number + 1) * day, after) ?? found);
  }
  return null;
}

function nextOfDay(cron: Cron, zone: Zone, start: Wall, after: Millis): Millis | null {
  if (!hasDay(cron, start)) return null;
  const clocks = zone.between(start, start + day);
  let next: Millis | null = null;
  for (const hours of cron.hours) {
    const begins = start + hours * hour;
    if (!cron.hoursNamed && clocks.latest(begins + hour) <= after) continue;
    if (next !== null && clocks.earliest(begins) > next) return next;
    for (const minutes of cron.minutes) {
      const wall = begins + minutes * minute;
      for (const moment of cron.hoursNamed ? [clocks.first(wall)] : clocks.each(wall)) {
        if (moment > after && (next === null || moment < next)) next = moment;
      }
    }
  }
  return next;
}
