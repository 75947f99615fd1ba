import { type ReactNode, useState } from 'react';
import type { ModelView } from '../../../preload/contract/model-views.ts';
import { useAct, useCall } from '../../bridge/hooks.ts';
import { IconButton } from '../../components/button.tsx';
import { Confirm } from '../../components/dialog.tsx';
import { aboutModel, ModelBadges } from '../../components/model-about.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { useNow } from '../../components/use-now.ts';
import { bytes } from '../../format.ts';
import { t } from '../../i18n.ts';

/** What lies on the disk of an Ollama server, each with its size and the way to delete it. */
export function OnDisk({ models }: { readonly models: readonly ModelView[] }): ReactNode {
  const [leaving, setLeaving] = useState<ModelView | null>(null);
  const [asked, setAsked] = useState(false);
  const now = useNow(10_000);
  const size = models.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
  return (
    <details className="more">
      <summary>{t('models.onDisk', { count: models.length, size: bytes(size) })}</summary>
      <ul className="rows" aria-label={t('models.onDiskLabel')}>
        {models.map((model) => (
          <li key={model.ref} className="row">
            <div className="row-words">
              <span className="model-title">
                <strong>{model.name}</strong>
                <ModelBadges model={model} />
              </span>
              <span className="muted">{aboutModel(model, now).join(' · ')}</span>
            </div>
            <IconButton
              icon="trash"
              label={t('models.delete', { model: model.name })}
              onClick={() => {
                setLeaving(model);
                setAsked(true);
              }}
            />
          </li>
        ))}
      </ul>
      {leaving && <DeleteModel model={leaving} open={asked} onClose={() => setAsked(false)} />}
    </details>
  );
}

interface DeleteModelProps {
  readonly model: ModelView;
  readonly open: boolean;
  readonly onClose: () => void;
}

function DeleteModel({ model, open, onClose }: DeleteModelProps): ReactNode {
  const remove = useAct('models.delete', ['models.list']);
  const choice = useCall('models.choice', {}).value;
  const toast = useToast();
  const used = choice !== undefined && [choice.default, ...choice.fallbacks].includes(model.ref);
  const run = async (): Promise<void> => {
    if ((await remove.run({ ref: model.ref })) === undefined) return;
    toast({ text: t('models.deleted', { model: model.name }) });
    onClose();
  };
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={t('models.deleteTitle', { model: model.name })}
      text={t(
        used ? 'models.deleteUsed' : 'models.deleteText',
        model.sizeBytes === null ? {} : { size: bytes(model.sizeBytes) },
      )}
      doIt={t('models.deleteDo')}
      busy={remove.busy}
      onDoIt={() => void run()}
    >
      {remove.failure && <ReasonNote reason={remove.failure.reason} />}
    </Confirm>
  );
}
