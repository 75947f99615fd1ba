/** Schedules as the window and the tool see them, over what the store keeps; see {@link Schedules}. */
import { failed, ok, type Result } from '../../lib/result.ts';
import { isPaused } from '../access/access.ts';
import type { LinkRegistry } from '../links/links.ts';
import type { Tables } from '../storage.ts';
import { timeZoneOf } from '../turns/ending.ts';
import type { LinkRow, Millis, Reason } from '../types.ts';
import { hasSameTimes, whatIsWrong, wrongTimes } from './check.ts';
import { describe } from './describe.ts';
import { createRunner, nextOf, type RunnerParts, type SchedulePorts, type ScheduleRunner } from './runner.ts';
import {
  isScheduled,
  type Schedule,
  type ScheduleDraft,
  type ScheduleId,
  type ScheduleRow,
  type ScheduleRunRow,
  type ScheduleRunStatus,
  type Schedules,
  type ScheduleStatus,
} from './types.ts';

export interface ScheduleParts extends RunnerParts {
  readonly links: Pick<LinkRegistry, 'get' | 'row'>;
}

export interface ScheduleDesk extends Schedules {
  readonly runner: ScheduleRunner;
}

export function createSchedules(parts: ScheduleParts): ScheduleDesk {
  const { ports, events, links } = parts;
  const { storage, clock } = ports;
  const runner = createRunner(parts);
  const linkOf = (id: string): LinkRow | null => links.row(id);
  /** What was stored counts from now on. */
  const changed = (row: ScheduleRow): Result<ScheduleStatus, Reason> => {
    events.publish({ kind: 'schedules' });
    void runner.look();
    return ok(statusOf(ports, row));
  };
  return {
    runner,
    list: () => storage.read.schedules.all().map((row) => statusOf(ports, row)),
    get(id) {
      const row = storage.read.schedules.get(id);
      return row === null ? null : statusOf(ports, row);
    },
    async save(draft, origin) {
      const stored = await storage.commit((tables) => store(ports, tables, linkOf, draft, origin));
      return stored.ok ? changed(stored.value) : stored;
    },
    preview(draft, count) {
      const wrong = wrongTimes(draft, clock.now());
      if (wrong !== null) return failed(wrong);
      const schedule: Schedule = { ...draft, pausedUntil: null };
      return ok({ words: wordsOf(ports, schedule), next: firstOf(schedule, clock.now(), count) });
    },
    async pause(id, until) {
      const stored = await storage.commit((tables) => {
        const row = tables.schedules.get(id);
        if (row === null) return failed(notFound(id));
        const paused = { ...row, pausedUntil: pauseFrom(row, until, clock.now()) };
        tables.schedules.put(paused);
        return ok(paused);
      });
      return stored.ok ? changed(stored.value) : stored;
    },
    async remove(id) {
      const found = await storage.commit((tables) => {
        const row = tables.schedules.get(id);
        if (row !== null) tables.schedules.remove(id);
        return row !== null;
      });
      if (!found) return failed(notFound(id));
      events.publish({ kind: 'schedules' });
      void runner.look();
      return ok(undefined);
    },
    runs: (id, limit) => storage.read.schedules.runs(id, limit).map((row) => runStatusOf(storage.read, row)),
  };
}

/** Inside a commit. */
function store(
  { ids, clock }: SchedulePorts,
  tables: Tables,
  linkOf: (id: string) => LinkRow | null,
  draft: ScheduleDraft,
  origin: ScheduleRow['origin'],
): Result<ScheduleRow, Reason> {
  const now = clock.now();
  const known = draft.id === undefined ? null : tables.schedules.get(draft.id);
  if (draft.id !== undefined && known === null) return failed(notFound(draft.id));
  const wrong = ofSchedule(tables, draft, origin) ?? whatIsWrong(tables, linkOf, draft, known, now);
  if (wrong !== null) return failed(wrong);
  const { timing, quiet, catchUp, conversation } = draft;
  const row: ScheduleRow = {
    ...{ timing, quiet, catchUp, conversation },
    id: known?.id ?? ids.next(),
    name: draft.name.trim(),
    prompt: draft.prompt.trim(),
    pausedUntil: known?.pausedUntil ?? null,
    // Other times have missed nothing yet.
    handled: known !== null && hasSameTimes(known, draft) ? known.handled : now,
    origin: known?.origin ?? origin,
    createdAt: known?.createdAt ?? now,
  };
  tables.schedules.put(row);
  return ok(row);
}

/** What a schedule asks for makes no schedules: only the owner does, or they would go on by themselves. */
function ofSchedule(tables: Tables, { conversation }: ScheduleDraft, origin: ScheduleRow['origin']): Reason | null {
  if (origin === 'window') return null;
  const running = tables.turns.running().find((turn) => turn.conversation === conversation);
  const asked = running === undefined ? [] : tables.messages.ofTurn(running.id);
  return asked.some(isScheduled) ? { code: 'schedule.by-schedule' } : null;
}

/** Resumed is what was paused until now, so that nothing of the pause is made up for. */
function pauseFrom({ pausedUntil }: ScheduleRow, until: Millis | null, now: Millis): Millis | null {
  if (until !== null && until > now) return until;
  return isPaused(pausedUntil, now) ? now : pausedUntil;
}

function firstOf(schedule: Schedule, now: Millis, count: number): readonly Millis[] {
  const slots: Millis[] = [];
  for (let slot = nextOf(schedule, now); slot !== null && slots.length < count; slot = nextOf(schedule, slot)) {
    slots.push(slot);
  }
  return slots;
}

function statusOf(ports: SchedulePorts, row: ScheduleRow): ScheduleStatus {
  const now = ports.clock.now();
  const pausedUntil = isPaused(row.pausedUntil, now) ? row.pausedUntil : null;
  const { read } = ports.storage;
  const [last] = read.schedules.runs(row.id, 1);
  return {
    row,
    pausedUntil,
    next: nextOf(row, now),
    words: wordsOf(ports, { ...row, pausedUntil }),
    lastRun: last === undefined ? null : runStatusOf(read, last),
  };
}

function wordsOf(ports: SchedulePorts, schedule: Schedule): string {
  const { sentences } = ports;
  const phrases = describe(schedule, { language: sentences.spoken(null), timeZone: timeZoneOf(ports) });
  return phrases.map(({ key, params }) => sentences.text(key, params, null)).join(' ');
}

/** How a run went on, from its message and the turn that answers it. */
function runStatusOf(read: Pick<Tables, 'messages' | 'turns'>, row: ScheduleRunRow): ScheduleRunStatus {
  if (row.message === null) return { row, outcome: 'skipped', reason: row.reason };
  const message = read.messages.get(row.message);
  const turn = read.turns.get(message?.turn ?? '');
  switch (message?.state) {
    case 'waiting':
    case 'answering':
      return { row, outcome: null, reason: null };
    case 'cleared':
      return { row, outcome: 'stopped', reason: message.reason };
    case 'ignored':
      // Nobody blocks a schedule: its owner is none any more.
      return { row, outcome: 'skipped', reason: { code: 'schedule.not-owners' } };
    case 'kept':
    case 'paused':
    case 'late':
    case 'held':
      return { row, outcome: 'skipped', reason: message.reason };
    case 'answered':
    case 'overheard':
    case 'deleted':
    case undefined:
      return turn === null || turn.state === 'running'
        ? { row, outcome: 'done', reason: null }
        : { row, outcome: turn.state, reason: turn.reason };
  }
}

function notFound(name: ScheduleId): Reason {
  return { code: 'input.not-found', params: { name } };
}
