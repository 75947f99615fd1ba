/** Below a reply: one quiet line about what it took, which unfolds to what was done and thought, step by step. */
import { lazy, type ReactNode, useId } from 'react';
import { Link } from 'wouter';
import { useCall } from '../../bridge/hooks.ts';
import { Icon } from '../../components/icons.tsx';
import { Later } from '../../components/later.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { t } from '../../i18n.ts';
import { isRemembered, stepsLine } from './steps-line.ts';
import { useUnfolded } from './unfolded.ts';

const StepList = lazy(async () => ({ default: (await import('./step-list.tsx')).StepList }));

/** Only for a turn of which `turns.steps` has something to tell. The line keeps its height while that is read. */
export function Steps({ turn }: { readonly turn: string }): ReactNode {
  const { value: steps, failure, again } = useCall('turns.steps', { turn });
  const [open, toggle] = useUnfolded(`steps-${turn}`);
  const list = useId();
  return (
    <section className="steps" aria-label={t('steps.label')}>
      <p className="steps-line">
        <button type="button" className="fold" aria-expanded={open} aria-controls={list} onClick={toggle}>
          <Icon name="unfold" />
          <span>{steps ? stepsLine(steps) : t('steps.some')}</span>
        </button>
        {steps && isRemembered(steps) && (
          <Link href="/tools/memory" className="text-link">
            {t('steps.remembered')}
          </Link>
        )}
      </p>
      <div id={list} hidden={!open}>
        {open && failure && <ReasonNote reason={failure.reason} retry={again} />}
        {open && steps && (
          <Later>
            <StepList steps={steps} />
          </Later>
        )}
      </div>
    </section>
  );
}
