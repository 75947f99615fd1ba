/** A schedule out of what a model, or a form, wrote. What is wrong with it is said in sentences for whoever wrote it. */
import { isTimeZone } from '../../gateway/calendar.ts';
import type { Millis } from '../../gateway/types.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { parseCron } from '../../gateway/schedule/cron.ts';
import { nextSlot } from '../../gateway/schedule/slots.ts';
import {
  longestEvery,
  shortestEvery,
  type CatchUp,
  type QuietHours,
  type Schedule,
  type Timing,
} from '../../gateway/schedule/types.ts';
import { minute, minutesOf, Zone } from '../../gateway/schedule/zone.ts';

/** JSON Schema of what {@link parseSchedule} takes, for the description of a tool. */
export const scheduleParameters: Readonly<Record<string, unknown>> = {
  type: 'object',
  properties: {
    kind: { type: 'string', enum: ['once', 'every', 'cron'] },
    at: { type: 'string', description: 'once: date and time such as 2026-11-23T09:00, on the clocks of timeZone.' },
    minutes: {
      type: 'number',
      description:
        'every: whole minutes between two runs, at least 1. once, instead of at: so many minutes from now; use it ' +
        'whenever the owner says how long it is until then.',
    },
    from: { type: 'string', description: 'every: date and time of the first run; left out: after the first interval.' },
    expression: { type: 'string', description: 'cron: five fields, such as 0 9 * * MON-FRI.' },
    timeZone: { type: 'string', description: "IANA name such as Europe/Berlin; left out: the owner's." },
    quietHours: {
      type: 'object',
      description: 'No runs from one time of the day until the other.',
      properties: { from: { type: 'string', description: 'HH:MM' }, to: { type: 'string', description: 'HH:MM' } },
      required: ['from', 'to'],
    },
    ifMissed: {
      type: 'string',
      enum: ['run-late', 'skip'],
      description: 'When it was off: once, late (default), or not.',
    },
  },
  required: ['kind'],
};

export interface ParseContext {
  readonly now: Millis;
  /** The owner's; taken where none is named. */
  readonly timeZone: string;
}

type Input = Readonly<Record<string, unknown>>;
const longestText = 2000;

/** Fails with at least one sentence; each says what was expected. A schedule that would never run is refused as well. */
export function parseSchedule(input: unknown, { now, timeZone }: ParseContext): Result<Schedule, readonly string[]> {
  const given = objectIn(input);
  if (given === null)
    return failed(['A schedule has to be an object, such as {"kind":"cron","expression":"0 9 * * *"}.']);
  const problems: string[] = [];
  const zone = zoneIn(given, timeZone, problems);
  const timing = timingIn(given, { now, timeZone: zone }, problems);
  const quiet = quietIn(given, zone, problems);
  const catchUp = catchUpIn(given, problems);
  if (timing === null || problems.length > 0) return failed(problems);
  const schedule: Schedule = { timing, quiet, catchUp, pausedUntil: null };
  if (nextSlot(schedule, now) !== null) return ok(schedule);
  if (timing.kind === 'once') {
    return failed([
      timing.at <= now
        ? 'The time of “at” has passed already.'
        : 'The time of “at” lies in the quiet hours, and ifMissed says skip.',
    ]);
  }
  return failed([
    quiet === null ? 'There is no such day, so this would never run.' : 'Every run would be in the quiet hours.',
  ]);
}

/** Some models write an object as a text that holds one. */
function objectIn(input: unknown): Input | null {
  const value = typeof input === 'string' && input.length <= longestText ? jsonIn(input) : input;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // said as “has to be an object”
  }
}

function zoneIn({ timeZone }: Input, standard: string, problems: string[]): string {
  if (timeZone === undefined || timeZone === null || timeZone === '') return standard;
  if (typeof timeZone === 'string' && timeZone.length < 100 && isTimeZone(timeZone)) return timeZone;
  problems.push('“timeZone” has to be the name of a time zone, such as Europe/Berlin.');
  return standard;
}

function timingIn(input: Input, context: ParseContext, problems: string[]): Timing | null {
  switch (input['kind']) {
    case 'once': {
      if (!isGiven(input['at']) && isGiven(input['minutes'])) {
        const from = minutesIn(input, problems);
        return from === null ? null : { kind: 'once', at: context.now + from };
      }
      const at = momentIn(input['at'], context.timeZone);
      if (at === null) problems.push('“at” has to be a date and time that exists, such as 2026-11-23T09:00.');
      return at === null ? null : { kind: 'once', at };
    }
    case 'every':
      return everyIn(input, context, problems);
    case 'cron': {
      const { expression } = input;
      const cron = typeof expression === 'string' ? parseCron(expression) : null;
      if (cron?.ok !== true) problems.push(cron?.failure.sentence ?? '“expression” is missing.');
      return cron?.ok === true && typeof expression === 'string'
        ? { kind: 'cron', expression: expression.trim(), timeZone: context.timeZone }
        : null;
    }
    default:
      problems.push('“kind” has to be once, every or cron.');
      return null;
  }
}

function everyIn(input: Input, { now, timeZone }: ParseContext, problems: string[]): Timing | null {
  const everyMs = minutesIn(input, problems);
  if (everyMs === null) return null;
  const from = isGiven(input['from']) ? momentIn(input['from'], timeZone) : now + everyMs;
  if (from === null) problems.push('“from” has to be a date and time that exists, such as 2026-11-23T09:00.');
  return from === null ? null : { kind: 'every', everyMs, from };
}

function minutesIn(input: Input, problems: string[]): Millis | null {
  const minutes = Number(input['minutes'] ?? NaN);
  const length = minutes * minute;
  if (Number.isInteger(minutes) && length >= shortestEvery && length <= longestEvery) return length;
  problems.push('“minutes” has to be a whole number of minutes, from 1 to those of a year.');
  return null;
}

/** Some models write null or an empty text for what they leave out. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

const dateTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::00(?:\.0+)?)?(Z|[+-]\d\d:\d\d)?$/i;

/** Of a date and time as a model writes it: with an offset that moment, else the first at which clocks show it or later. */
export function momentIn(text: unknown, timeZone: string): Millis | null {
  const [, date, time, offset] = (typeof text === 'string' ? dateTime.exec(text.trim()) : null) ?? [];
  if (date === undefined || time === undefined || minutesOf(time) === null) return null;
  const wall = Date.parse(`${date}T${time}Z`);
  // What has no 30 February would make the 2nd of March of it.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(date)) return null;
  if (offset === undefined) return new Zone(timeZone).first(wall);
  const moment = Date.parse(`${date}T${time}${offset.toUpperCase()}`);
  return Number.isNaN(moment) ? null : moment;
}

function quietIn(input: Input, timeZone: string, problems: string[]): QuietHours | null {
  const { quietHours } = input;
  if (quietHours === undefined || quietHours === null) return null;
  const given = objectIn(quietHours);
  const [from, to] = [given?.['from'], given?.['to']];
  if (typeof from === 'string' && typeof to === 'string' && from !== to) {
    if (minutesOf(from) !== null && minutesOf(to) !== null) return { from, to, timeZone };
  }
  problems.push('“quietHours” has to be two different times of the day, such as {"from":"22:00","to":"07:00"}.');
  return null;
}

function catchUpIn({ ifMissed }: Input, problems: string[]): CatchUp {
  if (ifMissed === undefined || ifMissed === null || ifMissed === 'run-late') return 'run-late';
  if (ifMissed !== 'skip') problems.push('“ifMissed” has to be run-late or skip.');
  return 'skip';
}
