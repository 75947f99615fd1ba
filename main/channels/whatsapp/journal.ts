/**
 * What was decrypted and is not yet the core's (docs/whatsapp-protocol.md, Lost messages). A ratchet turns once: a
 * message whose plain text is lost between decryption and the core's commit could never be read again, while the server
 * was told that it arrived.
 *
 *   frame       a stanza comes in; who sent it is remembered by the hash of each of its ciphertexts
 *   decrypted   in the transaction that advances the session: the plain text and the stanza's attributes
 *   note        the library has told of it, so that it is no longer on its way
 *   settle      the core has it: the text goes, the hash stays, a repetition decrypts to an empty message
 *   open        what was not settled is made into messages again, after a crash or a socket that ended too early
 *
 * A message that never was a ciphertext of ours (sent again by the phone, or plain) is written when it is told.
 */
import { createHash } from 'node:crypto';
import type { BinaryNode, proto, WAMessage } from 'baileys';
import { describeError, type Log } from '../../gateway/log.ts';
import type { Millis } from '../../gateway/types.ts';
import type { KeptFile, KeptRow } from './kept-file.ts';
import type { Library } from './parts.ts';

/** Of stanzas that were not decrypted so many are remembered. */
const mostStanzas = 5000;

interface Stanza {
  /** Says which message it is a part of. */
  readonly key: string;
  readonly attrs: Readonly<Record<string, string>>;
}

/** The account, as the library needs it to read a stanza. */
export interface Me {
  readonly id: string;
  readonly lid: string;
}

export interface JournalDeps {
  readonly file: KeptFile;
  readonly library: Library;
  readonly log: Log;
  readonly me: () => Me | null;
}

/** sha256, in hexadecimal. */
export function hashOf(ciphertext: Uint8Array): string {
  return createHash('sha256').update(ciphertext).digest('hex');
}

export class Journal {
  readonly #deps: JournalDeps;
  /** By hash of the ciphertext. */
  readonly #stanzas = new Map<string, Stanza>();
  /** Hashes in the journal, by message. */
  readonly #hashes = new Map<string, Set<string>>();
  /** Decrypted for the present socket, which has not told of them yet. */
  readonly #underWay = new Set<string>();

  constructor(deps: JournalDeps) {
    this.#deps = deps;
    for (const { id, value } of deps.file.all('journal')) this.#index(keyIn(value), id);
  }

  /** A socket begins: what the one before did not tell is no longer under way. */
  begin(): void {
    this.#stanzas.clear();
    this.#underWay.clear();
  }

  /** The account is another one now. */
  forget(): void {
    this.begin();
    this.#hashes.clear();
  }

  /** Every frame that comes in, before the library handles it. */
  frame(node: unknown): void {
    if (!isNode(node) || node.tag !== 'message' || !Array.isArray(node.content)) return;
    const key = this.#keyOfStanza(node.attrs);
    if (key === null) return;
    for (const { tag, content } of node.content) {
      if (tag !== 'enc' || !(content instanceof Uint8Array)) continue;
      const oldest = this.#stanzas.keys().next();
      if (this.#stanzas.size >= mostStanzas && oldest.done !== true) this.#stanzas.delete(oldest.value);
      this.#stanzas.set(hashOf(content), { key, attrs: node.attrs });
    }
  }

  /** The plain text of a ciphertext that was decrypted before, `settled` when the core has it; null: not known. */
  known(hash: string): Uint8Array | 'settled' | null {
    const { file } = this.#deps;
    if (file.one('settled', hash) !== undefined) return 'settled';
    const plain = plainIn(file.one('journal', hash));
    if (plain !== null) this.#underWay.add(hash);
    return plain;
  }

  /** Rows to be written with the advanced session. */
  decrypted(hash: string, plain: Uint8Array): readonly KeptRow[] {
    const stanza = this.#stanzas.get(hash) ?? null;
    this.#stanzas.delete(hash);
    this.#underWay.add(hash);
    this.#index(stanza?.key ?? null, hash);
    return [{ kind: 'journal', id: hash, value: { plain, key: stanza?.key ?? null, attrs: stanza?.attrs ?? null } }];
  }

  note(message: WAMessage): void {
    const key = keyOf(message);
    const hashes = this.#hashes.get(key);
    if (hashes !== undefined) for (const hash of hashes) this.#underWay.delete(hash);
    else if (hasContent(message)) this.#deps.file.set([{ kind: 'told', id: key, value: this.#written(message) }]);
  }

  settle(messages: readonly WAMessage[]): void {
    const keys = [...new Set(messages.map(keyOf))];
    const told = this.#deps.file.get('told', keys);
    const rows = keys.flatMap((key): readonly KeptRow[] => [
      ...(told.has(key) ? [{ kind: 'told', id: key, value: null }] : []),
      ...[...(this.#hashes.get(key) ?? [])].flatMap((hash) => [
        { kind: 'journal', id: hash, value: null },
        { kind: 'settled', id: hash, value: true },
      ]),
    ]);
    this.#deps.file.set(rows);
    for (const key of keys) {
      for (const hash of this.#hashes.get(key) ?? []) this.#underWay.delete(hash);
      this.#hashes.delete(key);
    }
  }

  open(): readonly WAMessage[] {
    const { file, log } = this.#deps;
    const parts = new Map<string, unknown[]>();
    for (const { id, value } of file.all('journal')) {
      const key = keyIn(value);
      if (key === null || this.#underWay.has(id)) continue;
      parts.set(key, [...(parts.get(key) ?? []), value]);
    }
    const open: WAMessage[] = [];
    for (const values of parts.values()) {
      try {
        open.push(...this.#rebuilt(values));
      } catch (error) {
        log.write('error', 'whatsapp.journal-unreadable', { error: describeError(error) });
      }
    }
    return [...open, ...file.all('told').map(({ value }) => this.#read(value))];
  }

  prune(before: Millis): void {
    for (const kind of ['journal', 'told', 'settled']) this.#deps.file.prune(kind, before);
    const left = new Set(this.#deps.file.all('journal').map(({ id }) => id));
    for (const [key, hashes] of this.#hashes) {
      for (const hash of hashes) if (!left.has(hash)) hashes.delete(hash);
      if (hashes.size === 0) this.#hashes.delete(key);
    }
  }

  #index(key: string | null, hash: string): void {
    if (key === null) return;
    const hashes = this.#hashes.get(key) ?? new Set();
    this.#hashes.set(key, hashes.add(hash));
  }

  /** As the library names the message that it makes of a stanza; null for what it makes none of. */
  #keyOfStanza(attrs: BinaryNode['attrs']): string | null {
    const me = this.#deps.me();
    if (me === null) return null;
    try {
      return keyOf(this.#envelope(attrs, me));
    } catch {
      // It refuses such a stanza itself, and says so in its log.
      return null;
    }
  }

  #envelope(attrs: BinaryNode['attrs'], me: Me): WAMessage {
    const { library } = this.#deps;
    const { fullMessage } = library.decodeMessageNode({ tag: 'message', attrs }, me.id, me.lid);
    library.cleanMessage(fullMessage, me.id, me.lid);
    return fullMessage;
  }

  /** The message of a stanza from the plain texts of all its ciphertexts, as the library makes it. */
  #rebuilt(values: readonly unknown[]): readonly WAMessage[] {
    const { library } = this.#deps;
    const me = this.#deps.me();
    const attrs = attrsIn(values[0]);
    if (me === null || attrs === null) return [];
    const message = this.#envelope(attrs, me);
    const content: proto.IMessage = {};
    for (const value of values) {
      const plain = plainIn(value);
      if (plain === null) continue;
      const decoded = library.proto.Message.decode(library.unpadRandomMax16(plain));
      Object.assign(content, decoded.deviceSentMessage?.message ?? decoded);
    }
    message.message = content;
    library.cleanMessage(message, me.id, me.lid);
    return [message];
  }

  #written(message: WAMessage): unknown {
    const { Message } = this.#deps.library.proto;
    const { key, pushName, category } = message;
    const content = Message.encode(Message.fromObject(message.message ?? {})).finish();
    return { key, pushName, category, messageTimestamp: Number(message.messageTimestamp ?? 0), content };
  }

  #read(value: unknown): WAMessage {
    const { content, ...message } = value as WAMessage & { readonly content: Uint8Array };
    return { ...message, message: this.#deps.library.proto.Message.decode(content) };
  }
}

/** Chat, author and id: what tells messages of one link apart. */
function keyOf({ key }: WAMessage): string {
  return [key.remoteJid ?? '', key.participant ?? '', key.id ?? ''].join('|');
}

function hasContent({ message }: WAMessage): boolean {
  return Object.values(message ?? {}).some((value) => value !== null && value !== undefined);
}

function isNode(value: unknown): value is BinaryNode {
  return typeof value === 'object' && value !== null && 'tag' in value && 'attrs' in value;
}

function fieldIn(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return fields[name];
}

function plainIn(value: unknown): Uint8Array | null {
  const plain = fieldIn(value, 'plain');
  return plain instanceof Uint8Array ? plain : null;
}

function keyIn(value: unknown): string | null {
  const key = fieldIn(value, 'key');
  return typeof key === 'string' ? key : null;
}

function attrsIn(value: unknown): BinaryNode['attrs'] | null {
  const attrs = fieldIn(value, 'attrs');
  if (typeof attrs !== 'object' || attrs === null) return null;
  return Object.fromEntries(Object.entries(attrs).map(([name, text]) => [name, String(text)]));
}
