import { type ReactNode, useState } from 'react';
import type { ModelHealthView } from '../../../preload/contract/diagnostics-views.ts';
import type { ModelChoiceView } from '../../../preload/contract/model-views.ts';
import { useAct, useCall, useHost, useKnow } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { aboutModel, ModelBadges } from '../../components/model-about.tsx';
import { modelName, ModelPicker } from '../../components/model-picker.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useToast } from '../../components/toast.tsx';
import { useNow } from '../../components/use-now.ts';
import { useProviderName } from '../../components/use-provider-name.ts';
import { clock, span } from '../../format.ts';
import { t } from '../../i18n.ts';
import { OrderedList } from './ordered-list.tsx';

const mostFallbacks = 10;

/** The default model, and the fallbacks in the order in which they are tried. */
export function Choice({ choice }: { readonly choice: ModelChoiceView }): ReactNode {
  const choose = useAct('models.choose', ['models.choice', 'host.health']);
  const know = useKnow('models.choice', {});
  const toast = useToast();
  const [open, setOpen] = useState<'default' | 'fallback' | null>(null);
  // As it was put, until the gateway has said yes or no: a row that was let go does not jump back meanwhile.
  const [put, setPut] = useState<readonly string[] | null>(null);
  const fallbacks = put ?? choice.fallbacks;
  const set = async (change: Partial<ModelChoiceView>, text: string): Promise<void> => {
    const changed = await choose.run(change);
    // Before it counts again: what was read before the change would be drawn in between.
    if (changed) await know(changed);
    setPut((before) => (before === change.fallbacks ? null : before));
    if (!changed) return;
    toast({ text, step: { label: t('action.undo'), run: () => void choose.run(choice) } });
  };
  const setFallbacks = (next: readonly string[]): void => {
    setPut(next);
    void set({ fallbacks: next }, t('models.fallbacksSet'));
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
        lead={t(fallbacks.length > 1 ? 'models.fallbacksOrder' : 'models.fallbacksLead')}
        step={
          <Button icon="plus" disabled={fallbacks.length >= mostFallbacks} onClick={() => setOpen('fallback')}>
            {t('models.addFallback')}
          </Button>
        }
      >
        {fallbacks.length === 0 ? (
          <p className="empty">{t('models.noFallbacks')}</p>
        ) : (
          <OrderedList
            label={t('models.fallbacks')}
            items={fallbacks}
            nameOf={modelName}
            onReorder={setFallbacks}
            onTakeOut={(ref) => setFallbacks(fallbacks.filter((each) => each !== ref))}
          >
            {(ref) => <ModelWords modelRef={ref} />}
          </OrderedList>
        )}
      </Section>
      {choose.failure && <ReasonNote reason={choose.failure.reason} />}
      <ModelPicker
        open={open !== null}
        onClose={() => setOpen(null)}
        title={open === 'fallback' ? t('models.addFallback') : t('models.chooseDefault')}
        chosen={open === 'fallback' ? null : choice.default}
        {...(open === 'fallback' ? { without: [choice.default, ...fallbacks] } : {})}
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
  const providerName = useProviderName();
  const health = useCall('host.health', {}).value?.models.find(({ ref }) => ref === modelRef);
  const now = useNow(1000);
  const model = lists.flatMap((list) => list.models).find((each) => each.ref === modelRef);
  const words = [providerName(modelRef), ...(model ? aboutModel({ ...model, cooldownUntil: null }, now) : [])];
  return (
    <div className="row-words">
      <span className="model-title">
        <strong>{modelName(modelRef)}</strong>
        {model && <ModelBadges model={model} />}
      </span>
      <span className="muted">{words.join(' · ')}</span>
      {health && <Standing health={health} now={now} />}
    </div>
  );
}

/** Why it would not answer now, and until when; nothing while it would. */
function Standing({ health, now }: { readonly health: ModelHealthView; readonly now: number }): ReactNode {
  const zone = useHost()?.timeZone ?? 'UTC';
  const { state, until } = health;
  // Nobody says when a rest is over.
  if (state === 'ready' || (state === 'resting' && (until ?? 0) <= now)) return null;
  const rest =
    state === 'resting' && until !== null
      ? t('models.restsUntil', { time: clock(until, zone), wait: span(until - now + 999) })
      : t(`modelState.${state}`, { wait: '' });
  return (
    <span className="model-standing" data-tone={state === 'resting' ? 'busy' : 'bad'}>
      {rest}
    </span>
  );
}
