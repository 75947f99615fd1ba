/** What the store's tests share: a temporary data directory, rows with defaults. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ids } from '../../main/gateway/clock.ts';
import type { Log, LogFields, LogLevel } from '../../main/gateway/log.ts';
import type {
  AttachmentRow,
  ConversationRow,
  DeliveryRow,
  GroupRow,
  LinkRow,
  MessageRow,
  PartRow,
  TurnRow,
} from '../../main/gateway/types.ts';
import type { ReservationRow, UsageRow } from '../../main/gateway/budget/rows.ts';
import { openStore, type Store, type StoreOptions } from '../../main/store/store.ts';
import { ManualClock } from '../lib/manual-clock.ts';

export function countingIds(prefix = 'id'): Ids {
  let n = 0;
  return { next: () => `${prefix}-${String(++n).padStart(6, '0')}` };
}

export interface RecordedLog extends Log {
  readonly lines: { readonly level: LogLevel; readonly event: string; readonly fields: LogFields | undefined }[];
}

export function recordedLog(): RecordedLog {
  const lines: RecordedLog['lines'] = [];
  return { lines, write: (level, event, fields) => void lines.push({ level, event, fields }) };
}

/** A data directory of its own, removed at the end of the test. */
export class TemporaryDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'porchlight-store-'));
  constructor() {
    for (const folder of ['attachments', 'backups', 'logs']) mkdirSync(join(this.path, folder));
  }
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly log: RecordedLog;
  readonly dataDir: string;
}

/** Opens the store in `dataDir`; throws the reason when it cannot. */
export async function openTestStore(dataDir: string, options: Partial<StoreOptions> = {}): Promise<TestStore> {
  const clock = new ManualClock();
  const log = recordedLog();
  const opened = await openStore({ dataDir, clock, ids: countingIds(), log, ...options });
  if (!opened.ok) throw new Error(`not opened: ${opened.failure.code}`);
  const store = opened.value;
  return { store, clock, log, dataDir, [Symbol.asyncDispose]: () => store.close() };
}

export function linkRow(over: Partial<LinkRow> = {}): LinkRow {
  return {
    id: 'bot',
    kind: 'telegram',
    name: 'Bot',
    account: null,
    handle: null,
    enabled: true,
    apiRoot: null,
    serverKey: null,
    mode: 'people',
    device: null,
    language: null,
    linkedAt: 5,
    capabilities: {},
    pausedUntil: null,
    persona: null,
    fixedByFile: false,
    createdAt: 1,
    ...over,
  };
}

export function conversationRow(over: Partial<ConversationRow> = {}): ConversationRow {
  return {
    id: 'c1',
    link: 'bot',
    chat: over.id ?? 'c1',
    topic: null,
    kind: 'private',
    title: 'Ada',
    contextNo: 1,
    model: null,
    persona: null,
    thinking: null,
    pausedUntil: null,
    pausedBy: null,
    undeliverable: null,
    unread: 0,
    createdAt: 1,
    lastAt: 1,
    ...over,
  };
}

export function newMessage(over: Partial<MessageRow> = {}): Omit<MessageRow, 'seq'> {
  return {
    id: 'm1',
    conversation: 'c1',
    link: 'bot',
    kind: 'person',
    author: '42',
    authorName: 'Ada',
    platformId: null,
    revision: 0,
    text: 'hello',
    forwarded: false,
    contextNo: 1,
    at: 10,
    receivedAt: 11,
    state: 'waiting',
    reason: null,
    turn: null,
    model: null,
    ...over,
  };
}

export function turnRow(over: Partial<TurnRow> = {}): TurnRow {
  return {
    id: 't1',
    conversation: 'c1',
    link: 'bot',
    state: 'running',
    kind: 'reply',
    starts: 1,
    contextNo: 1,
    model: null,
    reason: null,
    worked: 0,
    startedAt: 20,
    endedAt: null,
    ...over,
  };
}

export function deliveryRow(over: Partial<DeliveryRow> = {}): DeliveryRow {
  return {
    id: 'd1',
    turn: 't1',
    conversation: 'c1',
    link: 'bot',
    state: 'open',
    late: false,
    reason: null,
    createdAt: 20,
    readyAt: null,
    settledAt: null,
    ...over,
  };
}

export function partRow(over: Partial<PartRow> = {}): PartRow {
  return {
    id: 'p1',
    delivery: 'd1',
    position: 0,
    part: { format: 'html', text: '<b>hi</b>', plain: 'hi' },
    ownId: null,
    state: 'pending',
    attempts: 0,
    again: 0,
    ref: null,
    reason: null,
    ...over,
  };
}

export function usageRow(over: Partial<UsageRow> = {}): UsageRow {
  return {
    id: 'u1',
    at: 100,
    link: 'bot',
    conversation: 'c1',
    turn: 't1',
    model: 'lab/gpt',
    inputTokens: 10,
    outputTokens: 5,
    cost: 7,
    local: false,
    estimated: false,
    outcome: 'ok',
    ...over,
  };
}

export function groupRow(over: Partial<GroupRow> = {}): GroupRow {
  return { link: 'bot', chat: '-1', title: 'Club', answer: 'unknown', origin: 'message', lastSeenAt: null, ...over };
}

export function attachmentRow(over: Partial<AttachmentRow> = {}): AttachmentRow {
  return {
    id: 'a1',
    message: 'm1',
    position: 0,
    kind: 'photo',
    platformRef: 'AgAC',
    name: 'photo.jpg',
    type: 'image/jpeg',
    size: 1000,
    seconds: null,
    state: 'pending',
    file: null,
    reason: null,
    ...over,
  };
}

export function reservationRow(over: Partial<ReservationRow> = {}): ReservationRow {
  return {
    id: 'r1',
    at: 100,
    link: 'bot',
    conversation: 'c1',
    turn: 't1',
    model: 'lab/gpt',
    inputTokens: 1000,
    outputTokens: 500,
    cost: 70,
    ...over,
  };
}
