import { type ReactNode, useState } from 'react';
import type { ModelChoiceView } from '../../../preload/contract/views.ts';
import { useAct, useCall } from '../../bridge/hooks.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { aboutModel, modelName, ModelPicker } from '../../components/model-picker.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { useNow } from '../../components/use-now.ts';
import { t } from '../../i18n.ts';

/** The default model, and the fallbacks in the order in which they are tried. */
export function Choice({ choice }: { readonly choice: ModelChoiceView }): ReactNode {
  const choose = useAct('models.choose', ['models.choice']);
  const toast = useToast();
  const [open, setOpen] = useState<'default' | 'fallback' | null>(null);
  const { fallbacks } = choice;
  const set = async (change: Partial<ModelChoiceView>, text: string): Promise<void> => {
    if (!(await choose.run(change))) return;
    toast({ text, step: { label: t('action.undo'), run: () => void choose.run(choice) } });
  };
  const setFallbacks = (next: readonly string[]): void => void set({ fallbacks: next }, t('models.fallbacksSet'));
  const move = (index: number, by: number): void => {
    const next = [...fallbacks];
    next.splice(index + by, 0, ...next.splice(index, 1));
    setFallbacks(next);
  };
  return (
    <>
      <Section title={t('models.default')} lead={t('models.defaultLead')}>
        <div className="card row">
          <ModelWords modelRef={choice.default} />
          <Button onClick={() => setOpen('default')}>{t('action.change')}</Button>
        </div>
      </Section>
      <Section
        title={t('models.fallbacks')}
        lead={t('models.fallbacksLead')}
        step={
          <Button icon="plus" disabled={fallbacks.length >= 10} onClick={() => setOpen('fallback')}>
            {t('models.addFallback')}
          </Button>
        }
      >
        {fallbacks.length === 0 ? (
          <p className="empty">{t('models.noFallbacks')}</p>
        ) : (
          <ol className="card rows" aria-label={t('models.fallbacks')}>
            {fallbacks.map((ref, index) => (
              <li key={ref} className="row">
                <span className="number" aria-hidden="true">
                  {index + 1}
                </span>
                <ModelWords modelRef={ref} />
                <span className="row-steps">
                  <IconButton
                    icon="up"
                    label={t('models.up', { model: modelName(ref) })}
                    disabled={index === 0}
                    onClick={() => move(index, -1)}
                  />
                  <IconButton
                    icon="down"
                    label={t('models.down', { model: modelName(ref) })}
                    disabled={index === fallbacks.length - 1}
                    onClick={() => move(index, 1)}
                  />
                  <IconButton
                    icon="close"
                    label={t('models.takeOut', { model: modelName(ref) })}
                    onClick={() => setFallbacks(fallbacks.filter((each) => each !== ref))}
                  />
                </span>
              </li>
            ))}
          </ol>
        )}
      </Section>
      {choose.failure && <ReasonNote reason={choose.failure.reason} />}
      <ModelPicker
        open={open !== null}
        onClose={() => setOpen(null)}
        title={open === 'fallback' ? t('models.addFallback') : t('models.chooseDefault')}
        chosen={open === 'fallback' ? null : choice.default}
        onChoose={(ref) => {
          if (ref === null) return;
          if (open === 'default') void set({ default: ref }, t('models.defaultSet', { model: modelName(ref) }));
          else if (!fallbacks.includes(ref)) setFallbacks([...fallbacks, ref]);
        }}
      />
    </>
  );
}

function ModelWords({ modelRef }: { readonly modelRef: string }): ReactNode {
  const lists = useCall('models.list', {}).value ?? [];
  const providers = useCall('providers.list', {}).value ?? [];
  const now = useNow(5000);
  const model = lists.flatMap((list) => list.models).find((each) => each.ref === modelRef);
  const provider = modelRef.slice(0, modelRef.indexOf('/'));
  const words = [
    providers.find((each) => each.id === provider)?.name ?? provider,
    ...(model ? aboutModel(model, now) : []),
  ];
  return (
    <div className="row-words">
      <strong>{modelName(modelRef)}</strong>
      <span className="muted">{words.join(' · ')}</span>
    </div>
  );
}
