/** What models were asked and what that cost: against the limits, by day, by model, and the prices it is reckoned with. */
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { useCall, useHost } from '../../bridge/hooks.ts';
import { dayBounds } from '../../calendar.ts';
import { Page, Section } from '../../components/page.tsx';
import { ReasonNote } from '../../components/reason-note.tsx';
import { useNow } from '../../components/use-now.ts';
import { t } from '../../i18n.ts';
import { Budget } from './budget.tsx';
import { Caps } from './caps.tsx';
import { DayChart } from './day-chart.tsx';
import { ModelTable } from './model-table.tsx';
import { Prices } from './prices.tsx';
import { byDay, byModel } from './sums.ts';

const days = 30;

export function UsageScreen(): ReactNode {
  const budget = useCall('budget.get', {});
  const caps = useCall('caps.list', {});
  const prices = useCall('prices.list', {});
  const zone = useHost()?.timeZone ?? 'UTC';
  const now = useNow(60_000);
  const today = dayBounds(now, zone, 1)[0] ?? now;
  // The same numbers all day long: they are what the answer is kept under.
  const bounds = useMemo(() => dayBounds(today, zone, days), [today, zone]);
  const series = useCall('usage.series', { bounds }, { keep: true });
  /** As the owner left it; before that, open where a limit is what brought him here. */
  const [limits, setLimits] = useState<boolean | null>(null);
  const limitsAt = useRef<HTMLDetailsElement>(null);
  const failed = [budget, caps, series, prices].find((each) => each.failure !== null);
  const setTokenLimit = (): void => {
    setLimits(true);
    // The fields are there from the next frame on.
    requestAnimationFrame(() =>
      limitsAt.current?.querySelector<HTMLInputElement>('[data-setting="budget.perDayTokens"] input')?.focus(),
    );
  };
  return (
    <Page
      title={t('usage.title')}
      lead={t('usage.lead')}
      loading={[budget, caps, series, prices].some((each) => each.value === undefined && each.failure === null)}
    >
      {failed?.failure && <ReasonNote reason={failed.failure.reason} retry={failed.again} />}
      {budget.value && (
        <Budget
          budget={budget.value}
          open={limits ?? budget.value.alarm !== null}
          onToggle={setLimits}
          detailsRef={limitsAt}
        />
      )}
      {caps.value && <Caps caps={caps.value} />}
      {series.value && (
        <>
          <Section title={t('usage.byDay')} lead={t('usage.byDayLead', { days })}>
            <DayChart days={byDay(series.value, bounds)} zone={zone} />
          </Section>
          <Section title={t('usage.byModel')} lead={t('usage.byModelLead', { days })}>
            <ModelTable models={byModel(series.value)} />
          </Section>
        </>
      )}
      {prices.value && (
        <Prices
          prices={prices.value}
          tokenLimit={budget.value !== undefined && hasTokenLimit(budget.value)}
          onTokenLimit={setTokenLimit}
        />
      )}
    </Page>
  );
}

function hasTokenLimit({ day, month }: NonNullable<ReturnType<typeof useCall<'budget.get'>>['value']>): boolean {
  return day.capTokens !== null || month.capTokens !== null;
}
