/** What calls cost and may cost: micro-dollars, tokens, and the caps on both. */
import type { Reason } from './reasons.ts';

export interface UsageView {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Micro-dollars; calls without a known price are left out and counted in `unpriced`. */
  readonly cost: number;
  readonly unpriced: number;
  readonly estimated: number;
}

/** What was used in one stretch of time by one model. */
export interface UsageSliceView extends UsageView {
  readonly from: number;
  readonly model: string;
}

export interface BudgetPeriodView {
  readonly from: number;
  /** Micro-dollars and tokens of remote models, settled. */
  readonly cost: number;
  readonly tokens: number;
  /** Set aside for calls that run now. */
  readonly reservedCost: number;
  readonly reservedTokens: number;
  /** Null: no cap. */
  readonly capCost: number | null;
  readonly capTokens: number | null;
}

export interface BudgetView {
  readonly day: BudgetPeriodView;
  readonly month: BudgetPeriodView;
  /** Set from 80 % of a cap on. */
  readonly alarm: Reason | null;
}

/** Micro-dollars per million tokens. `none`: a remote model whose price nobody knows. */
export interface PriceView {
  readonly model: string;
  readonly input: number | null;
  readonly output: number | null;
  readonly source: 'owner' | 'file' | 'local' | 'none';
  readonly date: string | null;
}

/** Micro-dollars and tokens; null: no cap. */
export interface CapAmounts {
  readonly dayCost: number | null;
  readonly dayTokens: number | null;
  readonly monthCost: number | null;
  readonly monthTokens: number | null;
}

/** A cap of one provider or of one conversation, beside those over everything. */
export interface CapView extends CapAmounts {
  readonly scope: 'provider' | 'conversation';
  readonly id: string;
  /** As people know it. */
  readonly title: string;
  readonly fixedByFile: boolean;
  readonly used: CapSumsView;
  /** Set aside for calls that run now. */
  readonly reserved: CapSumsView;
}

/** Micro-dollars and tokens. */
export interface CapSumsView {
  readonly dayCost: number;
  readonly dayTokens: number;
  readonly monthCost: number;
  readonly monthTokens: number;
}
