/** From what `usage.series` and `budget.get` say to what is drawn: pure functions. Costs are micro-dollars. */
import type { UsageSliceView, UsageView } from '../../../preload/contract/money-views.ts';

export interface DayUse {
  /** The beginning of the day. */
  readonly from: number;
  readonly use: UsageView;
}

export interface ModelUse {
  readonly model: string;
  readonly use: UsageView;
}

const nothing: UsageView = { calls: 0, inputTokens: 0, outputTokens: 0, cost: 0, unpriced: 0, estimated: 0 };

export function sum(uses: readonly UsageView[]): UsageView {
  return uses.reduce(
    (a, b) => ({
      calls: a.calls + b.calls,
      inputTokens: a.inputTokens + b.inputTokens,
      outputTokens: a.outputTokens + b.outputTokens,
      cost: a.cost + b.cost,
      unpriced: a.unpriced + b.unpriced,
      estimated: a.estimated + b.estimated,
    }),
    nothing,
  );
}

export function tokensOf({ inputTokens, outputTokens }: UsageView): number {
  return inputTokens + outputTokens;
}

/** One entry for each day between the bounds, days without a call included. */
export function byDay(slices: readonly UsageSliceView[], bounds: readonly number[]): readonly DayUse[] {
  return bounds.slice(0, -1).map((from) => ({ from, use: sum(slices.filter((slice) => slice.from === from)) }));
}

/** The dearest first; among those that cost nothing, the one with the most tokens. */
export function byModel(slices: readonly UsageSliceView[]): readonly ModelUse[] {
  return [...Map.groupBy(slices, (slice) => slice.model)]
    .map(([model, own]) => ({ model, use: sum(own) }))
    .sort((a, b) => b.use.cost - a.use.cost || tokensOf(b.use) - tokensOf(a.use));
}

export interface Meter {
  /** Parts of the cap, from 0 to 1; together at most 1. */
  readonly settled: number;
  readonly reserved: number;
  /** What counts against the cap, as a part of it; may exceed 1. */
  readonly share: number;
  /** `near` from 80 % on, `full` when nothing more may be asked. */
  readonly state: 'fine' | 'near' | 'full';
}

/** How far a cap is used up: what is settled and what is set aside for calls that run now both count. */
export function meterOf(settled: number, reserved: number, cap: number): Meter {
  const part = (amount: number): number => (cap > 0 ? amount / cap : 1);
  const share = part(settled + reserved);
  const shown = Math.min(1, part(settled));
  return {
    settled: shown,
    reserved: Math.min(1 - shown, part(reserved)),
    share,
    state: share >= 1 ? 'full' : share >= 0.8 ? 'near' : 'fine',
  };
}
