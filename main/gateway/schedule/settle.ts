/**
 * What is due becomes rows: the run, the message that asks, and how far the schedule has come, in one commit, so that a
 * crash leaves all of it or nothing. The message takes the path of every other one from there on.
 *
 * A slot that cannot run when it is due (paused, the link gone, the run before still going on) is left out, with the
 * reason in the history; nothing is made up for later that the owner had reason not to expect any more.
 */
import { asStored, isPaused, roleIn } from '../access/access.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { LinkRegistry } from '../links/links.ts';
import { oneLine } from '../../lib/one-line.ts';
import { pausedUntil } from '../access/pauses.ts';
import type { Tables } from '../storage.ts';
import { timeZoneOf } from '../turns/ending.ts';
import type { ConversationRow, LinkRow, MessageRow, Millis, Reason } from '../types.ts';
import { momentFor } from './describe.ts';
import { mostCounted, slotKey, whatIsDue } from './slots.ts';
import { scheduler, type ScheduleId, type ScheduleRow, type ScheduleRunRow } from './types.ts';
import { day } from './zone.ts';

export interface SettleParts {
  readonly ports: Pick<GatewayPorts, 'ids' | 'settings' | 'sentences' | 'systemTimeZone'>;
  readonly links: Pick<LinkRegistry, 'get'>;
}

/** What was done about a schedule. `message` is what asks now; null when a slot was left out. */
export interface Settled {
  readonly message: MessageRow | null;
}

/** Runs are kept at least so long: until then no clock that was set back can make one run again. */
const keptFor: Millis = 400 * day;
/** Newest runs that are looked through for the last one that said something. */
const looked = 20;

/** Inside a commit. Null: nothing is due. */
export function settleDue(parts: SettleParts, tables: Tables, id: ScheduleId, now: Millis): Settled | null {
  const row = tables.schedules.get(id);
  if (row === null) return null;
  if (row.handled > now) {
    // The clock was set back: what comes now is due again, but for the slots that have run.
    tables.schedules.put({ ...row, handled: now });
    return { message: null };
  }
  const due = whatIsDue(row, row.handled, now);
  if (due.kind === 'nothing') return null;
  tables.schedules.put({ ...row, handled: due.slot });
  const key = slotKey(id, due.slot);
  if (tables.schedules.hasRun(key)) return { message: null };
  const run = { slotKey: key, schedule: id, slot: due.slot, at: now };
  tables.schedules.forgetRuns(id, Math.min(due.slot, now) - keptFor);
  if (due.kind === 'left') {
    const reason: Reason = { code: 'schedule.missed' };
    leaveOut(tables, { ...run, late: true, missed: due.left - 1, message: null, reason });
    return { message: null };
  }
  const { late, left: missed } = due;
  const place = placeOf(parts, tables, row, now);
  if (place.reason !== null) {
    leaveOut(tables, { ...run, late, missed, message: null, reason: place.reason });
    return { message: null };
  }
  const message = say(parts, tables, row, place, { now, lateSince: late ? due.slot : null });
  tables.schedules.addRun({ ...run, late, missed, message: message.id, reason: null });
  return { message };
}

type Place =
  | { readonly reason: null; readonly link: LinkRow; readonly conversation: ConversationRow }
  /** Why nothing may be said there now. */
  | { readonly reason: Reason };

function placeOf({ links }: SettleParts, tables: Tables, row: ScheduleRow, now: Millis): Place {
  const conversation = tables.conversations.get(row.conversation);
  if (conversation === null) return { reason: { code: 'schedule.not-owners' } };
  const status = links.get(conversation.link);
  if (status === null || !status.row.enabled || status.state.kind === 'signed-out') {
    return { reason: { code: 'schedule.link-off' } };
  }
  const link = asStored(tables, status.row);
  if (roleIn(tables, link, conversation, scheduler) !== 'owner') return { reason: { code: 'schedule.not-owners' } };
  if (isPaused(pausedUntil(tables, link, conversation), now)) return { reason: { code: 'access.paused' } };
  if (conversation.undeliverable !== null) return { reason: conversation.undeliverable };
  const last = tables.schedules.runs(row.id, looked).find(({ message }) => message !== null);
  const state = tables.messages.get(last?.message ?? '')?.state;
  if (state === 'waiting' || state === 'answering') return { reason: { code: 'schedule.still-running' } };
  return { reason: null, link, conversation };
}

/** One that is left out for the same reason as the one before takes its place: a pause of weeks is one line. */
function leaveOut(tables: Tables, run: ScheduleRunRow): void {
  const [before] = tables.schedules.runs(run.schedule, 1);
  if (before === undefined || before.message !== null || before.reason?.code !== run.reason?.code) {
    return tables.schedules.addRun(run);
  }
  tables.schedules.removeRun(before.slotKey);
  tables.schedules.addRun({ ...run, missed: Math.min(mostCounted, before.missed + 1 + run.missed) });
}

function say(
  { ports }: SettleParts,
  tables: Tables,
  row: ScheduleRow,
  { link, conversation }: Extract<Place, { readonly reason: null }>,
  { now, lateSince }: { readonly now: Millis; readonly lateSince: Millis | null },
): MessageRow {
  const { sentences } = ports;
  const name = oneLine(row.name, 80);
  const reader = { language: sentences.spoken(link.language), timeZone: timeZoneOf(ports) };
  const heading =
    lateSince === null
      ? sentences.text('schedule.heading', { name }, link.language)
      : sentences.text('schedule.heading-late', { name, when: momentFor(lateSince, reader) }, link.language);
  const title = conversation.title === '' && link.kind === 'window' ? name : conversation.title;
  tables.conversations.put({ ...conversation, title, lastAt: Math.max(conversation.lastAt, now) });
  return tables.messages.add({
    id: ports.ids.next(),
    conversation: conversation.id,
    link: link.id,
    kind: 'person',
    author: scheduler,
    authorName: sentences.text('schedule.author', {}, link.language),
    platformId: null,
    revision: 0,
    // The heading stands in the text, so that window, chat history and model all see who asks.
    text: `${heading}\n\n${row.prompt}`,
    contextNo: conversation.contextNo,
    // Not the slot: that it is late was decided by its schedule, and is not to be judged again by its age.
    at: now,
    receivedAt: now,
    state: 'waiting',
    reason: lateSince === null ? null : { code: 'schedule.late' },
    turn: null,
    model: null,
  });
}
