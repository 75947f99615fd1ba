/**
 * What the owner was told is followed to its end: a card that is over, wherever that was decided, changes the message that
 * told it; what has not gone out yet is taken back; a message all of whose cards are over is forgotten.
 */
import { isUnreachable } from '../delivery/delivery.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import { describeError } from '../log.ts';
import { commitWhenWell } from '../persist.ts';
import type { Tables } from '../storage.ts';
import type { DeliveryRow } from '../types.ts';
import { isOwners, wordsOf, type HomeParts } from './homes.ts';
import { answerElsewhere, cardParts } from './notice.ts';
import { putTold, removeTold, toldMessages, type CardKind, type ToldCard, type ToldMessage } from './told.ts';
import type { Card } from './types.ts';
import { cardMessage } from './words.ts';

export interface FollowUpParts extends HomeParts {
  readonly ports: GatewayPorts;
  readonly events: Events;
}

export class FollowUp {
  readonly #parts: FollowUpParts;
  readonly #ending: AbortSignal;
  readonly #changed: () => void;
  readonly #editing = new Map<string, Promise<void>>();

  /** `changed`: a message was edited, and what was decided meanwhile has to be looked at. */
  constructor(parts: FollowUpParts, ending: AbortSignal, changed: () => void) {
    this.#parts = parts;
    this.#ending = ending;
    this.#changed = changed;
  }

  /** Resolves when no edit is under way any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#editing.values());
  }

  /** What became of the cards of a message; it is closed, taken back or edited accordingly. */
  async look(before: ToldMessage, open: ReadonlyMap<string, Card>): Promise<void> {
    const { storage } = this.#parts.ports;
    const cards = before.cards.map((card) => this.#closeIfOver(card, before.kind, open));
    const told = { ...before, cards };
    const closed = closedOf(told);
    if (closed !== closedOf(before)) await this.#write((tables) => putTold(tables, told));
    const delivery = storage.read.deliveries.ofTurn(told.turn);
    // Whoever is no owner any more hears no more of it, not even that it was decided.
    const unheard = delivery === null || isUnheard(delivery) || !isOwners(this.#parts, told.conversation);
    if (unheard) return this.#takeBack(told);
    const over = closed === told.cards.length;
    const parts = storage.read.deliveries.parts(delivery.id);
    if (delivery.state === 'ready') {
      // Pending: surely not sent, not even in part.
      if (over && parts.every(({ state, ref }) => state === 'pending' && ref === null)) await this.#takeBack(told);
      return;
    }
    const ref = parts.at(-1)?.ref ?? null;
    if (hasButtons(told.kind) && ref !== null) {
      if (closed !== told.closedShown) this.#edit(told, ref, open);
      return;
    }
    if (over) await this.#write((tables) => removeTold(tables, told.turn));
  }

  /** An answered card that is open again has a new cause: it is told again. */
  #closeIfOver(card: ToldCard, kind: CardKind, open: ReadonlyMap<string, Card>): ToldCard {
    if (card.closed || (card.answer === null && open.has(card.id))) return card;
    const { read } = this.#parts.ports.storage;
    return { ...card, closed: true, answer: card.answer ?? answerElsewhere(read, kind, card) };
  }

  async #takeBack(told: ToldMessage): Promise<void> {
    const { ports, events } = this.#parts;
    const now = ports.clock.now();
    await this.#write((tables) => {
      removeTold(tables, told.turn);
      const delivery = tables.deliveries.ofTurn(told.turn);
      if (delivery === null || delivery.state === 'sent') return;
      tables.deliveries.setState(delivery.id, 'cancelled', delivery.reason, now);
    });
    events.publish({ kind: 'delivery', conversation: told.conversation, turn: told.turn, at: now });
  }

  /** Best effort, and nothing waits for it: the decision is made, whatever the old message says. */
  #edit(told: ToldMessage, ref: string, open: ReadonlyMap<string, Card>): void {
    if (this.#editing.has(told.turn)) return;
    const { ports } = this.#parts;
    const editing = this.#editOnce(told, ref, open)
      .catch((error: unknown) => {
        ports.log.write('error', 'owner-chat.edit-failed', { error: describeError(error) });
        return false;
      })
      .then((settled) => {
        this.#editing.delete(told.turn);
        // What was decided while the edit was under way needs the next one.
        if (settled) this.#changed();
      });
    this.#editing.set(told.turn, editing);
  }

  /** False: the message was not reached, and is tried again when something happens. */
  async #editOnce(told: ToldMessage, ref: string, open: ReadonlyMap<string, Card>): Promise<boolean> {
    const { ports, links } = this.#parts;
    const chat = ports.storage.read.conversations.get(told.conversation);
    const channel = chat === null ? null : links.channel(chat.link);
    // Numbers stand where they were told: a message that counts anew would make another answer of one on its way.
    if (chat === null || channel?.edit === undefined || !channel.traits.buttons) return this.#edited(told);
    const part = cardParts(channel, cardMessage(wordsOf(this.#parts, chat.link), told, open, true)).at(-1);
    if (part === undefined) return this.#edited(told);
    const options = { ownId: null, label: null, replyTo: null };
    const message = { chat: chat.chat, topic: chat.topic, id: ref };
    const outcome = await channel.edit(message, part, options, this.#ending);
    return outcome.kind === 'not-sent' ? false : this.#edited(told);
  }

  async #edited(told: ToldMessage): Promise<boolean> {
    const closed = closedOf(told);
    await this.#write((tables) => {
      const now = toldMessages(tables).find(({ turn }) => turn === told.turn);
      if (now === undefined) return;
      if (closed === now.cards.length) removeTold(tables, told.turn);
      else putTold(tables, { ...now, closedShown: closed });
    });
    return true;
  }

  #write<Value>(work: (tables: Tables) => Value): Promise<Value | null> {
    return commitWhenWell(this.#parts.ports.storage, this.#ending, work);
  }
}

function closedOf({ cards }: ToldMessage): number {
  return cards.filter(({ closed }) => closed).length;
}

/** Too late when its link came up, taken off with its link, or the chat is gone: open cards are told anew. */
function isUnheard({ state, reason }: DeliveryRow): boolean {
  return isUnreachable(reason) || state === 'held' || state === 'cancelled';
}

/** Messages without buttons only tell; they are not taken back when the trouble has ended. */
function hasButtons(kind: CardKind): boolean {
  return kind === 'person' || kind === 'group' || kind === 'late' || kind === 'loop' || kind === 'tool';
}
