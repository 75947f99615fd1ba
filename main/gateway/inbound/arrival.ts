/**
 * One inbound event becomes rows: a message in the state that access gives it, or a revision of one that is known.
 *
 * known already → nothing. Else: conversation (made when new) → sender and group seen → access decision → message.
 * Of a group nothing is kept that nobody decided about and that is not for us; of an allowed one what is said to others
 * is context. Of a chat that is none of ours (mode `only-me`) there is not even a trace that something came in.
 */
import {
  asOwner,
  askedOf,
  decideAccess,
  groupAnswer,
  isAllowed,
  isNoneOfOurs,
  ownRole,
  roleIn,
  type AccessDecision,
} from '../access/access.ts';
import { scheduler } from '../schedule/types.ts';
import type { InboundFile, InboundMessage } from '../channel.ts';
import type { CardNumbers, NumberObeyed } from '../cards/numbers.ts';
import { isCommand } from '../commands/commands.ts';
import type { Decision } from '../access/decision.ts';
import type { GatewayPorts } from '../gateway.ts';
import { largestInbound } from '../limits.ts';
import { isOlderThanMode } from '../access/link-mode.ts';
import { wasMoved } from '../access/moved-chats.ts';
import { ownReason, stepBack, takenOver } from './own-messages.ts';
import { pausedUntil } from '../access/pauses.ts';
import type { Tables } from '../storage.ts';
import type { ConversationRow, LinkRow, MessageId, MessageRow, MessageState, Reason } from '../types.ts';

/** Characters of a window thread's title. */
const longestTitle = 60;

export interface Arrival {
  readonly kind: 'added' | 'revised';
  readonly message: MessageRow;
  /** What has to happen because of it, once it is on disk. */
  readonly followUp?: Decision;
  /** What the gateway itself has answered in the same moment. */
  readonly answer?: MessageRow;
}

/** What access makes of a message, with the state that only groups have. */
interface Verdict {
  readonly state: AccessDecision['state'] | Extract<MessageState, 'overheard'>;
  readonly reason: Reason | null;
}

/** Inside a commit. Null: known already, or nothing that is to be kept. */
export function storeEvent(
  ports: GatewayPorts,
  tables: Tables,
  link: LinkRow,
  event: InboundMessage,
  numbers: CardNumbers,
): Arrival | null {
  if (isNoneOfOurs(link, event.chat) || isOlderThanMode(tables, link, event)) return null;
  if (event.sender.address === scheduler && link.kind !== 'api') {
    ports.log.write('error', 'receive.name-reserved', { link: link.id, key: event.key });
    return null;
  }
  const fresh = tables.links.addEvent(link.id, event.key, ports.clock.now());
  const known = tables.conversations.find(link.id, event);
  const namesake = known === null ? null : sameName(tables, known, event);
  if (event.edited === true && namesake !== null && known !== null) {
    return fresh ? storeRevision(ports, tables, { link, conversation: known, event, known: namesake }) : null;
  }
  // Its messages went with it, so only the key can tell that this one is known.
  if (!fresh && wasMoved(tables, link.id, event.chat)) return null;
  if (isRepetition(fresh, namesake, event)) return null;
  if (event.own === true) return storeOwn(ports, tables, link, known, event);
  if (event.chatKind === 'group') noteGroup(ports, tables, link, event);
  const conversation = known ?? newConversation(ports, link, event);
  const chosen = known === null ? null : numbers.choice(tables, link, known, event);
  const decision = decide(ports, tables, link, conversation, event, chosen !== null);
  if (decision === null) return null;
  if (link.kind !== 'window' && link.kind !== 'api') rememberSender(ports, tables, link, event);
  noteActivity(ports, tables, link, conversation, event, decision);
  const revision = namesake === null ? 0 : namesake.revision + 1;
  const row = tables.messages.add({ ...newMessage(ports, link, conversation, event, decision), revision });
  (event.files ?? []).forEach((file, position) => addAttachment(ports, tables, row.id, file, position));
  return chosen !== null && row.state === 'waiting'
    ? obeyed(tables, numbers.obey(tables, link, row, chosen), row)
    : { kind: 'added', message: row };
}

/** The number was an answer, and is answered already. */
function obeyed(tables: Tables, { answer, followUp }: NumberObeyed, row: MessageRow): Arrival {
  const message = tables.messages.get(row.id) ?? row;
  return { kind: 'added', message, followUp, ...(answer === null ? {} : { answer }) };
}

/**
 * What the owner wrote himself: his own words, so neither new to him nor a sign that the other side can be reached. Of a
 * group that is not allowed nothing is kept, whoever says it.
 */
function storeOwn(
  ports: GatewayPorts,
  tables: Tables,
  link: LinkRow,
  known: ConversationRow | null,
  event: InboundMessage,
): Arrival | null {
  if (event.chatKind === 'group' && !isAllowed(groupAnswer(tables, link, event.chat))) return null;
  const conversation = known ?? newConversation(ports, link, event);
  const lastAt = Math.max(conversation.lastAt, ports.clock.now());
  tables.conversations.put({ ...takenOver(ports, conversation, event.at), lastAt });
  const message = tables.messages.add(
    newMessage(ports, link, conversation, event, { state: 'ignored', reason: ownReason }),
  );
  (event.files ?? []).forEach((file, position) => addAttachment(ports, tables, message.id, file, position));
  const followUp = stepBack(ports, tables, link, message);
  return { kind: 'added', message, ...(followUp === null ? {} : { followUp }) };
}

interface Revision {
  readonly link: LinkRow;
  readonly conversation: ConversationRow;
  readonly event: InboundMessage;
  readonly known: MessageRow;
}

/**
 * The author changed a message: the same message with another text. What waits is answered as it reads now; what was
 * answered stays answered. Only words that were said to others and now are said to us ask for a new decision.
 */
function storeRevision(ports: GatewayPorts, tables: Tables, revision: Revision): Arrival | null {
  const { link, conversation, event, known } = revision;
  const text = textOf(event);
  const anew = known.state === 'overheard' ? decide(ports, tables, link, conversation, event) : null;
  const forUs = anew !== null && anew.state !== 'overheard';
  if (text === known.text && !forUs) return null;
  if (text !== known.text) tables.messages.revise(known.id, text, ports.clock.now());
  if (forUs) tables.messages.mark([known.id], anew.state, anew.reason);
  const message = tables.messages.get(known.id);
  return message === null ? null : { kind: 'revised', message };
}

function noteActivity(
  ports: GatewayPorts,
  tables: Tables,
  link: LinkRow,
  conversation: ConversationRow,
  event: InboundMessage,
  decision: Verdict,
): void {
  const unseen = link.kind !== 'window' && decision.state !== 'overheard';
  tables.conversations.put({
    ...conversation,
    title: titleOf(link, conversation, event),
    model: event.model ?? conversation.model,
    thinking: event.thinking ?? conversation.thinking,
    undeliverable: null,
    unread: link.kind === 'window' ? 0 : conversation.unread + (unseen ? 1 : 0),
    lastAt: Math.max(conversation.lastAt, ports.clock.now()),
  });
}

/** Chats are called as their platform calls them; a thread of the window gets the beginning of its first message, or a file's name. */
function titleOf(link: LinkRow, conversation: ConversationRow, event: InboundMessage): string {
  if (link.kind !== 'window') return event.title;
  if (conversation.title !== '' || isCommand(event, link.kind)) return conversation.title;
  const words = event.text.trim() === '' ? (event.files?.[0]?.name ?? '') : event.text;
  const line = words.trim().split('\n', 1)[0]?.trim() ?? '';
  const characters = [...line];
  return characters.length <= longestTitle
    ? line
    : `${characters
        .slice(0, longestTitle - 1)
        .join('')
        .trimEnd()}…`;
}

function sameName(tables: Tables, { id }: ConversationRow, event: InboundMessage): MessageRow | null {
  return event.platformId === null ? null : tables.messages.byPlatformId(id, event.sender.address, event.platformId);
}

/**
 * Keys and platform ids both come again: Telegram's update ids begin anew after a quiet week, its message ids with
 * another bot in the same chat. So neither alone makes a repetition; nothing may be dropped, and nothing may be refused
 * for ever, because of an old number.
 */
function isRepetition(fresh: boolean, namesake: MessageRow | null, event: InboundMessage): boolean {
  if (namesake === null) return !fresh && event.platformId === null;
  return !fresh || (namesake.at === event.at && namesake.text === textOf(event));
}

/** Null: not to be kept at all. */
function decide(
  ports: GatewayPorts,
  tables: Tables,
  link: LinkRow,
  conversation: ConversationRow,
  event: InboundMessage,
  isAnswer = false,
): Verdict | null {
  const isGroup = event.chatKind === 'group';
  const group = isGroup ? groupAnswer(tables, link, event.chat) : null;
  if (group === 'off') return null;
  const place = { chat: event.chat, kind: event.chatKind };
  const role = roleIn(tables, link, place, event.sender.address);
  const toOthers = isGroup && group !== 'always' && event.addressed === false;
  // What a group says among itself is only kept once the owner wants us there; a blocked person's words never are.
  if (toOthers && (role === 'blocked' || group === null || !isAllowed(group))) return null;
  if (toOthers) return { state: 'overheard', reason: { code: 'access.overheard' } };
  const decision = decideAccess({
    role,
    foreign: isNoneOfOurs(link, event.chat),
    chatKind: event.chatKind,
    group,
    at: event.at,
    now: ports.clock.now(),
    linkedAt: link.linkedAt,
    pausedUntil: pausedUntil(tables, link, conversation),
    command: isAnswer || isCommand(event, link.kind),
    asked: askedOf(null),
  });
  // Whom it was kept of decides what it may order when the group is allowed.
  const owners = decision.reason?.code === 'access.group-unknown' && ownRole(tables, link, event.sender.address);
  return owners === 'owner' ? { ...decision, reason: { code: 'access.group-unknown', params: asOwner } } : decision;
}

export function newConversation(
  ports: Pick<GatewayPorts, 'ids' | 'clock'>,
  link: LinkRow,
  event: Pick<InboundMessage, 'chat' | 'topic' | 'chatKind' | 'title'>,
): ConversationRow {
  const now = ports.clock.now();
  return {
    id: ports.ids.next(),
    link: link.id,
    chat: event.chat,
    topic: event.topic,
    kind: event.chatKind,
    title: event.title,
    contextNo: 1,
    model: null,
    persona: null,
    thinking: null,
    pausedUntil: null,
    pausedBy: null,
    undeliverable: null,
    unread: 0,
    createdAt: now,
    lastAt: now,
  };
}

function noteGroup(ports: GatewayPorts, tables: Tables, link: LinkRow, event: InboundMessage): void {
  const known = tables.groups.get(link.id, event.chat);
  // Those who only talk among themselves near us are no reason for a card.
  if (known === null && event.addressed === false) return;
  const { answer, origin } = known ?? ({ answer: 'unknown', origin: 'message' } as const);
  const { chat, title } = event;
  tables.groups.put({ link: link.id, chat, title, answer, origin, lastSeenAt: ports.clock.now() });
}

function rememberSender(ports: GatewayPorts, tables: Tables, link: LinkRow, event: InboundMessage): void {
  const { address, name } = event.sender;
  const known = tables.addresses.get(link.id, address);
  tables.addresses.put({
    link: link.id,
    address,
    person: known?.person ?? null,
    name: name === '' ? (known?.name ?? address) : name,
    role: known?.role ?? 'unknown',
    origin: known?.origin ?? 'message',
    lastSeenAt: ports.clock.now(),
  });
}

function newMessage(
  ports: GatewayPorts,
  link: LinkRow,
  conversation: ConversationRow,
  event: InboundMessage,
  decision: Verdict,
): Omit<MessageRow, 'seq'> {
  return {
    id: ports.ids.next(),
    conversation: conversation.id,
    link: link.id,
    kind: 'person',
    author: event.sender.address,
    authorName: event.sender.name,
    platformId: event.platformId,
    revision: 0,
    text: textOf(event),
    forwarded: event.forwarded === true,
    contextNo: conversation.contextNo,
    at: event.at,
    receivedAt: ports.clock.now(),
    state: decision.state,
    reason: decision.reason,
    turn: null,
    model: null,
  };
}

/** A file that is too large is refused here already: the platform would not hand it out. */
function addAttachment(
  ports: GatewayPorts,
  tables: Tables,
  message: MessageId,
  file: InboundFile,
  position: number,
): void {
  const tooLarge = file.size !== null && file.size > largestInbound;
  tables.attachments.add({
    id: ports.ids.next(),
    message,
    position,
    ...file,
    seconds: file.seconds ?? null,
    state: tooLarge ? 'failed' : file.file === undefined ? 'pending' : 'stored',
    file: tooLarge ? null : (file.file ?? null),
    reason: tooLarge ? { code: 'media.too-large', params: { name: file.name } } : null,
  });
}

/**
 * What cannot be understood yet keeps its place in the conversation as a word in brackets. Who writes nothing but such a
 * word himself has written words: a blank in front tells them apart.
 */
function textOf(event: InboundMessage): string {
  if (event.media === null) return /^\[[a-z_ ]{1,40}\]$/.test(event.text) ? ` ${event.text}` : event.text;
  return event.text === '' ? `[${event.media}]` : `[${event.media}] ${event.text}`;
}
