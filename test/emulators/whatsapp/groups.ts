/*
 * Groups: who is in them, what the service says about them, and what it tells when that changes
 * (docs/whatsapp-protocol.md, Stanzas of messages; layout: Socket/groups.js and handleGroupNotification of the
 * installed client). Members are addressed by LID.
 */
import { node } from './binary/node.ts';
import type { Node } from './binary/node.ts';
import type { Person } from './person.ts';
import type { World } from './world.ts';

interface Member {
  readonly person: Person;
  isAdmin: boolean;
}

export interface GroupFacts {
  readonly subject: string;
  /** The first founded it and is its admin. */
  readonly members: readonly Person[];
}

export class Group {
  /** `…@g.us` */
  readonly address: string;
  #subject: string;
  readonly #members: Member[];
  readonly #world: World;
  readonly #founder: Person;
  readonly #createdAt: number;

  constructor(world: World, address: string, { subject, members }: GroupFacts) {
    const [founder] = members;
    if (founder === undefined) throw new Error('A group has a founder.');
    this.#world = world;
    this.address = address;
    this.#subject = subject;
    this.#founder = founder;
    this.#members = members.map((person) => ({ person, isAdmin: person === founder }));
    this.#createdAt = world.seconds();
  }

  get subject(): string {
    return this.#subject;
  }

  get members(): readonly Person[] {
    return this.#members.map(({ person }) => person);
  }

  has(person: Person): boolean {
    return this.#members.some((member) => member.person === person);
  }

  /** Tells the accounts in it that the group has come to be. */
  announce(): void {
    this.#tell('create', this.#founder, [node('create', { type: 'new', key: 'emulated' }, [this.describe()])]);
  }

  add(person: Person, by: Person = this.#founder): void {
    if (this.has(person)) return;
    this.#members.push({ person, isAdmin: false });
    this.#tell('add', by, [node('add', {}, [this.#participant({ person, isAdmin: false })])]);
  }

  /** Throws somebody out; he is told too. Leaving is being thrown out by oneself. */
  remove(person: Person, by: Person = this.#founder): void {
    const at = this.#members.findIndex((member) => member.person === person);
    if (at === -1) return;
    this.#tell('remove', by, [node('remove', {}, [this.#participant({ person, isAdmin: false })])]);
    this.#members.splice(at, 1);
  }

  rename(subject: string, by: Person = this.#founder): void {
    this.#subject = subject;
    this.#tell('subject', by, [node('subject', { subject, s_t: this.#world.seconds(), s_o: by.lidAddress })]);
  }

  /** What a member who asks is told. */
  describe(): Node {
    const creator = { creator: this.#founder.lidAddress, creator_pn: this.#founder.numberAddress };
    const attrs = {
      id: this.address.slice(0, this.address.indexOf('@')),
      subject: this.#subject,
      creation: this.#createdAt,
      ...creator,
      s_t: this.#createdAt,
      s_o: this.#founder.lidAddress,
      addressing_mode: 'lid',
      size: this.#members.length,
    };
    return node(
      'group',
      attrs,
      this.#members.map((member) => this.#participant(member)),
    );
  }

  #participant({ person, isAdmin }: Member): Node {
    const type = isAdmin ? 'admin' : undefined;
    return node('participant', { jid: person.lidAddress, phone_number: person.numberAddress, type });
  }

  #tell(what: string, by: Person, children: readonly Node[]): void {
    const attrs = {
      from: this.address,
      type: 'w:gp2',
      participant: by.lidAddress,
      participant_pn: by.numberAddress,
      t: this.#world.seconds(),
    };
    for (const { person } of this.#members) {
      for (const companion of person.companions) {
        companion.deliver(node('notification', { ...attrs, id: `${what}-${this.#world.newId()}` }, children));
      }
    }
  }
}
