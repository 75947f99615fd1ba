/**
 * Where calls are granted: each must fit under every cap that is about it, over everything, of its provider and of its
 * conversation, together with what other calls have set aside. Decided in memory, in one go.
 */
import type { Books } from './books.ts';
import { capReason, covers, holdsNoUnknown, isReachedFor, passedCap, type Cap } from './caps.ts';
import { costOf } from './call-cost.ts';
import type { Grant, Till, Wanted } from './call-ledger.ts';
import type { Ids } from '../clock.ts';
import type { Budget } from './types.ts';
import { splitModelRef } from '../models/pool.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import type { Millis, Reason } from '../types.ts';

export interface BudgetTill extends Till {
  /** A call was refused for this cap although nothing else was under way, and none that it covers was granted since. */
  readonly refused: (cap: Cap) => boolean;
}

export interface TillParts {
  readonly ids: Ids;
  readonly books: Books;
  readonly priceOf: Budget['price'];
  /** Every cap that is set now. */
  readonly caps: () => readonly Cap[];
  readonly changed: () => void;
}

export function createTill({ ids, books, priceOf, caps: allCaps, changed }: TillParts): BudgetTill {
  /** Limit and beginning of the period: a new limit or a new day says nothing of the old refusal. */
  const refusals = new Map<Cap['key'], { readonly limit: number; readonly from: Millis }>();
  const refuse = (cap: Cap): void => {
    refusals.set(cap.key, { limit: cap.limit, from: books.sums(cap.scope)[cap.period].from });
    changed();
  };
  const grant = ({ seconds, ...wanted }: Wanted): Result<Grant, Reason> => {
    const known = priceOf(wanted.model);
    // A model that hears has no price for talking.
    const price = known?.minute !== undefined && seconds === undefined ? null : known;
    if (price?.source === 'local') return ok({ row: null, price });
    const counted = { provider: splitModelRef(wanted.model)?.provider ?? null, conversation: wanted.conversation };
    const caps = allCaps().filter(({ scope }) => scope === null || covers(scope, counted));
    if (price === null && holdsNoUnknown(caps)) {
      return failed({ code: 'budget.no-price', params: { model: wanted.model } });
    }
    const cost = price === null ? 0 : costOf(price, { ...wanted, ...(seconds === undefined ? {} : { seconds }) });
    const amount = { cost, tokens: wanted.inputTokens + wanted.outputTokens };
    const passed = passedCap(caps, books.sums, amount);
    if (passed !== null) {
      if (isReachedFor(passed, books.sums, amount)) refuse(passed);
      return failed(capReason(passed));
    }
    for (const { key } of caps) refusals.delete(key);
    const row = { id: ids.next(), ...wanted, cost };
    books.reserve(row.id, row.at, amount, counted);
    changed();
    return ok({ row, price });
  };
  return {
    grant,
    settle(row, usage, cost) {
      books.settle(row.id, { cost, tokens: usage === null ? 0 : usage.inputTokens + usage.outputTokens });
      changed();
    },
    release(row) {
      books.release(row.id);
      changed();
    },
    changed,
    refused(cap) {
      const before = refusals.get(cap.key);
      return before?.limit === cap.limit && before.from === books.sums(cap.scope)[cap.period].from;
    },
  };
}
