import type { ReactNode, RefObject } from 'react';
import type { BudgetPeriodView, BudgetView } from '../../../preload/contract/money-views.ts';
import { useCall } from '../../bridge/hooks.ts';
import { Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { Setting } from '../../components/setting.tsx';
import { compact, money } from '../../format.ts';
import { t } from '../../i18n.ts';
import { MeterBar } from './meter-bar.tsx';

export interface BudgetProps {
  readonly budget: BudgetView;
  /** Whether the fields of the limits are open. */
  readonly open: boolean;
  readonly onToggle: (open: boolean) => void;
  readonly detailsRef: RefObject<HTMLDetailsElement | null>;
}

/** Today and this month against the limits, and the limits themselves. */
export function Budget({ budget, open, onToggle, detailsRef }: BudgetProps): ReactNode {
  const settings = useCall('settings.list', {}).value?.filter((each) => each.section === 'budget') ?? [];
  return (
    <Section title={t('budget.title')} lead={t('budget.lead')}>
      <div className="stack">
        {budget.alarm && <ReasonNote reason={budget.alarm} tone="warning" />}
        <div className="budget">
          <Period title={t('budget.today')} period={budget.day} />
          <Period title={t('budget.month')} period={budget.month} />
        </div>
        <div className="card rows">
          <details
            className="advanced"
            ref={detailsRef}
            open={open}
            onToggle={(event) => onToggle(event.currentTarget.open)}
          >
            <summary>{t('budget.change')}</summary>
            <div className="rows">
              {settings.map((each) => (
                <Setting key={each.key} setting={each} />
              ))}
            </div>
          </details>
        </div>
      </div>
    </Section>
  );
}

function Period({ title, period }: { readonly title: string; readonly period: BudgetPeriodView }): ReactNode {
  const { cost, reservedCost, capCost, tokens, reservedTokens, capTokens } = period;
  return (
    <article className="card" aria-label={title}>
      <h3>{title}</h3>
      <MeterBar name={t('budget.cost')} settled={cost} reserved={reservedCost} cap={capCost} shown={money} />
      <MeterBar name={t('budget.tokens')} settled={tokens} reserved={reservedTokens} cap={capTokens} shown={compact} />
    </article>
  );
}
