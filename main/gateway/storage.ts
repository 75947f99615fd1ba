/**
 * The port to the store. All writes of one path step go through one `commit`; commits asked for in the same tick share
 * one transaction. Statements are small and indexed; whatever is heavy (search, backup, statistics) runs in a worker.
 */
import type {
  Address,
  AddressRow,
  AttachmentRow,
  CapRow,
  CapScope,
  ChatRef,
  ConversationId,
  ConversationRow,
  DeliveryId,
  DeliveryRow,
  DeliveryState,
  FrameRow,
  GroupRow,
  LinkId,
  LinkRow,
  MessageId,
  MessageRow,
  MessageState,
  Millis,
  ModelRef,
  PartId,
  PartRow,
  PersonaId,
  PersonaRow,
  PriceRow,
  ProviderId,
  ProviderRow,
  Reason,
  ReservationRow,
  SummaryRow,
  TurnId,
  TurnRow,
  UsageRow,
} from './types.ts';
import type { StepRow, ToolCallRow, ToolPermission, TurnTally } from './agent/types.ts';
import type { ScheduleId, ScheduleRow, ScheduleRunRow } from './schedule/types.ts';
import type { Observable } from '../lib/observable.ts';
import type { ToolServerTable } from './tool.ts';

/**
 * The store cannot write: the disk is full, the data directory is gone, or the database is damaged. Nothing of the
 * `commit` was stored; callers acknowledge nothing and try again when {@link Storage.trouble} clears.
 */
export class StorageTrouble extends Error {
  readonly reason: Reason;
  constructor(reason: Reason, cause: unknown) {
    super(reason.code, { cause });
    this.name = 'StorageTrouble';
    this.reason = reason;
  }
}

export interface Storage {
  /** Runs `work` in the next transaction at `synchronous=FULL`; resolves when it is on disk. If `work` throws, only its own writes are undone. */
  commit<T>(work: (tables: Tables) => T): Promise<T>;
  /** The same at `NORMAL`: survives a crash of the process, may be lost with the power. For receipts and health. */
  note<T>(work: (tables: Tables) => T): Promise<T>;
  /** Reads what is committed, at once. Calling a writing method on it throws. */
  readonly read: Tables;
  /** Null while the store works. Set by a failed write, cleared by a probe that the store makes by itself. */
  readonly trouble: Observable<Reason | null>;
  /** Full-text search over every message, or those of one link, newest first, in a worker. `query` is what a person typed. */
  search(query: string, limit: number, signal: AbortSignal, link?: LinkId): Promise<readonly SearchHit[]>;
  /** The next piece of an export, at most 150,000 UTF-16 units of it, made in a worker. */
  exportPiece(request: ExportRequest): Promise<ExportPiece>;
}

/** Conversations as one text, told piece by piece. */
export interface ExportRequest {
  /** Null: all of them. */
  readonly conversation: ConversationId | null;
  readonly format: 'markdown' | 'json';
  /** Where the piece begins: {@link ExportPiece.next} of the one before; null for the first. */
  readonly after: ExportPlace | null;
  readonly now: Millis;
  /** IANA name, and what who spoke is called: for Markdown. */
  readonly zone: string;
  readonly words: {
    readonly owner: string;
    readonly assistant: string;
    readonly notice: string;
    readonly untitled: string;
  };
}

/** A place in the text. To whoever asks for the next piece it means nothing. */
export interface ExportPlace {
  readonly conversation: ConversationId;
  readonly seq: number;
  readonly skip: number;
  readonly done: number;
  readonly total: number;
  readonly until: number;
  readonly at: Millis;
}

export interface ExportPiece {
  readonly text: string;
  /** Null: this was the last piece. */
  readonly next: ExportPlace | null;
  /** Messages that are told, and all there are. */
  readonly done: number;
  readonly total: number;
}

export interface SearchHit {
  readonly message: MessageId;
  readonly conversation: ConversationId;
  readonly seq: number;
  readonly at: Millis;
  /** About 120 characters round the first hit, hits between U+0002 and U+0003. */
  readonly excerpt: string;
}

export interface Tables {
  readonly links: LinkTable;
  readonly addresses: AddressTable;
  readonly groups: GroupTable;
  readonly conversations: ConversationTable;
  readonly messages: MessageTable;
  readonly attachments: AttachmentTable;
  readonly turns: TurnTable;
  readonly summaries: SummaryTable;
  readonly frames: FrameTable;
  readonly deliveries: DeliveryTable;
  readonly usage: UsageTable;
  readonly reservations: ReservationTable;
  readonly prices: PriceTable;
  readonly caps: CapTable;
  readonly personas: PersonaTable;
  readonly facts: FactTable;
  readonly providers: ProviderTable;
  readonly secrets: SecretTable;
  readonly schedules: ScheduleTable;
  readonly steps: StepTable;
  readonly toolCalls: ToolCallTable;
  readonly toolPermissions: ToolPermissionTable;
  readonly toolServers: ToolServerTable;
}

export interface LinkTable {
  all(): readonly LinkRow[];
  get(id: LinkId): LinkRow | null;
  put(row: LinkRow): void;
  /**
   * Removes the link, its cursor and every role and decision about groups on it. Conversations and messages stay; what
   * waited to be answered or sent there is cleared and cancelled.
   */
  remove(id: LinkId): void;
  cursor(link: LinkId, account: string): { readonly position: number; readonly at: Millis } | null;
  setCursor(link: LinkId, account: string, position: number, at: Millis): void;
  /** True when the event was not known yet: the caller goes on; false: it is a repetition. */
  addEvent(link: LinkId, key: string, at: Millis): boolean;
}

export interface AddressTable {
  get(link: LinkId, address: Address): AddressRow | null;
  /** All rows of a link, `*` included, newest first. */
  ofLink(link: LinkId): readonly AddressRow[];
  put(row: AddressRow): void;
  remove(link: LinkId, address: Address): void;
  /**
   * Somebody is called differently now: role, private chat and everything that he wrote, in groups too, go with him. Of
   * two roles a block wins, then owner, then guest, with its origin. Of two private chats the one of the new name takes
   * over all but a turn that runs in the other, which ends where it began.
   */
  migrate(link: LinkId, from: Address, to: Address): void;
}

export interface GroupTable {
  get(link: LinkId, chat: string): GroupRow | null;
  /** Newest first. */
  ofLink(link: LinkId): readonly GroupRow[];
  put(row: GroupRow): void;
  remove(link: LinkId, chat: string): void;
  /**
   * The platform calls a chat differently now: the group's decision and all its conversations go with it. Where a
   * conversation of the new name exists already, the old one stays as history and what waits in it moves over.
   */
  migrate(link: LinkId, from: string, to: string): void;
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

/** Small facts of the gateway itself that outlive a restart: what the owner was told and when, a pause of everything. */
export interface FactTable {
  get(key: string): unknown;
  /** `value` is JSON; undefined removes the fact. */
  put(key: string, value: unknown): void;
  /** Facts whose key begins with `prefix`, by key. */
  all(prefix: string): readonly { readonly key: string; readonly value: unknown }[];
}

export interface PriceTable {
  all(): readonly PriceRow[];
  get(model: ModelRef): PriceRow | null;
  put(row: PriceRow): void;
  remove(model: ModelRef): void;
}

export interface CapTable {
  /** Providers first, then conversations, by id. */
  all(): readonly CapRow[];
  put(row: CapRow): void;
  remove(scope: CapScope): void;
}

export interface PersonaTable {
  /** By name. */
  all(): readonly PersonaRow[];
  get(id: PersonaId): PersonaRow | null;
  put(row: PersonaRow): void;
  /** Conversations and links that had it have none of their own any more. */
  remove(id: PersonaId): void;
}

export interface ReservationTable {
  all(): readonly ReservationRow[];
  put(row: ReservationRow): void;
  remove(id: string): void;
}

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

export interface TurnTable {
  add(turn: TurnRow): void;
  get(id: TurnId): TurnRow | null;
  put(turn: TurnRow): void;
  /** Left over from the last run of the program, oldest first. */
  running(): readonly TurnRow[];
  /** The last turn of kind `reply` of a conversation: what Retry means. */
  lastReply(conversation: ConversationId): TurnRow | null;
  /** Binds messages to a turn; a message is in at most one turn (unique), a second turn for it is a bug and throws. */
  addInputs(turn: TurnId, messages: readonly MessageId[]): void;
  /** Retry: the turn takes messages over from the turns they had, so that a message never has two. */
  moveInputs(messages: readonly MessageId[], to: TurnId): void;
  inputs(turn: TurnId): readonly MessageRow[];
  /** Dead letters that were not asked again since, newest first. */
  dead(limit: number): readonly TurnRow[];
}

export interface StepTable {
  /** A step is stored once; the same place of a turn a second time is a bug and throws. */
  add(row: StepRow): void;
  /** In their order. */
  ofTurn(turn: TurnId): readonly StepRow[];
  /** There is at least one. */
  has(turn: TurnId): boolean;
  /** Only of those that have any. One statement for all of them, which reads neither arguments nor results. */
  tallies(turns: readonly TurnId[]): ReadonlyMap<TurnId, TurnTally>;
}

export interface ToolCallTable {
  add(row: ToolCallRow): void;
  get(id: string): ToolCallRow | null;
  put(row: ToolCallRow): void;
  /** By step, then by their order in it. */
  ofTurn(turn: TurnId): readonly ToolCallRow[];
  /** Calls of running turns that wait for the owner, oldest first. */
  asking(): readonly ToolCallRow[];
}

/** What the owner said about tools, by their names; a tool that is gone keeps it. */
export interface ToolPermissionTable {
  get(name: string): ToolPermission | null;
  put(name: string, permission: ToolPermission, at: Millis): void;
  remove(name: string): void;
}

export interface SummaryTable {
  add(row: SummaryRow): void;
  /** The one that stands in the prompt of a context; null where there is none. */
  latest(conversation: ConversationId, contextNo: number): SummaryRow | null;
  /** Oldest first. One that covers what was taken back or changed since is gone. */
  ofConversation(conversation: ConversationId): readonly SummaryRow[];
}

export interface FrameTable {
  get(conversation: ConversationId): FrameRow | null;
  put(row: FrameRow): void;
}

export interface DeliveryTable {
  add(delivery: DeliveryRow): void;
  get(id: DeliveryId): DeliveryRow | null;
  ofTurn(turn: TurnId): DeliveryRow | null;
  put(delivery: DeliveryRow): void;
  setState(id: DeliveryId, state: DeliveryState, reason: Reason | null, settledAt: Millis | null): void;
  /** Deliveries with text to send, oldest first; of one link where given. */
  ready(link?: LinkId): readonly DeliveryRow[];
  /** The next one to be sent in a conversation. */
  nextReady(conversation: ConversationId): DeliveryRow | null;
  /** Deliveries that gave up or wait for the owner, newest first. */
  troubled(limit: number): readonly DeliveryRow[];
  addPart(part: PartRow): void;
  parts(delivery: DeliveryId): readonly PartRow[];
  putPart(part: PartRow): void;
  part(id: PartId): PartRow | null;
  /** How many times a part was ever sent once more because the outcome before could not be known. */
  againCount(): number;
  /** Replies (turns of kind `reply`) of a conversation whose final text was committed at or after `since`. */
  repliesSince(conversation: ConversationId, since: Millis): number;
}

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

export interface UsageSlice extends UsageTotals {
  readonly from: Millis;
  readonly model: ModelRef;
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

export interface ProviderTable {
  all(): readonly ProviderRow[];
  get(id: ProviderId): ProviderRow | null;
  put(row: ProviderRow): void;
  remove(id: ProviderId): void;
}

export interface SecretTable {
  get(name: string): Uint8Array | null;
  put(name: string, sealed: Uint8Array): void;
  remove(name: string): void;
}

export interface ScheduleTable {
  /** In the order in which they were made. */
  all(): readonly ScheduleRow[];
  get(id: ScheduleId): ScheduleRow | null;
  put(row: ScheduleRow): void;
  /** With its runs. What it has said stays. */
  remove(id: ScheduleId): void;
  hasRun(slotKey: string): boolean;
  /** A second run of a slot is a bug and throws. */
  addRun(row: ScheduleRunRow): void;
  /** In reverse order of adding. */
  runs(schedule: ScheduleId, limit: number): readonly ScheduleRunRow[];
  removeRun(slotKey: string): void;
  /** Which schedules asked these messages; without those that are gone, or whose run was forgotten. */
  askedBy(messages: readonly MessageId[]): ReadonlyMap<MessageId, Pick<ScheduleRow, 'id' | 'name'>>;
  /** Forgets some of the oldest runs, those for slots earlier than `before`. */
  forgetRuns(schedule: ScheduleId, before: Millis): void;
}

export type { ModelRef };
