/**
 * The door: a batch of inbound events becomes rows in one transaction, the platform's position with them, and only then
 * does the promise resolve and the platform hear that we have it. The same event twice is one row.
 *
 * same message known → nothing. Else: conversation (made when new) → address seen → access decision → message in its state.
 * After the commit the lanes of conversations with something to answer are kicked.
 */
import { decideAccess, roleOf, type AccessDecision } from './access.ts';
import type { InboundBatch, InboundMessage } from './channel.ts';
import { isCommand } from './commands.ts';
import type { Events } from './events.ts';
import type { GatewayPorts } from './gateway.ts';
import { describeError } from './log.ts';
import { StorageTrouble, type Tables } from './storage.ts';
import type { ConversationRow, LinkRow, MessageRow, Role } from './types.ts';

/** Characters of a window thread's title. */
const longestTitle = 60;

export interface Received {
  /** Stored by this batch, in its order. */
  readonly messages: readonly MessageRow[];
  /** Senders seen for the first time, or whose message was kept. */
  readonly unknownSender: boolean;
}

/** Rejects with `StorageTrouble` when nothing could be stored. */
export async function receiveBatch(
  ports: GatewayPorts,
  events: Events,
  link: LinkRow,
  batch: InboundBatch,
): Promise<Received> {
  const stored = await storeBatch(ports, link, batch);
  for (const message of stored) {
    events.publish({ kind: 'message', message, added: true });
    events.publish({ kind: 'conversation', conversation: message.conversation });
  }
  const unknownSender = stored.some((message) => message.state === 'kept');
  if (unknownSender) events.publish({ kind: 'card', link: link.id });
  return { messages: stored, unknownSender };
}

/**
 * The whole batch in one transaction. Where one event makes that throw (a bug), the others are stored one by one without
 * it, so that it cannot hold up everything behind it at every start. Only then does the platform's position move on.
 */
async function storeBatch(ports: GatewayPorts, link: LinkRow, batch: InboundBatch): Promise<readonly MessageRow[]> {
  const { cursor, events } = batch;
  const store = (part: InboundBatch): Promise<readonly MessageRow[]> =>
    ports.storage.commit((tables) => {
      const messages = part.events.flatMap((event) => storeEvent(ports, tables, link, event));
      if (part.cursor !== null) {
        tables.links.setCursor(link.id, part.cursor.account, part.cursor.position, ports.clock.now());
      }
      return messages;
    });
  try {
    return await store(batch);
  } catch (error) {
    if (error instanceof StorageTrouble || cursor === null) throw error;
  }
  const stored: MessageRow[] = [];
  for (const event of events) {
    try {
      stored.push(...(await store({ events: [event], cursor: null })));
    } catch (error) {
      if (error instanceof StorageTrouble) throw error;
      ports.log.write('error', 'receive.event-left-out', {
        link: link.id,
        key: event.key,
        error: describeError(error),
      });
    }
  }
  await store({ events: [], cursor });
  return stored;
}

function storeEvent(ports: GatewayPorts, tables: Tables, link: LinkRow, event: InboundMessage): readonly MessageRow[] {
  const now = ports.clock.now();
  const fresh = tables.links.addEvent(link.id, event.key, now);
  const known = tables.conversations.find(link.id, event);
  const namesake = known === null ? null : sameName(tables, known, event);
  if (isRepetition(fresh, namesake, event)) return [];
  const conversation = known ?? newConversation(ports, link, event);
  const role = roleOf(tables, link, event.sender.address);
  const decision = decide(link, conversation, event, role, now);
  if (link.kind !== 'window' && link.kind !== 'api') rememberSender(tables, link, event, now);
  tables.conversations.put({
    ...conversation,
    title: titleOf(link, conversation, event),
    model: event.model ?? conversation.model,
    undeliverable: null,
    unread: link.kind === 'window' ? 0 : conversation.unread + 1,
    lastAt: Math.max(conversation.lastAt, now),
  });
  const message = newMessage(ports, link, conversation, event, decision);
  return [tables.messages.add(namesake === null ? message : { ...message, revision: namesake.revision + 1 })];
}

/** Chats are called as their platform calls them; a thread of the window gets the beginning of its first message. */
function titleOf(link: LinkRow, conversation: ConversationRow, event: InboundMessage): string {
  if (link.kind !== 'window') return event.title;
  if (conversation.title !== '' || isCommand(event.text, link.kind)) return conversation.title;
  const line = event.text.trim().split('\n', 1)[0]?.trim() ?? '';
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

function decide(
  link: LinkRow,
  conversation: ConversationRow,
  event: InboundMessage,
  role: Role,
  now: number,
): AccessDecision {
  return decideAccess({
    role,
    chatKind: event.chatKind,
    at: event.at,
    now,
    linkedAt: link.linkedAt,
    pausedUntil: pausedUntil(link, conversation),
    command: isCommand(event.text, link.kind),
    asked: false,
  });
}

/** A link's pause and a conversation's own: the later one counts. */
export function pausedUntil(link: LinkRow, conversation: ConversationRow): number | null {
  if (link.pausedUntil === null) return conversation.pausedUntil;
  return Math.max(link.pausedUntil, conversation.pausedUntil ?? 0);
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
    pausedUntil: null,
    undeliverable: null,
    unread: 0,
    createdAt: now,
    lastAt: now,
  };
}

function rememberSender(tables: Tables, link: LinkRow, event: InboundMessage, now: number): void {
  const { address, name } = event.sender;
  const known = tables.addresses.get(link.id, address);
  tables.addresses.put({
    link: link.id,
    address,
    person: known?.person ?? null,
    name: name === '' ? (known?.name ?? address) : name,
    role: known?.role ?? 'unknown',
    origin: known?.origin ?? 'message',
    lastSeenAt: now,
  });
}

function newMessage(
  ports: GatewayPorts,
  link: LinkRow,
  conversation: ConversationRow,
  event: InboundMessage,
  decision: AccessDecision,
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
    contextNo: conversation.contextNo,
    at: event.at,
    receivedAt: ports.clock.now(),
    state: decision.state,
    reason: decision.reason,
    turn: null,
    model: null,
  };
}

/** What cannot be understood yet keeps its place in the conversation as a word in brackets. */
function textOf(event: InboundMessage): string {
  if (event.media === null) return event.text;
  return event.text === '' ? `[${event.media}]` : `[${event.media}] ${event.text}`;
}
