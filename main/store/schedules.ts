/** Schedules and what became of their slots. */

import type { ScheduleTable } from '../gateway/tables/setup.ts';
import type { CatchUp, QuietHours, ScheduleRow, ScheduleRunRow, Timing } from '../gateway/schedule/types.ts';
import {
  bit,
  flag,
  insert,
  integer,
  integerOrNull,
  reasonFrom,
  reasonToJson,
  recordFrom,
  text,
  textOrNull,
  upsert,
  word,
} from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const catchUps = ['run-late', 'skip'] as const satisfies readonly CatchUp[];
const origins = ['window', 'tool'] as const satisfies readonly ScheduleRow['origin'][];

const put = upsert(
  'schedule',
  ['id'],
  ['name', 'prompt', 'conversation', 'timing', 'quiet', 'catch_up', 'paused_until', 'handled', 'origin', 'created_at'],
);
const addRun = insert('schedule_run', ['slot_key', 'schedule', 'slot', 'at', 'late', 'missed', 'message', 'reason']);
const runs = 'SELECT * FROM schedule_run WHERE schedule = ? ORDER BY number DESC LIMIT ?';
const askedBy =
  'SELECT schedule_run.message, schedule.id, schedule.name FROM schedule_run ' +
  'JOIN schedule ON schedule.id = schedule_run.schedule ' +
  'WHERE schedule_run.message IN (SELECT value FROM json_each(?))';
/** The oldest few at a time: each run that is added takes some away. */
const forgetRuns =
  'DELETE FROM schedule_run WHERE slot < $before AND number IN ' +
  '(SELECT number FROM schedule_run WHERE schedule = $schedule ORDER BY number LIMIT 10)';

function wrong(column: string): never {
  throw new TypeError(`column ${column}: cannot be read`);
}

function timingFrom(row: SqlRow): Timing {
  const { kind, at, everyMs, from, expression, timeZone } = recordFrom(row, 'timing');
  if (kind === 'once' && typeof at === 'number') return { kind, at };
  if (kind === 'every' && typeof everyMs === 'number' && typeof from === 'number') return { kind, everyMs, from };
  if (kind === 'cron' && typeof expression === 'string' && typeof timeZone === 'string') {
    return { kind, expression, timeZone };
  }
  return wrong('timing');
}

function quietFrom(row: SqlRow): QuietHours | null {
  if (row['quiet'] === null) return null;
  const { from, to, timeZone } = recordFrom(row, 'quiet');
  if (typeof from !== 'string' || typeof to !== 'string' || typeof timeZone !== 'string') return wrong('quiet');
  return { from, to, timeZone };
}

function scheduleFrom(row: SqlRow): ScheduleRow {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    prompt: text(row, 'prompt'),
    conversation: text(row, 'conversation'),
    timing: timingFrom(row),
    quiet: quietFrom(row),
    catchUp: word(catchUps, row, 'catch_up'),
    pausedUntil: integerOrNull(row, 'paused_until'),
    handled: integer(row, 'handled'),
    origin: word(origins, row, 'origin'),
    createdAt: integer(row, 'created_at'),
  };
}

function runFrom(row: SqlRow): ScheduleRunRow {
  return {
    slotKey: text(row, 'slot_key'),
    schedule: text(row, 'schedule'),
    slot: integer(row, 'slot'),
    at: integer(row, 'at'),
    late: flag(row, 'late'),
    missed: integer(row, 'missed'),
    message: textOrNull(row, 'message'),
    reason: reasonFrom(row, 'reason'),
  };
}

export function createSchedules(sql: Sql): ScheduleTable {
  return {
    all: () => sql.all('SELECT * FROM schedule ORDER BY number').map(scheduleFrom),
    get(id) {
      const row = sql.get('SELECT * FROM schedule WHERE id = ?', [id]);
      return row ? scheduleFrom(row) : null;
    },
    put(row) {
      sql.run(put, {
        id: row.id,
        name: row.name,
        prompt: row.prompt,
        conversation: row.conversation,
        timing: JSON.stringify(row.timing),
        quiet: row.quiet === null ? null : JSON.stringify(row.quiet),
        catch_up: row.catchUp,
        paused_until: row.pausedUntil,
        handled: row.handled,
        origin: row.origin,
        created_at: row.createdAt,
      });
    },
    remove(id) {
      sql.run('DELETE FROM schedule_run WHERE schedule = ?', [id]);
      sql.run('DELETE FROM schedule WHERE id = ?', [id]);
    },
    hasRun: (slotKey) => sql.get('SELECT 1 AS found FROM schedule_run WHERE slot_key = ?', [slotKey]) !== undefined,
    addRun(row) {
      sql.run(addRun, {
        slot_key: row.slotKey,
        schedule: row.schedule,
        slot: row.slot,
        at: row.at,
        late: bit(row.late),
        missed: row.missed,
        message: row.message,
        reason: reasonToJson(row.reason),
      });
    },
    runs: (schedule, limit) => sql.all(runs, [schedule, limit]).map(runFrom),
    askedBy(messages) {
      const rows = messages.length === 0 ? [] : sql.all(askedBy, [JSON.stringify(messages)]);
      return new Map(rows.map((row) => [text(row, 'message'), { id: text(row, 'id'), name: text(row, 'name') }]));
    },
    removeRun: (slotKey) => void sql.run('DELETE FROM schedule_run WHERE slot_key = ?', [slotKey]),
    forgetRuns: (schedule, before) => void sql.run(forgetRuns, { schedule, before }),
  };
}
