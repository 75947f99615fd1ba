/*
 * A companion that is logged in (docs/whatsapp-protocol.md, Login; Stanzas of messages): greeted with <success>, its
 * queries answered, its messages and receipts brought on their way, and given what waited for it once it has asked.
 */
import { isGroup, statusAddress } from './address.ts';
import { childOf, childrenOf, describeNode, needAttr, node } from './binary/node.ts';
import type { Node } from './binary/node.ts';
import type { Companion } from './companion.ts';
import type { Connection, Stage } from './connection.ts';
import type { Directory } from './directory.ts';
import type { QueryFaults } from './faults.ts';
import type { Phone } from './phone.ts';
import { answerQuery, resultOf } from './queries.ts';
import { Refused, demand } from './refused.ts';
import { relayReceipt } from './relay.ts';
import type { Sends } from './sends.ts';
import { Speaker } from './speaker.ts';
import type { World } from './world.ts';

export interface SessionParts {
  readonly world: World;
  readonly directory: Directory;
  readonly sends: Sends;
  readonly queryFaults: QueryFaults;
}

export class Session implements Stage {
  readonly name = 'login';
  readonly #parts: SessionParts;
  readonly #connection: Connection;
  readonly #companion: Companion;
  readonly #phone: Phone;
  /** What waited at the login, until the client asks for it. */
  #backlog: readonly Node[] | undefined;

  constructor(parts: SessionParts, connection: Connection, companion: Companion, phone: Phone) {
    this.#parts = parts;
    this.#connection = connection;
    this.#companion = companion;
    this.#phone = phone;
  }

  opened(): void {
    this.#companion.connected(this.#connection);
    const t = this.#parts.world.seconds();
    const lid = this.#companion.lidAddress;
    this.#connection.send(node('success', { t, lid, props: 27, abprops: 1, location: 'emu' }));
  }

  ended(): void {
    this.#companion.disconnected(this.#connection);
  }

  receive(stanza: Node): void {
    switch (stanza.tag) {
      case 'iq':
        this.#query(stanza);
        return;
      case 'message':
        this.#parts.sends.take(stanza, {
          companion: this.#companion,
          phone: this.#phone,
          connection: this.#connection,
        });
        return;
      case 'receipt':
        this.#receipt(stanza);
        return;
      case 'ack':
        this.#companion.queue.acknowledged(stanza);
        return;
      case 'presence':
        this.#companion.presence = stanza.attrs['type'] ?? this.#companion.presence;
        return;
      case 'chatstate':
        this.#chatstate(stanza);
        return;
      case 'ib':
        if (childOf(stanza, 'offline_batch') !== undefined) this.#sendBacklog();
        return;
      default:
        throw new Refused('stanza', `${describeNode(stanza)} is nothing that a client says.`);
    }
  }

  #query(query: Node): void {
    const { type, xmlns = '' } = query.attrs;
    // The answer to a query of the server, which has none of its own after a login.
    if (type === 'result' || type === 'error') return;
    const fault = this.#parts.queryFaults.take(xmlns);
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'cut') {
      this.#connection.drop();
      return;
    }
    const note = (text: string) => {
      this.#parts.world.violate(this.#connection.number, new Refused('stanza', text));
    };
    const scene = { companion: this.#companion, owner: this.#phone, directory: this.#parts.directory, note };
    const answer = fault ?? answerQuery(query, scene);
    if (answer === undefined) {
      note(`There are no queries of "${xmlns}".`);
    }
    this.#connection.send(resultOf(query, answer ?? { kind: 'error', code: 501, text: 'feature-not-implemented' }));
    this.#follow(query, xmlns);
  }

  /** What a query brings about once it has been answered. */
  #follow(query: Node, xmlns: string): void {
    if (xmlns === 'passive' && childOf(query, 'active') !== undefined) this.#activate();
    const removal = childOf(query, 'remove-companion-device');
    if (xmlns === 'md' && removal !== undefined) this.#unlink(removal);
  }

  /** A client logs out by removing itself; another device it cannot remove. */
  #unlink(removal: Node): void {
    const isOwn = needAttr(removal, 'jid') === this.#companion.numberAddress;
    demand(isOwn, 'stanza', 'A companion removes another device than itself.');
    this.#phone.unlink(this.#companion);
  }

  #activate(): void {
    this.#phone.bootstrap(this.#companion);
    const waiting = this.#companion.queue.items;
    if (waiting.length === 0) {
      this.#companion.activate();
      this.#connection.send(node('ib', {}, [node('offline', { count: 0 })]));
      return;
    }
    this.#backlog = waiting;
    const count = (tag: string) => waiting.filter((stanza) => stanza.tag === tag).length;
    const counts = { count: waiting.length, message: count('message'), receipt: count('receipt') };
    const preview = node('offline_preview', { ...counts, notification: count('notification'), appdata: 0 });
    this.#connection.send(node('ib', {}, [preview]));
  }

  /** Everything that waited, marked as such, and then what came in the meantime. */
  #sendBacklog(): void {
    const backlog = this.#backlog ?? [];
    this.#backlog = undefined;
    backlog.forEach((stanza, index) => {
      this.#connection.send({ ...stanza, attrs: { ...stanza.attrs, offline: String(index) } });
    });
    this.#connection.send(node('ib', {}, [node('offline', { count: backlog.length })]));
    const known = new Set(backlog);
    const later = this.#companion.queue.items.filter((stanza) => !known.has(stanza));
    this.#companion.activate();
    for (const stanza of later) this.#connection.send(stanza);
  }

  #receipt(stanza: Node): void {
    const { type, participant } = stanza.attrs;
    const id = needAttr(stanza, 'id');
    const to = needAttr(stanza, 'to');
    const ids = [id, ...childrenOf(childOf(stanza, 'list'), 'item').map((item) => needAttr(item, 'id'))];
    const isShared = isGroup(to) || to === statusAddress;
    const target = this.#parts.directory.target(isShared ? (participant ?? '') : to);
    const sibling = target?.kind === 'companion' ? target.companion : undefined;
    const person = this.#parts.directory.person(isShared ? (participant ?? '') : to);
    demand(person !== undefined, 'stanza', `A receipt is for ${participant ?? to}, who is nobody.`);
    for (const one of ids) {
      person.receipts.add({ id: one, type: type ?? 'delivered', from: this.#companion.numberAddress });
    }
    if (sibling !== undefined) relayReceipt(sibling, stanza, this.#companion, this.#parts.world.seconds());
    if (type === 'retry') {
      if (sibling === undefined && person instanceof Speaker) person.speech.askedAgain(stanza, this.#companion);
    } else this.#companion.queue.received(ids);
    this.#connection.send(node('ack', { class: 'receipt', id, from: to, type, participant }));
  }

  #chatstate(stanza: Node): void {
    const to = needAttr(stanza, 'to');
    const [state] = childrenOf(stanza);
    demand(state !== undefined, 'stanza', 'A <chatstate> says nothing.');
    const group = this.#parts.directory.group(to);
    const person = this.#parts.directory.person(to);
    const people = group === undefined ? [person] : group.members;
    const seen = { chat: to, state: state.tag, media: state.attrs['media'] };
    for (const one of people) one?.chatstates.add(seen);
  }
}
