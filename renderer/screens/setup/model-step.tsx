import { type ReactNode, useState } from 'react';
import { useAct, useCall } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icons.tsx';
import { ProviderForm } from '../../components/provider-form.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { Spinner } from '../../components/spinner.tsx';
import type { ProvenProvider } from '../../components/use-provider-form.ts';
import { t } from '../../i18n.ts';

/** A model: what runs on this machine is found by itself; Next opens once a real answer came. */
export function ModelStep({ onNext }: { readonly onNext: () => void }): ReactNode {
  const detected = useCall('providers.detectOllama', {});
  const providers = useCall('providers.list', {}).value;
  const [proven, setProven] = useState<ProvenProvider | null>(null);
  const save = useAct('providers.save', ['providers.list', 'models.list']);
  const choose = useAct('models.choose', ['models.choice']);
  const ollama = detected.value?.baseUrl ?? null;
  const lost = detected.failure !== null && detected.value === undefined;
  const searching = detected.value === undefined && !lost;
  const taken = providers?.map((each) => each.id) ?? [];
  const stored = providers?.find((each) => each.baseUrl === ollama);
  const next = async (): Promise<void> => {
    if (!proven) return;
    const { draft, model } = proven;
    if (!(await save.run({ provider: draft }))) return;
    if (await choose.run({ default: `${draft.id}/${model}` })) onNext();
  };
  const failure = save.failure ?? choose.failure;
  return (
    <section className="setup-card wide">
      <h1>{t('setup.model')}</h1>
      <p className="lead">{t('setup.modelLead')}</p>
      {lost && <ReasonNote reason={detected.failure.reason} retry={detected.again} />}
      <p className="found" role="status" data-found={ollama !== null} hidden={lost}>
        {searching ? <Spinner /> : <Icon name={ollama === null ? 'info' : 'check'} />}
        <span>{t(searching ? 'setup.ollamaSearch' : ollama === null ? 'setup.ollamaNone' : 'setup.ollamaFound')}</span>
        {ollama === null && !searching && (
          <Button look="quiet" size="small" onClick={detected.again}>
            {t('setup.lookAgain')}
          </Button>
        )}
      </p>
      {!searching && providers && (
        <ProviderForm
          key={ollama ?? 'none'}
          taken={taken}
          onProven={setProven}
          {...(stored && stored.kind !== 'practice'
            ? { stored }
            : ollama === null
              ? {}
              : { begin: 'ollama', foundUrl: ollama })}
        />
      )}
      {failure && <ReasonNote reason={failure.reason} />}
      <div className="setup-foot">
        <Button look="quiet" onClick={onNext}>
          {t('setup.practice')}
        </Button>
        <Button look="primary" disabled={!proven} busy={save.busy || choose.busy} onClick={() => void next()}>
          {t('action.next')}
        </Button>
      </div>
    </section>
  );
}
