import { type ReactNode, useState } from 'react';
import type { SelfTestView } from '../../../preload/contract/diagnostics-views.ts';
import { useAct, useCall } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icons.tsx';
import { modelName } from '../../components/model-picker.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { latency } from '../../format.ts';
import { t } from '../../i18n.ts';

const steps = ['stored', 'started', 'answered', 'delivered'] as const;

type Model = 'practice' | 'chosen';

/** A message the whole way: with the practice model, which is free, unless the owner wants to ask the chosen one. */
export function SelfTest(): ReactNode {
  const test = useAct('host.selfTest');
  const chosen = useCall('models.choice', {}).value?.default;
  const [running, setRunning] = useState<Model>('practice');
  const [result, setResult] = useState<SelfTestView | null>(null);
  const run = async (model: Model): Promise<void> => {
    setRunning(model);
    setResult(null);
    setResult((await test.run({ model })) ?? null);
  };
  const other = chosen !== undefined && !chosen.startsWith('practice/');
  return (
    <Section title={t('selfTest.title')} lead={t('selfTest.lead')}>
      <div className="card">
        <div className="link-foot">
          <Button busy={test.busy && running === 'practice'} disabled={test.busy} onClick={() => void run('practice')}>
            {t('selfTest.run')}
          </Button>
          {other && (
            <Button
              look="quiet"
              busy={test.busy && running === 'chosen'}
              disabled={test.busy}
              onClick={() => void run('chosen')}
            >
              {t('selfTest.withModel', { model: modelName(chosen) })}
            </Button>
          )}
        </div>
        {other && <p className="muted small">{t('selfTest.cost', { model: modelName(chosen) })}</p>}
        {test.failure && <ReasonNote reason={test.failure.reason} />}
        <div className="test-said" role="status">
          {result && <Steps result={result} />}
        </div>
        {result?.reason && <ReasonNote reason={result.reason} />}
      </div>
    </Section>
  );
}

function Steps({ result }: { readonly result: SelfTestView }): ReactNode {
  return (
    <>
      <p>
        {t(result.reason === null ? 'selfTest.went' : 'selfTest.stuck', {
          model: result.model === null ? '' : modelName(result.model),
        })}
      </p>
      <ol className="test-steps" aria-label={t('selfTest.steps')}>
        {steps.map((step) => {
          const reached = result.steps.find((each) => each.step === step);
          return (
            <li key={step} data-reached={reached !== undefined}>
              <Icon name={reached === undefined ? 'close' : 'check'} />
              <span>{t(`selfTestStep.${step}`)}</span>
              <span className="muted">{reached === undefined ? t('selfTest.not') : latency(reached.after)}</span>
            </li>
          );
        })}
      </ol>
    </>
  );
}
