/*
 * What a phone does to link a companion: it scans a QR code, or its owner types a pairing code; it vouches for the keys it
 * got to know that way, and refuses everything else (docs/whatsapp-protocol.md, Pairing).
 */
import { randomBytes } from 'node:crypto';
import { vouch } from './adv.ts';
import type { Forgery } from './adv.ts';
import { byLid, byNumber } from './address.ts';
import { node } from './binary/node.ts';
import { Companion } from './companion.ts';
import { applyCtr, hkdf, openGcm, pairingCodeKey } from './crypto/ciphers.ts';
import { agree, keyPair } from './crypto/curve.ts';
import type { KeyPair } from './crypto/curve.ts';
import type { Phone } from './phone.ts';
import { qrFields } from './registration.ts';
import type { CodeFinish, CodeRequest, RefreshKind, Registration } from './registration.ts';
import type { World } from './world.ts';

export interface ScanOptions {
  /** Vouches falsely, which a client has to notice. */
  readonly forge?: Forgery;
  /** The service answers the scan with a refresh of the registration instead of linking. */
  readonly refresh?: RefreshKind;
}

/** Why a phone says that it could not link the device. */
export type LinkRefusal =
  | 'not-a-code'
  | 'unknown-reference'
  | 'expired-reference'
  | 'wrong-keys'
  | 'retired-secret'
  | 'no-code-asked'
  | 'wrong-code'
  | 'client-gone';

export type LinkOutcome =
  | { readonly kind: 'linked'; readonly companion: Companion }
  | { readonly kind: 'refused'; readonly reason: LinkRefusal };

function refused(reason: LinkRefusal): LinkOutcome {
  return { kind: 'refused', reason };
}

export class Pairing {
  readonly #world: World;
  readonly #registrations: () => readonly Registration[];
  readonly #link: (companion: Companion) => void;

  /** `link` makes a companion known to the server before it comes back to log in. */
  constructor(world: World, registrations: () => readonly Registration[], link: (companion: Companion) => void) {
    this.#world = world;
    this.#registrations = registrations;
    this.#link = link;
  }

  async scan(phone: Phone, qr: string, options: ScanOptions): Promise<LinkOutcome> {
    const [reference = '', noiseKey = '', identityKey = '', secret = '', ...rest] = qrFields(qr);
    const key = Buffer.from(secret, 'base64');
    if (key.length !== 32 || rest.length > 1) return refused('not-a-code');
    const registration = this.#registrations().find((one) => one.stateOf(reference) !== 'unknown');
    if (registration === undefined) return refused('unknown-reference');
    if (registration.stateOf(reference) === 'expired') return refused('expired-reference');
    const { candidate } = registration;
    const isSame =
      candidate.noiseKey.equals(Buffer.from(noiseKey, 'base64')) &&
      candidate.identityKey.equals(Buffer.from(identityKey, 'base64'));
    if (!isSame) return refused('wrong-keys');
    if (registration.isRetired(secret)) return refused('retired-secret');
    if (options.refresh !== undefined) {
      registration.refresh(options.refresh, qr);
      return refused('retired-secret');
    }
    return this.#vouch(phone, registration, key, options.forge);
  }

  async enterCode(phone: Phone, code: string): Promise<LinkOutcome> {
    const registration = this.#registrations().findLast((one) => one.codeRequest?.number === phone.number);
    const request = registration?.codeRequest;
    if (registration === undefined || request === undefined) return refused('no-code-asked');
    const { wrappedKey } = request;
    const theirs = applyCtr(
      pairingCodeKey(code, wrappedKey.subarray(0, 32)),
      wrappedKey.subarray(32, 48),
      wrappedKey.subarray(48),
    );
    const ours = keyPair();
    const finish = await registration.answerCode([
      node('link_code_pairing_wrapped_primary_ephemeral_pub', {}, wrap(code, ours.publicKey)),
      node('primary_identity_pub', {}, phone.account.publicKey),
      node('link_code_pairing_ref', {}, Buffer.from(request.reference)),
    ]);
    if (finish === undefined) return refused('client-gone');
    const secret = secretFrom(
      { finish, request, account: phone.account, shared: agree(ours.privateKey, theirs) },
      registration,
    );
    return secret === undefined ? refused('wrong-code') : this.#vouch(phone, registration, secret);
  }

  async #vouch(phone: Phone, registration: Registration, secret: Buffer, forge?: Forgery): Promise<LinkOutcome> {
    const { candidate } = registration;
    const device = phone.nextDevice();
    const { identityKey } = candidate;
    const vouched = vouch(phone.account, { identityKey, keyIndex: device, secret }, this.#world.now(), forge);
    const addresses = { jid: byNumber(phone.number, device), lid: byLid(phone.lid, device) };
    const accountKey = phone.account.publicKey;
    const isSigned = await registration.succeed(vouched, accountKey, addresses);
    if (!isSigned) return refused('client-gone');
    const { noiseKey, registrationId, os, signedPreKey } = candidate;
    const { number, lid } = phone;
    const { details } = vouched;
    const who = { device, number, lid, noiseKey, identityKey, registrationId, details, accountKey, os };
    const companion = new Companion(who, signedPreKey);
    phone.linked(companion);
    this.#link(companion);
    return { kind: 'linked', companion };
  }
}

/** The phone's ephemeral key under the code: salt 32, iv 16, encrypted key 32. */
function wrap(code: string, publicKey: Buffer): Buffer {
  const [salt, iv] = [randomBytes(32), randomBytes(16)];
  return Buffer.concat([salt, iv, applyCtr(pairingCodeKey(code, salt), iv, publicKey)]);
}

interface Exchange {
  readonly finish: CodeFinish;
  readonly request: CodeRequest;
  readonly account: KeyPair;
  /** What the two ephemeral keys make. */
  readonly shared: Buffer;
}

/** The secret both sides derive; `undefined` when the codes were not the same. */
function secretFrom({ finish, request, account, shared }: Exchange, { candidate }: Registration): Buffer | undefined {
  const salt = finish.bundle.subarray(0, 32);
  const key = hkdf(shared, 32, 'link_code_pairing_key_bundle_encryption_key', salt);
  const opened = openGcm(key, finish.bundle.subarray(32, 44), finish.bundle.subarray(44));
  const names = Buffer.concat([candidate.identityKey, account.publicKey]);
  const isRight =
    opened?.length === 96 && opened.subarray(0, 64).equals(names) && finish.reference === request.reference;
  if (!isRight) return undefined;
  const identities = agree(account.privateKey, candidate.identityKey);
  return hkdf(Buffer.concat([shared, identities, opened.subarray(64)]), 32, 'adv_secret');
}
