/*
 * How what a person says reaches the companions of an account: encrypted for each, put before it, and sent again when it
 * asks (docs/whatsapp-protocol.md, Stanzas of messages).
 */
import { checkDeviceIdentity } from './adv.ts';
import { childOf, needBytes, node } from './binary/node.ts';
import type { Node } from './binary/node.ts';
import type { Companion } from './companion.ts';
import { pad } from './padding.ts';
import type { Person } from './person.ts';
import { encode } from './proto/codec.ts';
import { content } from './proto/schemas.ts';
import { Refused, demand } from './refused.ts';
import type { Bundle } from './signal/keys.ts';
import type { SignalDevice } from './signal/device.ts';
import type { World } from './world.ts';

/** One message, as it goes to every companion of an account. */
export interface Utterance {
  readonly id: string;
  /** The attributes of the stanza, `id` and `t` included. */
  readonly attrs: Readonly<Record<string, string | number | undefined>>;
  /** The message, unpadded. */
  readonly bytes: Buffer;
  /** The group, or status@broadcast, whose sender key it is under. */
  readonly group: string | undefined;
  readonly mediatype: string | undefined;
  /** Changed on its way so that no one can read it. */
  readonly isBroken: boolean;
}

/** After so many wishes for another copy a device gives up (maxMsgRetryCount of the client). */
const mostCopies = 5;

/** What one person has said, and to whom. */
export class Speech {
  readonly #world: World;
  readonly #person: Person;
  readonly #said = new Map<string, Utterance>();
  /** Companions that have the sender key of a group. */
  readonly #sharedWith = new Map<string, Set<string>>();
  readonly #copies = new Map<string, number>();
  readonly #stanzas = new Map<string, Node>();

  constructor(world: World, person: Person) {
    this.#world = world;
    this.#person = person;
  }

  get #device(): SignalDevice {
    const [device] = this.#person.devices;
    if (device === undefined) throw new Error('A person has a device.');
    return device;
  }

  /** Sends an utterance to these companions. */
  utter(utterance: Utterance, companions: readonly Companion[]): void {
    this.#said.set(utterance.id, utterance);
    const body = utterance.group === undefined ? undefined : this.#groupBody(utterance);
    for (const companion of companions) {
      const parts =
        body === undefined ? [this.#direct(companion, utterance)] : this.#inGroup(companion, utterance, body);
      this.#deliver(companion, utterance, parts);
    }
  }

  /** Forgets who has which sender key: the device has new ones. */
  startAnew(): void {
    this.#sharedWith.clear();
  }

  /** Sends the same stanza once more, as the server does when an answer was lost. */
  redeliver(id: string, companion: Companion): void {
    const stanza = this.#stanzas.get(`${companion.peer} ${id}`);
    if (stanza === undefined) throw new Error(`Message ${id} never went to ${companion.peer}.`);
    companion.deliver(stanza);
  }

  /** Encrypts a message anew under its old id. */
  repeat(id: string, companion: Companion, attempt?: number): void {
    const said = this.#said.get(id);
    if (said === undefined) throw new Error(`Message ${id} was never said by ${this.#person.name}.`);
    this.#deliver(companion, said, [this.#direct(companion, { ...said, isBroken: false }, attempt)]);
  }

  /**
   * A companion could not read a message and asks for another copy. It may bring keys for a new session; otherwise the
   * server is asked for some.
   */
  askedAgain(receipt: Node, companion: Companion): void {
    const id = receipt.attrs['id'] ?? '';
    const said = this.#said.get(id);
    if (said === undefined) throw new Refused('stanza', `Another copy of ${id} is asked for, which was never said.`);
    const name = `${companion.peer} ${id}`;
    const copies = (this.#copies.get(name) ?? 0) + 1;
    this.#copies.set(name, copies);
    if (copies > mostCopies) return;
    const bundle = bundleOf(receipt, companion) ?? companion.takeBundle();
    this.#device.begin(companion.peer, bundle);
    this.#world.soon(() => {
      this.repeat(id, companion, copies);
    });
  }

  #groupBody({ group = '', bytes, isBroken }: Utterance): Buffer {
    const body = this.#device.senderKey(group).encrypt(pad(bytes));
    return isBroken ? changed(body) : body;
  }

  #inGroup(companion: Companion, { group = '', mediatype }: Utterance, body: Buffer): readonly Node[] {
    const shared = this.#sharedWith.get(group) ?? new Set<string>();
    this.#sharedWith.set(group, shared);
    const parts = [node('enc', { v: 2, type: 'skmsg', mediatype }, body)];
    if (shared.has(companion.peer)) return parts;
    shared.add(companion.peer);
    return [this.#encrypted(companion, this.#distribution(group)), ...parts];
  }

  /** A message that holds nothing but the sender key. */
  #distribution(group: string): Buffer {
    const distribution = this.#device.senderKey(group).firstDistribution();
    return encode(content, { senderKeyDistributionMessage: { groupId: group, distribution } });
  }

  #direct(companion: Companion, { bytes, group, mediatype, isBroken }: Utterance, attempt?: number): Node {
    const whole = group === undefined ? bytes : Buffer.concat([bytes, this.#distribution(group)]);
    return this.#encrypted(companion, whole, { mediatype, count: attempt }, isBroken);
  }

  #encrypted(
    companion: Companion,
    bytes: Buffer,
    attrs: Readonly<Record<string, string | number | undefined>> = {},
    isBroken = false,
  ): Node {
    const device = this.#device;
    if (!device.hasSession(companion.peer)) device.begin(companion.peer, companion.takeBundle());
    const { type, body } = device.encrypt(companion.peer, pad(bytes));
    return node('enc', { v: 2, type, ...attrs }, isBroken ? changed(body) : body);
  }

  #deliver(companion: Companion, utterance: Utterance, parts: readonly Node[]): void {
    const stanza = node('message', utterance.attrs, parts);
    this.#stanzas.set(`${companion.peer} ${utterance.id}`, stanza);
    companion.deliver(stanza);
  }
}

/** A bit turned 12 bytes before the end: in a first message that is the code that guards it, in others what it guards. */
function changed(body: Buffer): Buffer {
  const other = Buffer.from(body);
  other.writeUInt8(other.readUInt8(other.length - 12) ^ 1, other.length - 12);
  return other;
}

/**
 * The keys in a wish for another copy, if it has any; layout as in uploads, see companion.ts. They come with what the
 * phone has signed. Throws `Refused` when they are not those of the companion.
 */
function bundleOf(receipt: Node, { who }: Companion): Bundle | undefined {
  const keys = childOf(receipt, 'keys');
  if (keys === undefined) return undefined;
  const isOwn = needBytes(keys, 'identity', 32).equals(who.identityKey);
  demand(isOwn, 'signature', 'Another copy is asked for with the keys of another identity.');
  checkDeviceIdentity(needBytes(keys, 'device-identity'), who);
  const number = (of: Node | undefined) => needBytes(of, 'id', 3).readUIntBE(0, 3);
  const [preKey, signed] = [childOf(keys, 'key'), childOf(keys, 'skey')];
  return {
    registrationId: needBytes(receipt, 'registration', 4).readUInt32BE(),
    identityKey: who.identityKey,
    signedPreKey: {
      id: number(signed),
      publicKey: needBytes(signed, 'value', 32),
      signature: needBytes(signed, 'signature', 64),
    },
    preKey: preKey === undefined ? undefined : { id: number(preKey), publicKey: needBytes(preKey, 'value', 32) },
  };
}
