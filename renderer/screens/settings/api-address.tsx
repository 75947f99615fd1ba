import type { ReactNode } from 'react';
import type { HostView } from '../../../preload/contract/views.ts';
import { t } from '../../i18n.ts';

/** Where other programs find the API and where its token lies; nothing while it is off. */
export function ApiAddress({ host }: { readonly host: HostView }): ReactNode {
  const { apiUrl, dataDir } = host;
  if (apiUrl === null) return null;
  return (
    <div className="setting" data-testid="api-address">
      <dl className="facts wide">
        <div>
          <dt>{t('settings.apiAddress')}</dt>
          <dd className="break">
            <code>{`${apiUrl}v1`}</code>
          </dd>
        </div>
        <div>
          <dt>{t('settings.apiKey')}</dt>
          <dd className="break">{t('settings.apiKeyPlace', { dataDir })}</dd>
        </div>
      </dl>
    </div>
  );
}
