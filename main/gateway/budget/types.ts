/** Money as the hosts and the API see it: what was spent, what may be, and what a model costs. */
import type { ChatRef, LinkId, MicroDollars, Millis, ModelRef, ProviderId, Reason } from '../types.ts';
import type { CapAmounts, CapRow, CapScope } from './rows.ts';
import type { Result } from '../../lib/result.ts';

export interface Budget {
  periods(): { readonly day: BudgetPeriod; readonly month: BudgetPeriod };
  /** Set when 80 % or all of a cap is used up: the first of {@link alarms}. */
  alarm(): Reason | null;
  /** At most one over everything and one of each provider and conversation with caps of its own; reached ones first. */
  alarms(): readonly BudgetAlarm[];
  /** The caps of single providers and conversations. */
  caps(): readonly CapStatus[];
  /**
   * Null, or nothing but null and 0, takes them away. `input.not-found` for what is not there, `settings.fixed-by-file`
   * where a provision file says what they are.
   */
  setCaps(scope: CapScope, amounts: CapAmounts | null): Promise<Result<void, Reason>>;
  /** What holds for as long as this host runs, in the place of the owner's own caps of the same; what was fixed before does not. */
  fixCaps(caps: readonly FixedCap[]): void;
  /** Null: a remote model without a known price. */
  price(model: ModelRef): ModelPrice | null;
  /** Per million tokens; null takes the owner's price away. */
  setPrice(
    model: ModelRef,
    price: { readonly input: MicroDollars; readonly output: MicroDollars } | null,
  ): Promise<Result<void, Reason>>;
}

export interface BudgetPeriod {
  readonly from: Millis;
  /** Settled. */
  readonly cost: MicroDollars;
  readonly tokens: number;
  readonly reservedCost: MicroDollars;
  readonly reservedTokens: number;
  /** Null: no cap. */
  readonly capCost: MicroDollars | null;
  readonly capTokens: number | null;
}

/** A cap that is used up by 80 % or reached. */
export interface BudgetAlarm {
  /** The same as long as its cause is the same. */
  readonly key: string;
  readonly reason: Reason;
  readonly reached: boolean;
  /** When the day or month began that it is about. */
  readonly from: Millis;
}

/** Caps that a provision file fixes. */
export interface FixedCap {
  /** Where the file says so, for what is refused: `caps.providers.lab`. */
  readonly as: string;
  readonly about:
    | { readonly kind: 'provider'; readonly id: ProviderId }
    /** The conversation of a chat, also one that nobody has begun yet. */
    | ({ readonly kind: 'chat'; readonly link: LinkId } & ChatRef);
  readonly amounts: CapAmounts;
}

/** The caps of one provider or of one conversation, and what is settled of them. */
export interface CapStatus {
  readonly row: CapRow;
  /** A provision file says so. */
  readonly fixed: boolean;
  /** As people know it; empty for a conversation without a title. */
  readonly name: string;
  readonly day: BudgetPeriod;
  readonly month: BudgetPeriod;
}

export interface ModelPrice {
  readonly input: MicroDollars;
  readonly output: MicroDollars;
  /** As of {@link ListPrice.minute}: such a model has no price for anything but sounds. */
  readonly minute?: MicroDollars;
  readonly source: 'owner' | 'file' | 'local';
  /** When it was entered or read from the provider's list, as `2026-11-01`; null for `local`. */
  readonly date: string | null;
}
