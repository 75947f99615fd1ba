/** What concerns the whole window: no connection, a gateway that cannot work, things the owner should know. */
import { type ReactNode, useState } from 'react';
import { useConnectionState, useHost, useRuntime } from '../bridge/hooks.ts';
import { t } from '../i18n.ts';
import { Button, IconButton } from './button.tsx';
import { ReasonNote } from './reason-note.tsx';
import { Spinner } from './spinner.tsx';

export function Banners(): ReactNode {
  const { connection } = useRuntime();
  const state = useConnectionState();
  const host = useHost();
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  const notices = (host?.notices ?? []).filter((notice) => !dismissed.includes(notice.code));
  return (
    <div className="banners">
      {state.kind === 'lost' && (
        <div className="banner" role="status">
          <Spinner />
          <span>{t('connection.lost')}</span>
          <Button look="quiet" size="small" onClick={connection.prove}>
            {t('action.tryNow')}
          </Button>
        </div>
      )}
      {host?.problem && <ReasonNote reason={host.problem} />}
      {notices.map((notice) => (
        <div className="dismissable" key={notice.code}>
          <ReasonNote reason={notice} tone="warning" />
          <IconButton
            icon="close"
            label={t('action.dismiss')}
            onClick={() => setDismissed([...dismissed, notice.code])}
          />
        </div>
      ))}
    </div>
  );
}
