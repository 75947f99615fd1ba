/**
 * Delivery: parts of finished replies go out in order, one conversation at a time, and each has its row before it does.
 *
 * part pending → noted `sending` → channel.send → sent | not sent (again, at most five times) | refused | unknown.
 * Unknown after a send is settled once: sent again, labelled and counted. A part found in `sending` after a crash is
 * unknown too. One with an id of our own is the same message however often it is sent: it goes out again as it is, up to
 * the last attempt. After the last attempt the delivery is `failed`, visible with Retry, and later replies go on. While its
 * link is down a reply waits without using up attempts, and without holding a lane that another link may need.
 */
import type { Channel, SendOptions, SendOutcome } from '../channel.ts';
import { pause } from '../clock.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import { createLanes, type Lanes } from '../turns/lanes.ts';
import { isSending, isTriable } from '../links/supervisor.ts';
import { lateAfter, sendAttempts, sendBackoff } from '../limits.ts';
import type { LinkRegistry } from '../links/links.ts';
import { moveChat } from '../access/moved-chats.ts';
import type { Pacer } from './pacing.ts';
import { noteWhenWell } from '../persist.ts';
import type { Presence } from './presence.ts';
import { whyWithheld } from './withheld.ts';
import { assertNever } from '../../lib/assert-never.ts';
import type { ConversationId, ConversationRow, DeliveryRow, LinkId, PartRow, Reason } from '../types.ts';

export interface Outbox {
  /** There may be something to send in this conversation. */
  kick(conversation: ConversationId): void;
  /** The link has come up: whatever waited for it is tried again. */
  linkUp(link: LinkId): void;
  /** What the last run left: parts that were being sent become unknown. Nothing is sent yet. */
  recover(): Promise<void>;
  /** Lets the send that is under way settle, begins no other. */
  stop(): Promise<void>;
}

export function createOutbox(
  ports: GatewayPorts,
  events: Events,
  links: LinkRegistry,
  presence: Presence,
  pacer: Pacer,
): Outbox {
  const ending = new AbortController();
  const sender = new Sender(ports, events, links, pacer, ending.signal);
  const lanes: Lanes = createLanes({
    limit: () => 64,
    log: ports.log,
    work: (conversation) => sender.sendNext(conversation),
    changed: presence.follow(),
  });
  return {
    kick: (conversation) => lanes.kick(conversation),
    linkUp(link) {
      for (const delivery of ports.storage.read.deliveries.ready(link)) lanes.kick(delivery.conversation);
    },
    async recover() {
      const ready = ports.storage.read.deliveries.ready();
      const cut = ready
        .flatMap(({ id }) => ports.storage.read.deliveries.parts(id))
        .filter(({ state }) => state === 'sending');
      if (cut.length > 0) {
        await ports.storage.commit((tables) => cut.forEach((part) => tables.deliveries.putPart(afterDeath(part))));
      }
    },
    async stop() {
      ending.abort('shutdown');
      await lanes.stop();
    },
  };
}

class Sender {
  readonly #ports: GatewayPorts;
  readonly #events: Events;
  readonly #links: LinkRegistry;
  readonly #pacer: Pacer;
  readonly #signal: AbortSignal;

  constructor(ports: GatewayPorts, events: Events, links: LinkRegistry, pacer: Pacer, signal: AbortSignal) {
    this.#ports = ports;
    this.#events = events;
    this.#links = links;
    this.#pacer = pacer;
    this.#signal = signal;
  }

  /** Sends the next finished reply of a conversation; false when there is none or it has to wait for its link. */
  async sendNext(conversation: ConversationId): Promise<boolean> {
    if (this.#signal.aborted) return false;
    const { read } = this.#ports.storage;
    const delivery = read.deliveries.nextReady(conversation);
    const chat = read.conversations.get(conversation);
    if (delivery === null || chat === null) return false;
    if (this.#links.channel(delivery.link) === null) return false;
    const withheld = whyWithheld(read, this.#links.row(delivery.link), chat, delivery, this.#ports.clock.now());
    // Noting a send that cannot set out yet would make its outcome unknown, should the process end before it does.
    const link = this.#links.get(delivery.link);
    if (withheld === null && (link === null || !isTriable(link.row.kind, link.state))) return false;
    const settled: Settled | null = withheld ?? (await this.#sendParts(delivery, chat));
    if (settled === null) return false;
    const now = this.#ports.clock.now();
    const noted = await noteWhenWell(this.#ports.storage, this.#signal, (tables) => {
      if (tables.deliveries.get(delivery.id)?.state !== 'ready') return false;
      const fresh = isUnreachable(settled.reason) ? tables.conversations.get(conversation) : null;
      if (fresh !== null) tables.conversations.put({ ...fresh, undeliverable: settled.reason });
      tables.deliveries.setState(delivery.id, settled.state, settled.reason, now);
      return true;
    });
    if (noted !== true) return noted !== null;
    if (settled.state === 'sent') this.#links.noteOut(delivery.link);
    else
      this.#ports.log.write('warn', 'delivery.not-sent', {
        delivery: delivery.id,
        reason: settled.reason?.code ?? null,
      });
    this.#events.publish({ kind: 'delivery', conversation, turn: delivery.turn, at: now });
    if (isUnreachable(settled.reason)) this.#events.publish({ kind: 'conversation', conversation });
    return true;
  }

  /** Null: the process ends or the link is down, everything stays as it is stored. */
  async #sendParts(delivery: DeliveryRow, chat: ConversationRow): Promise<Settled | null> {
    const { deliveries } = this.#ports.storage.read;
    for (const stored of deliveries.parts(delivery.id)) {
      if (stored.state === 'sent') continue;
      if (stored.state === 'failed') return { state: 'failed', reason: stored.reason };
      const end = await this.#sendPart(stored, delivery, chat);
      if (end === null) return null;
      if (end.state === 'failed') return { state: 'failed', reason: end.reason };
    }
    return { state: 'sent', reason: null };
  }

  async #sendPart(stored: PartRow, delivery: DeliveryRow, to: ConversationRow): Promise<PartRow | null> {
    let part: PartRow | null = stored;
    let chat = to;
    while (!this.#signal.aborted) {
      // Asked for at each attempt: a new token means a new channel.
      const channel = this.#links.channel(delivery.link);
      if (channel === null) return null;
      const tried: Tried | null = await this.#attempt(channel, part, delivery, chat);
      if (tried === null) return null;
      part = tried.part;
      const { outcome } = tried;
      if (outcome === null) return part;
      if (outcome.kind === 'not-sent' && !this.#canSend(delivery.link)) {
        // A link that is down must not use up the attempts; its coming up kicks the lane again.
        await this.#note({ ...part, state: 'pending', attempts: part.attempts - 1, reason: outcome.reason });
        return null;
      }
      if (outcome.kind === 'moved') chat = await this.#follow(chat, outcome.to);
      const next = afterSend(part, outcome);
      part = await this.#note(next.part);
      if (part === null || next.wait === null) return part;
      await pause(this.#ports.clock, next.wait, this.#signal);
    }
    return null;
  }

  /** One attempt when its turn has come. Null: the process ends. Without an outcome: the reply was taken back. */
  async #attempt(
    channel: Channel,
    before: PartRow,
    delivery: DeliveryRow,
    chat: ConversationRow,
  ): Promise<Tried | null> {
    using _place = await this.#pacer.turn(delivery.link, chat, channel.traits.pacing, this.#signal);
    if (this.#signal.aborted) return null;
    // A retry or a block may have taken the reply back while it waited for its turn or for the next attempt.
    const { deliveries } = this.#ports.storage.read;
    if (deliveries.get(delivery.id)?.state !== 'ready') {
      return { part: { ...before, state: 'failed', reason: null }, outcome: null };
    }
    const again = before.again + (mayArriveTwice(before) ? 1 : 0);
    const part = await this.#note({ ...before, state: 'sending', attempts: before.attempts + 1, again });
    if (part === null) return null;
    // The send itself is not aborted at shutdown: cutting it would only make its outcome unknown.
    return { part, outcome: await sendOrEdit(channel, chat, part, this.#options(delivery, part, chat)) };
  }

  /** Where the chat went; what waits in it goes there too. */
  async #follow(chat: ConversationRow, to: string): Promise<ConversationRow> {
    const link = this.#links.row(chat.link);
    const now = this.#ports.clock.now();
    await noteWhenWell(this.#ports.storage, this.#signal, (tables) => {
      if (link !== null) moveChat(tables, link, chat.chat, to, now);
    });
    this.#ports.log.write('info', 'delivery.chat-moved', { link: chat.link, conversation: chat.id });
    return { ...chat, chat: to };
  }

  #options(delivery: DeliveryRow, part: PartRow, chat: ConversationRow): SendOptions {
    const asked = part.position === 0 && chat.kind === 'group';
    const replyTo = asked ? (this.#ports.storage.read.turns.inputs(delivery.turn)[0]?.platformId ?? null) : null;
    return { ownId: part.ownId, label: this.#label(delivery, part), replyTo };
  }

  #label(delivery: DeliveryRow, part: PartRow): string | null {
    const language = this.#links.row(delivery.link)?.language ?? null;
    const age = this.#ports.clock.now() - (delivery.readyAt ?? delivery.createdAt);
    const keys = [
      ...(part.position === 0 && (delivery.late || age > lateAfter) ? ['label.late'] : []),
      ...(part.again > 0 ? ['label.sent-again'] : []),
    ];
    return keys.length === 0 ? null : keys.map((key) => this.#ports.sentences.text(key, {}, language)).join(', ');
  }

  /** Waits for a store in trouble: an outcome that is known must not become unknown by a full disk. Null at the end. */
  #note(part: PartRow): Promise<PartRow | null> {
    return noteWhenWell(this.#ports.storage, this.#signal, (tables) => {
      tables.deliveries.putPart(part);
      return part;
    });
  }

  #canSend(id: LinkId): boolean {
    const link = this.#links.get(id);
    return link !== null && isSending(link.row.kind, link.state);
  }
}

interface Tried {
  readonly part: PartRow;
  readonly outcome: SendOutcome | null;
}

/** `sending` before a send means that the note of its outcome could not be written: as good as unknown. */
function mayArriveTwice({ state, ref, ownId }: PartRow): boolean {
  return ref === null && ownId === null && (state === 'unknown' || state === 'sending');
}

const neverAborted = new AbortController().signal;

/** A part that has taken over the message of a preview replaces its text; every other one is a new message. */
function sendOrEdit(
  channel: Channel,
  chat: ConversationRow,
  part: PartRow,
  options: SendOptions,
): Promise<SendOutcome> {
  const { ref } = part;
  if (ref === null || channel.edit === undefined) return channel.send(chat, part.part, options, neverAborted);
  return channel.edit({ chat: chat.chat, topic: chat.topic, id: ref }, part.part, options, neverAborted);
}

interface Settled {
  readonly state: 'sent' | 'failed' | 'held' | 'cancelled';
  readonly reason: Reason | null;
}

/**
 * The chat could not be written to, and says so until somebody writes there again. Of an account that its platform
 * restricts this is what the window shows; the next reply is tried all the same.
 */
export function isUnreachable(reason: Reason | null): boolean {
  const codes: readonly string[] = ['delivery.blocked-by-person', 'delivery.chat-gone', 'delivery.restricted'];
  return reason !== null && codes.includes(reason.code);
}

/**
 * A part whose send the end of the process cut. It goes out again (labelled, unless it has an id of our own), since
 * nothing may be lost; one that meets its end in every attempt stops there and waits for the owner's Retry.
 */
export function afterDeath(part: PartRow): PartRow {
  return part.attempts >= sendAttempts
    ? { ...part, state: 'failed', reason: { code: 'delivery.unknown-after-send' } }
    : { ...part, state: 'unknown' };
}

/** What a part is after an outcome, and how long until the next attempt (null: none). */
export function afterSend(
  part: PartRow,
  outcome: SendOutcome,
): { readonly part: PartRow; readonly wait: number | null } {
  const backoff = sendBackoff[Math.min(part.attempts, sendBackoff.length) - 1] ?? 0;
  const gaveUp = part.attempts >= sendAttempts;
  switch (outcome.kind) {
    case 'sent':
      return { part: { ...part, state: 'sent', ref: outcome.ref, reason: null }, wait: null };
    case 'moved':
      // The same again, to the chat's new name; a chat that moves for ever is given up like any other.
      return gaveUp
        ? { part: { ...part, state: 'failed', reason: { code: 'delivery.chat-gone' } }, wait: null }
        : { part: { ...part, state: 'pending', ref: null }, wait: 0 };
    case 'rejected':
      // The message to be changed is gone: what it was to say is sent anew.
      return part.ref !== null && outcome.reason.code === 'delivery.message-gone'
        ? { part: { ...part, state: 'pending', ref: null, reason: outcome.reason }, wait: 0 }
        : { part: { ...part, state: 'failed', reason: outcome.reason }, wait: null };
    case 'not-sent':
      return gaveUp
        ? { part: { ...part, state: 'failed', reason: { code: 'delivery.gave-up' } }, wait: null }
        : { part: { ...part, state: 'pending', reason: outcome.reason }, wait: Math.max(outcome.after ?? 0, backoff) };
    case 'unknown':
      // To say the same of the same message twice is to say it once.
      if (part.ref !== null && !gaveUp)
        return { part: { ...part, state: 'pending', reason: outcome.reason }, wait: backoff };
      // Once more, labelled; a second unknown outcome is not answered with a third copy. Under an id of our own there are
      // no copies, only attempts.
      return (part.ownId === null ? part.again > 0 : gaveUp)
        ? { part: { ...part, state: 'failed', reason: { code: 'delivery.unknown-after-send' } }, wait: null }
        : { part: { ...part, state: 'unknown', reason: outcome.reason }, wait: backoff };
    default:
      return assertNever(outcome, 'send outcome');
  }
}
