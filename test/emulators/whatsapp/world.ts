/*
 * What all parts of the emulator share: time, the people by their addresses, and the record of everything. One per server.
 */
import { EventLog } from '../lib/event-log.ts';
import { preciseNow } from '../lib/http.ts';
import type { Node } from './binary/node.ts';
import type { KeyPair } from './crypto/curve.ts';
import type { Refused } from './refused.ts';
import type { RefusalReason } from './refused.ts';

export interface WhatsAppOptions {
  /** 0 takes a free port. */
  readonly port?: number;
  /** The clock, in milliseconds. */
  readonly now?: () => number;
  /**
   * Milliseconds before an acknowledgement, and before what a phone or contact does by itself. The real ones are never
   * instant, and a client may join an instant answer to the event before it (docs/whatsapp-protocol.md, Stanzas of
   * messages). Default 30.
   */
  readonly delayMs?: number;
  /** The root that certificates are signed with; by default a new one. */
  readonly root?: KeyPair;
  /** A client that names an older version is refused with 405 (docs/whatsapp-protocol.md, Introducing ourselves). */
  readonly minimumVersion?: readonly [number, number, number];
  /** How long each reference of a QR code is good, in milliseconds; without it as long as the connection stands. */
  readonly qrTimes?: { readonly firstMs: number; readonly nextMs: number };
  /** How many stanzas and records are kept, the newest. Default 20,000. */
  readonly keep?: number;
}

/** Something a client did that the service would not have put up with. */
export interface Violation {
  readonly at: number;
  readonly connection: number;
  readonly reason: RefusalReason;
  readonly text: string;
}

/** A message that a device could not read. */
export interface Unreadable {
  readonly at: number;
  /** The number of the person. */
  readonly person: string;
  readonly id: string;
  readonly text: string;
}

/** A stanza on the wire. */
export interface Traffic {
  readonly at: number;
  readonly connection: number;
  readonly direction: 'in' | 'out';
  readonly node: Node;
}

/** One connection, from the upgrade to its end. */
export interface ConnectionRecord {
  readonly number: number;
  readonly openedAt: number;
  readonly origin: string | undefined;
  /** What it came to be; `handshake` until the payload of the client is known. */
  stage: 'handshake' | 'registration' | 'login' | 'refused' | 'closed';
}

/** Time, records and pending work of one server. */
export class World {
  readonly options: WhatsAppOptions;
  readonly violations: EventLog<Violation>;
  readonly traffic: EventLog<Traffic>;
  readonly unreadable: EventLog<Unreadable>;
  readonly #pending = new Set<NodeJS.Timeout>();
  #ids = 0;

  constructor(options: WhatsAppOptions) {
    const keep = options.keep ?? 20_000;
    this.options = options;
    this.violations = new EventLog('violation', keep);
    this.traffic = new EventLog('stanza', keep);
    this.unreadable = new EventLog('unreadable message', keep);
  }

  /** Milliseconds by the clock of the server. */
  now(): number {
    return this.options.now?.() ?? Date.now();
  }

  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  /** An id of a stanza of the server. */
  newId(): string {
    this.#ids += 1;
    return `srv-${String(this.#ids)}`;
  }

  /** Does `work` after the usual delay, unless the server is closed before. */
  soon(work: () => void, delayMs = this.options.delayMs ?? 30): void {
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      work();
    }, delayMs);
    this.#pending.add(timer);
  }

  violate(connection: number, problem: Refused): void {
    const { reason, message } = problem;
    this.violations.add({ at: preciseNow(), connection, reason, text: message });
  }

  close(): void {
    for (const timer of this.#pending) clearTimeout(timer);
    this.#pending.clear();
    this.violations.close();
    this.traffic.close();
    this.unreadable.close();
  }
}
