/**
 * The beginning of a turn: the second access decision about the messages it takes, and the commit that makes it durable
 * together with its one delivery row, before anything of it goes out.
 */
import {
  askedOf,
  asStored,
  decideAccess,
  groupAnswer,
  isNoneOfOurs,
  roleIn,
  saidAsGuest,
  type AccessDecision,
} from '../access/access.ts';
import { isScheduled } from '../schedule/types.ts';
import { isCommand } from '../commands/commands.ts';
import type { GatewayPorts } from '../gateway.ts';
import { lateAfter, loopWindow, untilResumed } from '../limits.ts';
import { pausedUntil } from '../access/pauses.ts';
import type { Tables } from '../storage.ts';
import type { ConversationRow, DeliveryRow, LinkRow, MessageRow, Reason, Role, TurnId, TurnRow } from '../types.ts';

/** A turn and all it needs to run. */
export interface StartedTurn {
  readonly row: TurnRow;
  readonly delivery: DeliveryRow;
  readonly conversation: ConversationRow;
  readonly link: LinkRow;
  readonly role: Role;
  /** In the order in which they came. */
  readonly inputs: readonly MessageRow[];
}

/**
 * Inside a commit. Messages that may not be answered any more (blocked or paused meanwhile, cleared by a stop) fall out;
 * null when none is left.
 */
export function beginTurn(
  ports: Pick<GatewayPorts, 'ids' | 'clock' | 'settings'>,
  tables: Tables,
  known: LinkRow,
  batch: readonly MessageRow[],
): StartedTurn | null {
  const link = asStored(tables, known);
  const first = batch[0];
  const conversation = first === undefined ? null : tables.conversations.get(first.conversation);
  if (conversation === null) return null;
  const now = ports.clock.now();
  if (breakLoop(ports, tables, link, conversation, batch)) return null;
  const inputs = batch
    .map((message) => tables.messages.get(message.id))
    .filter((message) => message !== null)
    .filter((message) => message.state === 'waiting' && mayStillBeAnswered(tables, link, conversation, message, now));
  const [head] = inputs;
  if (head === undefined) return null;
  const row: TurnRow = {
    id: ports.ids.next(),
    conversation: conversation.id,
    link: link.id,
    state: 'running',
    kind: isCommand(head, link.kind) ? 'command' : 'reply',
    starts: 1,
    contextNo: conversation.contextNo,
    model: null,
    reason: null,
    worked: 0,
    startedAt: now,
    endedAt: null,
  };
  const late = inputs.some(({ at, reason }) => now - at > lateAfter || reason?.code === 'schedule.late');
  const delivery = newDelivery(ports.ids.next(), row, late, now);
  tables.turns.add(row);
  const [taken, fresh] = [inputs.filter(({ turn }) => turn !== null), inputs.filter(({ turn }) => turn === null)];
  tables.turns.moveInputs(
    taken.map(({ id }) => id),
    row.id,
  );
  tables.turns.addInputs(
    row.id,
    fresh.map(({ id }) => id),
  );
  for (const { id, reason } of inputs) tables.messages.mark([id], 'answering', askedFor(reason), row.id);
  tables.deliveries.add(delivery);
  return { row, delivery, conversation, link, role: roleOfTurn(tables, link, conversation, head), inputs };
}

/** What somebody wrote before he became the owner does not order us about now that he is. */
function roleOfTurn(tables: Tables, link: LinkRow, conversation: ConversationRow, head: MessageRow): Role {
  const role = roleIn(tables, link, conversation, head.author ?? '');
  return role === 'owner' && saidAsGuest(head.reason) ? 'guest' : role;
}

/** That the owner wanted it outlives a restart in mid-turn; every other reason has had its effect. */
function askedFor(reason: Reason | null): Reason | null {
  return askedOf(reason) === 'no' ? null : reason;
}

/**
 * Two machines that answer each other would go on for ever: so many replies within a minute, without a word of the
 * owner, pause the conversation until he says otherwise. His own surfaces and callers of the API are no such thing.
 */
function breakLoop(
  ports: Pick<GatewayPorts, 'clock' | 'settings'>,
  tables: Tables,
  link: LinkRow,
  conversation: ConversationRow,
  batch: readonly MessageRow[],
): boolean {
  const limit = ports.settings.get('turns.loopReplies');
  if (limit === 0 || link.kind === 'window' || link.kind === 'api') return false;
  const since = ports.clock.now() - loopWindow;
  const count = tables.deliveries.repliesSince(conversation.id, since);
  if (count < limit || batch.some((message) => isScheduled(message) || askedOf(message.reason) !== 'no')) return false;
  const recent = tables.messages.page(conversation.id, limit * 4).filter(({ receivedAt }) => receivedAt >= since);
  if (recent.some(({ kind, author }) => kind === 'person' && isOwner(tables, link, conversation, author))) return false;
  const reason: Reason = { code: 'access.loop', params: { count } };
  tables.conversations.put({ ...conversation, pausedUntil: untilResumed, pausedBy: reason });
  const ids = batch.filter(({ state }) => state === 'waiting').map(({ id }) => id);
  tables.messages.mark(ids, 'paused', reason);
  return true;
}

function isOwner(tables: Tables, link: LinkRow, conversation: ConversationRow, author: string | null): boolean {
  return roleIn(tables, link, conversation, author ?? '') === 'owner';
}

/** The messages that a turn left over from the last run has to answer, in the order in which they came. */
export function unansweredInputs(tables: Pick<Tables, 'messages'>, turn: TurnId): readonly MessageRow[] {
  return tables.messages.ofTurn(turn).filter(({ kind, state }) => kind === 'person' && state === 'answering');
}

/** A turn left over from the last run: the same row, the same delivery, one more start. */
export function resumeTurn(tables: Tables, link: LinkRow, turn: TurnRow): StartedTurn | null {
  const conversation = tables.conversations.get(turn.conversation);
  const delivery = tables.deliveries.ofTurn(turn.id);
  const inputs = unansweredInputs(tables, turn.id);
  const [head] = inputs;
  if (conversation === null || delivery === null || head === undefined) return null;
  const row = { ...turn, starts: turn.starts + 1 };
  tables.turns.put(row);
  return { row, delivery, conversation, link, role: roleOfTurn(tables, link, conversation, head), inputs };
}

function mayStillBeAnswered(
  tables: Tables,
  link: LinkRow,
  conversation: ConversationRow,
  message: MessageRow,
  now: number,
): boolean {
  const decision = decideAtStart(tables, link, conversation, message, now);
  if (decision.state !== 'waiting') tables.messages.mark([message.id], decision.state, decision.reason);
  return decision.state === 'waiting';
}

/** The second access decision about a waiting message, as things are now. */
export function decideAtStart(
  tables: Pick<Tables, 'addresses' | 'groups' | 'facts'>,
  link: LinkRow,
  conversation: ConversationRow,
  message: MessageRow,
  now: number,
): AccessDecision {
  return decideAccess({
    role: roleIn(tables, link, conversation, message.author ?? ''),
    foreign: isNoneOfOurs(link, conversation.chat),
    chatKind: conversation.kind,
    group: conversation.kind === 'group' ? groupAnswer(tables, link, conversation.chat) : null,
    // Age was judged when it was received; a long queue of ours does not make a message late.
    at: now,
    now,
    linkedAt: null,
    pausedUntil: pausedUntil(tables, link, conversation),
    command: isCommand(message, link.kind),
    asked: askedOf(message.reason),
  });
}

function newDelivery(id: string, turn: TurnRow, late: boolean, now: number): DeliveryRow {
  return {
    id,
    turn: turn.id,
    conversation: turn.conversation,
    link: turn.link,
    state: 'open',
    late,
    reason: null,
    createdAt: now,
    readyAt: null,
    settledAt: null,
  };
}
