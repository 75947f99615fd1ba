/*
 * The phone of an account: it links companions, types into chats of its own, and gets copies of what its companions say
 * (docs/whatsapp-protocol.md, Pairing; Stanzas of messages). The identity key of the phone is also the key the account
 * signs with.
 */
import { randomBytes } from 'node:crypto';
import type { Companion } from './companion.ts';
import { protocolTypes } from './content.ts';
import { SendFaults } from './faults.ts';
import type { Group } from './groups.ts';
import { historyOf, remembered } from './history.ts';
import type { Remembered } from './history.ts';
import type { MediaKind, MediaOptions, MediaStore } from './media.ts';
import type { Arrival, Person, PersonFacts } from './person.ts';
import { encode } from './proto/codec.ts';
import { content } from './proto/schemas.ts';
import { newMessageId } from './message-id.ts';
import type { LinkOutcome, Pairing, ScanOptions } from './pairing.ts';
import { Speaker } from './speaker.ts';
import type { By, Place, Said, SayOptions } from './speaker.ts';
import type { KeyPair } from './crypto/curve.ts';
import type { World } from './world.ts';

export interface PhoneOptions extends SayOptions {
  /** Whom the owner writes to; himself if it is not said. */
  readonly to?: Person;
}

export interface PhoneParts {
  readonly world: World;
  readonly media: MediaStore;
  readonly pairing: Pairing;
  /** The people in the address book, for the history a new companion gets. */
  readonly people: () => readonly Person[];
}

export class Phone extends Speaker {
  /** What the next messages of its companions meet. */
  readonly sendFaults = new SendFaults();
  readonly #pairing: Pairing;
  readonly #people: () => readonly Person[];
  #companions: readonly Companion[] = [];
  #devices = 0;
  #remembered: readonly Remembered[] = [];

  constructor({ world, media, pairing, people }: PhoneParts, facts: PersonFacts) {
    super(world, media, facts);
    this.#pairing = pairing;
    this.#people = people;
  }

  /** The identity of the account. */
  get account(): KeyPair {
    const [device] = this.devices;
    if (device === undefined) throw new Error('A phone has a device.');
    return device.keys.identity;
  }

  /** The linked devices, oldest first. */
  override get companions(): readonly Companion[] {
    return this.#companions;
  }

  /** The newest linked device. */
  get companion(): Companion {
    const last = this.#companions.at(-1);
    if (last === undefined) throw new Error('Nothing is linked to this phone.');
    return last;
  }

  /** For the pairing: the number of the next device. */
  nextDevice(): number {
    this.#devices += 1;
    return this.#devices;
  }

  /** For the pairing: a device that has been linked. */
  linked(companion: Companion): void {
    this.#companions = [...this.#companions, companion];
  }

  /** Scans a QR code. Resolves when the companion is linked, or with what the phone says instead. */
  scan(qr: string, options: ScanOptions = {}): Promise<LinkOutcome> {
    return this.#pairing.scan(this, qr, options);
  }

  /** The owner types a pairing code of eight characters into the phone. */
  enterCode(code: string): Promise<LinkOutcome> {
    return this.#pairing.enterCode(this, code);
  }

  /** Removes a device from the list of linked devices: 401, now or at its next login. */
  unlink(companion: Companion): void {
    this.#companions = this.#companions.filter((one) => one !== companion);
    companion.remove();
  }

  /** Types a text into a chat: with himself, with somebody, or of a group. */
  say(text: string, options: PhoneOptions = {}): Said {
    return this.speakText(text, this.#place(options), options);
  }

  send(
    kind: MediaKind,
    bytes: Buffer,
    options: PhoneOptions & MediaOptions & { readonly caption?: string } = {},
  ): Said {
    return this.speakMedia(kind, bytes, this.#place(options), options);
  }

  /** Reacts to a message of a companion, which the phone has a copy of. */
  react(arrival: Arrival, emoji: string, options: PhoneOptions = {}): Said {
    const place = this.#place(options);
    return this.speak(
      { kind: 'reaction', to: { id: arrival.id, chat: place.chat, isOwn: true }, emoji },
      place,
      options,
    );
  }

  /** Something that was said before any device was linked; whoever is linked later is told of it as history. */
  remember(
    text: string,
    about: { readonly with: Person | Group; readonly by?: Person; readonly at: number; readonly id?: string },
  ): Remembered {
    const { with: other, by = this, at, id } = about;
    const isPrivate = 'numberAddress' in other;
    const message = remembered({
      chat: isPrivate ? other.numberAddress : other.address,
      isOwn: by === this,
      author: isPrivate ? undefined : by.lidAddress,
      text,
      at,
      ...(id === undefined ? {} : { id }),
    });
    this.#remembered = [...this.#remembered, message];
    return message;
  }

  /** For the login: gives a new companion the keys of the app state and the first part of the history. */
  bootstrap(companion: Companion): void {
    if (companion.isBootstrapped) return;
    companion.isBootstrapped = true;
    const keyData = {
      keyData: randomBytes(32),
      fingerprint: { rawId: 1, currentIndex: 0 },
      timestamp: this.world.now(),
    };
    const keys = [{ keyId: { keyId: randomBytes(6) }, keyData }];
    this.#tell(companion, { type: protocolTypes.appStateKeys, appStateSyncKeyShare: { keys } });
    const people = this.#people().filter((person) => person !== this);
    for (const { syncType, inlinePayload } of historyOf(people, this.#remembered)) {
      const historySyncNotification = { syncType, chunkOrder: 1, progress: 100, inlinePayload };
      this.#tell(companion, { type: protocolTypes.history, historySyncNotification });
    }
  }

  #tell(companion: Companion, protocolMessage: Parameters<typeof encode<typeof content>>[1]['protocolMessage']): void {
    const id = newMessageId();
    const attrs = { from: this.numberAddress, id, t: this.world.seconds(), type: 'text', category: 'peer' };
    const bytes = encode(content, { protocolMessage });
    this.speech.utter({ id, attrs, bytes, group: undefined, mediatype: undefined, isBroken: false }, [companion]);
  }

  #place({ in: group, to = this, by = 'number' }: PhoneOptions): Place {
    return group === undefined ? this.#withPerson(to, by) : this.#amongMembers(group);
  }

  #amongMembers(group: Group): Place {
    if (!group.has(this)) throw new Error(`${this.name} is not in the group.`);
    return this.inGroup(group);
  }

  #withPerson(to: Person, by: By): Place {
    const [from, recipient] =
      by === 'number' ? [this.numberAddress, to.numberAddress] : [this.lidAddress, to.lidAddress];
    const other =
      by === 'number'
        ? { peer_recipient_lid: to.lidAddress }
        : by === 'lid'
          ? { peer_recipient_pn: to.numberAddress }
          : {};
    const attrs = { from, recipient, ...other, addressing_mode: by === 'number' ? 'pn' : 'lid' };
    return { chat: recipient, author: from, attrs, group: undefined, companions: this.companions };
  }

  /** What the phone says is wrapped for its companions: they have to know whom it was for. */
  protected override wrap(bytes: Buffer, place: Place): Buffer {
    if (place.group !== undefined) return bytes;
    return encode(content, { deviceSentMessage: { destinationJid: place.chat, message: bytes } });
  }
}
