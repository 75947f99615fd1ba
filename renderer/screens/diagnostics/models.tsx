import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { ModelHealthView } from '../../../preload/contract/diagnostics-views.ts';
import type { TestView } from '../../../preload/contract/model-views.ts';
import { useAct, useCall } from '../../bridge/hooks.ts';
import { Button } from '../../components/button.tsx';
import { modelName } from '../../components/model-picker.tsx';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { TestResult } from '../../components/test-result.tsx';
import { useNow } from '../../components/use-now.ts';
import { span } from '../../format.ts';
import { t } from '../../i18n.ts';

/** The default model and its fallbacks: what the gateway met when it asked them last, and a real request now. */
export function Models(): ReactNode {
  const health = useCall('host.health', {}).value;
  const now = useNow(1000);
  return (
    <Section
      title={t('diagnostics.models')}
      lead={t('diagnostics.modelsLead')}
      step={
        <Link href="/models" className="button plain small">
          <span>{t('reason.openModels')}</span>
        </Link>
      }
    >
      <ul className="card rows" aria-label={t('diagnostics.models')}>
        {health?.models.map((model, index) => (
          <li key={model.ref}>
            <OneModel model={model} first={index === 0} now={now} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface OneModelProps {
  readonly model: ModelHealthView;
  readonly first: boolean;
  readonly now: number;
}

function OneModel({ model, first, now }: OneModelProps): ReactNode {
  const check = useAct('providers.test', ['host.health', 'providers.list', 'models.list']);
  const [result, setResult] = useState<TestView | null>(null);
  const { ref, until } = model;
  // Nobody says when a rest is over.
  const state = model.state === 'resting' && (until ?? 0) <= now ? 'ready' : model.state;
  const run = async (): Promise<void> => {
    setResult(null);
    setResult((await check.run({ ref })) ?? null);
  };
  return (
    <div className="model-check">
      <div className="row">
        <div className="row-words">
          <strong>{modelName(ref)}</strong>
          <span className="muted">{t(first ? 'diagnostics.default' : 'diagnostics.fallback')}</span>
        </div>
        <span className="pill" data-tone={state === 'ready' ? 'good' : state === 'resting' ? 'busy' : 'bad'}>
          <span className="dot" aria-hidden="true" />
          {t(`modelState.${state}`, { wait: span((until ?? now) - now + 999) })}
        </span>
        <Button
          size="small"
          busy={check.busy}
          disabled={state === 'missing'}
          aria-label={t(first ? 'diagnostics.check' : 'diagnostics.checkFallback', { model: modelName(ref) })}
          onClick={() => void run()}
        >
          {t(first ? 'diagnostics.check' : 'diagnostics.checkShort')}
        </Button>
      </div>
      {check.failure && <ReasonNote reason={check.failure.reason} />}
      {result && <TestResult test={result} />}
    </div>
  );
}
