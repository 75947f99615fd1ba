import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ScheduleRunView, ScheduleView } from '../../../preload/contract/agent-views.ts';
import { useCall, useHost } from '../../bridge/hooks.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Loading } from '../../components/loading.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useNow } from '../../components/use-now.ts';
import { reasonText, t } from '../../i18n.ts';
import { momentText, outcomeText, wentWrong } from './schedule-words.ts';

const mostRuns = 50;

export interface ScheduleRunsProps {
  readonly schedule: ScheduleView;
  readonly onClose: () => void;
}

/** When it ran, how each run ended, and which times were missed. */
export function ScheduleRuns({ schedule, onClose }: ScheduleRunsProps): ReactNode {
  const { value: runs, failure, again } = useCall('schedules.runs', { schedule: schedule.id, limit: mostRuns });
  const zone = useHost()?.timeZone ?? 'UTC';
  const now = useNow(60_000);
  return (
    <Dialog open onClose={onClose} title={t('schedules.runsTitle', { name: schedule.name })}>
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      {runs === undefined && failure === null && <Loading />}
      {runs?.length === 0 && <p className="empty">{t('schedules.noRuns')}</p>}
      {runs && runs.length > 0 && (
        <ol className="rows" aria-label={t('schedules.runs')}>
          {runs.map((run) => (
            <li key={run.slot} className="row">
              <div className="row-words">
                <strong>{momentText(run.slot, now, zone)}</strong>
                <span className="schedule-last" data-bad={wentWrong(run)}>
                  {aboutRun(run, now, zone)}
                </span>
                {run.reason && <span className="muted">{reasonText(run.reason)}</span>}
              </div>
            </li>
          ))}
        </ol>
      )}
      <p>
        <Link href={`/conversations/${schedule.conversation}`}>{t('schedules.openConversation')}</Link>
      </p>
    </Dialog>
  );
}

function aboutRun(run: ScheduleRunView, now: number, zone: string): string {
  return [
    outcomeText(run),
    run.late ? t('schedules.lateAt', { time: momentText(run.at, now, zone) }) : '',
    run.missed > 0 ? t('schedules.missed', { count: run.missed }) : '',
  ]
    .filter(Boolean)
    .join(' · ');
}
