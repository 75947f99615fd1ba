/*
 * What happens on a person's device when a message of a companion arrives: it is decrypted with the device's own session,
 * recorded, and answered with a receipt; one that cannot be read is asked for again (docs/whatsapp-protocol.md, Stanzas
 * of messages).
 */
import type { EventLog } from '../lib/event-log.ts';
import { preciseNow } from '../lib/http.ts';
import { checkDeviceIdentity } from './adv.ts';
import { byLid, isGroup, ofUser, parseAddress } from './address.ts';
import { bigEndian, bytesOf, node } from './binary/node.ts';
import type { Node } from './binary/node.ts';
import type { Companion } from './companion.ts';
import { readContent } from './content.ts';
import { unpad } from './padding.ts';
import type { Arrival, Person } from './person.ts';
import { decode } from './proto/codec.ts';
import { content } from './proto/schemas.ts';
import { Refused, demand, needed } from './refused.ts';
import type { SignalDevice } from './signal/device.ts';
import type { World } from './world.ts';

/** One encrypted part of a stanza of a companion, for one device. */
export interface Parcel {
  readonly companion: Companion;
  readonly stanza: Node;
  /** The address the part was for, as the companion wrote it; its device gets it. */
  readonly address: string;
  readonly enc: Node;
  readonly deviceIdentity: Buffer | undefined;
}

type Read = Omit<Arrival, 'number' | 'at'>;

/** From this wish on it brings keys for a new session. */
const firstWithKeys = 2;
const mostWishes = 5;

export class Inbox {
  readonly #world: World;
  readonly #arrivals: EventLog<Arrival>;
  readonly #wishes = new Map<string, number>();
  readonly #readable = new Map<string, (type: string) => void>();
  #count = 0;

  constructor(world: World, arrivals: EventLog<Arrival>) {
    this.#world = world;
    this.#arrivals = arrivals;
  }

  /** Takes in what is for `person`; the arrival, if it could be read and says something. */
  receive(person: Person, parcel: Parcel): Arrival | undefined {
    const id = parseAddress(parcel.address)?.device ?? 0;
    const device = person.devices[id];
    if (device === undefined) return undefined;
    try {
      if (person.unreadable > 0) {
        person.unreadable -= 1;
        throw new Refused('signal', 'This message is not to be read.');
      }
      const read = this.#read(person, { id, device }, parcel);
      if (read === undefined) return undefined;
      this.#count += 1;
      const arrival: Arrival = { ...read, number: this.#count, at: preciseNow() };
      person.arrivals.add(arrival);
      this.#arrivals.add(arrival);
      this.#answer(person, parcel);
      return arrival;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#askAgain(person, device, parcel, error);
      return undefined;
    }
  }

  /** Says that a message was read; `type` is read or played. */
  tellRead(person: Person, id: string, type = 'read'): void {
    const tell = this.#readable.get(`${person.number} ${id}`);
    if (tell === undefined) throw new Error(`Message ${id} never arrived at ${person.name}.`);
    tell(type);
  }

  #read(
    person: Person,
    { id, device }: { readonly id: number; readonly device: SignalDevice },
    parcel: Parcel,
  ): Read | undefined {
    const { companion, stanza, enc } = parcel;
    const type = encryptionOf(enc);
    const body = needed(bytesOf(enc), 'stanza', 'An <enc> has no bytes.');
    const group = stanza.attrs['to'] ?? '';
    const plaintext =
      type === 'skmsg'
        ? device.senderKeyReader(group, companion.peer).decrypt(body)
        : device.decrypt(companion.peer, { type, body });
    if (type !== 'skmsg') checkSender(device, parcel, type);
    const whole = unpad(plaintext);
    const { senderKeyDistributionMessage: key, deviceSentMessage: copy } = decode(content, whole);
    if (key?.distribution !== undefined)
      device.senderKeyReader(key.groupId ?? '', companion.peer).learn(key.distribution);
    const isOwnCopy = person.companions.includes(companion);
    // In groups the own phone is a member like the others.
    const isWrapped = isOwnCopy && !isGroup(group);
    demand((copy !== undefined) === isWrapped, 'stanza', 'A copy for the own phone goes to another, or none to it.');
    const bytes = copy?.message ?? whole;
    const heard = readContent(bytes);
    // A part that brings nothing but the sender key is not a message.
    if (heard.kind === 'sender-key') return undefined;
    return {
      ...heard,
      id: stanza.attrs['id'] ?? '',
      chat: ofUser(copy?.destinationJid ?? stanza.attrs['recipient'] ?? stanza.attrs['to'] ?? ''),
      recipient: person.number,
      device: id,
      sender: companion.numberAddress,
      isOwnCopy,
      encryption: type,
      attempt: Number(enc.attrs['count'] ?? '0'),
      bytes,
    };
  }

  /** The addresses of a receipt: of the device, and in a group the group and the device in it. */
  #place(
    person: Person,
    { stanza, address }: Parcel,
  ): { readonly from: string; readonly participant: string | undefined } {
    const chat = stanza.attrs['to'] ?? '';
    const device = parseAddress(address)?.device ?? 0;
    return isGroup(chat)
      ? { from: chat, participant: byLid(person.lid, device) }
      : { from: address, participant: undefined };
  }

  #answer(person: Person, parcel: Parcel): void {
    if (person.companions.includes(parcel.companion)) return;
    const id = parcel.stanza.attrs['id'] ?? '';
    const tell = (type: string | undefined) => {
      const attrs = { id, ...this.#place(person, parcel), type, t: this.#world.seconds() };
      this.#world.soon(() => {
        parcel.companion.deliver(node('receipt', attrs));
      });
    };
    this.#readable.set(`${person.number} ${id}`, tell);
    if (person.answers === 'nothing') return;
    tell(undefined);
    if (person.answers === 'reading') tell('read');
  }

  #askAgain(person: Person, device: SignalDevice, parcel: Parcel, problem: Refused): void {
    const { companion, stanza } = parcel;
    const id = stanza.attrs['id'] ?? '';
    this.#world.unreadable.add({ at: preciseNow(), person: person.number, id, text: problem.message });
    const name = `${person.number} ${parcel.address} ${id}`;
    const count = (this.#wishes.get(name) ?? 0) + 1;
    this.#wishes.set(name, count);
    if (!person.asksAgain || count > mostWishes) return;
    const t = stanza.attrs['t'] ?? this.#world.seconds();
    const parts = [
      node('retry', { count, id, t, v: 1 }),
      node('registration', {}, bigEndian(device.keys.registrationId, 4)),
      ...(count >= firstWithKeys ? [keysOf(device)] : []),
    ];
    // A device of the account names the chat that its copy is of.
    const recipient = person.companions.includes(companion) && !isGroup(stanza.attrs['to'] ?? '');
    const chat = recipient ? (stanza.attrs['recipient'] ?? stanza.attrs['to']) : undefined;
    const attrs = { id, ...this.#place(person, parcel), recipient: chat, type: 'retry', t };
    this.#world.soon(() => {
      companion.deliver(node('receipt', attrs, parts));
    });
  }
}

function encryptionOf({ attrs }: Node): Arrival['encryption'] {
  const { type, v } = attrs;
  demand(v === '2', 'stanza', `An <enc> is of version ${v ?? 'none'}.`);
  demand(type === 'pkmsg' || type === 'msg' || type === 'skmsg', 'stanza', `An <enc> is of type ${type ?? 'none'}.`);
  return type;
}

/** A session is with the companion itself, and its first messages bring what its phone has signed. */
function checkSender(device: SignalDevice, { companion, deviceIdentity }: Parcel, type: string): void {
  const { identityKey, accountKey, details } = companion.who;
  const isOwn = device.identityOf(companion.peer)?.equals(identityKey) === true;
  demand(isOwn, 'signature', 'A session is with another identity than that of the companion.');
  if (type !== 'pkmsg') return;
  const identity = needed(deviceIdentity, 'signature', 'A first message comes without <device-identity>.');
  checkDeviceIdentity(identity, { identityKey, accountKey, details });
}

function keysOf(device: SignalDevice): Node {
  const { identityKey, signedPreKey, preKey } = device.keys.bundle();
  return node('keys', {}, [
    node('type', {}, Buffer.of(5)),
    node('identity', {}, identityKey),
    ...(preKey === undefined
      ? []
      : [node('key', {}, [node('id', {}, bigEndian(preKey.id, 3)), node('value', {}, preKey.publicKey)])]),
    node('skey', {}, [
      node('id', {}, bigEndian(signedPreKey.id, 3)),
      node('value', {}, signedPreKey.publicKey),
      node('signature', {}, signedPreKey.signature),
    ]),
  ]);
}
