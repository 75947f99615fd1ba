/*
 * A connection that wants to be linked (docs/whatsapp-protocol.md, Pairing): it is given references for QR codes, or
 * asks for a pairing code, until a phone vouches for it. What the phone does is in pairing.ts.
 */
import { randomBytes } from 'node:crypto';
import { EventLog } from '../lib/event-log.ts';
import { checkDeviceIdentity, keyIndexOf } from './adv.ts';
import type { Vouched } from './adv.ts';
import { serverAddress } from './address.ts';
import { childOf, describeNode, needAttr, needBytes, node } from './binary/node.ts';
import type { Node } from './binary/node.ts';
import type { SignedPreKey } from './companion.ts';
import type { Connection, Payload, Stage } from './connection.ts';
import { isSignedBy, typed } from './crypto/curve.ts';
import type { QueryFaults } from './faults.ts';
import { decode } from './proto/codec.ts';
import { deviceProps } from './proto/schemas.ts';
import { Refused, demand, needed } from './refused.ts';
import type { World } from './world.ts';

const referenceCount = 6;

/** How the service says that a QR code is void and wants one with a new secret. */
export type RefreshKind = 'companion_reg_refresh' | 'pair-device-rotate-qr';

export interface Refresh {
  readonly id: string;
  readonly kind: RefreshKind;
  isAcknowledged: boolean;
}

/** What a client that wants to be linked has shown of its keys. */
export interface Candidate {
  readonly noiseKey: Buffer;
  readonly identityKey: Buffer;
  readonly registrationId: number;
  readonly signedPreKey: SignedPreKey;
  readonly os: string;
}

/** A request for a pairing code that the service has accepted. */
export interface CodeRequest {
  readonly number: string;
  readonly reference: string;
  /** salt 32, iv 16, encrypted ephemeral key 32 */
  readonly wrappedKey: Buffer;
}

/** What the client sends once it has read the phone's answer to a pairing code. */
export interface CodeFinish {
  readonly reference: string;
  readonly bundle: Buffer;
}

/** How a vouched device is waited for: the check of its answer, and what becomes of it. */
interface Expected {
  readonly id: string;
  readonly vouched: Vouched;
  readonly accountKey: Buffer;
  readonly done: (isSigned: boolean) => void;
}

/** Reads and checks the keys a client registers with. Throws `Refused`. */
export function readCandidate(payload: Payload, noiseKey: Buffer): Candidate {
  const data = needed(payload.devicePairingData, 'payload', 'A client registers without pairing data.');
  const identityKey = sized(data.eIdent, 32, 'identity');
  const publicKey = sized(data.eSkeyVal, 32, 'signed pre-key');
  const signature = sized(data.eSkeySig, 64, 'signature');
  demand(
    data.eKeytype?.equals(Buffer.of(5)) === true,
    'payload',
    'A client registers with keys of another type than 5.',
  );
  const isSigned = isSignedBy(identityKey, typed(publicKey), signature);
  demand(isSigned, 'signature', 'The signed pre-key of a client is not signed by its identity.');
  sized(data.buildHash, 16, 'hash of its version');
  return {
    noiseKey,
    identityKey,
    registrationId: sized(data.eRegid, 4, 'registration id').readUInt32BE(),
    signedPreKey: { id: sized(data.eSkeyId, 3, 'number of the key').readUIntBE(0, 3), publicKey, signature },
    os: decode(deviceProps, data.deviceProps ?? Buffer.alloc(0)).os ?? '',
  };
}

function sized(bytes: Buffer | undefined, length: number, what: string): Buffer {
  demand(bytes?.length === length, 'payload', `A client registers with a ${what} of another length.`);
  return bytes;
}

export class Registration implements Stage {
  readonly name = 'registration';
  readonly connection: Connection;
  readonly candidate: Candidate;
  /** The refreshes it was sent, and whether it acknowledged them. */
  readonly refreshes = new EventLog<Refresh>('refresh of a registration');
  /** The request for a pairing code, once there is one. */
  codeRequest: CodeRequest | undefined;
  readonly #world: World;
  readonly #queryFaults: QueryFaults;
  readonly #knowsNumber: (number: string) => boolean;
  readonly #references = Array.from({ length: referenceCount }, () => `2@${randomBytes(96).toString('base64')}`);
  readonly #retired = new Set<string>();
  #offeredAt = 0;
  #offerId = '';
  #expected: Expected | undefined;
  #finish: ((finish: CodeFinish | undefined) => boolean) | undefined;

  constructor(
    parts: {
      readonly world: World;
      readonly queryFaults: QueryFaults;
      readonly knowsNumber: (number: string) => boolean;
    },
    connection: Connection,
    candidate: Candidate,
  ) {
    this.#world = parts.world;
    this.#queryFaults = parts.queryFaults;
    this.#knowsNumber = parts.knowsNumber;
    this.connection = connection;
    this.candidate = candidate;
  }

  opened(): void {
    this.#offeredAt = this.#world.now();
    this.#offerId = this.#world.newId();
    const references = this.#references.map((reference) => node('ref', {}, Buffer.from(reference)));
    const attrs = { from: serverAddress, type: 'set', id: this.#offerId, xmlns: 'md' };
    this.connection.send(node('iq', attrs, [node('pair-device', {}, references)]));
  }

  receive(stanza: Node): void {
    if (stanza.tag === 'iq') this.#receiveIq(stanza);
    else if (stanza.tag === 'ack') this.#receiveAck(stanza);
    // Telemetry and the name, which are sent before a login too.
    else if (stanza.tag !== 'ib' && stanza.tag !== 'presence') {
      throw new Refused('stanza', `${describeNode(stanza)} comes before a login.`);
    }
  }

  ended(): void {
    this.#expected?.done(false);
    this.#finish?.(undefined);
    this.refreshes.close();
  }

  /** Whether a reference is one of this connection, and good right now. */
  stateOf(reference: string): 'good' | 'expired' | 'unknown' {
    const at = this.#references.indexOf(reference);
    if (at === -1 || this.connection.isOver) return 'unknown';
    const times = this.#world.options.qrTimes;
    if (times === undefined) return 'good';
    const age = this.#world.now() - this.#offeredAt;
    return age <= times.firstMs + at * times.nextMs ? 'good' : 'expired';
  }

  /**
   * Retires the secret of the QR codes so far and says so; `shown` are texts of codes that are void from now on. Real
   * since July 2026 (docs/whatsapp-protocol.md, Refreshed registrations).
   */
  refresh(kind: RefreshKind, ...shown: readonly string[]): Refresh {
    for (const text of shown) this.retire(secretOf(text));
    const refresh: Refresh = { id: this.#world.newId(), kind, isAcknowledged: false };
    this.refreshes.add(refresh);
    const attrs = { from: serverAddress, id: refresh.id, type: 'companion_reg_refresh', t: this.#world.seconds() };
    this.connection.send(node('notification', attrs, [node(kind)]));
    return refresh;
  }

  /** No phone takes a QR code with this secret any more. */
  retire(secret: string): void {
    this.#retired.add(secret);
  }

  isRetired(secret: string): boolean {
    return this.#retired.has(secret);
  }

  /** Tells the client that it is linked. Resolves with whether it signed in return; then it has been sent away with 515. */
  succeed(
    vouched: Vouched,
    accountKey: Buffer,
    device: { readonly jid: string; readonly lid: string },
  ): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const id = this.#world.newId();
    this.#expected = {
      id,
      vouched,
      accountKey,
      done: (isSigned) => {
        this.#expected = undefined;
        resolve(isSigned);
      },
    };
    const parts = [
      node('device-identity', {}, vouched.sealed),
      node('device', { jid: device.jid, lid: device.lid }),
      node('platform', { name: 'android' }),
    ];
    const attrs = { from: serverAddress, type: 'set', id, xmlns: 'md' };
    this.connection.send(node('iq', attrs, [node('pair-success', {}, parts)]));
    return promise;
  }

  /** Sends the phone's answer to a pairing code, and resolves with the client's, or `undefined` when it is gone. */
  answerCode(parts: readonly Node[]): Promise<CodeFinish | undefined> {
    const { promise, resolve } = Promise.withResolvers<CodeFinish | undefined>();
    this.#finish = (finish) => {
      this.#finish = undefined;
      resolve(finish);
      return true;
    };
    const attrs = {
      from: serverAddress,
      id: this.#world.newId(),
      type: 'link_code_companion_reg',
      t: this.#world.seconds(),
    };
    const answer = node('link_code_companion_reg', { stage: 'primary_hello' }, parts);
    this.connection.send(node('notification', attrs, [answer]));
    return promise;
  }

  #receiveIq(stanza: Node): void {
    const { type, xmlns = '' } = stanza.attrs;
    const id = needAttr(stanza, 'id');
    if (type === 'result') {
      if (id !== this.#offerId) this.#receiveSigned(stanza, id);
      return;
    }
    const fault = this.#queryFaults.take(xmlns);
    if (fault?.kind === 'cut') this.connection.drop();
    if (fault?.kind === 'cut' || fault?.kind === 'silence') return;
    if (fault?.kind === 'error') this.#answer(stanza, 'error', [node('error', { code: fault.code, text: fault.text })]);
    else if (xmlns === 'md') this.#receiveCode(stanza);
    else this.#answer(stanza, 'result');
  }

  #receiveSigned(stanza: Node, id: string): void {
    const expected = this.#expected;
    demand(expected?.id === id, 'stanza', `An answer to ${id} comes, which was not asked.`);
    const identity = childOf(childOf(stanza, 'pair-device-sign'), 'device-identity');
    const { details } = expected.vouched;
    const { identityKey } = this.candidate;
    const bytes = needBytes(childOf(stanza, 'pair-device-sign'), 'device-identity');
    checkDeviceIdentity(bytes, { accountKey: expected.accountKey, identityKey, details });
    const isRight = identity?.attrs['key-index'] === String(keyIndexOf(details));
    demand(isRight, 'stanza', 'A device signs with another key-index than it was given.');
    this.connection.closeWith(node('stream:error', { code: 515 }));
    expected.done(true);
  }

  #receiveAck({ attrs }: Node): void {
    const refresh = this.refreshes.items.find(({ id }) => id === attrs['id']);
    if (refresh === undefined) return;
    const isRight = attrs['class'] === 'notification' && attrs['type'] === 'companion_reg_refresh';
    demand(isRight, 'stanza', 'A refresh is acknowledged as something else.');
    refresh.isAcknowledged = true;
    this.refreshes.changed(refresh);
  }

  #receiveCode(stanza: Node): void {
    const request = needed(childOf(stanza, 'link_code_companion_reg'), 'stanza', 'A query of md is not for a code.');
    const number = needAttr(request, 'jid').replace('@s.whatsapp.net', '');
    if (request.attrs['stage'] === 'companion_finish') {
      const reference = needBytes(request, 'link_code_pairing_ref').toString('utf8');
      const isOwn = needBytes(request, 'companion_identity_public', 32).equals(this.candidate.identityKey);
      demand(isOwn, 'stanza', 'A pairing code is finished with another identity.');
      const bundle = needBytes(request, 'link_code_pairing_wrapped_key_bundle');
      this.#answer(stanza, 'result');
      this.#finish?.({ reference, bundle });
      return;
    }
    demand(request.attrs['stage'] === 'companion_hello', 'stanza', 'A query for a code is of no known stage.');
    const isOwnKey = needBytes(request, 'companion_server_auth_key_pub', 32).equals(this.candidate.noiseKey);
    demand(isOwnKey, 'stanza', 'A code is asked for with another static key.');
    const wrappedKey = needBytes(request, 'link_code_pairing_wrapped_companion_ephemeral_pub', 80);
    if (!this.#knowsNumber(number)) {
      this.#answer(stanza, 'error', [node('error', { code: 404, text: 'item-not-found' })]);
      return;
    }
    const reference = `3@${randomBytes(32).toString('base64')}`;
    this.codeRequest = { number, reference, wrappedKey };
    const parts = [node('link_code_pairing_ref', {}, Buffer.from(reference))];
    this.#answer(stanza, 'result', [node('link_code_companion_reg', { stage: 'companion_hello' }, parts)]);
  }

  #answer(query: Node, type: 'result' | 'error', children?: readonly Node[]): void {
    this.connection.send(node('iq', { from: serverAddress, type, id: query.attrs['id'] }, children));
  }
}

/** The secret in a QR text. */
export function secretOf(qr: string): string {
  return qrFields(qr)[3] ?? '';
}

/** The fields of a QR text: reference, static key, identity, secret, platform; with or without the address before them. */
export function qrFields(qr: string): readonly string[] {
  return qr.slice(qr.indexOf('#') + 1).split(',');
}
