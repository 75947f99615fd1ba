/** Runs and moments of schedules in words. Pure. */
import type { ScheduleRunView } from '../../../preload/contract/agent-views.ts';
import { sameDay } from '../../format.ts';
import { dateFormat, dayOf } from '../../formatters.ts';
import { spokenLanguage, t, type Words } from '../../i18n.ts';

/** "Mon, 23 Nov, 08:00"; with its year where that is another one. */
export function momentText(at: number, now: number, zone: string): string {
  const sameYear = dayOf(at, zone).slice(0, 4) === dayOf(now, zone).slice(0, 4);
  return dateFormat(spokenLanguage(), {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

/** "Today, 08:00" where it is today, else with its day. */
export function soonText(at: number, now: number, zone: string): string {
  if (!sameDay(at, now, zone)) return momentText(at, now, zone);
  const time = dateFormat(spokenLanguage(), { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return t('schedules.today', { time: time.format(at) });
}

const outcomes: Readonly<Record<NonNullable<ScheduleRunView['outcome']>, Words>> = {
  done: 'schedules.done',
  stopped: 'schedules.stopped',
  failed: 'schedules.failed',
  dead: 'schedules.dead',
  skipped: 'schedules.skipped',
};

export function outcomeText({ outcome }: ScheduleRunView): string {
  return t(outcome === null ? 'schedules.running' : outcomes[outcome]);
}

/** Something a person may want to look at. */
export function wentWrong({ outcome }: ScheduleRunView): boolean {
  return outcome === 'failed' || outcome === 'dead';
}

/** The name of a weekday, 0 being Sunday. */
export function weekdayText(weekday: number, form: 'short' | 'long'): string {
  // The first of September 2024 was a Sunday.
  return dateFormat(spokenLanguage(), { timeZone: 'UTC', weekday: form }).format(Date.UTC(2024, 8, 1 + weekday));
}
