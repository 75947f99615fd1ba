/** What something cost, in words. */
import type { UsageView } from '../../preload/contract/money-views.ts';
import { compact, money } from '../format.ts';
import { t } from '../i18n.ts';

/** A cost: "about" in front where a part of it is an estimate, "unknown" when the price of no call is known. */
export function costText({ cost, calls, unpriced, estimated }: UsageView): string {
  if (calls > 0 && unpriced === calls) return t('usage.unknown');
  return estimated > 0 ? t('usage.about', { amount: money(cost) }) : money(cost);
}

/** How many calls a cost leaves out because nobody knows their price; empty when there are none, or only such calls. */
export function unpricedText({ calls, unpriced }: UsageView): string {
  return unpriced > 0 && unpriced < calls ? t('usage.unpriced', { count: unpriced }) : '';
}

/** Tokens read and written together, "about" in front where a part of them is an estimate. */
export function tokensText({ inputTokens, outputTokens, estimated }: UsageView): string {
  const amount = compact(inputTokens + outputTokens);
  return t('usage.tokenCount', { amount: estimated > 0 ? t('usage.about', { amount }) : amount });
}

/** What a reply cost; tokens alone where it was free. */
export function replyCostText(use: UsageView): string {
  return use.cost === 0 && use.unpriced === 0 ? tokensText(use) : costText(use);
}
