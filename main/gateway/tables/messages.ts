/** Tables of what was said: conversations, messages and the files that came with them. */
import type {
  Address,
  AttachmentRow,
  ChatRef,
  ConversationId,
  ConversationRow,
  LinkId,
  MessageId,
  MessageRow,
  MessageState,
  Millis,
  ModelRef,
  Reason,
  TurnId,
} from '../types.ts';

export interface ConversationTable {
  get(id: ConversationId): ConversationRow | null;
  find(link: LinkId, chat: ChatRef): ConversationRow | null;
  put(row: ConversationRow): void;
  /** By last activity, newest first, or those of one link; `before` is the `(lastAt, id)` of the last row of the page before. */
  page(
    limit: number,
    before?: { readonly lastAt: Millis; readonly id: ConversationId },
    link?: LinkId,
  ): readonly ConversationRow[];
  /**
   * Those whose title has the letters of `query` in their order: first those that have it as it stands, then by last
   * activity. Spaces stand for anything; an empty query finds nothing.
   */
  titled(query: string, limit: number): readonly ConversationRow[];
  /** Every topic of a chat. */
  ofChat(link: LinkId, chat: string): readonly ConversationRow[];
  /** With `pausedBy` set: paused by the loop breaker. */
  pausedByItself(): readonly ConversationRow[];
  /** Every model that was chosen for a conversation, once. */
  models(): readonly ModelRef[];
  /** Removes it with all messages, turns, deliveries and attachments; answers the files that nothing refers to any more. */
  forget(id: ConversationId): readonly string[];
}

/** What a new message needs; the store gives it its `seq`. Not forwarded where nothing is said of it. */
export type NewMessage = Omit<MessageRow, 'seq' | 'forwarded'> & Partial<Pick<MessageRow, 'forwarded'>>;

/** The answers of a context with a `seq` above `after`, at most `upto`; not that of the turn `except`. */
export interface ContextPart {
  readonly conversation: ConversationId;
  readonly contextNo: number;
  readonly after: number;
  readonly upto: number;
  readonly except: TurnId;
}

export interface MessageTable {
  add(message: NewMessage): MessageRow;
  get(id: MessageId): MessageRow | null;
  byPlatformId(conversation: ConversationId, author: Address | null, platformId: string): MessageRow | null;
  /** Sets what became of messages; `turn` only where given. */
  mark(ids: readonly MessageId[], state: MessageState, reason: Reason | null, turn?: TurnId | null): void;
  /** A page of a thread in rising order: the `limit` messages before `beforeSeq` (or the newest), or after `afterSeq`. */
  page(
    conversation: ConversationId,
    limit: number,
    at?: { readonly beforeSeq: number } | { readonly afterSeq: number },
  ): readonly MessageRow[];
  /** The newest messages of a context, rising, for the prompt; only those after `afterSeq`, where it is given. */
  ofContext(conversation: ConversationId, contextNo: number, limit: number, afterSeq?: number): readonly MessageRow[];
  /**
   * Others had a say in this part of a context: a tool gave a turn what others wrote, or a question was passed on or came
   * with a file that was not spoken into the chat.
   */
  hasOthers(part: ContextPart): boolean;
  /** Where a context begins; null when nothing was said in it yet. */
  firstOfContext(conversation: ConversationId, contextNo: number): MessageRow | null;
  /** The inbox of a conversation: `waiting`, oldest first. */
  waiting(conversation: ConversationId, limit: number): readonly MessageRow[];
  /** How many messages wait, over all conversations. */
  countWaiting(): number;
  /** Conversations that have waiting messages, oldest message first. */
  conversationsWaiting(): readonly ConversationId[];
  /** Messages in one of the set-aside states (`kept`, `paused`, `late`, `held`) of a link, newest first. */
  setAside(link: LinkId, state: MessageState, limit: number): readonly MessageRow[];
  ofTurn(turn: TurnId): readonly MessageRow[];
  /** The author changed it: the old text is kept as a revision, `revision` rises by one. */
  revise(id: MessageId, text: string, at: Millis): void;
  /** Earlier texts, oldest first. */
  revisions(id: MessageId): readonly { readonly revision: number; readonly text: string; readonly at: Millis }[];
  /** How many messages of a link are in one of the set-aside states. */
  countAside(link: LinkId, state: MessageState): number;
}

export interface AttachmentTable {
  add(row: AttachmentRow): void;
  put(row: AttachmentRow): void;
  get(id: string): AttachmentRow | null;
  /**
   * What it says, in words: what was heard in it, or a document's text, at most `most` characters (code points) of it;
   * `length` counts all of them. Null as long as nothing was read in it. Stays when its message is changed.
   */
  words(id: string, most?: number): { readonly text: string; readonly length: number } | null;
  putWords(id: string, words: string): void;
  ofMessage(message: MessageId): readonly AttachmentRow[];
  /** Still to be fetched, oldest first. */
  pending(limit: number): readonly AttachmentRow[];
}
