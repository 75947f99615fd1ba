import { type ReactNode, useState } from 'react';
import type { ProviderDraft } from '../../preload/contract/commands.ts';
import { useAct, useCall, useEvents } from '../bridge/hooks.ts';
import { t } from '../i18n.ts';
import { Button } from './button.tsx';
import { TextField } from './field.tsx';
import { PullProgress } from './pull-progress.tsx';
import { pullName } from './pull-words.ts';
import { ReasonNote } from './reason-note.tsx';

export interface FirstModelProps {
  readonly draft: ProviderDraft;
  /** The provider had to be stored for it. */
  readonly onStored: (draft: ProviderDraft) => void;
  /** A model is there now. */
  readonly onArrived: () => void;
}

/** An Ollama server without a model: gets one, right where it is set up. */
export function FirstModel({ draft, onStored, onArrived }: FirstModelProps): ReactNode {
  const save = useAct('providers.save', ['providers.list', 'models.list']);
  const start = useAct('models.pull', ['models.pulls']);
  const pulls = useCall('models.pulls', {}).value ?? [];
  const [typed, setTyped] = useState('');
  const name = pullName(typed);
  const own = pulls.find(({ provider, state }) => provider === draft.id && state !== 'done');
  useEvents((event) => {
    if (event.kind === 'pull.changed' && event.pull.provider === draft.id && event.pull.state === 'done') onArrived();
  });
  const submit = async (): Promise<void> => {
    if (name === null || !(await save.run({ provider: draft }))) return;
    onStored(draft);
    await start.run({ provider: draft.id, name });
  };
  const failure = save.failure ?? start.failure;
  return (
    <>
      <p>{t('models.noneThere')}</p>
      {own ? (
        <PullProgress pull={own} />
      ) : (
        <>
          <TextField
            label={t('pull.name')}
            help={t('pull.nameHelp')}
            placeholder="qwen3:8b"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            {...(typed.trim() !== '' && name === null
              ? { trouble: <p className="field-trouble">{t('pull.nameShape')}</p> }
              : {})}
          />
          <div className="form-foot">
            <Button
              icon="download"
              busy={save.busy || start.busy}
              disabled={name === null}
              onClick={() => void submit()}
            >
              {t('pull.begin')}
            </Button>
          </div>
        </>
      )}
      {failure && <ReasonNote reason={failure.reason} />}
    </>
  );
}
