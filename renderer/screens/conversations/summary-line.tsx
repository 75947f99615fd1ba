/** Where a summary begins: what stands above it is given to the model in short. Unfolds to the summary and what it replaced. */
import { type ReactNode, useId } from 'react';
import type { SummaryView } from '../../../preload/contract/agent-views.ts';
import { Icon } from '../../components/icons.tsx';
import { modelName } from '../../components/model-picker.tsx';
import { visible } from '../../components/visible.ts';
import { clock, fullTime, shortDay } from '../../format.ts';
import { t } from '../../i18n.ts';
import { useUnfolded } from './unfolded.ts';

export interface SummaryLineProps {
  readonly summary: SummaryView;
  readonly zone: string;
}

export function SummaryLine({ summary, zone }: SummaryLineProps): ReactNode {
  const [open, toggle] = useUnfolded(`summary-${summary.id}`);
  const place = useId();
  const { turns, tokensBefore: before, tokensAfter: after, model, at } = summary;
  return (
    <section className="summary" aria-label={t('summary.label')}>
      <div className="row-line">
        <button type="button" className="fold" aria-expanded={open} aria-controls={place} onClick={toggle}>
          <Icon name="unfold" />
          <span>{t('summary.line')}</span>
        </button>
      </div>
      <div id={place} className="summary-text" hidden={!open}>
        {open && (
          <>
            <p className="step-text" dir="auto">
              {visible(summary.text)}
            </p>
            <p className="mark" title={fullTime(at, zone)}>
              {[
                t('summary.replaced', { count: turns }),
                t('summary.tokens', { before, after }),
                modelName(model),
                `${shortDay(at, zone)}, ${clock(at, zone)}`,
              ].join(' · ')}
            </p>
          </>
        )}
      </div>
    </section>
  );
}
