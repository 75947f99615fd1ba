/** Cards: what only the owner can decide or has to know. */
import type { Address, ConversationId, LinkId, MessageRow, Millis, Reason, TurnId } from '../types.ts';
import type { Result } from '../../lib/result.ts';

/** What a person may press on a card. */
export type CardAnswer = 'owner' | 'allow' | 'once' | 'ignore' | 'mention' | 'always' | 'answer' | 'leave' | 'resume';

/**
 * Something that only the owner can decide or has to know. Cards are not stored: each follows from what is (kept
 * messages, undecided groups, late messages, a pause by the loop breaker, a link's state, the budget), so that none can
 * be forgotten or shown twice. `id` is the same as long as its cause is the same.
 */
export type Card = { readonly id: string; readonly at: Millis; readonly answers: readonly CardAnswer[] } & (
  | {
      readonly kind: 'person';
      readonly link: LinkId;
      readonly address: Address;
      readonly name: string;
      readonly messages: number;
      readonly last: MessageRow;
    }
  | {
      readonly kind: 'group';
      readonly link: LinkId;
      readonly chat: string;
      readonly title: string;
      readonly messages: number;
      readonly last: MessageRow | null;
    }
  | { readonly kind: 'late'; readonly link: LinkId; readonly messages: number }
  | { readonly kind: 'loop'; readonly link: LinkId; readonly conversation: ConversationId; readonly title: string }
  | { readonly kind: 'signed-out' | 'conflict'; readonly link: LinkId; readonly reason: Reason }
  | { readonly kind: 'budget'; readonly reason: Reason }
  /** The agent wants to use a tool: `once` allows this call, `always` all to come as well, `ignore` refuses it. */
  | {
      readonly kind: 'tool';
      readonly link: LinkId;
      readonly conversation: ConversationId;
      readonly turn: TurnId;
      readonly call: string;
      /** Nobody having answered by then, it is refused. */
      readonly until: Millis;
      readonly tool: string;
      /** As the model wrote them, whole: whoever shows them shortens each value, so that none hides another. */
      readonly arguments: string;
      /** Which conversation of the window it is asked for in; null where the owner is asked in the conversation itself. */
      readonly where: string | null;
      /** Why it is asked for although the owner allows the tool always; null where he is asked each time. */
      readonly reason: Reason | null;
    }
);

export interface Cards {
  /** Oldest first. */
  open(): readonly Card[];
  /** `input.not-found` when the card is gone, `input.malformed` when it does not take this answer. */
  answer(id: string, answer: CardAnswer): Promise<Result<void, Reason>>;
}
