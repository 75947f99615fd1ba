import { type ReactNode, useState } from 'react';
import type { ProviderDraft } from '../../../preload/contract/commands.ts';
import type { ProviderView } from '../../../preload/contract/model-views.ts';
import { useAct } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ProviderForm } from '../../components/provider-form.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { t } from '../../i18n.ts';

export interface ProviderDialogProps {
  readonly stored?: ProviderView;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly taken: readonly string[];
}

/** Adds a provider or changes a stored one. It may be saved untested: a server can be off for the moment. */
export function ProviderDialog({ stored, open, onClose, taken }: ProviderDialogProps): ReactNode {
  const save = useAct('providers.save', ['providers.list', 'models.list']);
  const toast = useToast();
  const [draft, setDraft] = useState<ProviderDraft | null>(null);
  const submit = async (): Promise<void> => {
    if (!draft) return;
    const saved = await save.run({ provider: draft });
    if (!saved) return;
    toast({ text: t('models.saved', { name: saved.name }) });
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={stored ? t('models.editTitle', { name: stored.name }) : t('models.add')}
    >
      <ProviderForm
        {...(stored ? { stored } : {})}
        taken={taken}
        onProven={(proven) => proven && setDraft(proven.draft)}
        onDraft={setDraft}
      />
      {save.failure && <ReasonNote reason={save.failure.reason} />}
      <div className="dialog-foot">
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button look="primary" busy={save.busy} disabled={!draft} onClick={() => void submit()}>
          {t('action.save')}
        </Button>
      </div>
    </Dialog>
  );
}
