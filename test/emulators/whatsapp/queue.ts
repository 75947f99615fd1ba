/*
 * What waits for a companion: messages until it has sent a receipt or refused them, receipts and notifications until it
 * has acknowledged them (docs/whatsapp-protocol.md, Stanzas of messages). Everything that is left is sent again after
 * the next login. A message that is sent again under its id waits beside the first copy, since each copy is answered.
 */
import type { Node } from './binary/node.ts';

interface Waiting {
  readonly name: string;
  readonly stanza: Node;
}

/** A message is known by its id; of receipts there are several with one id. */
function nameOf(tag: string, attrs: Readonly<Record<string, string>>, other: string): string {
  const { id = '', type = '', participant = '' } = attrs;
  return tag === 'message' ? `message ${id}` : `${tag} ${id} ${other} ${type} ${participant}`;
}

export class OfflineQueue {
  #waiting: readonly Waiting[] = [];

  /** The stanzas that wait, oldest first. */
  get items(): readonly Node[] {
    return this.#waiting.map(({ stanza }) => stanza);
  }

  put(stanza: Node): void {
    const name = nameOf(stanza.tag, stanza.attrs, stanza.attrs['from'] ?? '');
    this.#waiting = [...this.#waiting, { name, stanza }];
  }

  /** A receipt of the companion: all copies of these messages are done with. */
  received(ids: readonly string[]): void {
    const names = new Set(ids.map((id) => nameOf('message', { id }, '')));
    this.#waiting = this.#waiting.filter(({ name }) => !names.has(name));
  }

  /** An <ack> of the companion, for the oldest copy; false when nothing of that name waits. */
  acknowledged(ack: Node): boolean {
    const name = nameOf(ack.attrs['class'] ?? '', ack.attrs, ack.attrs['to'] ?? '');
    const found = this.#waiting.find((one) => one.name === name);
    this.#waiting = this.#waiting.filter((one) => one !== found);
    return found !== undefined;
  }
}
