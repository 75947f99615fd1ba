/**
 * The port to the store. All writes of one path step go through one `commit`; commits asked for in the same tick share
 * one transaction. Statements are small and indexed; whatever is heavy (search, backup, statistics) runs in a worker.
 */
import type { Observable } from '../lib/observable.ts';
import type { AttachmentTable, ConversationTable, MessageTable } from './tables/messages.ts';
import type { CapTable, PriceTable, ReservationTable, UsageTable } from './tables/money.ts';
import type { AddressTable, GroupTable, LinkTable } from './tables/people.ts';
import type {
  FactTable,
  PersonaTable,
  ProviderTable,
  ScheduleTable,
  SecretTable,
  ToolPermissionTable,
} from './tables/setup.ts';
import type { DeliveryTable, FrameTable, StepTable, SummaryTable, ToolCallTable, TurnTable } from './tables/turns.ts';
import type { ToolServerTable } from './tool.ts';
import type { ConversationId, LinkId, MessageId, Millis, Reason } from './types.ts';

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
  /**
   * Full-text search over every message and what was read or heard in its files, or those of one link, newest first, in a
   * worker. A text of more than 20,000 characters is found to its end some time after it came. `query` is what a person typed.
   */
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
  /** Its file in which that stands, by its name; left out where it is the message's own text. */
  readonly file?: string;
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
