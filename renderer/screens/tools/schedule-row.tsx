import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { ScheduleView } from '../../../preload/contract/agent-views.ts';
import { type Act, useAct, useHost } from '../../bridge/hooks.ts';
import { startOfDay } from '../../calendar.ts';
import { IconButton } from '../../components/button.tsx';
import { Confirm } from '../../components/dialog.tsx';
import { Menu } from '../../components/menu.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { useNow } from '../../components/use-now.ts';
import { untilText } from '../../format.ts';
import { t } from '../../i18n.ts';
import { ScheduleRuns } from './schedule-runs.tsx';
import { outcomeText, soonText, wentWrong } from './schedule-words.ts';

const hour = 3_600_000;
type Open = 'runs' | 'remove' | null;

export interface ScheduleRowProps {
  readonly schedule: ScheduleView;
  /** Somebody came to look at this one. */
  readonly shown: boolean;
  readonly onEdit: () => void;
}

/** One schedule: when, when next, how it went last, and what can be done with it. */
export function ScheduleRow({ schedule, shown, onEdit }: ScheduleRowProps): ReactNode {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!shown) return;
    row.current?.focus({ preventScroll: true });
    row.current?.scrollIntoView({ block: 'center' });
  }, [shown]);
  const zone = useHost()?.timeZone ?? 'UTC';
  const now = useNow(10_000);
  const [open, setOpen] = useState<Open>(null);
  const pause = useAct('schedules.pause', ['schedules.list']);
  const { name, words, prompt, conversation, title, pausedUntil, next, lastRun, origin } = schedule;
  const paused = pausedUntil !== null && pausedUntil > now;
  const close = (): void => setOpen(null);
  return (
    <li ref={row} className="row schedule" {...(shown ? { tabIndex: -1, 'data-shown': true } : {})}>
      <div className="row-words">
        <span className="tool-title">
          <strong dir="auto">{name}</strong>
          {paused && (
            <span className="tag muted">{t('schedules.paused', { until: untilText(pausedUntil, now, zone) })}</span>
          )}
          {origin === 'tool' && <span className="tag muted">{t('schedules.byAsking')}</span>}
        </span>
        <span>{words}</span>
        <span className="schedule-prompt" dir="auto">
          {prompt}
        </span>
        <span className="muted">
          {next === null
            ? t(paused ? 'schedules.whenResumed' : 'schedules.over')
            : t('schedules.next', { time: soonText(next, now, zone) })}
          {' · '}
          <Link href={`/conversations/${conversation}`} dir="auto">
            {title === '' ? t('conversation.untitled') : title}
          </Link>
        </span>
        {lastRun && (
          <span className="schedule-last" data-bad={wentWrong(lastRun)}>
            {[
              t('schedules.last', { time: soonText(lastRun.at, now, zone), outcome: outcomeText(lastRun) }),
              lastRun.late ? t('schedules.late') : '',
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        )}
        {lastRun?.reason && wentWrong(lastRun) && <ReasonNote reason={lastRun.reason} tone="warning" />}
        {pause.failure && <ReasonNote reason={pause.failure.reason} />}
      </div>
      <div className="schedule-steps">
        {next === null && !paused ? (
          <span className="icon-place" />
        ) : (
          <PauseButton schedule={schedule} paused={paused} pause={pause} zone={zone} />
        )}
        <IconButton icon="clock" label={t('schedules.runsOf', { name })} onClick={() => setOpen('runs')} />
        <IconButton icon="edit" label={t('schedules.edit', { name })} onClick={onEdit} />
        <IconButton icon="trash" label={t('schedules.remove', { name })} onClick={() => setOpen('remove')} />
      </div>
      {open === 'runs' && <ScheduleRuns schedule={schedule} onClose={close} />}
      <RemoveSchedule schedule={schedule} open={open === 'remove'} onClose={close} />
    </li>
  );
}

interface PauseButtonProps {
  readonly schedule: ScheduleView;
  readonly paused: boolean;
  readonly pause: Act<'schedules.pause'>;
  readonly zone: string;
}

function PauseButton({ schedule: { id, name }, paused, pause, zone }: PauseButtonProps): ReactNode {
  const toast = useToast();
  const resume = (): void => void pause.run({ schedule: id, until: null });
  const until = async (moment: (now: number) => number): Promise<void> => {
    const now = Date.now();
    const end = moment(now);
    if ((await pause.run({ schedule: id, until: end })) === undefined) return;
    toast({
      text: t('schedules.pauseDone', { name, until: untilText(end, now, zone) }),
      step: { label: t('action.undo'), run: resume },
    });
  };
  if (paused)
    return <IconButton icon="resume" label={t('schedules.resume', { name })} aria-busy={pause.busy} onClick={resume} />;
  return (
    <Menu
      label={t('schedules.pause', { name })}
      items={[
        { label: t('pause.hour'), run: () => void until((now) => now + hour) },
        { label: t('pause.tomorrow'), run: () => void until((now) => startOfDay(now, zone, 1)) },
        { label: t('pause.open'), run: () => void until(() => Number.MAX_SAFE_INTEGER) },
      ]}
      button={(props) => (
        <IconButton icon="pause" label={t('schedules.pause', { name })} aria-busy={pause.busy} {...props} />
      )}
    />
  );
}

interface RemoveScheduleProps {
  readonly schedule: ScheduleView;
  readonly open: boolean;
  readonly onClose: () => void;
}

function RemoveSchedule({ schedule: { id, name }, open, onClose }: RemoveScheduleProps): ReactNode {
  const remove = useAct('schedules.remove', ['schedules.list']);
  const toast = useToast();
  const submit = async (): Promise<void> => {
    if ((await remove.run({ schedule: id })) === undefined) return;
    onClose();
    toast({ text: t('schedules.removed', { name }) });
  };
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={t('schedules.removeTitle', { name })}
      text={t('schedules.removeText')}
      doIt={t('channels.removeDo')}
      busy={remove.busy}
      onDoIt={() => void submit()}
    >
      {remove.failure && <ReasonNote reason={remove.failure.reason} />}
    </Confirm>
  );
}
