/**
 * The owner writes into somebody's chat from the window: on WhatsApp it goes out from his own account, on Telegram the
 * bot sends it. No model is asked. Like what he writes with his phone it is recorded as his own words and leaves him
 * alone there for a while; like a reply it is stored with its parts before anything of it goes out.
 *
 * may it go there? → [commit: turn, message, delivery, parts, pause] → outbox. Where nothing may or can be sent he gets a
 * sentence, and nothing is stored. The same key again is the same message.
 */
import { failed, ok, type Result } from '../lib/result.ts';
import { groupAnswer, isAllowed, isNoneOfOurs, ownersOf, ownRole } from './access/access.ts';
import type { Channel } from './channel.ts';
import { carryOut, decision, joined, type Decision, type TurnControl } from './access/decision.ts';
import type { Outbox } from './delivery/delivery.ts';
import type { Events } from './events.ts';
import type { GatewayPorts } from './gateway.ts';
import type { LinkRegistry } from './links/links.ts';
import { ownReason, stepBack, takenOver } from './inbound/own-messages.ts';
import type { Tables } from './storage.ts';
import { plainTree } from './turns/finish.ts';
import type { ConversationId, ConversationRow, LinkRow, MessageRow, Part, PartRow, Reason, TurnId } from './types.ts';

export interface OwnerSaysParts {
  readonly ports: GatewayPorts;
  readonly events: Events;
  readonly links: Pick<LinkRegistry, 'get' | 'row' | 'channel'>;
  readonly outbox: Pick<Outbox, 'kick'>;
  readonly turns: TurnControl;
}

/** Recorded as the owner's own words, written here rather than with his phone. */
const saidHere: Reason = { ...ownReason, params: { from: 'window' } };

/** Durable when it resolves. `input.not-found` for a conversation that is not one of a chat platform, else `say.…`. */
export async function ownerSays(
  parts: OwnerSaysParts,
  id: ConversationId,
  text: string,
  key: string,
): Promise<Result<MessageRow, Reason>> {
  const { ports, links, events, outbox } = parts;
  const { storage } = ports;
  const found = storage.read.conversations.get(id);
  const link = found === null ? null : links.row(found.link);
  if (found === null || link === null || link.kind === 'window' || link.kind === 'api') {
    return failed({ code: 'input.not-found', params: { name: id } });
  }
  const channel = channelOf(parts, link);
  if (channel === null) return failed({ code: 'say.link-off', params: { link: link.name } });
  const said = channel.render(plainTree(text));
  const told = await storage.commit((tables) => store(ports, tables, { link, id, text, key, said, channel }));
  if (!told.ok) return told;
  const { message, made } = told.value;
  if (made === null) return ok(message);
  events.publish({ kind: 'message', message, added: true });
  carryOut({ read: storage.read, events, turns: parts.turns }, made);
  outbox.kick(id);
  return ok(message);
}

/** Null: nothing would go out there before the owner does something about the link. One that only is away comes back. */
function channelOf({ links }: OwnerSaysParts, { id }: LinkRow): Channel | null {
  const state = links.get(id)?.state.kind ?? 'off';
  return state === 'off' || state === 'signed-out' || state === 'pairing' ? null : links.channel(id);
}

interface Saying {
  readonly link: LinkRow;
  readonly id: ConversationId;
  readonly text: string;
  readonly key: string;
  readonly said: readonly Part[];
  readonly channel: Pick<Channel, 'newPartId'>;
}

interface Said {
  readonly message: MessageRow;
  /** Null: it had been said before. */
  readonly made: Decision | null;
}

function store(ports: GatewayPorts, tables: Tables, saying: Saying): Result<Said, Reason> {
  const { link, id, key } = saying;
  const conversation = tables.conversations.get(id);
  if (conversation === null) return failed({ code: 'input.not-found', params: { name: id } });
  const author = ownersOf(tables, link)[0] ?? '';
  const platformId = `window:${key}`;
  const known = tables.messages.byPlatformId(id, author, platformId);
  if (known !== null) return ok({ message: known, made: null });
  const why = whyNot(tables, link, conversation);
  if (why !== null) return failed(why);
  const now = ports.clock.now();
  const his = conversation.kind === 'private' && ownRole(tables, link, conversation.chat) === 'owner';
  tables.conversations.put({
    // To himself he may write as often as he likes.
    ...(his ? conversation : takenOver(ports, conversation, now)),
    lastAt: Math.max(conversation.lastAt, now),
    unread: 0,
  });
  const turn = ports.ids.next();
  const message = storeMessage(ports, tables, conversation, { turn, author, platformId, text: saying.text, link });
  storeDelivery(ports, tables, message, turn, saying);
  const made = decision(link.id, { conversations: [id] });
  return ok({ message, made: joined(made, (his ? null : stepBack(ports, tables, link, message)) ?? {}) });
}

/** Why nothing may be said there, or would arrive. An account that is restricted may try. */
function whyNot(tables: Tables, link: LinkRow, { chat, kind, undeliverable }: ConversationRow): Reason | null {
  if (isNoneOfOurs({ ...link, mode: tables.links.get(link.id)?.mode ?? link.mode }, chat))
    return { code: 'say.only-me' };
  if (kind === 'private' && ownRole(tables, link, chat) === 'blocked') return { code: 'say.blocked' };
  if (kind === 'group' && !isAllowed(groupAnswer(tables, link, chat))) return { code: 'say.group-off' };
  return undeliverable === null || undeliverable.code === 'delivery.restricted' ? null : { code: 'say.unreachable' };
}

interface NewWords extends Pick<Saying, 'link' | 'text'> {
  readonly turn: TurnId;
  readonly author: string;
  readonly platformId: string;
}

/** The turn, done from the beginning, and what he said in it. */
function storeMessage(
  { ids, clock }: GatewayPorts,
  tables: Tables,
  { id: conversation, contextNo }: ConversationRow,
  { turn, author, platformId, text, link }: NewWords,
): MessageRow {
  const at = clock.now();
  const done = { state: 'done', kind: 'said', starts: 1, model: null, reason: null, worked: 0 } as const;
  tables.turns.add({ id: turn, conversation, link: link.id, contextNo, startedAt: at, endedAt: at, ...done });
  return tables.messages.add({
    id: ids.next(),
    conversation,
    link: link.id,
    kind: 'person',
    author,
    authorName: tables.addresses.get(link.id, author)?.name ?? (link.kind === 'whatsapp' ? link.name : ''),
    platformId,
    revision: 0,
    text,
    contextNo,
    at,
    receivedAt: at,
    state: 'ignored',
    reason: saidHere,
    turn,
    model: null,
  });
}

function storeDelivery(
  { ids }: GatewayPorts,
  tables: Tables,
  { conversation, at }: MessageRow,
  turn: TurnId,
  { link, said, channel }: Saying,
): void {
  const delivery = ids.next();
  const ready = { state: 'ready', late: false, reason: null, createdAt: at, readyAt: at, settledAt: null } as const;
  tables.deliveries.add({ id: delivery, turn, conversation, link: link.id, ...ready });
  said.forEach((part, position) => {
    const fresh = { state: 'pending', attempts: 0, again: 0, ref: null, reason: null } as const;
    const row: PartRow = { id: ids.next(), delivery, position, part, ownId: channel.newPartId(), ...fresh };
    tables.deliveries.addPart(row);
  });
}
