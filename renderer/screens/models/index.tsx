/** Which model answers, what steps in when it cannot, and the servers they come from. */
import { type ReactNode, useState } from 'react';
import { useCall } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Page, Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t } from '../../i18n.ts';
import { Choice } from './choice.tsx';
import { ProviderCard } from './provider-card.tsx';
import { ProviderDialog } from './provider-dialog.tsx';

export function ModelsScreen(): ReactNode {
  const providers = useCall('providers.list', {});
  const choice = useCall('models.choice', {});
  const [adding, setAdding] = useState(false);
  const failure = providers.failure ?? choice.failure;
  return (
    <Page title={t('models.title')} lead={t('models.lead')}>
      {failure && <ReasonNote reason={failure.reason} retry={providers.failure ? providers.again : choice.again} />}
      {choice.value && <Choice choice={choice.value} />}
      <Section
        title={t('models.providers')}
        lead={t('models.providersLead')}
        step={
          <Button icon="plus" onClick={() => setAdding(true)}>
            {t('models.add')}
          </Button>
        }
      >
        <div className="stack">
          {providers.value?.map((provider) => (
            <ProviderCard key={provider.id} provider={provider} taken={providers.value?.map((each) => each.id) ?? []} />
          ))}
        </div>
      </Section>
      <ProviderDialog
        open={adding}
        onClose={() => setAdding(false)}
        taken={providers.value?.map((each) => each.id) ?? []}
      />
    </Page>
  );
}
