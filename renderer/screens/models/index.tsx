/** Which model answers, what steps in when it cannot, and the servers they come from. */
import { type ReactNode, useState } from 'react';
import { useCall } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Page, Section } from '../../components/page.tsx';
import { PullProgress } from '../../components/pull-progress.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t } from '../../i18n.ts';
import { Choice } from './choice.tsx';
import { ProviderCard } from './provider-card.tsx';
import { ProviderDialog } from './provider-dialog.tsx';

/** What is on its way, or did not get there; nothing when there is none. */
function Pulls(): ReactNode {
  const pulls = useCall('models.pulls', {}).value ?? [];
  if (pulls.length === 0) return null;
  return (
    <Section title={t('pull.section')} lead={t('pull.sectionLead')}>
      <ul className="card rows" aria-label={t('pull.section')}>
        {pulls.map((pull) => (
          <li key={`${pull.provider}/${pull.name}`}>
            <PullProgress pull={pull} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function ModelsScreen(): ReactNode {
  const providers = useCall('providers.list', {});
  const choice = useCall('models.choice', {});
  const [adding, setAdding] = useState(false);
  const failure = providers.failure ?? choice.failure;
  return (
    <Page title={t('models.title')} lead={t('models.lead')} loading={choice.value === undefined && failure === null}>
      {failure && <ReasonNote reason={failure.reason} retry={providers.failure ? providers.again : choice.again} />}
      <Pulls />
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
