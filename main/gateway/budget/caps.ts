/**
 * The caps the owner set, over everything and of single providers and conversations, and the reasons they give: refused,
 * used up by 80 %, reached. Pure functions of the sums; each cap is held against the sums of what it is about.
 */

import type { BudgetAlarm, BudgetPeriod } from './types.ts';
import type { Amount, Sums } from './books.ts';
import type { Settings } from '../settings.ts';
import type { MicroDollars, Millis, Reason, ReasonCode } from '../types.ts';
import type { CapRow, CapScope } from './rows.ts';

/** So much of a cap used up makes an alarm. */
const alarmAt = 0.8;
const perDollar = 1_000_000;

type CapCode = Extract<
  ReasonCode,
  | 'budget.day-cost'
  | 'budget.month-cost'
  | 'budget.day-tokens'
  | 'budget.month-tokens'
  | 'budget.provider-day'
  | 'budget.provider-month'
  | 'budget.conversation-day'
  | 'budget.conversation-month'
>;

export interface Cap {
  /** The same as long as it is about the same: its place among the refusals. */
  readonly key: string;
  readonly code: CapCode;
  readonly period: 'day' | 'month';
  readonly of: 'cost' | 'tokens';
  /** Micro-dollars or tokens. */
  readonly limit: number;
  /** Null: over everything. */
  readonly scope: CapScope | null;
  /** What it is about, as people know it; empty where it has no name. */
  readonly name: string;
}

export type Periods = Readonly<Record<'day' | 'month', Sums>>;
/** The sums of everything (null), of one provider or of one conversation. */
export type SumsOf = (scope: CapScope | null) => Periods;

/** Those over everything that are set. The month first: "try again tomorrow" must not be said of it. */
export function capsOf(settings: Pick<Settings, 'get'>): readonly Cap[] {
  const dollars = (key: 'budget.perMonthUsd' | 'budget.perDayUsd'): MicroDollars =>
    Math.round(settings.get(key) * perDollar);
  const all = [
    { code: 'budget.month-cost', period: 'month', of: 'cost', limit: dollars('budget.perMonthUsd') },
    { code: 'budget.month-tokens', period: 'month', of: 'tokens', limit: settings.get('budget.perMonthTokens') },
    { code: 'budget.day-cost', period: 'day', of: 'cost', limit: dollars('budget.perDayUsd') },
    { code: 'budget.day-tokens', period: 'day', of: 'tokens', limit: settings.get('budget.perDayTokens') },
  ] as const;
  return all.filter(({ limit }) => limit > 0).map((cap) => ({ ...cap, key: cap.code, scope: null, name: '' }));
}

const codes = {
  provider: { day: 'budget.provider-day', month: 'budget.provider-month', warned: 'budget.provider-warned' },
  conversation: {
    day: 'budget.conversation-day',
    month: 'budget.conversation-month',
    warned: 'budget.conversation-warned',
  },
} as const;

/** Those of one provider or conversation, in the same order. */
export function capsIn(row: CapRow, name: string): readonly Cap[] {
  const { scope } = row;
  const amounts = [
    { period: 'month', of: 'cost', limit: row.monthCost },
    { period: 'month', of: 'tokens', limit: row.monthTokens },
    { period: 'day', of: 'cost', limit: row.dayCost },
    { period: 'day', of: 'tokens', limit: row.dayTokens },
  ] as const;
  return amounts.flatMap(({ period, of, limit }) => {
    if (limit === null) return [];
    const code = codes[scope.kind][period];
    return [{ key: [code, of, scope.id].join(':'), code, period, of, limit, scope, name }];
  });
}

/** Whether a cap is about a call to this provider for this conversation. */
export function covers(
  scope: CapScope,
  call: { readonly provider: string | null; readonly conversation: string | null },
): boolean {
  return call[scope.kind] === scope.id;
}

/** A cap in dollars cannot hold a call of unknown cost; one in tokens can. */
export function holdsNoUnknown(caps: readonly Cap[]): boolean {
  return caps.length > 0 && caps.every((cap) => cap.of === 'cost');
}

/** The first cap that a call of `amount` would pass, settled and reserved together. */
export function passedCap(caps: readonly Cap[], sums: SumsOf, amount: Amount): Cap | null {
  return caps.find((cap) => settled(cap, sums) + reserved(cap, sums) + amount[cap.of] > cap.limit) ?? null;
}

/** Whether the call would pass it even when nothing else were under way. */
export function isReachedFor(cap: Cap, sums: SumsOf, amount: Amount): boolean {
  return settled(cap, sums) + amount[cap.of] > cap.limit;
}

/** What caps of one scope give the owner to know: one that is used up, else the one that is used up most. */
export function alarmOf(caps: readonly Cap[], sums: SumsOf, refused: (cap: Cap) => boolean): BudgetAlarm | null {
  const reached = caps.find((cap) => settled(cap, sums) >= cap.limit || refused(cap));
  if (reached !== undefined) return alarm(reached, sums, capReason(reached), true);
  const share = (cap: Cap): number => settled(cap, sums) / cap.limit;
  const [most] = caps.toSorted((left, right) => share(right) - share(left));
  if (most === undefined || share(most) < alarmAt) return null;
  return alarm(most, sums, warning(most, sums), false);
}

function alarm(cap: Cap, sums: SumsOf, reason: Reason, reached: boolean): BudgetAlarm {
  const { scope } = cap;
  // A warning stands for all caps of its scope: which of them is used up most may change from call to call.
  const from = sums(scope)[reached ? cap.period : 'day'].from;
  return { key: scope === null ? reason.code : `${reason.code}:${scope.id}`, reason, reached, from };
}

function warning(cap: Cap, sums: SumsOf): Reason {
  const used = settled(cap, sums);
  const percent = Math.floor((used / cap.limit) * 100);
  const amounts =
    cap.of === 'cost'
      ? { percent, used: dollarsUsed(used), cap: cap.limit / perDollar }
      : { percent, usedTokens: used, capTokens: cap.limit };
  const { scope } = cap;
  if (scope === null) return { code: 'budget.warned', params: amounts };
  return { code: codes[scope.kind].warned, params: { ...named(cap), ...amounts } };
}

export function capReason(cap: Cap): Reason {
  const { scope, limit } = cap;
  const amount = cap.of === 'cost' ? limit / perDollar : limit;
  if (scope === null) return { code: cap.code, params: { cap: amount } };
  const sized = cap.of === 'cost' ? { cap: amount } : { capTokens: amount };
  return { code: cap.code, params: { ...named(cap), ...sized } };
}

function named({ scope, name }: Cap): Readonly<Record<string, string>> {
  return { ...(scope === null ? {} : { id: scope.id }), ...(name === '' ? {} : { name }) };
}

export function periodView(sums: Sums, caps: readonly Cap[], period: 'day' | 'month'): BudgetPeriod {
  const limit = (of: Cap['of']): number | null =>
    caps.find((cap) => cap.period === period && cap.of === of)?.limit ?? null;
  return { ...sums, capCost: limit('cost'), capTokens: limit('tokens') };
}

/** When the period began that a refusal of the budget belongs to; null for other reasons. */
export function periodOf(code: ReasonCode, periods: Periods): Millis | null {
  if (!code.startsWith('budget.') || code.endsWith('warned')) return null;
  return code.includes('month') ? periods.month.from : periods.day.from;
}

function settled(cap: Cap, sums: SumsOf): number {
  return sums(cap.scope)[cap.period][cap.of];
}

function reserved(cap: Cap, sums: SumsOf): number {
  const { reservedCost, reservedTokens } = sums(cap.scope)[cap.period];
  return cap.of === 'cost' ? reservedCost : reservedTokens;
}

/** To the cent where there are cents, never more than was used. */
function dollarsUsed(amount: MicroDollars): number {
  return (amount < 100_000 ? amount : amount - (amount % 10_000)) / perDollar;
}
