import type { ReactNode } from 'react';
import { percent } from '../../format.ts';
import { t } from '../../i18n.ts';
import { meterOf } from './sums.ts';

export interface MeterBarProps {
  readonly name: string;
  readonly settled: number;
  readonly reserved: number;
  /** Null: no cap. */
  readonly cap: number | null;
  readonly shown: (amount: number) => string;
}

/** How far a cap is used up; without one, what was used. */
export function MeterBar({ name, settled, reserved, cap, shown }: MeterBarProps): ReactNode {
  const aside = reserved > 0 ? t('budget.aside', { amount: shown(reserved) }) : '';
  if (cap === null) {
    return (
      <div className="meter-row">
        <p className="meter-words">
          <span className="muted">{name}</span>
          <strong>{shown(settled)}</strong>
        </p>
        <p className="muted small">{[t('budget.noLimit'), aside].filter(Boolean).join(' · ')}</p>
      </div>
    );
  }
  const meter = meterOf(settled, reserved, cap);
  const words = t('budget.of', { used: shown(settled), cap: shown(cap) });
  const state =
    meter.state === 'full'
      ? t('budget.full')
      : meter.state === 'near'
        ? t('budget.near', { share: percent(meter.share) })
        : percent(meter.share);
  return (
    <div className="meter-row" data-state={meter.state}>
      <p className="meter-words">
        <span className="muted">{name}</span>
        <strong>{words}</strong>
      </p>
      <svg
        className="meter"
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(100, Math.floor(meter.share * 100))}
        aria-valuetext={[words, aside, state].filter(Boolean).join(', ')}
      >
        <rect className="meter-ground" width="100" height="6" />
        <rect className="meter-settled" width={meter.settled * 100} height="6" />
        <rect className="meter-reserved" x={meter.settled * 100} width={meter.reserved * 100} height="6" />
        <rect className="meter-tick" x="79.8" width="0.4" height="6" />
      </svg>
      <p className="muted small">
        <span className="meter-state">{state}</span>
        {aside !== '' && ` · ${aside}`}
      </p>
    </div>
  );
}
