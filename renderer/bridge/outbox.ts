/**
 * Messages of the owner between Enter and the moment the gateway has them. Each has a key, made once: sending it again
 * is the same message, so that "Send again" after a lost answer cannot double it. A failed one keeps its text.
 */
import type { MessageView } from '../../preload/contract/views.ts';
import { asCallFailure, type CallFailure } from './failure.ts';

export interface Outgoing {
  readonly key: string;
  readonly conversation: string;
  readonly text: string;
  readonly at: number;
  readonly state: 'sending' | 'sent' | 'failed';
  /** The stored message, once known: from then on the thread shows it. */
  readonly message: string | null;
  readonly failure: CallFailure | null;
}

export interface OutboxPorts {
  readonly send: (conversation: string, text: string, key: string) => Promise<{ readonly message: string }>;
  readonly now: () => number;
  readonly makeKey: () => string;
}

const none: readonly Outgoing[] = [];

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
  add(conversation: string, text: string): Promise<void> {
    const entry: Outgoing = {
      key: this.#ports.makeKey(),
      conversation,
      text,
      at: this.#ports.now(),
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
    this.#put(
      conversation,
      this.list(conversation).filter((each) => each.key !== key),
    );
  }

  /** A message was stored. It may be told before the answer to our call: then the text says that it is ours. */
  arrived({ id, conversation, kind, text }: MessageView): void {
    if (kind !== 'person') return;
    const entries = this.list(conversation);
    const known = entries.find((entry) => entry.message === id);
    const ours =
      known ?? entries.find((entry) => entry.message === null && entry.state === 'sending' && entry.text === text);
    if (!ours) return;
    if (ours.state === 'sent') this.drop(ours);
    else this.#change(ours, { message: id });
  }

  async #send(entry: Outgoing): Promise<void> {
    const { conversation, text, key } = entry;
    try {
      const { message } = await this.#ports.send(conversation, text, key);
      const arrived = this.#find(entry)?.message === message;
      if (arrived) this.drop(entry);
      else this.#change(entry, { state: 'sent', message });
    } catch (failure) {
      if (this.#find(entry)?.message) this.drop(entry);
      else this.#change(entry, { state: 'failed', failure: asCallFailure(failure) });
    }
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
