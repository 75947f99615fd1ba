/** Money as it is stored: what calls took, what is set aside for them, what they may take, and what models cost. */
import type { ConversationId, LinkId, MicroDollars, Millis, ModelRef, ProviderId, TurnId } from '../types.ts';

/** One call to a model, and for whom it was made. */
interface CallOf {
  readonly id: string;
  readonly at: Millis;
  readonly link: LinkId;
  readonly conversation: ConversationId | null;
  readonly turn: TurnId | null;
  readonly model: ModelRef;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface UsageRow extends CallOf {
  /** Null when the model has no known price; local models cost 0. */
  readonly cost: MicroDollars | null;
  /** Asked on the owner's own machine or network: free, and outside of every cap. */
  readonly local: boolean;
  /** The server gave no counts: they are our estimate. */
  readonly estimated: boolean;
  /** How the call ended: `ok`, or the class of its failure. */
  readonly outcome: string;
}

/** What a call may cost at most, set aside before it is made; settled or, when the process died, charged in full. */
export interface ReservationRow extends CallOf {
  readonly cost: MicroDollars;
}

export type CapScope =
  | { readonly kind: 'provider'; readonly id: ProviderId }
  | { readonly kind: 'conversation'; readonly id: ConversationId };

/** Null: none. */
export interface CapAmounts {
  readonly dayCost: MicroDollars | null;
  readonly dayTokens: number | null;
  readonly monthCost: MicroDollars | null;
  readonly monthTokens: number | null;
}

/** Limits of one provider or of one conversation, beside those over everything. */
export interface CapRow extends CapAmounts {
  readonly scope: CapScope;
}

/** A price per million tokens, entered by the owner; it wins over the price file and over "local costs nothing". */
export interface PriceRow {
  readonly model: ModelRef;
  readonly input: MicroDollars;
  readonly output: MicroDollars;
  readonly at: Millis;
}

/** A price per million tokens and the day it was read from the provider's list (`2026-11-01`). */
export interface ListPrice {
  readonly input: MicroDollars;
  readonly output: MicroDollars;
  /** Of a minute of sound, for a model that hears and is charged so; its tokens cost nothing then. */
  readonly minute?: MicroDollars;
  readonly date: string;
}
