/** Tables of what it costs: usage, reservations, caps and prices. */
import type { CapRow, CapScope, PriceRow, ReservationRow, UsageRow } from '../budget/rows.ts';
import type { ConversationId, Millis, ModelRef, TurnId } from '../types.ts';

export interface UsageTable {
  add(row: UsageRow): void;
  /** Sums from `from` (inclusive) to `to` (exclusive). */
  totals(from: Millis, to: Millis): UsageTotals;
  lastOf(conversation: ConversationId): UsageRow | null;
  /**
   * Sums of the calls that count against caps (not local), from `from` to `to`; cost unknown counts as 0 there. Those of
   * one provider or of one conversation where `scope` is given.
   */
  charged(from: Millis, to: Millis, scope?: CapScope): { readonly tokens: number; readonly cost: number };
  /** What a conversation cost since `from`, calls on the owner's own machine included. */
  ofConversation(conversation: ConversationId, from: Millis): UsageTotals;
  /**
   * How many replies models gave from `from` to `to`, whatever number of calls each took, and how many of them had a call
   * of unknown cost. A call outside of a turn (`/v1`) is a reply of its own.
   */
  replies(from: Millis, to: Millis): { readonly replies: number; readonly unpriced: number };
  /** Everything that a turn cost, failed and repeated calls too; null when it made none. */
  ofTurn(turn: TurnId): UsageTotals | null;
  /** Totals of each stretch between neighbouring `bounds` (rising), split by model. For charts; at most 400 bounds. */
  series(bounds: readonly Millis[]): readonly UsageSlice[];
}

export interface UsageTotals {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Sum of known costs. */
  readonly cost: number;
  /** Calls whose cost is unknown. */
  readonly unpriced: number;
  readonly estimated: number;
}

export interface UsageSlice extends UsageTotals {
  readonly from: Millis;
  readonly model: ModelRef;
}

export interface ReservationTable {
  all(): readonly ReservationRow[];
  put(row: ReservationRow): void;
  remove(id: string): void;
}

export interface CapTable {
  /** Providers first, then conversations, by id. */
  all(): readonly CapRow[];
  put(row: CapRow): void;
  remove(scope: CapScope): void;
}

export interface PriceTable {
  all(): readonly PriceRow[];
  get(model: ModelRef): PriceRow | null;
  put(row: PriceRow): void;
  remove(model: ModelRef): void;
}
