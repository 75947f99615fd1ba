/** Above what a schedule asked: which one, and the way to it. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { AskedByView } from '../../../preload/contract/agent-views.ts';
import { useCall } from '../../bridge/hooks.ts';
import { Icon } from '../../components/icons.tsx';
import { t } from '../../i18n.ts';

export function AskedBy({ by }: { readonly by: AskedByView }): ReactNode {
  // It may have been removed, or called otherwise, since the message was read.
  const { value: schedules } = useCall('schedules.list', {}, { enabled: by.id !== null });
  const known = schedules?.find(({ id }) => id === by.id);
  const gone = by.id === null || (schedules !== undefined && known === undefined);
  return (
    <p className="author asked-by">
      <Icon name="clock" />
      {gone ? (
        <span>{t('thread.byGoneSchedule')}</span>
      ) : (
        <Link href={`/tools/schedules/${by.id}`} dir="auto">
          {t('thread.bySchedule', { name: known?.name ?? by.name })}
        </Link>
      )}
    </p>
  );
}
