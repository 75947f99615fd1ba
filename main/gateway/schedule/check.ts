/** What is wrong with a schedule that somebody wants, as one reason; and whether its times are those it had. */
import { roleIn } from '../access/access.ts';
import { isTimeZone } from '../calendar.ts';
import type { Tables } from '../storage.ts';
import type { LinkRow, Millis, Reason } from '../types.ts';
import { parseCron } from './cron.ts';
import { nextSlot } from './slots.ts';
import {
  scheduler,
  longestEvery,
  mostSchedules,
  shortestEvery,
  type Schedule,
  type ScheduleDraft,
  type Timing,
} from './types.ts';
import { day, minute } from './zone.ts';

/** What lies further ahead is a slip of the pen, or no date at all. */
const furthest: Millis = 50 * 366 * day;

/** Null when nothing is. `known`: what it was before; its times are not judged again where they stay what they are. */
export function whatIsWrong(
  tables: Pick<Tables, 'conversations' | 'addresses' | 'groups' | 'schedules'>,
  linkOf: (id: string) => LinkRow | null,
  draft: ScheduleDraft,
  known: Schedule | null,
  now: Millis,
): Reason | null {
  if (draft.name.trim() === '') return { code: 'input.malformed', params: { path: 'name', expected: 'text' } };
  if (draft.prompt.trim() === '') return { code: 'input.malformed', params: { path: 'prompt', expected: 'text' } };
  const conversation = tables.conversations.get(draft.conversation);
  const link = conversation === null ? null : linkOf(conversation.link);
  if (conversation === null || link === null) return { code: 'schedule.not-owners' };
  if (roleIn(tables, link, conversation, scheduler) !== 'owner') return { code: 'schedule.not-owners' };
  const count = tables.schedules.all().length;
  if (draft.id === undefined && count >= mostSchedules) return { code: 'schedule.too-many', params: { count } };
  return known !== null && hasSameTimes(known, draft) ? null : wrongTimes(draft, now);
}

/** The same of its times alone: what a form says before the rest is entered. */
export function wrongTimes({ timing, quiet, catchUp }: Omit<Schedule, 'pausedUntil'>, now: Millis): Reason | null {
  const wrong = wrongTiming(timing, now);
  if (wrong !== null) return wrong;
  if (quiet !== null && !isTimeZone(quiet.timeZone)) return unknownZone(quiet.timeZone);
  if (quiet !== null && quiet.from === quiet.to) return { code: 'schedule.quiet-empty' };
  const runs = nextSlot({ timing, quiet, catchUp, pausedUntil: null }, now) !== null;
  return runs ? null : { code: 'schedule.never' };
}

function wrongTiming(timing: Timing, now: Millis): Reason | null {
  switch (timing.kind) {
    case 'once':
      if (timing.at <= now) return { code: 'schedule.past' };
      return timing.at - now > furthest ? { code: 'schedule.too-far' } : null;
    case 'every':
      if (timing.everyMs < shortestEvery || timing.everyMs % minute !== 0) return { code: 'schedule.too-often' };
      if (timing.everyMs > longestEvery) return { code: 'schedule.too-rare' };
      return timing.from - now > furthest ? { code: 'schedule.too-far' } : null;
    case 'cron':
      if (!isTimeZone(timing.timeZone)) return unknownZone(timing.timeZone);
      return wrongExpression(timing.expression);
  }
}

/** As precisely as it is known, so that a form can say it where it was typed. */
function wrongExpression(expression: string): Reason | null {
  const cron = parseCron(expression);
  if (cron.ok) return null;
  const { field, count } = cron.failure;
  if (field !== null) return { code: `schedule.field-${field.name}`, params: { text: field.text } };
  return count === 5
    ? { code: 'schedule.expression', params: { expression } }
    : { code: 'schedule.fields', params: { count } };
}

function unknownZone(zone: string): Reason {
  return { code: 'schedule.zone-unknown', params: { zone } };
}

/** It runs at the same times, and what is missed comes to the same. */
export function hasSameTimes(one: Omit<Schedule, 'pausedUntil'>, other: Omit<Schedule, 'pausedUntil'>): boolean {
  return timesOf(one) === timesOf(other);
}

function timesOf({ timing, quiet, catchUp }: Omit<Schedule, 'pausedUntil'>): string {
  const hours = quiet === null ? null : [quiet.from, quiet.to, quiet.timeZone];
  return JSON.stringify([timingOf(timing), hours, catchUp]);
}

function timingOf(timing: Timing): readonly (string | number)[] {
  switch (timing.kind) {
    case 'once':
      return [timing.at];
    case 'every':
      return [timing.everyMs, timing.from];
    case 'cron':
      return [timing.expression, timing.timeZone];
  }
}
