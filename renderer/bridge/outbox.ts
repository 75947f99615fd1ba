/**
 * Messages of the owner between Enter and the moment the gateway has them. Each has a key, made once: sending it again
 * is the same message, so that "Send again" after a lost answer cannot double it. A failed one keeps its text. They lie in
 * the browser's storage meanwhile: a page that is closed, reloaded or dies in between loses nothing.
 */
import type { FileView, MessageView } from '../../preload/contract/views.ts';
import { fileViews, type DraftStorage } from './drafts.ts';
import { asCallFailure, CallFailure } from './failure.ts';
import { storedJson } from './stored-json.ts';

/** `send` to a thread of the window, for an answer; `say` into a chat of a platform, as the owner's own words. */
export type Way = 'send' | 'say';

export interface Outgoing {
  readonly key: string;
  readonly conversation: string;
  readonly way: Way;
  readonly text: string;
  /** They are in the gateway's store already. */
  readonly files: readonly FileView[];
  readonly at: number;
  readonly state: 'sending' | 'sent' | 'failed';
  /** The stored message, once known: from then on the thread shows it. */
  readonly message: string | null;
  readonly failure: CallFailure | null;
}

export interface OutboxPorts {
  readonly send: (entry: Outgoing) => Promise<{ readonly message: string }>;
  readonly now: () => number;
  readonly makeKey: () => string;
  readonly storage: OutboxStorage;
}

export type OutboxStorage = DraftStorage & Pick<Storage, 'key' | 'length'>;

const none: readonly Outgoing[] = [];
const prefix = 'porchlight.outgoing.';
/** What the page before could not send goes out by itself for so long; later its writer is asked. */
const still = 120_000;

export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #lists = new Map<string, readonly Outgoing[]>();
  readonly #listeners = new Set<() => void>();

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  list(conversation: string): readonly Outgoing[] {
    return this.#lists.get(conversation) ?? none;
  }

  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Shows the message at once and sends it. */
  add(conversation: string, text: string, way: Way = 'send', files: readonly FileView[] = []): Promise<void> {
    const { makeKey, now } = this.#ports;
    const entry: Outgoing = {
      key: makeKey(),
      conversation,
      way,
      text,
      files,
      at: now(),
      state: 'sending',
      message: null,
      failure: null,
    };
    this.#put(conversation, [...this.list(conversation), entry]);
    return this.#send(entry);
  }

  /** Sends a failed one once more, under its old key. */
  again(entry: Outgoing): Promise<void> {
    this.#change(entry, { state: 'sending', failure: null });
    return this.#send(entry);
  }

  drop({ conversation, key }: Outgoing): void {
    this.#forget(key);
    this.#put(
      conversation,
      this.list(conversation).filter((each) => each.key !== key),
    );
  }

  /** What the page before had not sent: shown, and sent once more where it is of just now. Called once. */
  async restore(): Promise<void> {
    const { storage, now } = this.#ports;
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
    const found = keys
      .filter((key) => key.startsWith(prefix))
      .flatMap((key) => readEntry(key.slice(prefix.length), storage.getItem(key)) ?? [])
      .toSorted((a, b) => a.at - b.at);
    for (const entry of found) this.#put(entry.conversation, [...this.list(entry.conversation), entry]);
    for (const entry of found) if (now() - entry.at < still) await this.again(entry);
  }

  /** A message was stored. It may be told before the answer to our call: then the text says that it is ours. */
  arrived(message: MessageView): void {
    const { id, conversation, kind } = message;
    if (kind !== 'person') return;
    const entries = this.list(conversation);
    const known = entries.find((entry) => entry.message === id);
    const ours =
      known ?? entries.find((entry) => entry.message === null && entry.state === 'sending' && says(entry, message));
    if (!ours) return;
    if (ours.state === 'sent') this.drop(ours);
    else this.#change(ours, { message: id });
  }

  async #send(entry: Outgoing): Promise<void> {
    this.#keep(entry);
    try {
      const { message } = await this.#ports.send(entry);
      this.#forget(entry.key);
      const arrived = this.#find(entry)?.message === message;
      if (arrived) this.drop(entry);
      else this.#change(entry, { state: 'sent', message });
    } catch (failure) {
      if (this.#find(entry)?.message) this.drop(entry);
      else this.#change(entry, { state: 'failed', failure: asCallFailure(failure) });
    }
  }

  /** A full storage keeps nothing: then the message is as safe as the page. */
  #keep({ key, conversation, way, text, files, at }: Outgoing): void {
    try {
      this.#ports.storage.setItem(prefix + key, JSON.stringify({ conversation, way, text, files, at }));
    } catch (failure) {
      if (!(failure instanceof DOMException)) throw failure;
    }
  }

  #forget(key: string): void {
    this.#ports.storage.removeItem(prefix + key);
  }

  #find({ conversation, key }: Outgoing): Outgoing | undefined {
    return this.list(conversation).find((each) => each.key === key);
  }

  #change({ conversation, key }: Outgoing, change: Partial<Outgoing>): void {
    this.#put(
      conversation,
      this.list(conversation).map((each) => (each.key === key ? { ...each, ...change } : each)),
    );
  }

  #put(conversation: string, entries: readonly Outgoing[]): void {
    if (entries.length === 0) this.#lists.delete(conversation);
    else this.#lists.set(conversation, entries);
    for (const listener of [...this.#listeners]) listener();
  }
}

/** With files the stored text begins with what they are: then the files say that it is ours. */
function says({ text, files }: Outgoing, message: MessageView): boolean {
  const [first] = files;
  return first === undefined ? message.text === text : message.attachments.some(({ file }) => file === first.id);
}

/** Null for what we did not write. */
function readEntry(key: string, stored: string | null): Outgoing | null {
  const value = storedJson(stored);
  if (typeof value !== 'object' || value === null) return null;
  const { conversation, way, text, files, at } = value as Readonly<Record<string, unknown>>;
  if (typeof conversation !== 'string' || typeof text !== 'string' || typeof at !== 'number') return null;
  const known = way === 'say' ? 'say' : 'send';
  const sent = { text, files: fileViews(JSON.stringify(files ?? [])), at };
  return { key, conversation, way: known, ...sent, state: 'failed', message: null, failure: new CallFailure(null) };
}
