/**
 * The owner's own chat hears of cards: what waits for a decision with buttons, what only has to be known without.
 *
 * a card opens → the owner's last used private chat on a link that is up → [commit: turn, notice, delivery, parts, what
 * was told] → outbox. At most one message in ten minutes for each kind of card: those that come in between go together.
 * A card that ends, wherever that was decided, changes its message. No owner's chat, no link up: it waits for one.
 */
import type { Channel } from '../channel.ts';
import type { BudgetKeeper } from '../budget/budget.ts';
import { toldAlready } from '../budget/told.ts';
import { FollowUp } from './follow-up.ts';
import { homeOf, isOwners, wordsOf, type Home } from './homes.ts';
import { cardParts, storeNotice, toldCard } from './notice.ts';
import { cardMessage, numberedMessage, parseButton, type CardMessage, type Words } from './words.ts';
import type { Outbox } from '../delivery/delivery.ts';
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
  toldMessages,
  type CardKind,
  type ToldMessage,
} from './told.ts';
import type { ConversationId, LinkId, Millis } from '../types.ts';

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
  readonly #followUp: FollowUp;
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
    this.#followUp = new FollowUp(parts, this.#ending.signal, () => this.#look());
  }

  start(): void {
    this.#undo.use(this.#parts.events.subscribe((event) => this.#hear(event)));
    this.#look();
  }

  async stop(): Promise<void> {
    this.#undo.dispose();
    this.#ending.abort('shutdown');
    await this.#looking;
    await this.#followUp.idle();
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
        return this.#homeless && isOwners(this.#parts, event.conversation);
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
      for (const told of toldMessages(ports.storage.read)) await this.#followUp.look(told, open);
      await this.#tellNew(open);
    } catch (error) {
      ports.log.write('error', 'owner-chat.failed', { error: describeError(error) });
    }
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
      const home = homeOf(this.#parts, first);
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
    const words = wordsOf(this.#parts, link.id);
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
    const parts = cardParts(channel, message);
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

  #write<Value>(work: (tables: Tables) => Value): Promise<Value | null> {
    return commitWhenWell(this.#parts.ports.storage, this.#ending.signal, work);
  }
}

/** Cards that are told in one message: those of a kind, and of one turn where it waits for them. */
function messageOf(card: Card): string {
  return card.kind === 'tool' ? `tool ${card.turn}` : card.kind;
}

function stillOpen({ cards }: ToldMessage): readonly string[] {
  return cards.filter(({ closed }) => !closed).map(({ id }) => id);
}
