/**
 * Messages of one chat in the order in which their stanzas came. The library decrypts some sooner than others: what comes
 * live overtakes what waited at the server, and a known address one that is being learnt.
 */
import type { BinaryNode, WAMessage } from 'baileys';
import type { Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';
import { parseJid } from './addresses.ts';

/** How long a message is held for one before it that the library may never tell. */
const PATIENCE: Millis = 2_000;
/** Stanzas of one chat that are waited for; of more than that the oldest will not come any more. */
const MOST_WAITING = 500;

interface Entry<Item> {
  readonly name: string;
  /** Undefined while it is waited for; null when it came to nothing. */
  item: Item | null | undefined;
}

export class ArrivalOrder<Item> implements Disposable {
  readonly #clock: Clock;
  readonly #release: (item: Item) => void;
  readonly #chats = new Map<string, Entry<Item>[]>();
  readonly #chatOf = new Map<string, string>();
  readonly #timers = new Map<string, Disposable>();

  constructor(clock: Clock, release: (item: Item) => void) {
    this.#clock = clock;
    this.#release = release;
  }

  /** A stanza has come; {@link told} will say what became of it. */
  arrived(stanza: BinaryNode): void {
    const [chat, name] = [chatIn(stanza), nameIn(stanza)];
    const entries = this.#chats.get(chat) ?? [];
    this.#chats.set(chat, entries);
    this.#chatOf.set(name, chat);
    entries.push({ name, item: undefined });
    if (entries.length > MOST_WAITING) this.#giveUp(chat, 1);
  }

  /** The library has told of a message: it is released when all before it in its chat were. Null: nothing to release. */
  told(message: WAMessage, item: Item | null): void {
    const name = nameOf(message);
    const chat = this.#chatOf.get(name);
    const entry = chat === undefined ? undefined : this.#chats.get(chat)?.find((one) => one.name === name);
    if (chat === undefined || entry === undefined || entry.item !== undefined) {
      if (item !== null) this.#release(item);
      return;
    }
    entry.item = item;
    this.#flush(chat);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) timer[Symbol.dispose]();
    this.#timers.clear();
    this.#chats.clear();
    this.#chatOf.clear();
  }

  #flush(chat: string): void {
    const entries = this.#chats.get(chat) ?? [];
    for (let [first] = entries; first !== undefined && first.item !== undefined; [first] = entries) {
      entries.shift();
      this.#forget(first, entries);
      if (first.item !== null) this.#release(first.item);
    }
    this.#timers.get(chat)?.[Symbol.dispose]();
    this.#timers.delete(chat);
    if (entries.length === 0) this.#chats.delete(chat);
    else if (entries.some(({ item }) => item !== undefined)) {
      this.#timers.set(
        chat,
        this.#clock.after(PATIENCE, () => this.#giveUp(chat)),
      );
    }
  }

  /** Those at the front are not waited for any more, up to the first that was told of. */
  #giveUp(chat: string, most = Infinity): void {
    const entries = this.#chats.get(chat) ?? [];
    const told = entries.findIndex(({ item }) => item !== undefined);
    for (const gone of entries.splice(0, Math.min(told === -1 ? entries.length : told, most))) {
      this.#forget(gone, entries);
    }
    this.#flush(chat);
  }

  /** A second copy may be on its way under the same name. */
  #forget({ name }: Entry<Item>, others: readonly Entry<Item>[]): void {
    if (!others.some((other) => other.name === name)) this.#chatOf.delete(name);
  }
}

/** A person's chat by hidden id where the stanza tells it, so that both of his addresses are one chat. */
function chatIn({ attrs }: BinaryNode): string {
  const hidden = attrs['sender_lid'] ?? attrs['peer_recipient_lid'] ?? attrs['recipient_lid'];
  return plain(attrs['participant'] === undefined ? (hidden ?? placeIn(attrs)) : placeIn(attrs));
}

/** Only what the own devices say names a recipient. */
function placeIn(attrs: BinaryNode['attrs']): string {
  return attrs['recipient'] ?? attrs['from'] ?? '';
}

function nameIn({ attrs }: BinaryNode): string {
  return `${plain(placeIn(attrs))}|${plain(attrs['participant'] ?? '')}|${attrs['id'] ?? ''}`;
}

function nameOf({ key }: WAMessage): string {
  return `${plain(key.remoteJid ?? '')}|${plain(key.participant ?? '')}|${key.id ?? ''}`;
}

function plain(jid: string): string {
  const parsed = parseJid(jid);
  return parsed === null ? jid : `${parsed.user}@${parsed.server}`;
}
