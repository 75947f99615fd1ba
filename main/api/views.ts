/**
 * Rows to views: what the window is shown of the gateway's rows. Everything is read when it is asked for, from
 * committed rows and the gateway's present state; nothing is kept here.
 */
import type { HealthView, ModelHealthView } from '../../preload/contract/diagnostics-views.ts';
import type {
  AttachmentView,
  ConversationView,
  DeliveryView,
  HostView,
  LinkView,
  MessageView,
  SearchHitView,
  ThreadView,
  TurnTextView,
  TurnView,
} from '../../preload/contract/views.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { LinkStatus } from '../gateway/links/types.ts';
import type { Settings } from '../gateway/settings.ts';
import type { SearchHit, Storage, Tables } from '../gateway/storage.ts';
import type {
  AttachmentRow,
  ConversationRow,
  LinkId,
  LinkKind,
  MessageRow,
  ModelRef,
  Reason,
  TurnId,
  TurnRow,
} from '../gateway/types.ts';
import { oneLine, plainLine } from '../lib/one-line.ts';
import { askedByView, besideMessages, stepsTallyView, type BesideMessages } from './beside-messages.ts';
import type { FixedEntries } from './fixed-entries.ts';
import type { HostFacts } from './ports.ts';

/** Where views are read from. */
export interface ViewSource {
  readonly gateway: Gateway;
  readonly storage: Storage;
  readonly settings: Settings;
  readonly facts: HostFacts;
  readonly fixed: FixedEntries;
}

const previewLength = 140;
/** Texts of one page of a thread, in UTF-16 units: a page has to fit into one frame even where each unit takes 3 bytes. */
const pageUnits = 250_000;

export function hostView(from: ViewSource, seq: number): HostView {
  const { facts, gateway, settings } = from;
  return {
    version: facts.version,
    mode: facts.mode,
    dataDir: facts.dataDir,
    startedAt: facts.startedAt,
    apiUrl: facts.apiUrl(),
    seq,
    problem: gateway.health().problem,
    notices: facts.notices(),
    timeZone: settings.get('timeZone') || Intl.DateTimeFormat().resolvedOptions().timeZone,
    setupDone: settings.get('setup.done'),
    pausedUntil: gateway.pausedUntil(),
  };
}

/** `degraded`: something stops the gateway, or a link that should be up needs somebody or keeps failing. Cheap. */
export function healthStatus({ gateway, storage }: Pick<ViewSource, 'gateway' | 'storage'>): HealthView['status'] {
  return storage.trouble.value !== null || gateway.links.inTrouble() ? 'degraded' : 'ok';
}

export async function healthView(from: ViewSource, now: number): Promise<HealthView> {
  const { facts, gateway } = from;
  const health = gateway.health();
  return {
    status: healthStatus(from),
    problem: health.problem,
    links: gateway.links.all().map((status) => linkView(from, status)),
    runningTurns: health.runningTurns,
    waitingMessages: health.waitingMessages,
    unsentReplies: health.unsentReplies,
    sentAgain: health.sentAgain,
    waitingCards: gateway.cards.open().length,
    pausedUntil: gateway.pausedUntil(),
    budgetAlarm: gateway.budget.alarm(),
    rssBytes: facts.rssBytes(),
    eventLoopP99Ms: facts.eventLoopP99Ms(),
    uptime: now - facts.startedAt,
    freeBytes: await facts.freeBytes(),
    runtime: facts.runtime,
    models: modelHealth(gateway.models),
  };
}

/** The default model and its fallbacks: from what the gateway met when it asked them, without asking anybody. */
function modelHealth(models: Gateway['models']): readonly ModelHealthView[] {
  const { default: first, fallbacks } = models.choice();
  const providers = models.providers();
  return [...new Set([first, ...fallbacks])].map((ref): ModelHealthView => {
    const provider = providers.find(({ id }) => ref.startsWith(`${id}/`));
    if (provider === undefined) return { ref, state: 'missing', until: null };
    if (provider.keyRefused) return { ref, state: 'key-refused', until: null };
    const until = models.cooldownUntil(ref);
    return { ref, state: until === null ? 'ready' : 'resting', until };
  });
}

export function linkView(from: ViewSource, status: LinkStatus): LinkView {
  const { row, state } = status;
  const { read } = from.storage;
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    handle: row.handle,
    state,
    since: status.since,
    lastInAt: status.lastInAt,
    lastOutAt: status.lastOutAt,
    unsent: read.deliveries.ready(row.id).length,
    waiting: read.messages.countAside(row.id, 'kept') + read.messages.countAside(row.id, 'late'),
    pausedUntil: row.pausedUntil,
    persona: row.persona,
    personaByFile: from.fixed.has('links.persona', row.id),
    enabled: row.enabled,
    fixedByFile: row.fixedByFile,
    apiRoot: row.apiRoot,
    mode: row.mode,
    device: row.device,
    linked: row.account !== null,
    hasOwner: from.gateway.people.hasOwner(row.id),
  };
}

export function conversationView(from: ViewSource, row: ConversationRow): ConversationView {
  const { read } = from.storage;
  const running = from.gateway.turns.status(row.id);
  const last = running === null ? read.turns.lastReply(row.id) : null;
  const newest = read.messages.page(row.id, 1).at(-1);
  return {
    id: row.id,
    link: row.link,
    linkKind: linkKind(from, row.link),
    kind: row.kind,
    title: row.title,
    preview: newest === undefined ? '' : previewOf(newest),
    lastAt: row.lastAt,
    unread: row.unread,
    working: running?.asking === false,
    failed: last !== null && turnFailed(read, last),
    model: row.model,
    persona: row.persona,
    thinking: row.thinking,
    contextNo: row.contextNo,
    pausedUntil: row.pausedUntil,
    pausedBy: row.pausedBy,
    undeliverable: row.undeliverable,
    withOwner: isWithOwner(from, row),
  };
}

function isWithOwner({ gateway }: ViewSource, { link, kind, chat }: ConversationRow): boolean {
  const platform = link !== 'window' && link !== 'api' && gateway.links.get(link) !== null;
  return platform && kind === 'private' && gateway.people.role(link, chat) === 'owner';
}

/** What persons write is no Markdown: their signs are shown as they were typed. */
export function previewOf({ kind, text }: MessageRow): string {
  return kind === 'person' ? oneLine(text, previewLength) : plainLine(text, previewLength);
}

function turnFailed(read: Tables, turn: TurnRow): boolean {
  return turn.state === 'failed' || turn.state === 'dead' || read.deliveries.ofTurn(turn.id)?.state === 'failed';
}

export function searchHitView(from: ViewSource, hit: SearchHit): SearchHitView {
  const row = from.storage.read.conversations.get(hit.conversation);
  return { ...hit, title: row?.title ?? '', linkKind: linkKind(from, row?.link ?? 'window') };
}

/** Of a link that was removed only the id is left; the built-in ones are named like their kind. */
function linkKind(from: ViewSource, id: LinkId): LinkKind {
  const known = from.gateway.links.get(id)?.row.kind ?? from.storage.read.links.get(id)?.kind;
  return known ?? (id === 'window' || id === 'api' ? id : 'telegram');
}

export function messageView(read: Tables, row: MessageRow): MessageView {
  return messageWith(read, row, besideMessages(read, [row]));
}

function messageWith(read: Tables, row: MessageRow, beside: BesideMessages): MessageView {
  return {
    id: row.id,
    seq: row.seq,
    conversation: row.conversation,
    kind: row.kind,
    authorName: row.authorName,
    text: row.text,
    at: row.at,
    forwarded: row.forwarded,
    revision: row.revision,
    attachments:
      row.kind === 'person' ? read.attachments.ofMessage(row.id).map((file) => attachmentView(read, file)) : [],
    contextNo: row.contextNo,
    state: row.state,
    reason: row.reason,
    turn: row.turn,
    model: row.model,
    cost: row.kind === 'assistant' && row.turn !== null ? read.usage.ofTurn(row.turn) : null,
    delivery: goesOut(row) && row.turn !== null ? deliveryView(read, row.turn) : null,
    steps: stepsTallyView(row, beside),
    scheduled: askedByView(row, beside),
  };
}

/** Ours, or the owner's own words; what somebody else said has the turn that answers it. */
export function goesOut({ kind, reason }: Pick<MessageRow, 'kind' | 'reason'>): boolean {
  return kind !== 'person' || reason?.code === 'access.own-message';
}

/** Characters of what was heard that are shown. */
const longestTranscript = 8_000;

function attachmentView(read: Pick<Tables, 'attachments'>, row: AttachmentRow): AttachmentView {
  const { id, kind, name, type, size, state, file, reason } = row;
  const isSound = kind === 'voice' || kind === 'audio' || type.startsWith('audio/');
  const heard = isSound ? (read.attachments.words(id, longestTranscript)?.text ?? null) : null;
  return { id, kind, name, type, size, state, file, reason, heard };
}

function deliveryView(read: Tables, turn: TurnId): DeliveryView | null {
  const delivery = read.deliveries.ofTurn(turn);
  if (delivery === null) return null;
  const parts = read.deliveries.parts(delivery.id);
  return {
    state: delivery.state,
    reason: delivery.reason,
    late: delivery.late,
    parts: parts.length,
    sentParts: parts.filter(({ state }) => state === 'sent').length,
    again: parts.reduce((times, { again }) => times + again, 0),
  };
}

export function turnView(turn: {
  readonly row: TurnRow;
  readonly model: ModelRef | null;
  readonly waitingFor: Reason | null;
  readonly doing?: TurnView['doing'];
  readonly asking?: boolean;
}): TurnView {
  const { row } = turn;
  return {
    id: row.id,
    conversation: row.conversation,
    state: row.state,
    startedAt: row.startedAt,
    waitingFor: turn.waitingFor,
    model: turn.model ?? row.model,
    reason: row.reason,
    doing: turn.doing ?? null,
    asking: turn.asking ?? false,
  };
}

/**
 * A page of a thread, rising: the `limit` messages before `beforeSeq`, after `afterSeq`, or the newest. Shorter when
 * the texts would not fit into one frame; at least one message.
 */
export function threadView(
  from: ViewSource,
  row: ConversationRow,
  page: { readonly limit: number; readonly beforeSeq?: number; readonly afterSeq?: number },
): ThreadView {
  const { read } = from.storage;
  const forward = page.afterSeq !== undefined;
  const found = read.messages.page(row.id, page.limit + 1, pageBound(page));
  const fitting = forward ? found.slice(0, page.limit) : found.slice(-page.limit);
  const rows = fitFrame(fitting, forward);
  const first = rows[0];
  const more = forward
    ? first !== undefined && read.messages.page(row.id, 1, { beforeSeq: first.seq }).length > 0
    : found.length > rows.length;
  const running = from.gateway.turns.status(row.id);
  const last = running === null ? read.turns.lastReply(row.id) : null;
  const turnText: TurnTextView | null =
    running === null ? null : { turn: running.row.id, attempt: running.attempt, text: running.text };
  const ended = last === null ? null : turnView({ row: last, model: last.model, waitingFor: null });
  return {
    conversation: conversationView(from, row),
    messages: messagesWith(read, rows),
    more,
    turn: running === null ? ended : turnView(running),
    turnText,
  };
}

function messagesWith(read: Tables, rows: readonly MessageRow[]): readonly MessageView[] {
  const beside = besideMessages(read, rows);
  return rows.map((row) => messageWith(read, row, beside));
}

function pageBound(page: {
  readonly beforeSeq?: number;
  readonly afterSeq?: number;
}): { readonly beforeSeq: number } | { readonly afterSeq: number } | undefined {
  if (page.afterSeq !== undefined) return { afterSeq: page.afterSeq };
  return page.beforeSeq === undefined ? undefined : { beforeSeq: page.beforeSeq };
}

function fitFrame(rows: readonly MessageRow[], forward: boolean): readonly MessageRow[] {
  const ordered = forward ? rows : rows.toReversed();
  let units = 0;
  const over = ordered.findIndex((row, position) => {
    units += row.text.length + 400;
    return position > 0 && units > pageUnits;
  });
  if (over === -1) return rows;
  return forward ? rows.slice(0, over) : rows.slice(rows.length - over);
}
