import { type ReactNode, useState } from 'react';
import type { ProviderView } from '../../../preload/contract/model-views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/field.tsx';
import { Icon } from '../../components/icons.tsx';
import { pullName } from '../../components/pull-words.ts';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t } from '../../i18n.ts';

export interface PullDialogProps {
  readonly provider: ProviderView;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Asks for the name of a model, and begins to load it. */
export function PullDialog({ provider, open, onClose }: PullDialogProps): ReactNode {
  const start = useAct('models.pull', ['models.pulls']);
  const [typed, setTyped] = useState('');
  const name = pullName(typed);
  const submit = async (): Promise<void> => {
    if (name === null || !(await start.run({ provider: provider.id, name }))) return;
    setTyped('');
    onClose();
  };
  return (
    <Dialog open={open} onClose={onClose} title={t('pull.title', { provider: provider.name })}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label={t('pull.name')}
          help={t('pull.nameHelp')}
          placeholder="qwen3:8b"
          data-first
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          {...(typed.trim() !== '' && name === null
            ? { trouble: <p className="field-trouble">{t('pull.nameShape')}</p> }
            : {})}
        />
        <a href="https://ollama.com/library" target="_blank" rel="noreferrer">
          {t('pull.library')} <Icon name="open" />
        </a>
        {start.failure && <ReasonNote reason={start.failure.reason} />}
        <div className="dialog-foot">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" icon="download" busy={start.busy} disabled={name === null}>
            {t('pull.begin')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
