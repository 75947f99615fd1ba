/** What stands at the beginning of a prompt, as it is stored. */
import type { ConversationId, Millis, ModelRef, PersonaId, TurnId } from '../types.ts';

/** What a conversation's prompt begins with, as long as its context, its day and its summary are these. */
export interface FrameRow {
  readonly conversation: ConversationId;
  readonly contextNo: number;
  /** As it stands in the prompt. */
  readonly day: string;
  /** The id of the summary; null where there is none. */
  readonly summary: string | null;
  /** The owner's memory as it was read; null: it was not. */
  readonly memory: string | null;
  /** The turn that last tried to make a summary. */
  readonly tried: TurnId | null;
}

/** What stands in the prompt in place of the older turns of a context; the messages themselves stay in the store. */
export interface SummaryRow {
  readonly id: string;
  readonly conversation: ConversationId;
  readonly contextNo: number;
  /** Turns whose answer has this `seq` or a lower one are in it. */
  readonly upto: number;
  readonly text: string;
  readonly model: ModelRef;
  /** How many turns it took the place of, those of the summary before not counted. */
  readonly turns: number;
  /** Estimates: of what it took the place of, and of itself. */
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  /** Something that others wrote (a page, a document) went into it. */
  readonly outside: boolean;
  readonly at: Millis;
}

/** How the model is to speak and who it is to be, in the owner's words. */
export interface PersonaRow {
  readonly id: PersonaId;
  readonly name: string;
  /** At most 6,000 characters; stands at the beginning of the prompt. */
  readonly text: string;
  readonly createdAt: Millis;
}
