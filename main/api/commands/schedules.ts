/** Schedules: made, changed, paused and removed by the owner, and what became of their runs. */
import type { ScheduleRunView, ScheduleView } from '../../../preload/contract/agent-views.ts';
import type { ScheduleRunStatus, ScheduleStatus } from '../../gateway/schedule/types.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts } from '../ports.ts';
import { done, outcome, settled } from './outcome.ts';

type Family =
  'schedules.list' | 'schedules.save' | 'schedules.preview' | 'schedules.pause' | 'schedules.remove' | 'schedules.runs';

/** Runs that a preview tells. */
const previewed = 5;

export function scheduleCommands(ports: ApiPorts): Pick<Handlers, Family> {
  const { schedules } = ports.gateway;
  const view = (status: ScheduleStatus): ScheduleView => scheduleView(ports, status);
  return {
    'schedules.list': async () => done(schedules.list().map(view)),
    'schedules.save': async ({ schedule }) => outcome(await schedules.save(schedule, 'window'), view),
    'schedules.preview': async ({ schedule }) => {
      const preview = schedules.preview(schedule, previewed);
      return done(preview.ok ? { ok: true, ...preview.value } : { ok: false, reason: preview.failure });
    },
    'schedules.pause': async ({ schedule, until }) => outcome(await schedules.pause(schedule, until), view),
    'schedules.remove': async ({ schedule }) => settled(await schedules.remove(schedule)),
    'schedules.runs': async ({ schedule, limit }) => done(schedules.runs(schedule, limit).map(runView)),
  };
}

function scheduleView({ storage }: ApiPorts, { row, pausedUntil, next, words, lastRun }: ScheduleStatus): ScheduleView {
  const { id, name, prompt, conversation, timing, quiet, catchUp, origin } = row;
  return {
    ...{ id, name, prompt, conversation, timing, quiet, catchUp, origin },
    title: storage.read.conversations.get(conversation)?.title ?? '',
    ...{ pausedUntil, next, words },
    lastRun: lastRun === null ? null : runView(lastRun),
  };
}

function runView({ row, outcome: ended, reason }: ScheduleRunStatus): ScheduleRunView {
  const { slot, at, late, missed, message } = row;
  return { slot, at, late, missed, message, outcome: ended, reason };
}
