/** Turns as the hosts and the API see them: followed, stopped, repeated. */
import type { TurnStatus } from '../events.ts';
import type { ConversationId, MessageId, ModelRef, Reason, TurnId } from '../types.ts';
import type { Result } from '../../lib/result.ts';

export interface Turns {
  /** The running turn of a conversation. */
  status(conversation: ConversationId): TurnStatus | null;
  /** Aborts the running turn and clears what waits. */
  stop(conversation: ConversationId): Promise<boolean>;
  /** Answers the last turn's messages again, in a new turn. */
  retry(conversation: ConversationId): Promise<Result<void, Reason>>;
  /** Answers a message that was set aside, or asks a dead letter again. */
  answerNow(message: MessageId): Promise<Result<void, Reason>>;
  retryDelivery(turn: TurnId): Promise<Result<void, Reason>>;
  /**
   * Follows a message to its answer (for `/v1` with `user`). `onText` gets each piece with its attempt; resolves when
   * the turn that covers the message has ended, also when it already has.
   */
  answer(message: MessageId, onText: (attempt: number, text: string) => void, signal: AbortSignal): Promise<Answer>;
}

export type Answer =
  | { readonly kind: 'answered'; readonly text: string; readonly model: ModelRef | null }
  | { readonly kind: 'failed'; readonly reason: Reason }
  /** Not answered, and it will not be by itself. */
  | { readonly kind: 'set-aside'; readonly reason: Reason | null };
