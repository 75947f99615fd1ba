/** Tables of how it is answered: turns, what a model did and was given in them, and deliveries. */
import type { StepRow, ToolCallRow, TurnTally } from '../agent/types.ts';
import type { FrameRow, SummaryRow } from '../context/rows.ts';
import type {
  ConversationId,
  DeliveryId,
  DeliveryRow,
  DeliveryState,
  LinkId,
  MessageId,
  MessageRow,
  Millis,
  PartId,
  PartRow,
  Reason,
  ReasonCode,
  TurnId,
  TurnRow,
} from '../types.ts';

/** How many of the newest rows are in a state, for this reason. */
export interface EndingCount {
  readonly state: string;
  readonly code: ReasonCode | null;
  readonly count: number;
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
  /** How the newest `limit` ended or stand, the most frequent first. */
  endings(limit: number): readonly EndingCount[];
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
  /** As those of turns. */
  endings(limit: number): readonly EndingCount[];
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
