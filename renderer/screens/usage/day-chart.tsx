import { type ReactNode, useState } from 'react';
import { compact, count, money, shortDay } from '../../format.ts';
import { t } from '../../i18n.ts';
import { type DayUse, sum, tokensOf } from './sums.ts';
import { costText, unpricedText } from '../../components/cost-words.ts';

type Measure = 'cost' | 'tokens';
const measures: readonly Measure[] = ['cost', 'tokens'];
const wide = 10;
const high = 100;

/** A bar for each day, in dollars or tokens; the same numbers stand in a table below. */
export function DayChart({ days, zone }: { readonly days: readonly DayUse[]; readonly zone: string }): ReactNode {
  const [asked, setMeasure] = useState<Measure | null>(null);
  const all = sum(days.map((day) => day.use));
  // Where only models of this machine were asked, dollars make an empty chart.
  const measure = asked ?? (all.cost > 0 ? 'cost' : 'tokens');
  if (all.calls === 0) return <p className="empty">{t('usage.none')}</p>;
  return (
    <div className="card">
      <div className="chart-head">
        <p>
          <strong className="chart-total">{measure === 'cost' ? costText(all) : compact(tokensOf(all))}</strong>{' '}
          <span className="muted">
            {[t('usage.calls', { count: all.calls }), unpricedText(all)].filter(Boolean).join(' · ')}
          </span>
        </p>
        <div className="segments" role="group" aria-label={t('usage.measure')}>
          {measures.map((each) => (
            <button key={each} type="button" aria-pressed={measure === each} onClick={() => setMeasure(each)}>
              {t(`measure.${each}`)}
            </button>
          ))}
        </div>
      </div>
      <Bars days={days} zone={zone} measure={measure} />
      <details className="advanced">
        <summary>{t('usage.asTable')}</summary>
        <DayTable days={days} zone={zone} />
      </details>
    </div>
  );
}

interface BarsProps {
  readonly days: readonly DayUse[];
  readonly zone: string;
  readonly measure: Measure;
}

function Bars({ days, zone, measure }: BarsProps): ReactNode {
  const valueOf = ({ use }: DayUse): number => (measure === 'cost' ? use.cost : tokensOf(use));
  const shown = (value: number): string => (measure === 'cost' ? money(value) : compact(value));
  const most = Math.max(...days.map(valueOf));
  const best = days.find((day) => valueOf(day) === most);
  const first = days[0];
  const last = days.at(-1);
  const label = t('usage.chart', {
    days: days.length,
    most: shown(most),
    day: best && most > 0 ? shortDay(best.from, zone) : '–',
  });
  return (
    <figure className="chart">
      <p className="chart-most" aria-hidden="true">
        {shown(most)}
      </p>
      <svg
        viewBox={`0 0 ${String(days.length * wide)} ${String(high)}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <line className="chart-line" x1="0" x2={days.length * wide} y1="0.5" y2="0.5" />
        {days.map((day, index) => {
          const value = valueOf(day);
          // A day with a little is not a day with nothing.
          const height = value > 0 && most > 0 ? Math.max(2, (value / most) * high) : 0;
          return (
            <g key={day.from} className="chart-bar">
              <rect className="chart-room" x={index * wide} y={0} width={wide} height={high}>
                <title>{`${shortDay(day.from, zone)}: ${shown(value)}`}</title>
              </rect>
              <rect x={index * wide + 1.5} y={high - height} width={wide - 3} height={height} />
            </g>
          );
        })}
      </svg>
      <figcaption className="chart-days" aria-hidden="true">
        <span>{first ? shortDay(first.from, zone) : ''}</span>
        <span>{last ? t('time.today') : ''}</span>
      </figcaption>
    </figure>
  );
}

function DayTable({ days, zone }: { readonly days: readonly DayUse[]; readonly zone: string }): ReactNode {
  const used = days.filter((day) => day.use.calls > 0).toReversed();
  return (
    <table className="data">
      <thead>
        <tr>
          <th scope="col">{t('usage.day')}</th>
          <th scope="col">{t('usage.callsHead')}</th>
          <th scope="col">{t('measure.tokens')}</th>
          <th scope="col">{t('measure.cost')}</th>
        </tr>
      </thead>
      <tbody>
        {used.map(({ from, use }) => (
          <tr key={from}>
            <th scope="row">{shortDay(from, zone)}</th>
            <td>{count(use.calls)}</td>
            <td>{count(tokensOf(use))}</td>
            <td>
              {costText(use)}
              <span className="muted small block">{unpricedText(use)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
