/** Below a reply: one quiet line about what it took, which unfolds to what was done and thought, step by step. */
import { lazy, type ReactNode, useId } from 'react';
import { Link } from 'wouter';
import type { StepsTallyView } from '../../../preload/contract/agent-views.ts';
import { useCall } from '../../bridge/hooks.ts';
import { Icon } from '../../components/icons.tsx';
import { Later } from '../../components/later.tsx';
import { Loading } from '../../components/loading.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t } from '../../i18n.ts';
import { isRemembered, stepsLine } from './steps-line.ts';
import { useUnfolded } from './unfolded.ts';

const StepList = lazy(async () => ({ default: (await import('./step-list.tsx')).StepList }));

export interface StepsProps {
  readonly turn: string;
  readonly tally: StepsTallyView;
}

/** The steps themselves are read when the line is unfolded. */
export function Steps({ turn, tally }: StepsProps): ReactNode {
  const [open, toggle] = useUnfolded(`steps-${turn}`);
  const { value: steps, failure, again } = useCall('turns.steps', { turn }, { enabled: open });
  const list = useId();
  return (
    <section className="steps" aria-label={t('steps.label')}>
      <p className="steps-line">
        <button type="button" className="fold" aria-expanded={open} aria-controls={list} onClick={toggle}>
          <Icon name="unfold" />
          <span>{stepsLine(tally)}</span>
        </button>
        {isRemembered(tally) && (
          <Link href="/tools/memory" className="text-link">
            {t('steps.remembered')}
          </Link>
        )}
      </p>
      <div id={list} hidden={!open}>
        {open && failure && <ReasonNote reason={failure.reason} retry={again} />}
        {open && steps === undefined && failure === null && <Loading />}
        {open && steps && (
          <Later>
            <StepList steps={steps} />
          </Later>
        )}
      </div>
    </section>
  );
}
