/** What the owner does in the window: threads, models, stops, retries, and messages that were set aside. */
import { failed, ok, type Result } from '../lib/result.ts';
import { answerOf } from './turns/answer.ts';
import { newConversation } from './inbound/arrival.ts';
import type { InboundBatch, InboundMessage } from './channel.ts';
import type { Outbox } from './delivery/delivery.ts';
import type { Events } from './events.ts';
import { forgetConversations, type TurnCutter } from './access/forgetting.ts';
import type { Conversations, GatewayPorts } from './gateway.ts';
import type { Turns } from './turns/types.ts';
import type { LinkRegistry } from './links/links.ts';
import type { ModelRegistry } from './models/models.ts';
import type { TurnEngine } from './turns/turns.ts';
import type { ConversationRow, LinkId, LinkRow, MessageId, MessageRow, MessageState, Reason, TurnId } from './types.ts';

type OwnersConversations = Pick<Conversations, 'createThread' | 'removeThread' | 'markRead' | 'setConversationModel'>;

/** What the window does with conversations. */
export function ownersConversations(
  ports: GatewayPorts,
  events: Events,
  links: LinkRegistry,
  models: ModelRegistry,
  turns: TurnCutter,
): OwnersConversations {
  const { storage } = ports;
  return {
    createThread: (chat = ports.ids.next()) => createThread(ports, events, links, chat),
    async removeThread(conversation) {
      const ofWindow = storage.read.conversations.get(conversation)?.link === 'window';
      if (!ofWindow) return failed(notFound(conversation));
      await forgetConversations(ports, events, turns, () => [conversation]);
      return ok(undefined);
    },
    async markRead(conversation) {
      await storage.note((tables) => {
        const row = tables.conversations.get(conversation);
        if (row !== null && row.unread > 0) tables.conversations.put({ ...row, unread: 0 });
      });
      events.publish({ kind: 'conversation', conversation });
    },
    async setConversationModel(conversation, model) {
      if (model !== null && models.pool.candidates([model]).order.length === 0) {
        return failed({ code: 'input.model-unknown', params: { model } });
      }
      const changed = await storage.commit((tables) => {
        const row = tables.conversations.get(conversation);
        if (row !== null) tables.conversations.put({ ...row, model });
        return row === null ? null : { ...row, model };
      });
      events.publish({ kind: 'conversation', conversation });
      return changed === null ? failed(notFound(conversation)) : ok(changed);
    },
  };
}

export function settingChanged(
  events: Events,
  key: Parameters<Parameters<GatewayPorts['settings']['subscribe']>[0]>[0],
): void {
  events.publish({ kind: 'setting', key });
  if (key === 'models.default' || key === 'models.fallbacks') events.publish({ kind: 'model' });
}

/** See {@link Conversations.submit}. */
export async function submit(
  ports: GatewayPorts,
  links: LinkRegistry,
  receive: (id: LinkId, batch: InboundBatch) => Promise<readonly MessageRow[]>,
  id: 'window' | 'api',
  message: InboundMessage,
): Promise<MessageRow> {
  const [stored] = await receive(id, { events: [message], cursor: null });
  if (stored !== undefined) return stored;
  // Known already: the same key is the same message.
  const conversation = ports.storage.read.conversations.find(id, message);
  const known =
    conversation === null || message.platformId === null
      ? null
      : ports.storage.read.messages.byPlatformId(conversation.id, message.sender.address, message.platformId);
  if (known === null)
    throw new Error(`event ${message.key} of ${links.row(id)?.name ?? id} is known but has no message`);
  return known;
}

async function createThread(
  ports: GatewayPorts,
  events: Events,
  links: LinkRegistry,
  chat: string,
): Promise<ConversationRow> {
  const link: LinkRow | null = links.row('window');
  if (link === null) throw new Error('the window link is missing: the gateway has not been started');
  const row = newConversation(ports, link, { chat, topic: null, chatKind: 'private', title: '' });
  await ports.storage.commit((tables) => tables.conversations.put(row));
  events.publish({ kind: 'conversation', conversation: row.id });
  return row;
}

/** What the window does with turns. */
export function ownersTurns(ports: GatewayPorts, events: Events, turns: TurnEngine, outbox: Outbox): Turns {
  const { storage } = ports;
  return {
    status: (conversation) => turns.status(conversation),
    stop: (conversation) => turns.stop(conversation),
    async retry(conversation) {
      return (await turns.retryLast(conversation)) ? ok(undefined) : failed(notFound(conversation));
    },
    async answerNow(message) {
      const row = storage.read.messages.get(message);
      if (row?.kind !== 'person') return failed(notFound(message));
      if (row.state === 'answered' && (await turns.retryDead(row))) return ok(undefined);
      if (!setAside.includes(row.state)) return failed(notFound(message));
      await storage.commit((tables) => tables.messages.mark([message], 'waiting', { code: 'access.answer-asked' }));
      const changed = storage.read.messages.get(message);
      if (changed !== null) events.publish({ kind: 'message', message: changed, added: false });
      turns.kick(row.conversation);
      return ok(undefined);
    },
    retryDelivery: (turn) => retryDelivery(ports, events, outbox, turn),
    answer: (message: MessageId, onText, signal) => answerOf(storage.read, events, message, onText, signal),
  };
}

/** States from which "Answer now" leads back into the inbox. A kept message needs a decision about its sender instead. */
const setAside: readonly MessageState[] = ['paused', 'late', 'held', 'cleared'];

async function retryDelivery(
  ports: GatewayPorts,
  events: Events,
  outbox: Outbox,
  turn: TurnId,
): Promise<Result<void, Reason>> {
  const delivery = ports.storage.read.deliveries.ofTurn(turn);
  if (delivery === null || (delivery.state !== 'failed' && delivery.state !== 'held')) return failed(notFound(turn));
  await ports.storage.commit((tables) => {
    for (const part of tables.deliveries.parts(delivery.id)) {
      if (part.state === 'failed') tables.deliveries.putPart({ ...part, state: 'pending', attempts: 0, reason: null });
    }
    tables.deliveries.setState(delivery.id, 'ready', { code: 'access.answer-asked' }, null);
  });
  events.publish({ kind: 'delivery', conversation: delivery.conversation, turn, at: ports.clock.now() });
  outbox.kick(delivery.conversation);
  return ok(undefined);
}

function notFound(name: string): Reason {
  return { code: 'input.not-found', params: { name } };
}
