/** The caps the owner set, and the reasons they give: refused, used up by 80 %, reached. Pure functions of the sums. */
import type { BudgetPeriod } from './gateway.ts';
import type { Amount, Sums } from './budget-books.ts';
import type { Settings } from './settings.ts';
import type { MicroDollars, Millis, Reason, ReasonCode } from './types.ts';

/** So much of a cap used up makes an alarm. */
const alarmAt = 0.8;
const perDollar = 1_000_000;

type CapCode = Extract<
  ReasonCode,
  'budget.day-cost' | 'budget.month-cost' | 'budget.day-tokens' | 'budget.month-tokens'
>;

export interface Cap {
  readonly code: CapCode;
  readonly period: 'day' | 'month';
  readonly of: 'cost' | 'tokens';
  /** Micro-dollars or tokens. */
  readonly limit: number;
}

export type Periods = Readonly<Record<'day' | 'month', Sums>>;

/** Those that are set. The month first: "try again tomorrow" must not be said of it. */
export function capsOf(settings: Settings): readonly Cap[] {
  const dollars = (key: 'budget.perMonthUsd' | 'budget.perDayUsd'): MicroDollars =>
    Math.round(settings.get(key) * perDollar);
  const all: readonly Cap[] = [
    { code: 'budget.month-cost', period: 'month', of: 'cost', limit: dollars('budget.perMonthUsd') },
    { code: 'budget.month-tokens', period: 'month', of: 'tokens', limit: settings.get('budget.perMonthTokens') },
    { code: 'budget.day-cost', period: 'day', of: 'cost', limit: dollars('budget.perDayUsd') },
    { code: 'budget.day-tokens', period: 'day', of: 'tokens', limit: settings.get('budget.perDayTokens') },
  ];
  return all.filter(({ limit }) => limit > 0);
}

/** A cap in dollars cannot hold a call of unknown cost; one in tokens can. */
export function holdsNoUnknown(caps: readonly Cap[]): boolean {
  return caps.length > 0 && caps.every((cap) => cap.of === 'cost');
}

/** The first cap that a call of `amount` would pass, settled and reserved together. */
export function passedCap(caps: readonly Cap[], periods: Periods, amount: Amount): Cap | null {
  return caps.find((cap) => settled(cap, periods) + reserved(cap, periods) + amount[cap.of] > cap.limit) ?? null;
}

/** Whether the call would pass it even when nothing else were under way. */
export function isReachedFor(cap: Cap, periods: Periods, amount: Amount): boolean {
  return settled(cap, periods) + amount[cap.of] > cap.limit;
}

/** The first cap that is used up; `refused` are those that a call could not be paid from any more. */
export function reachedCap(caps: readonly Cap[], periods: Periods, refused: (cap: Cap) => boolean): Cap | null {
  return caps.find((cap) => settled(cap, periods) >= cap.limit || refused(cap)) ?? null;
}

/** Of the cap that is used up most, once that is 80 %. */
export function warning(caps: readonly Cap[], periods: Periods): Reason | null {
  const share = (cap: Cap): number => settled(cap, periods) / cap.limit;
  const [most] = caps.toSorted((left, right) => share(right) - share(left));
  if (most === undefined || share(most) < alarmAt) return null;
  const percent = Math.floor(share(most) * 100);
  const used = settled(most, periods);
  return most.of === 'cost'
    ? { code: 'budget.warned', params: { percent, used: dollarsUsed(used), cap: most.limit / perDollar } }
    : { code: 'budget.warned', params: { percent, usedTokens: used, capTokens: most.limit } };
}

export function capReason(cap: Cap): Reason {
  return { code: cap.code, params: { cap: cap.of === 'cost' ? cap.limit / perDollar : cap.limit } };
}

export function periodView(sums: Sums, caps: readonly Cap[], period: 'day' | 'month'): BudgetPeriod {
  const limit = (of: Cap['of']): number | null =>
    caps.find((cap) => cap.period === period && cap.of === of)?.limit ?? null;
  return { ...sums, capCost: limit('cost'), capTokens: limit('tokens') };
}

/** When the period began that a refusal of the budget belongs to; null for other reasons. */
export function periodOf(code: ReasonCode, periods: Periods): Millis | null {
  if (code === 'budget.month-cost' || code === 'budget.month-tokens') return periods.month.from;
  const ofDay = code === 'budget.day-cost' || code === 'budget.day-tokens' || code === 'budget.no-price';
  return ofDay ? periods.day.from : null;
}

function settled(cap: Cap, periods: Periods): number {
  return periods[cap.period][cap.of];
}

function reserved(cap: Cap, periods: Periods): number {
  const { reservedCost, reservedTokens } = periods[cap.period];
  return cap.of === 'cost' ? reservedCost : reservedTokens;
}

/** To the cent where there are cents, never more than was used. */
function dollarsUsed(amount: MicroDollars): number {
  return (amount < 100_000 ? amount : amount - (amount % 10_000)) / perDollar;
}
