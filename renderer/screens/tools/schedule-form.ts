/**
 * The form of a schedule: the few ways in which people say when, and the timing that is sent. A cron expression that is
 * one of those ways comes back as what it was chosen as. Pure.
 */
import type { QuietHoursView, ScheduleDraft, ScheduleView, TimingView } from '../../../preload/contract/agent-views.ts';
import type { Reason } from '../../../preload/contract/reasons.ts';
import { isTimeZone } from '../../format.ts';
import { momentOf, wallText } from './wall-time.ts';

/** It is the expression that is wrong, or one of its fields. */
export function isAboutExpression({ code }: Pick<Reason, 'code'>): boolean {
  return code === 'schedule.expression' || code === 'schedule.fields' || code.startsWith('schedule.field-');
}

export type Repeat = 'once' | 'every' | 'daily' | 'weekly' | 'monthly' | 'cron';
export type Unit = 'minutes' | 'hours' | 'days';

export interface ScheduleForm {
  readonly name: string;
  readonly prompt: string;
  /** Empty: a new conversation. */
  readonly conversation: string;
  readonly repeat: Repeat;
  /** Once: date and time on the clocks of the zone. */
  readonly at: string;
  readonly count: string;
  readonly unit: Unit;
  /** Every so long: the first time. */
  readonly from: string;
  /** `HH:MM` of daily, weekly, monthly. */
  readonly time: string;
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  /** Of the month; `L` is its last one. */
  readonly day: string;
  readonly expression: string;
  readonly timeZone: string;
  readonly quiet: boolean;
  readonly quietFrom: string;
  readonly quietTo: string;
  readonly catchUp: ScheduleDraft['catchUp'];
  /** The moment that `at` or `from` was read from: as long as nobody touches the field or its zone, its seconds stay. */
  readonly kept: { readonly text: string; readonly timeZone: string; readonly at: number } | null;
}

const unitMs: Readonly<Record<Unit, number>> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
export const longestPrompt = 8000;
export const longestName = 80;

export interface FormStart {
  readonly now: number;
  readonly timeZone: string;
  /** Where the answer goes unless somebody says otherwise. */
  readonly conversation: string;
}

/** Every day at eight, from which most people begin. */
export function newSchedule({ now, timeZone, conversation }: FormStart): ScheduleForm {
  const next = wallText((Math.floor(now / unitMs.hours) + 1) * unitMs.hours, timeZone);
  return {
    name: '',
    prompt: '',
    conversation,
    repeat: 'daily',
    at: next,
    count: '1',
    unit: 'hours',
    from: next,
    time: '08:00',
    weekdays: [1],
    day: '1',
    expression: '0 8 * * MON-FRI',
    timeZone,
    quiet: false,
    quietFrom: '22:00',
    quietTo: '07:00',
    catchUp: 'run-late',
    kept: null,
  };
}

export function scheduleFormOf(stored: ScheduleView, start: FormStart): ScheduleForm {
  const { name, prompt, conversation, timing, quiet, catchUp } = stored;
  const said = { name, prompt, conversation, catchUp };
  const hours = quiet === null ? {} : { quiet: true, quietFrom: quiet.from, quietTo: quiet.to };
  return { ...newSchedule(start), ...said, ...hours, ...timingFields(timing, quiet?.timeZone ?? start.timeZone) };
}

function timingFields(timing: TimingView, timeZone: string): Partial<ScheduleForm> {
  switch (timing.kind) {
    case 'once': {
      const at = wallText(timing.at, timeZone);
      return { repeat: 'once', timeZone, at, kept: { text: at, timeZone, at: timing.at } };
    }
    case 'every': {
      const from = wallText(timing.from, timeZone);
      const unit = (['days', 'hours'] as const).find((each) => timing.everyMs % unitMs[each] === 0) ?? 'minutes';
      const count = String(timing.everyMs / unitMs[unit]);
      return { repeat: 'every', timeZone, from, unit, count, kept: { text: from, timeZone, at: timing.from } };
    }
    case 'cron':
      return { timeZone: timing.timeZone, expression: timing.expression, ...cronFields(timing.expression) };
  }
}

const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** Weekdays of a field of single ones and ranges; null for anything else. */
function weekdaysIn(field: string): readonly number[] | null {
  const numberOf = (word: string): number => {
    const named = weekdayNames.indexOf(word.toUpperCase());
    return named >= 0 ? named : /^[0-7]$/.test(word) ? Number(word) % 7 : NaN;
  };
  const days = field.split(',').flatMap((part) => {
    const [first = '', second] = part.split('-');
    const from = numberOf(first);
    const to = second === undefined ? from : numberOf(second);
    // Sunday at the end of a range is the seventh day.
    const end = second !== undefined && to === 0 ? 7 : to;
    return from <= end ? Array.from({ length: end - from + 1 }, (_, index) => (from + index) % 7) : [NaN];
  });
  return days.some(Number.isNaN) ? null : [...new Set(days)].toSorted((one, other) => one - other);
}

function cronFields(expression: string): Partial<ScheduleForm> {
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...more] = expression.trim().split(/\s+/);
  const plain = /^\d{1,2}$/;
  if (more.length > 0 || !plain.test(minute) || !plain.test(hour) || month !== '*') return { repeat: 'cron' };
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (day === '*' && weekday === '*') return { repeat: 'daily', time };
  if (day === '*') {
    const weekdays = weekdaysIn(weekday);
    return weekdays === null ? { repeat: 'cron' } : { repeat: 'weekly', time, weekdays };
  }
  if (weekday === '*' && (/^([1-9]|[12]\d|3[01])$/.test(day) || day === 'L')) return { repeat: 'monthly', time, day };
  return { repeat: 'cron' };
}

/** When it runs; null as long as the form does not say so. */
export function timingOf(form: ScheduleForm): TimingView | null {
  const { repeat, timeZone, kept, quiet, quietFrom, quietTo } = form;
  if (!isTimeZone(timeZone)) return null;
  if (quiet && (quietFrom === '' || quietTo === '')) return null;
  const momentIn = (text: string): number | null =>
    kept?.text === text && kept.timeZone === timeZone ? kept.at : momentOf(text, timeZone);
  switch (repeat) {
    case 'once': {
      const at = momentIn(form.at);
      return at === null ? null : { kind: 'once', at };
    }
    case 'every': {
      const from = momentIn(form.from);
      const everyMs = Math.round(Number(form.count) * unitMs[form.unit]);
      return from === null || !(everyMs > 0) ? null : { kind: 'every', everyMs, from };
    }
    case 'daily':
    case 'weekly':
    case 'monthly':
    case 'cron': {
      const expression = expressionOf(form);
      return expression === null ? null : { kind: 'cron', expression, timeZone };
    }
  }
}

/** The cron expression that a daily, weekly or monthly choice comes to, or the typed one; null when something is missing. */
export function expressionOf({ repeat, time, weekdays, day, expression }: ScheduleForm): string | null {
  if (repeat === 'cron') return expression.trim() === '' ? null : expression.trim();
  const [hour = NaN, minute = NaN] = time.split(':').map(Number);
  if (Number.isNaN(hour) || Number.isNaN(minute)) return null;
  const at = `${String(minute)} ${String(hour)}`;
  if (repeat === 'monthly') return `${at} ${day} * *`;
  if (repeat === 'weekly') return weekdays.length === 0 ? null : `${at} * * ${weekdays.join(',')}`;
  return `${at} * * *`;
}

export function quietOf({ quiet, quietFrom, quietTo, timeZone }: ScheduleForm): QuietHoursView | null {
  return quiet && quietFrom !== '' && quietTo !== '' ? { from: quietFrom, to: quietTo, timeZone } : null;
}

/** What is sent, `conversation` being one that is there; null as long as something is missing. */
export function scheduleDraftOf(form: ScheduleForm, id: string | null, conversation: string): ScheduleDraft | null {
  const timing = timingOf(form);
  const name = form.name.trim();
  const prompt = form.prompt.trim();
  if (timing === null || name === '' || prompt === '' || conversation === '') return null;
  const which = id === null ? {} : { id };
  return { ...which, name, prompt, conversation, timing, quiet: quietOf(form), catchUp: form.catchUp };
}
