import type { ReactNode } from 'react';
import { useAct } from '../bridge/hooks.ts';
import { t } from '../i18n.ts';
import { Button } from './button.tsx';

/** Beside a test that runs: what it may be waiting for, and the way out. */
export function StopTests(): ReactNode {
  const stop = useAct('providers.stopTests');
  return (
    <>
      <Button look="quiet" busy={stop.busy} onClick={() => void stop.run({})}>
        {t('provider.stopTest')}
      </Button>
      <span className="muted small" role="status">
        {t('provider.testing')}
      </span>
    </>
  );
}
