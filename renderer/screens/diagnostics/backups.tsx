import { type ReactNode, useState } from 'react';
import type { BackupView, BackupsView } from '../../../preload/contract/diagnostics-views.ts';
import { useAct, useCall, useHost } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Confirm } from '../../components/dialog.tsx';
import { Icon } from '../../components/icons.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { bytes, fullTime } from '../../format.ts';
import { t } from '../../i18n.ts';

/** Copies of the database: one more now, and one that takes its place at the next start. */
export function Backups(): ReactNode {
  const { value, failure, again } = useCall('backups.list', {});
  const make = useAct('backups.make', ['backups.list']);
  const toast = useToast();
  const zone = useHost()?.timeZone ?? 'UTC';
  const [wanted, setWanted] = useState<BackupView | null>(null);
  const backUp = async (): Promise<void> => {
    const made = await make.run({});
    if (made !== undefined) toast({ text: t('backups.made', { size: bytes(made.size) }) });
  };
  return (
    <Section
      title={t('backups.title')}
      lead={t('backups.lead')}
      step={
        <Button busy={make.busy} onClick={() => void backUp()}>
          {t('backups.make')}
        </Button>
      }
    >
      <div className="stack">
        {(failure ?? make.failure) && <ReasonNote reason={(failure ?? make.failure)?.reason ?? null} retry={again} />}
        {value && <Planned backups={value} zone={zone} />}
        {value?.backups.length === 0 && <p className="empty">{t('backups.none')}</p>}
        {value && value.backups.length > 0 && (
          <ul className="card rows" aria-label={t('backups.title')}>
            {value.backups.map((backup) => (
              <li key={backup.name} className="row">
                <div className="row-words">
                  <strong>{fullTime(backup.at, zone)}</strong>
                  <span className="muted">
                    {[bytes(backup.size), backup.beforeMigration ? t('backups.beforeUpdate') : '']
                      .filter(Boolean)
                      .join(' · ')}
                  </span>
                </div>
                <Button
                  size="small"
                  disabled={value.planned === backup.name}
                  aria-label={t('backups.restoreOf', { time: fullTime(backup.at, zone) })}
                  onClick={() => setWanted(backup)}
                >
                  {t('backups.restore')}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
      <Restore backup={wanted} zone={zone} onClose={() => setWanted(null)} />
    </Section>
  );
}

/** What the next start does, and the way there: the tray app starts itself again, a host is started by somebody. */
function Planned({ backups, zone }: { readonly backups: BackupsView; readonly zone: string }): ReactNode {
  const plan = useAct('backups.plan', ['backups.list']);
  const restart = useAct('desktop.restart');
  const desktop = useHost()?.mode === 'desktop';
  const planned = backups.backups.find(({ name }) => name === backups.planned);
  if (backups.planned === null) return null;
  return (
    <div className="note warning" role="status">
      <Icon name="clock" />
      <div className="note-words">
        <p>
          {t('backups.planned', { time: planned === undefined ? backups.planned : fullTime(planned.at, zone) })}{' '}
          {t(desktop ? 'backups.restartApp' : 'backups.restartHost')}
        </p>
        {(plan.failure ?? restart.failure) && <p>{t('backups.notDone')}</p>}
      </div>
      <span className="note-steps">
        {desktop && (
          <Button size="small" look="primary" busy={restart.busy} onClick={() => void restart.run({})}>
            {t('backups.restart')}
          </Button>
        )}
        <Button size="small" busy={plan.busy} onClick={() => void plan.run({ name: null })}>
          {t('backups.takeBack')}
        </Button>
      </span>
    </div>
  );
}

interface RestoreProps {
  readonly backup: BackupView | null;
  readonly zone: string;
  readonly onClose: () => void;
}

function Restore({ backup, zone, onClose }: RestoreProps): ReactNode {
  const plan = useAct('backups.plan', ['backups.list']);
  const close = (): void => {
    plan.forget();
    onClose();
  };
  const submit = async (): Promise<void> => {
    if (backup !== null && (await plan.run({ name: backup.name })) !== undefined) close();
  };
  return (
    <Confirm
      open={backup !== null}
      onClose={close}
      title={t('backups.restoreTitle')}
      text={t('backups.restoreText', { time: backup === null ? '' : fullTime(backup.at, zone) })}
      doIt={t('backups.restoreDo')}
      busy={plan.busy}
      onDoIt={() => void submit()}
    >
      {plan.failure && <ReasonNote reason={plan.failure.reason} />}
    </Confirm>
  );
}
