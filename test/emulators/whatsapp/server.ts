/*
 * A WhatsApp Web server on 127.0.0.1 with the phones and contacts that live on it, written from what the
 * installed client sends and insists on (docs/whatsapp-protocol.md, The wire as the emulator speaks it); it has never
 * been compared with the real service. Flow of a connection: upgrade → frames → handshake → registration (QR or code,
 * 515) or login → queries, messages, receipts.
 *
 * `phone()` owns an account and links companions to it, `contact()` writes to it, `group()` holds both; what the client
 * sent is in `sends`, what could be decrypted of it in `arrivals`, and what it did wrong in `violations`.
 */
import { randomInt } from 'node:crypto';
import { EventLog } from '../lib/event-log.ts';
import type { Companion } from './companion.ts';
import { Connection } from './connection.ts';
import type { Admission, Payload, ServerKeys } from './connection.ts';
import { makeCertificateChain } from './certificate.ts';
import { Contact } from './contact.ts';
import { answerControl } from './control.ts';
import { keyPair } from './crypto/curve.ts';
import type { KeyPair } from './crypto/curve.ts';
import { Directory } from './directory.ts';
import { LoginFaults, QueryFaults } from './faults.ts';
import { Group } from './groups.ts';
import { Inbox } from './inbox.ts';
import { Listener } from './listener.ts';
import { MediaStore } from './media.ts';
import { Pairing } from './pairing.ts';
import type { Arrival, Person } from './person.ts';
import { Phone } from './phone.ts';
import { Refused } from './refused.ts';
import { Registration, readCandidate } from './registration.ts';
import { Sends } from './sends.ts';
import type { Send } from './sends.ts';
import { Session } from './session.ts';
import { World } from './world.ts';
import type { ConnectionRecord, Traffic, Unreadable, Violation, WhatsAppOptions } from './world.ts';

/** Who a phone or contact is to be; what is left out is made up. */
export interface PersonOptions {
  readonly name?: string;
  readonly number?: string;
  readonly lid?: string;
  /** How many devices he has; 1 if it is not said. */
  readonly devices?: number;
}

export class WhatsAppEmulator implements AsyncDisposable {
  readonly sends: EventLog<Send>;
  readonly arrivals: EventLog<Arrival>;
  /** Connections that wanted to be linked, the newest last. */
  readonly registrations: EventLog<Registration>;
  readonly media = new MediaStore();
  readonly loginFaults = new LoginFaults();
  readonly queryFaults = new QueryFaults();
  readonly #root: KeyPair;
  readonly #world: World;
  readonly #listener: Listener;
  readonly #directory = new Directory();
  readonly #companions = new Map<string, Companion>();
  readonly #inbox: Inbox;
  readonly #sendings: Sends;
  readonly #pairing: Pairing;
  readonly #keys: ServerKeys;
  readonly #phones: Phone[] = [];

  constructor(options: WhatsAppOptions) {
    const world = new World(options);
    const keep = options.keep ?? 20_000;
    this.#world = world;
    this.#root = options.root ?? keyPair();
    const staticKey = keyPair();
    const certificates = makeCertificateChain(this.#root, staticKey.publicKey, world.now());
    this.#keys = { static: staticKey, certificates };
    this.sends = new EventLog('message of a client', keep);
    this.arrivals = new EventLog('arrival', keep);
    this.registrations = new EventLog('registration', 100);
    this.#inbox = new Inbox(world, this.arrivals);
    this.#sendings = new Sends({ world, directory: this.#directory, inbox: this.#inbox, sends: this.sends });
    this.#pairing = new Pairing(
      world,
      () => this.registrations.items,
      (companion) => this.#companions.set(companion.peer, companion),
    );
    this.#listener = new Listener({
      media: this.media,
      keep,
      accept: (accepted) => new Connection(world, accepted, this.#keys, this.#admit),
      control: (request, response) => answerControl(this, request, response),
    });
  }

  /** Begins to listen; `port` 0 takes a free one. */
  async listen(port = this.#world.options.port ?? 0): Promise<void> {
    await this.#listener.listen(port);
    this.media.origin = this.#listener.origin;
  }

  /** Where a client connects to: `ws://127.0.0.1:PORT/ws/chat`. */
  get url(): string {
    return `${this.#listener.origin.replace('http', 'ws')}/ws/chat`;
  }

  /** Where files are, `http://127.0.0.1:PORT`. */
  get origin(): string {
    return this.#listener.origin;
  }

  /** The public key of the root of the certificates, 32 bytes: what a client has to trust. */
  get rootKey(): Buffer {
    return this.#root.publicKey;
  }

  get violations(): EventLog<Violation> {
    return this.#world.violations;
  }

  get traffic(): EventLog<Traffic> {
    return this.#world.traffic;
  }

  /** Messages that a device could not read. */
  get unreadable(): EventLog<Unreadable> {
    return this.#world.unreadable;
  }

  get connections(): EventLog<ConnectionRecord> {
    return this.#listener.connections;
  }

  /** Statuses that the next upgrades are refused with. */
  get upgradeFaults() {
    return this.#listener.upgradeFaults;
  }

  /** The newest connection that wants to be linked. */
  get registration(): Registration {
    const last = this.registrations.items.at(-1);
    if (last === undefined) throw new Error('Nothing has asked to be linked.');
    return last;
  }

  /** Messages of clients whose acknowledgement was not written to a connection that stood. */
  unanswered(): readonly Send[] {
    return this.sends.items.filter((send) => send.ack !== 'written');
  }

  /** The first phone, or the one of that number; made when it is first asked for. */
  phone(options: PersonOptions = {}): Phone {
    const known = this.#phones.find(({ number }) => options.number === undefined || number === options.number);
    if (known !== undefined) return known;
    const parts = {
      world: this.#world,
      media: this.media,
      pairing: this.#pairing,
      people: () => this.#directory.people,
    };
    const phone = new Phone(parts, this.#facts({ name: 'Owner', ...options }));
    this.#phones.push(phone);
    this.#directory.add(phone);
    return phone;
  }

  /** The contact of that number. */
  contactOf(number: string): Contact | undefined {
    return this.#directory.people.find(
      (person): person is Contact => person.number === number && person instanceof Contact,
    );
  }

  /** Whoever has that number, the owners of accounts among them. */
  personOf(number: string): Person | undefined {
    return this.#directory.people.find((person) => person.number === number);
  }

  /** The group of that address. */
  groupOf(address: string): Group | undefined {
    return this.#directory.group(address);
  }

  /** Somebody new. */
  contact(options: PersonOptions = {}): Contact {
    const parts = { world: this.#world, media: this.media, inbox: this.#inbox, firstPhone: () => this.phone() };
    const contact = new Contact(parts, this.#facts({ name: 'Somebody', ...options }));
    this.#directory.add(contact);
    return contact;
  }

  /** A new group; the accounts in it are told. The first member is its admin. */
  group(subject: string, members: readonly Person[]): Group {
    const address = `1203630${String(randomInt(10 ** 10, 10 ** 11))}@g.us`;
    const group = new Group(this.#world, address, { subject, members });
    this.#directory.addGroup(group);
    group.announce();
    return group;
  }

  /** Refuses TCP connections from now on and cuts those that stand, until `listen` is called again. */
  async stopListening(): Promise<void> {
    await this.#listener.close();
  }

  /** Begins again at the port it had. */
  async listenAgain(): Promise<void> {
    await this.listen(this.#listener.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener.close();
    this.#world.close();
    for (const log of [this.sends, this.arrivals, this.registrations]) log.close();
    for (const person of this.#directory.people) person.close();
    for (const companion of this.#companions.values()) companion.uploads.close();
    this.#listener.connections.close();
    this.media.close();
  }

  #facts({ name, number, lid, devices }: PersonOptions & { readonly name: string }) {
    const count = this.#directory.people.length;
    return {
      name,
      number: number ?? `1555${String(1_000_000 + count)}`,
      lid: lid ?? `9${String(10_000_000_000_000 + count * 7)}`,
      devices: devices ?? 1,
    };
  }

  readonly #admit = (payload: Payload, clientKey: Buffer, connection: Connection): Admission => {
    const fault = this.loginFaults.take();
    if (fault !== undefined) return { kind: 'failure', code: fault };
    if (this.#isTooOld(payload)) return { kind: 'failure', code: 405 };
    if (payload.devicePairingData !== undefined) return this.#register(payload, clientKey, connection);
    const { username, device } = payload;
    const companion = this.#companions.get(`${String(username)}:${String(device)}`);
    const phone = this.#phones.find(({ number }) => number === String(username));
    const isKnown = companion?.who.noiseKey.equals(clientKey) === true && !companion.isRemoved;
    if (phone === undefined || !isKnown) return { kind: 'failure', code: 401 };
    const { sends, directory, world } = { sends: this.#sendings, directory: this.#directory, world: this.#world };
    const parts = { world, directory, sends, queryFaults: this.queryFaults };
    return { kind: 'stage', stage: new Session(parts, connection, companion, phone) };
  };

  #register(payload: Payload, clientKey: Buffer, connection: Connection): Admission {
    const knowsNumber = (number: string) => this.#phones.some((phone) => phone.number === number);
    const parts = { world: this.#world, queryFaults: this.queryFaults, knowsNumber };
    const registration = new Registration(parts, connection, readCandidate(payload, clientKey));
    this.registrations.add(registration);
    return { kind: 'stage', stage: registration };
  }

  #isTooOld({ userAgent }: Payload): boolean {
    const { minimumVersion } = this.#world.options;
    if (minimumVersion === undefined) return false;
    const version = userAgent?.appVersion;
    if (version === undefined) throw new Refused('payload', 'A client does not say its version.');
    const given = [version.primary ?? 0, version.secondary ?? 0, version.tertiary ?? 0];
    const at = minimumVersion.findIndex((part, index) => part !== given[index]);
    return at !== -1 && (given[at] ?? 0) < (minimumVersion[at] ?? 0);
  }
}

/** Starts a server on 127.0.0.1. */
export async function startWhatsApp(options: WhatsAppOptions = {}): Promise<WhatsAppEmulator> {
  const emulator = new WhatsAppEmulator(options);
  await emulator.listen();
  return emulator;
}
