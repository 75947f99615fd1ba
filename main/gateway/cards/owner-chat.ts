/**
 * The owner's own chat hears of cards: what waits for a decision with buttons, what only has to be known without.
 *
 * a card opens → the owner's last used private chat on a link that is up → [commit: turn, notice, delivery, parts, what
 * was told] → outbox. At most one message in ten minutes for each kind of card: those that come in between go together.
 * A card that ends, wherever that was decided, changes its message. No owner's chat, no link up: it waits for one.
 */
import { isNoneOfOurs, ownersOf, roleIn } from '../access/access.ts';
import type { Channel } from '../channel.ts';
import type { BudgetKeeper } from '../budget/budget.ts';
import { toldAlready } from '../budget/told.ts';
import { answerElsewhere, storeNotice, toldCard, type Home } from './notice.ts';
import { cardMessage, numberedMessage, parseButton, type CardMessage, type Words } from './words.ts';
import { isUnreachable, type Outbox } from '../delivery/delivery.ts';
import type { CoreEvent, Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Card, Cards } from './types.ts';
import type { LinkRegistry } from '../links/links.ts';
import { describeError } from '../log.ts';
import { commitWhenWell } from '../persist.ts';
import type { Tables } from '../storage.ts';
import {
  lastTold,
  putChoices,
  putLastTold,
  putNumbers,
  putTold,
  removeTold,
  toldMessages,
  type CardKind,
  type ToldCard,
  type ToldMessage,
} from './told.ts';
import type { ConversationId, DeliveryRow, LinkId, Millis, Part } from '../types.ts';

/** Between two messages about the same kind of card. */
const quietFor: Millis = 10 * 60_000;
/** Cards of one message that have buttons; the others are counted. */
const shownAtOnce = 5;

/** `answers`: what numbers stand for, where there are no buttons. */
type ToldWords = CardMessage & { readonly answers: readonly string[] };

export interface OwnerChat {
  start(): void;
  /** Tells and edits nothing more. */
  stop(): Promise<void>;
}

export interface OwnerChatParts {
  readonly ports: GatewayPorts;
  readonly events: Events;
  readonly links: Pick<LinkRegistry, 'all' | 'get' | 'row' | 'channel'>;
  readonly cards: Pick<Cards, 'open'>;
  readonly budget: Pick<BudgetKeeper, 'alarms' | 'periodOf'>;
  readonly outbox: Pick<Outbox, 'kick'>;
}

export function createOwnerChat(parts: OwnerChatParts): OwnerChat {
  const teller = new Teller(parts);
  return { start: () => teller.start(), stop: () => teller.stop() };
}

class Teller {
  readonly #parts: OwnerChatParts;
  readonly #ending = new AbortController();
  readonly #undo = new DisposableStack();
  readonly #editing = new Map<string, Promise<void>>();
  readonly #states = new Map<LinkId, string>();
  #alarm = '';
  #timer: Disposable | null = null;
  #looking: Promise<void> | null = null;
  #again = false;
  /** Cards wait for a chat of the owner to tell them in. */
  #homeless = false;
  /** The owner's chat, while a limit waits to be told until the turn there has ended. */
  #answering: ConversationId | null = null;

  constructor(parts: OwnerChatParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#undo.use(this.#parts.events.subscribe((event) => this.#hear(event)));
    this.#look();
  }

  async stop(): Promise<void> {
    this.#undo.dispose();
    this.#ending.abort('shutdown');
    await this.#looking;
    await Promise.all(this.#editing.values());
    this.#timer?.[Symbol.dispose]();
  }

  #hear(event: CoreEvent): void {
    if (this.#concerns(event)) this.#look();
  }

  #concerns(event: CoreEvent): boolean {
    switch (event.kind) {
      case 'card':
      case 'host':
      case 'link-removed':
        return true;
      case 'link': {
        const state = this.#parts.links.get(event.link)?.state.kind ?? 'off';
        const before = this.#states.get(event.link);
        this.#states.set(event.link, state);
        return state !== before;
      }
      case 'usage':
      case 'setting': {
        const alarm = this.#parts.budget
          .alarms()
          .map(({ key }) => key)
          .join(' ');
        const before = this.#alarm;
        this.#alarm = alarm;
        return alarm !== before;
      }
      case 'delivery':
        return toldMessages(this.#parts.ports.storage.read).some(({ turn }) => turn === event.turn);
      case 'conversation':
        return this.#homeless && this.#isOwners(event.conversation);
      case 'turn':
        return event.status.row.conversation === this.#answering && event.status.row.state !== 'running';
      case 'message':
      case 'pull':
      case 'delta':
      case 'step':
      case 'tools':
      case 'schedules':
      case 'memory':
      case 'model':
        return false;
    }
  }

  #isOwners(conversation: ConversationId): boolean {
    const { read } = this.#parts.ports.storage;
    const row = read.conversations.get(conversation);
    const link = row === null ? null : this.#parts.links.row(row.link);
    return row?.kind === 'private' && link !== null && roleIn(read, link, row, row.chat) === 'owner';
  }

  /** One look at a time; what happens meanwhile is seen by the next. */
  #look(): void {
    if (this.#ending.signal.aborted) return;
    if (this.#looking !== null) {
      this.#again = true;
      return;
    }
    this.#looking = this.#lookOnce().finally(() => {
      this.#looking = null;
      if (!this.#again) return;
      this.#again = false;
      this.#look();
    });
  }

  async #lookOnce(): Promise<void> {
    const { ports, cards } = this.#parts;
    try {
      const open = new Map(cards.open().map((card) => [card.id, card]));
      for (const told of toldMessages(ports.storage.read)) await this.#followUp(told, open);
      await this.#tellNew(open);
    } catch (error) {
      ports.log.write('error', 'owner-chat.failed', { error: describeError(error) });
    }
  }

  /** What became of the cards of a message. */
  async #followUp(before: ToldMessage, open: ReadonlyMap<string, Card>): Promise<void> {
    const { storage } = this.#parts.ports;
    const cards = before.cards.map((card) => this.#closeIfOver(card, before.kind, open));
    const told = { ...before, cards };
    const closed = closedOf(told);
    if (closed !== closedOf(before)) await this.#write((tables) => putTold(tables, told));
    const delivery = storage.read.deliveries.ofTurn(told.turn);
    // Whoever is no owner any more hears no more of it, not even that it was decided.
    const unheard = delivery === null || isUnheard(delivery) || !this.#isOwners(told.conversation);
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
        if (settled) this.#look();
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
    const part = this.#partsOf(channel, cardMessage(this.#words(chat.link), told, open, true)).at(-1);
    if (part === undefined) return this.#edited(told);
    const options = { ownId: null, label: null, replyTo: null };
    const message = { chat: chat.chat, topic: chat.topic, id: ref };
    const outcome = await channel.edit(message, part, options, this.#ending.signal);
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

  async #tellNew(open: ReadonlyMap<string, Card>): Promise<void> {
    const { ports } = this.#parts;
    const told = new Set(toldMessages(ports.storage.read).flatMap(stillOpen));
    const fresh = Map.groupBy(
      [...open.values()].filter(({ id }) => !told.has(id)),
      messageOf,
    );
    this.#homeless = false;
    this.#answering = null;
    const waits: Millis[] = [];
    for (const all of fresh.values()) {
      const [first] = all;
      if (first === undefined) continue;
      const { kind } = first;
      const home = this.#homeOf(first);
      if (home === null) this.#homeless = true;
      if (home === null) break;
      const cards = all.filter((card) => !this.#heardInAnswer(home, card));
      if (cards.length === 0) continue;
      // Somebody waits for an answer right now: that is not held back.
      const last = kind === 'tool' ? null : lastTold(ports.storage.read, kind);
      const rest = last === null ? 0 : last + quietFor - ports.clock.now();
      // A clock that was set back must not silence anything for long.
      if (rest > 0 && rest <= quietFor) waits.push(rest);
      else await this.#tell(home, kind, cards);
    }
    this.#timer?.[Symbol.dispose]();
    this.#timer = waits.length === 0 ? null : ports.clock.after(Math.min(...waits), () => this.#look());
  }

  /** Of a limit the owner hears once: where his own question met it, the refusal has said it, or is about to. */
  #heardInAnswer({ conversation }: Home, card: Card): boolean {
    if (card.kind !== 'budget') return false;
    const { read } = this.#parts.ports.storage;
    const answering = read.turns.running().some((turn) => turn.conversation === conversation.id);
    if (answering) this.#answering = conversation.id;
    const period = this.#parts.budget.periodOf(card.reason);
    return answering || (period !== null && toldAlready(read, conversation.id, card.reason, period));
  }

  async #tell(home: Home, kind: CardKind, cards: readonly Card[]): Promise<void> {
    const { ports, events, outbox } = this.#parts;
    const { conversation, link, channel } = home;
    const words = this.#words(link.id);
    const at = ports.clock.now();
    const told: ToldMessage = {
      turn: ports.ids.next(),
      conversation: conversation.id,
      kind,
      at,
      cards: cards.map((card, index) => toldCard(words, card, kind === 'tool' || index < shownAtOnce)),
      closedShown: 0,
    };
    const message = this.#messageFor(channel, words, told, new Map(cards.map((card) => [card.id, card])));
    const parts = this.#partsOf(channel, message);
    const stored = await this.#write((tables) => {
      putTold(tables, told);
      putLastTold(tables, kind, at);
      const shown = told.cards.filter((card) => card.shown).map(({ id }) => id);
      const { answers } = message;
      if (answers.length > 0) {
        putNumbers(
          tables,
          conversation.id,
          answers.map((data) => parseButton(data)?.card ?? ''),
        );
        putChoices(tables, conversation.id, { told: told.turn, last: told.turn, answers });
      } else if (shown.length > 1) putNumbers(tables, conversation.id, shown);
      const notice = { conversation: conversation.id, link, turn: told.turn, at, asked: null };
      const text = message.tree.source;
      return storeNotice(ports, tables, { ...notice, text, parts }, () => channel.newPartId());
    });
    if (stored === null) return;
    events.publish({ kind: 'message', message: stored, added: true });
    events.publish({ kind: 'conversation', conversation: conversation.id });
    outbox.kick(conversation.id);
  }

  /** With buttons, or with numbers where there are none. */
  #messageFor(channel: Channel, words: Words, told: ToldMessage, open: ReadonlyMap<string, Card>): ToldWords {
    const { buttons } = channel.traits;
    const message = cardMessage(words, told, open, buttons);
    return buttons ? { ...message, answers: [] } : { ...numberedMessage(words, message), buttons: [] };
  }

  #partsOf(channel: Channel, { tree, buttons }: CardMessage): readonly Part[] {
    const rendered = channel.render(tree);
    const plain: Part = { format: 'plain', text: tree.source, plain: tree.source };
    const parts = rendered.length > 0 ? rendered : [plain];
    return parts.map((part, index) => (index === parts.length - 1 ? { ...part, buttons } : part));
  }

  /** Where a tool is wanted in a chat of the owner's, he is asked there. */
  #homeOf(card: Card): Home | null {
    const homes = this.#homes();
    const here = card.kind === 'tool' ? homes.find((home) => home.conversation.id === card.conversation) : undefined;
    return here ?? homes[0] ?? null;
  }

  /** The private chats of owners on links that are up; the one that was used last first. */
  #homes(): readonly Home[] {
    const { ports, links } = this.#parts;
    const { read } = ports.storage;
    const homes = links.all().flatMap(({ row: link, state }): readonly Home[] => {
      const channel = links.channel(link.id);
      if (state.kind !== 'up' || channel === null || channel.traits.ownerOnly) return [];
      return ownersOf(read, link)
        .filter((address) => !isNoneOfOurs(link, address))
        .flatMap((address) => read.conversations.ofChat(link.id, address))
        .filter(({ kind, undeliverable }) => kind === 'private' && undeliverable === null)
        .map((conversation) => ({ conversation, link, channel }));
    });
    return homes.toSorted((one, other) => other.conversation.lastAt - one.conversation.lastAt);
  }

  #words(link: LinkId): Words {
    const { ports, links } = this.#parts;
    const linkName = (id: LinkId): string => links.row(id)?.name ?? id;
    return { sentences: ports.sentences, language: links.row(link)?.language ?? null, linkName };
  }

  #write<Value>(work: (tables: Tables) => Value): Promise<Value | null> {
    return commitWhenWell(this.#parts.ports.storage, this.#ending.signal, work);
  }
}

/** Cards that are told in one message: those of a kind, and of one turn where it waits for them. */
function messageOf(card: Card): string {
  return card.kind === 'tool' ? `tool ${card.turn}` : card.kind;
}

function closedOf({ cards }: ToldMessage): number {
  return cards.filter(({ closed }) => closed).length;
}

function stillOpen({ cards }: ToldMessage): readonly string[] {
  return cards.filter(({ closed }) => !closed).map(({ id }) => id);
}

/** Too late when its link came up, taken off with its link, or the chat is gone: open cards are told anew. */
function isUnheard({ state, reason }: DeliveryRow): boolean {
  return isUnreachable(reason) || state === 'held' || state === 'cancelled';
}

/** Messages without buttons only tell; they are not taken back when the trouble has ended. */
function hasButtons(kind: CardKind): boolean {
  return kind === 'person' || kind === 'group' || kind === 'late' || kind === 'loop' || kind === 'tool';
}
