/*
 * A linked device as the service keeps it: its keys, the pre-keys that strangers are given, what waits for it, and the
 * connection it has right now. Its faults are those of its connection (docs/whatsapp-protocol.md, Closing codes).
 */
import { EventLog } from '../lib/event-log.ts';
import { byLid, byNumber, serverAddress } from './address.ts';
import { childOf, childrenOf, needBytes, node } from './binary/node.ts';
import type { Node } from './binary/node.ts';
import type { Connection } from './connection.ts';
import { isSignedBy, typed } from './crypto/curve.ts';
import { OfflineQueue } from './queue.ts';
import { demand } from './refused.ts';
import type { Bundle, NumberedKey } from './signal/keys.ts';

export interface SignedPreKey extends NumberedKey {
  readonly signature: Buffer;
}

/** Who a companion is; fixed when it was linked. */
export interface CompanionIdentity {
  /** 1 and up. */
  readonly device: number;
  readonly number: string;
  readonly lid: string;
  readonly noiseKey: Buffer;
  readonly identityKey: Buffer;
  readonly registrationId: number;
  /** The details its account has signed, see adv.ts. */
  readonly details: Buffer;
  readonly accountKey: Buffer;
  /** What it called itself, such as `Mac OS`. */
  readonly os: string;
}

/** Below so many pre-keys the companion is told to bring more. */
const fewPreKeys = 5;

export class Companion {
  readonly who: CompanionIdentity;
  readonly queue = new OfflineQueue();
  /** The number of keys of each upload. */
  readonly uploads = new EventLog<number>('upload of pre-keys');
  /** Whether it was given the history a new device gets. */
  isBootstrapped = false;
  /** What it last said about itself: `available` or `unavailable`. */
  presence: string | undefined;
  /** True once the phone has removed it. */
  isRemoved = false;
  #connection: Connection | undefined;
  #isActive = false;
  #signedPreKey: SignedPreKey;
  #preKeys: NumberedKey[] = [];
  readonly #everUploaded = new Map<number, Buffer>();
  #lows = 0;

  constructor(who: CompanionIdentity, signedPreKey: SignedPreKey) {
    this.who = who;
    this.#signedPreKey = signedPreKey;
  }

  /** The name under which simulated devices keep their session with it. */
  get peer(): string {
    return `${this.who.number}:${String(this.who.device)}`;
  }

  get numberAddress(): string {
    return byNumber(this.who.number, this.who.device);
  }

  get lidAddress(): string {
    return byLid(this.who.lid, this.who.device);
  }

  /** The connection it has, if it has one. */
  get connection(): Connection | undefined {
    return this.#connection?.isOver === true ? undefined : this.#connection;
  }

  /** Whether it is connected and has asked for what waits. */
  get isActive(): boolean {
    return this.#isActive && this.connection !== undefined;
  }

  get preKeyCount(): number {
    return this.#preKeys.length;
  }

  get signedPreKey(): SignedPreKey {
    return this.#signedPreKey;
  }

  /** A login: a connection that stands already is told that it was replaced. */
  connected(connection: Connection): void {
    const before = this.connection;
    this.#connection = connection;
    this.#isActive = false;
    before?.closeWith(conflict('replaced'));
  }

  /** Only the end of the present connection counts. */
  disconnected(connection: Connection): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#isActive = false;
  }

  activate(): void {
    this.#isActive = true;
  }

  /** Puts a stanza before the companion: at once when it is active, and kept until it has answered it. */
  deliver(stanza: Node): void {
    this.queue.put(stanza);
    if (this.isActive) this.#connection?.send(stanza);
  }

  /** Shows something that does not wait for anybody, such as typing. */
  show(stanza: Node): void {
    if (this.isActive) this.#connection?.send(stanza);
  }

  /**
   * Takes uploaded keys (docs/whatsapp-protocol.md, Login) and gives the numbers that were used before for other keys:
   * whoever has such a key cannot be read any more. Throws `Refused` when they belong to another identity or are
   * wrongly signed.
   */
  upload(query: Node): readonly number[] {
    const registration = needBytes(query, 'registration', 4).readUInt32BE();
    demand(registration === this.who.registrationId, 'stanza', 'Pre-keys come with another registration id.');
    demand(needBytes(query, 'type', 1)[0] === 5, 'stanza', 'Pre-keys are of another type than 5.');
    const isOwn = needBytes(query, 'identity', 32).equals(this.who.identityKey);
    demand(isOwn, 'stanza', 'Pre-keys come with another identity.');
    this.rotate(childOf(query, 'skey'));
    const keys = childrenOf(childOf(query, 'list'), 'key').map(readKey);
    const reused: number[] = [];
    for (const key of keys) {
      const before = this.#everUploaded.get(key.id);
      this.#everUploaded.set(key.id, key.publicKey);
      if (before === undefined) this.#preKeys.push(key);
      else if (!before.equals(key.publicKey)) {
        reused.push(key.id);
        this.#preKeys = [...this.#preKeys.filter(({ id }) => id !== key.id), key];
      }
    }
    this.uploads.add(keys.length);
    return reused;
  }

  /** Takes a signed pre-key. Throws `Refused` when the identity has not signed it. */
  rotate(skey: Node | undefined): void {
    const key = { ...readKey(skey), signature: needBytes(skey, 'signature', 64) };
    const isSigned = isSignedBy(this.who.identityKey, typed(key.publicKey), key.signature);
    demand(isSigned, 'signature', 'A signed pre-key is not signed by the identity of the device.');
    this.#signedPreKey = key;
  }

  /** What somebody needs to write first; uses up a pre-key, and asks for more when few are left. */
  takeBundle(): Bundle {
    const preKey = this.#preKeys.shift();
    if (preKey !== undefined && this.#preKeys.length === fewPreKeys - 1) this.tellPreKeysLow();
    const { registrationId, identityKey } = this.who;
    return { registrationId, identityKey, signedPreKey: this.#signedPreKey, preKey };
  }

  /** The notification that pre-keys are running out; `count` is what it says is left. */
  tellPreKeysLow(count = this.#preKeys.length): void {
    this.#lows += 1;
    const attrs = { from: serverAddress, id: `low-${String(this.#lows)}`, type: 'encrypt' };
    this.deliver(node('notification', attrs, [node('count', { value: count })]));
  }

  /** Something of the app state, such as which chats are archived, has changed elsewhere: it is to be asked for. */
  tellAppState(collection = 'regular_low', version = 2): void {
    this.#lows += 1;
    const attrs = { from: serverAddress, id: `state-${String(this.#lows)}`, type: 'server_sync' };
    this.deliver(node('notification', attrs, [node('collection', { name: collection, version })]));
  }

  /** Cuts the connection, as a network does: 428 at the client, or 408 when it was silenced before. */
  drop(): void {
    this.connection?.drop();
  }

  /** Closes the connection in order; what was sent before is still read. */
  close(): void {
    this.connection?.close();
  }

  /** Ends the stream: 428. */
  endStream(): void {
    this.connection?.endStream();
  }

  /** A stream error with that code, such as 500, 503 or 515. */
  streamError(code: number): void {
    this.connection?.closeWith(node('stream:error', { code }));
  }

  /** As if somebody else had logged in with the same credentials: 440. */
  conflict(): void {
    this.connection?.closeWith(conflict('replaced'));
  }

  /**
   * Nothing is read or said any more, until the client gives up: 408. With `half-open` even the close of the WebSocket
   * gets no answer, for which a client may wait as well.
   */
  silence(how: 'server-hangs' | 'half-open' = 'server-hangs'): void {
    this.connection?.silence(how === 'half-open');
  }

  /** The account has left the time of linked devices: 411. */
  downgrade(): void {
    this.connection?.closeWith(node('ib', {}, [node('downgrade_webclient')]));
  }

  /** A <failure> in the middle, such as 403. */
  fail(code: number): void {
    this.connection?.closeWith(node('failure', { reason: code, location: 'emu' }));
  }

  /** Removed from the list of linked devices: 401, now or at the next login. */
  remove(): void {
    this.isRemoved = true;
    this.connection?.closeWith(conflict('device_removed', 401));
  }
}

function conflict(type: 'replaced' | 'device_removed', code?: number): Node {
  return node('stream:error', { code }, [node('conflict', { type })]);
}

function readKey(key: Node | undefined): NumberedKey {
  return { id: needBytes(key, 'id', 3).readUIntBE(0, 3), publicKey: needBytes(key, 'value', 32) };
}
