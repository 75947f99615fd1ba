import type { ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { StartAtLogin } from '../../components/start-at-login.tsx';
import { t } from '../../i18n.ts';

/** Asked, and off until somebody switches it on. */
export function LoginStep({ onNext }: { readonly onNext: () => void }): ReactNode {
  return (
    <section className="setup-card wide">
      <h1>{t('setup.login')}</h1>
      <p className="lead">{t('setup.loginLead')}</p>
      <div className="card rows">
        <StartAtLogin />
      </div>
      <div className="setup-foot">
        <Button look="primary" onClick={onNext}>
          {t('action.next')}
        </Button>
      </div>
    </section>
  );
}
