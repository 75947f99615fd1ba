import { type ReactNode, useState } from 'react';
import type { ModelListView, ProviderView, TestView } from '../../../preload/contract/model-views.ts';
import { useAct, useCall } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Confirm } from '../../components/dialog.tsx';
import { Fixed } from '../../components/fixed.tsx';
import { Icon } from '../../components/icons.tsx';
import { modelName } from '../../components/model-picker.tsx';
import { ProviderNote } from '../../components/provider-note.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { TestResult } from '../../components/test-result.tsx';
import { t } from '../../i18n.ts';
import { StopTests } from '../../components/stop-tests.tsx';
import { OnDisk } from './on-disk.tsx';
import { ProviderDialog } from './provider-dialog.tsx';
import { PullDialog } from './pull-dialog.tsx';

/** One server of models: where it is, how its key ends, what it offers, and a real test. */
export function ProviderCard({
  provider,
  taken,
}: {
  readonly provider: ProviderView;
  readonly taken: readonly string[];
}): ReactNode {
  const lists = useCall('models.list', {}).value;
  const testing = useAct('providers.test', ['models.list', 'providers.list', 'host.health']);
  const [test, setTest] = useState<TestView | null>(null);
  const [open, setOpen] = useState<'edit' | 'remove' | 'pull' | null>(null);
  const { id, kind, name, baseUrl, keyEnd, keyRefused, local, fixedByFile } = provider;
  const list = lists?.find((each) => each.provider === id);
  const ref = useTestedModel(list);
  const run = async (tested: string): Promise<void> => {
    setTest(null);
    setTest((await testing.run({ ref: tested })) ?? null);
  };
  const words = [
    kind === 'practice' ? t('models.practiceIs') : baseUrl,
    ...(local && kind !== 'practice' ? [t('models.local')] : []),
    ...(keyEnd === null ? [] : [t('models.keyEnds', { end: keyEnd })]),
  ];
  return (
    <article className="card" aria-label={name}>
      <header className="link-head">
        <span className="badge large" data-kind="model">
          <Icon name="spark" />
        </span>
        <div className="link-names">
          <h3>{name}</h3>
          <p className="muted break">{words.join(' · ')}</p>
        </div>
        <span className="pill" data-tone={keyRefused || list?.reason ? 'bad' : list ? 'good' : 'busy'}>
          <span className="dot" aria-hidden="true" />
          {keyRefused
            ? t('models.refused')
            : list
              ? list.reason
                ? t('models.noList')
                : t('models.count', { count: list.models.length })
              : t('models.reading')}
        </span>
      </header>
      {list?.reason && !test && <ProviderNote reason={list.reason} />}
      {keyRefused && !list?.reason && !test && (
        <ProviderNote reason={{ code: 'model.key-refused', params: { provider: name, model: '' } }} />
      )}
      {test && <TestResult test={test} />}
      {testing.failure && <ReasonNote reason={testing.failure.reason} />}
      {kind === 'ollama' && list?.reason === null && list.models.length > 0 && <OnDisk models={list.models} />}
      {kind === 'ollama' && list?.reason === null && list.models.length === 0 && (
        <p className="muted">{t('models.noneThere')}</p>
      )}
      <footer className="link-foot">
        <Button
          busy={testing.busy}
          disabled={ref === null}
          title={ref === null ? t('models.nothingToTest') : t('models.testWhich', { model: modelName(ref) })}
          onClick={() => ref !== null && void run(ref)}
        >
          {t('provider.test')}
        </Button>
        {testing.busy && <StopTests />}
        {kind === 'ollama' && (
          <Button icon="download" onClick={() => setOpen('pull')}>
            {t('pull.get')}
          </Button>
        )}
        <span className="spring" />
        {kind !== 'practice' && !fixedByFile && (
          <>
            <Button look="quiet" size="small" onClick={() => setOpen('edit')}>
              {t('action.edit')}
            </Button>
            <Button look="quiet" size="small" onClick={() => setOpen('remove')}>
              {t('channels.remove')}
            </Button>
          </>
        )}
        {fixedByFile && <Fixed />}
      </footer>
      {kind === 'ollama' && <PullDialog provider={provider} open={open === 'pull'} onClose={() => setOpen(null)} />}
      <ProviderDialog stored={provider} open={open === 'edit'} onClose={() => setOpen(null)} taken={taken} />
      <RemoveProvider provider={provider} open={open === 'remove'} onClose={() => setOpen(null)} />
    </article>
  );
}

/** The model a test is made with: the chosen one if it is this provider's, else the first of its list. */
function useTestedModel(list: ModelListView | undefined): string | null {
  const choice = useCall('models.choice', {}).value;
  const chosen =
    choice && list
      ? [choice.default, ...choice.fallbacks].find((ref) => ref.startsWith(`${list.provider}/`))
      : undefined;
  return chosen ?? list?.models[0]?.ref ?? null;
}

function RemoveProvider({
  provider,
  open,
  onClose,
}: {
  readonly provider: ProviderView;
  readonly open: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const remove = useAct('providers.remove', ['providers.list', 'models.list', 'models.choice']);
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={t('models.removeTitle', { name: provider.name })}
      text={t('models.removeText')}
      doIt={t('models.removeDo')}
      busy={remove.busy}
      onDoIt={() => void remove.run({ provider: provider.id }).then((done) => done !== undefined && onClose())}
    >
      {remove.failure && <ReasonNote reason={remove.failure.reason} />}
    </Confirm>
  );
}
