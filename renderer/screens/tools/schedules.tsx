import { type ReactNode, useState } from 'react';
import type { ScheduleView } from '../../../preload/contract/agent-views.ts';
import { useCall } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t } from '../../i18n.ts';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { ScheduleRow } from './schedule-row.tsx';

/** What is said to the model by the clock: the only thing that ever asks one without being asked. */
export function Schedules({ shown }: { readonly shown: string | null }): ReactNode {
  const { value: schedules, failure, again } = useCall('schedules.list', {});
  const [adding, setAdding] = useState(false);
  // Not a matter of its row: what is written goes not away with one that is removed elsewhere, or is over.
  const [edited, setEdited] = useState<ScheduleView | null>(null);
  return (
    <Section
      title={t('schedules.title')}
      lead={t('schedules.lead')}
      loading={schedules === undefined && failure === null}
      step={
        <Button icon="plus" onClick={() => setAdding(true)}>
          {t('schedules.add')}
        </Button>
      }
    >
      {failure && <ReasonNote reason={failure.reason} retry={again} />}
      {schedules?.length === 0 && <p className="empty">{t('schedules.none')}</p>}
      {schedules && schedules.length > 0 && (
        <ul className="card rows" aria-label={t('schedules.title')}>
          {schedules.map((schedule) => (
            <ScheduleRow
              key={schedule.id}
              schedule={schedule}
              shown={schedule.id === shown}
              onEdit={() => setEdited(schedule)}
            />
          ))}
        </ul>
      )}
      {adding && <ScheduleDialog onClose={() => setAdding(false)} />}
      {edited && <ScheduleDialog key={edited.id} stored={edited} onClose={() => setEdited(null)} />}
    </Section>
  );
}
