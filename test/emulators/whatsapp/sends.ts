/*
 * The way of a message of a client: checked, recorded, brought to every device it names, and acknowledged
 * (docs/whatsapp-protocol.md, Stanzas of messages). A stanza that is not put right is refused with 479, as the service
 * refuses what does not fit its schema.
 */
import type { EventLog } from '../lib/event-log.ts';
import { preciseNow } from '../lib/http.ts';
import { byLid, isGroup, ofUser, statusAddress } from './address.ts';
import { bytesOf, childOf, childrenOf, needAttr, node } from './binary/node.ts';
import type { Node } from './binary/node.ts';
import type { Companion } from './companion.ts';
import type { Connection } from './connection.ts';
import type { Directory } from './directory.ts';
import type { SendFault } from './faults.ts';
import type { Inbox } from './inbox.ts';
import type { Arrival } from './person.ts';
import type { Phone } from './phone.ts';
import { Refused, demand, needed } from './refused.ts';
import { relay } from './relay.ts';
import type { World } from './world.ts';

/** A message of a client, executed or not. */
export interface Send {
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly connection: number;
  /** The companion it is from. */
  readonly from: string;
  readonly id: string;
  readonly to: string;
  readonly stanza: Node;
  /** What could be read of it at its recipients, copies for the own phone included. */
  readonly arrivals: readonly Arrival[];
  /** `written`: the system took the acknowledgement for a connection that stood. */
  ack: 'open' | 'written' | 'lost' | 'withheld';
  /** The error in the acknowledgement. */
  error: number | undefined;
}

/** The service's word for a stanza it cannot take (Utils/decode-wa-message.js of the client: SmaxInvalid). */
const invalidStanza = 479;

const types = new Set(['text', 'media', 'reaction', 'poll', 'event']);

/** A send while its arrivals are being added. */
interface Taken extends Send {
  readonly arrivals: Arrival[];
}

/** Who sends. */
export interface SendOrigin {
  readonly companion: Companion;
  readonly phone: Phone;
  readonly connection: Connection;
}

interface Parts {
  readonly world: World;
  readonly directory: Directory;
  readonly inbox: Inbox;
  readonly sends: EventLog<Send>;
}

interface Delivery {
  readonly address: string;
  readonly enc: Node;
}

export class Sends {
  readonly #parts: Parts;
  #count = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes a <message> of a companion. */
  take(stanza: Node, origin: SendOrigin): void {
    const send = this.#record(stanza, origin);
    const fault = origin.phone.sendFaults.take();
    if (fault?.kind === 'wait') {
      void fault.until.then(() => {
        this.#execute(send, origin);
      });
      return;
    }
    this.#execute(send, origin, fault);
  }

  #execute(send: Taken, origin: SendOrigin, fault?: Exclude<SendFault, { kind: 'wait' }>): void {
    const { connection } = origin;
    switch (fault?.kind) {
      case 'refuse':
        this.#acknowledge(send, connection, fault.error);
        return;
      case 'swallow':
        this.#settle(send, 'withheld');
        return;
      case 'cut-before':
        this.#settle(send, 'lost');
        connection.drop();
        return;
      case 'no-ack':
      case 'cut-after':
      case undefined:
        break;
    }
    const error = this.#deliver(send, origin);
    if (fault?.kind === 'no-ack') this.#settle(send, 'withheld');
    else if (fault?.kind === 'cut-after') {
      this.#settle(send, 'lost');
      connection.drop();
    } else this.#acknowledge(send, connection, error);
  }

  #record(stanza: Node, { companion, connection }: SendOrigin): Taken {
    this.#count += 1;
    const send: Taken = {
      number: this.#count,
      at: preciseNow(),
      connection: connection.number,
      from: companion.numberAddress,
      id: needAttr(stanza, 'id'),
      to: needAttr(stanza, 'to'),
      stanza,
      arrivals: [],
      ack: 'open',
      error: undefined,
    };
    this.#parts.sends.add(send);
    return send;
  }

  #settle(send: Send, ack: Send['ack']): void {
    send.ack = ack;
    this.#parts.sends.changed(send);
  }

  #acknowledge(send: Send, connection: Connection, error?: number): void {
    const { world } = this.#parts;
    send.error = error;
    const attrs = { class: 'message', id: send.id, from: send.to, t: world.seconds(), error };
    world.soon(() => {
      connection.send(node('ack', attrs), (isWritten) => {
        this.#settle(send, isWritten ? 'written' : 'lost');
      });
    });
  }

  /** Brings a message to its devices; the error when it is refused as a whole. */
  #deliver(send: Taken, origin: SendOrigin): number | undefined {
    const { directory, inbox, world } = this.#parts;
    const { stanza } = send;
    try {
      const parcels = this.#deliveries(stanza, origin.phone);
      this.#relay(stanza, origin, parcels);
      const deviceIdentity = bytesOf(childOf(stanza, 'device-identity'));
      for (const { address, enc } of parcels) {
        const target = needed(directory.target(address), 'stanza', `There is no device ${address}.`);
        if (target.kind === 'companion') continue;
        const arrival = inbox.receive(target.person, {
          companion: origin.companion,
          stanza,
          address,
          enc,
          deviceIdentity,
        });
        if (arrival !== undefined) send.arrivals.push(arrival);
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      world.violate(origin.connection.number, error);
      return invalidStanza;
    }
  }

  /** What was said reaches the other linked devices of everybody it is for. */
  #relay(stanza: Node, { companion: from, phone }: SendOrigin, parcels: readonly Delivery[]): void {
    const { directory, world } = this.#parts;
    const to = needAttr(stanza, 'to');
    const parts = new Map<Companion, Node | undefined>();
    for (const { address, enc } of parcels) {
      const target = directory.target(address);
      if (target?.kind === 'companion') parts.set(target.companion, enc);
    }
    const group = stanza.attrs['participant'] === undefined ? directory.group(to) : undefined;
    const shared = group === undefined ? undefined : childOf(stanza, 'enc');
    for (const member of group?.members ?? []) {
      for (const companion of member.companions) if (!parts.has(companion)) parts.set(companion, undefined);
    }
    parts.delete(from);
    const recipient = directory.person(stanza.attrs['recipient'] ?? to);
    for (const [companion, own] of parts) {
      relay(companion, { stanza, from, pushName: phone.name, recipient, own, shared, t: world.seconds() });
    }
  }

  #deliveries(stanza: Node, phone: Phone): readonly Delivery[] {
    const { directory } = this.#parts;
    const to = needAttr(stanza, 'to');
    demand(types.has(needAttr(stanza, 'type')), 'stanza', `A message is of type ${stanza.attrs['type'] ?? ''}.`);
    const listed = childrenOf(childOf(stanza, 'participants'), 'to').map((one) => deliveryOf(one));
    const direct = childOf(stanza, 'enc');
    for (const { address } of listed) {
      demand(directory.target(address) !== undefined, 'stanza', `A message is for ${address}, which is no device.`);
    }
    if (to === statusAddress) return [];
    if (isGroup(to)) return this.#groupDeliveries(stanza, phone, { to, listed, direct });
    const person = needed(directory.person(to), 'stanza', `A message is for ${to}, who is nobody.`);
    if (direct !== undefined) {
      demand(listed.length === 0, 'stanza', 'A private message is for one device and for several.');
      return [{ address: stanza.attrs['category'] === 'peer' ? ofUser(to) : to, enc: direct }];
    }
    for (const { address } of listed) {
      const reader = directory.person(address);
      demand(reader === person || reader === phone, 'stanza', `A message to ${to} has a part for ${address}.`);
    }
    const isFor = listed.some(({ address }) => directory.person(address) === person);
    demand(isFor, 'stanza', `A message to ${to} has no part for that person.`);
    return listed;
  }

  #groupDeliveries(
    stanza: Node,
    phone: Phone,
    {
      to,
      listed,
      direct,
    }: { readonly to: string; readonly listed: readonly Delivery[]; readonly direct: Node | undefined },
  ): readonly Delivery[] {
    const group = needed(this.#parts.directory.group(to), 'stanza', `There is no group ${to}.`);
    demand(group.has(phone), 'stanza', `A message is for the group ${to}, whose member the sender is not.`);
    const enc = needed(direct, 'stanza', 'A message to a group has no <enc> of its own.');
    const only = stanza.attrs['participant'];
    if (only !== undefined) return [{ address: only, enc }];
    demand(stanza.attrs['addressing_mode'] === 'lid', 'stanza', 'A message to a group is not addressed by LID.');
    const everyone = group.members.flatMap((person) =>
      [...person.devices.keys()].map((device) => ({ address: byLid(person.lid, device), enc })),
    );
    return [...listed, ...everyone];
  }
}

function deliveryOf(to: Node): Delivery {
  return { address: needAttr(to, 'jid'), enc: needed(childOf(to, 'enc'), 'stanza', 'A <to> has no <enc>.') };
}
