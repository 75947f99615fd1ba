import type { ReactNode } from 'react';
import { useCall } from '../../bridge/hooks.ts';
import { Icon } from '../../components/icons.tsx';
import { t } from '../../i18n.ts';

/** A newer version that was found. It is told, never installed. */
export function UpdateNote(): ReactNode {
  const update = useCall('desktop.get', {}).value?.update;
  if (!update) return null;
  return (
    <div className="note quiet" role="note">
      <Icon name="info" />
      <p className="note-words">
        {t('settings.update', { version: update.version })}{' '}
        {update.page !== null && (
          <a href={update.page} target="_blank" rel="noreferrer">
            {t('settings.updatePage')}
          </a>
        )}
      </p>
    </div>
  );
}
