import type { ReactNode } from 'react';
import { useCall } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { TelegramForm, WaitForOwner } from '../../components/telegram-form.tsx';
import { t } from '../../i18n.ts';

/** A Telegram bot; one that was linked before and waits for its owner is gone on with. */
export function TelegramStep({ onNext }: { readonly onNext: () => void }): ReactNode {
  const links = useCall('links.list', {}).value;
  const begun = links?.find((link) => link.kind === 'telegram');
  return (
    <section className="setup-card wide">
      <h1>{t('setup.telegram')}</h1>
      <p className="lead">{t('setup.telegramLead')}</p>
      {links && (begun ? <WaitForOwner link={begun} onDone={onNext} /> : <TelegramForm onDone={onNext} />)}
      {!begun?.hasOwner && (
        <div className="setup-foot">
          <Button look="quiet" onClick={onNext}>
            {t('setup.later')}
          </Button>
        </div>
      )}
    </section>
  );
}
