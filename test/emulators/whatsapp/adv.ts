/*
 * How a phone vouches for a companion: it signs the companion's identity, proves with a code that only a phone that saw
 * the QR text can make that it means this one, and the companion signs back (docs/whatsapp-protocol.md, Pairing). Every
 * contact checks both signatures with the first message of a session.
 */
import { randomInt } from 'node:crypto';
import { hmacSha256 } from './crypto/ciphers.ts';
import { isSignedBy, sign } from './crypto/curve.ts';
import type { KeyPair } from './crypto/curve.ts';
import { decode, encode } from './proto/codec.ts';
import { advDeviceIdentity, advSignedDeviceIdentity, advSignedDeviceIdentityHmac } from './proto/schemas.ts';
import { demand, needed } from './refused.ts';

const accountPrefix = Buffer.of(6, 0);
const devicePrefix = Buffer.of(6, 1);

/** A part of what the phone sends that is wrong on purpose. */
export type Forgery = 'hmac' | 'account-signature';

/** What a phone has signed for one companion. */
export interface Vouched {
  readonly details: Buffer;
  /** The content of <device-identity> in pair-success. */
  readonly sealed: Buffer;
}

/** Signs `companionIdentity` as device `keyIndex` of the account, under the secret of the QR text. */
export function vouch(
  account: KeyPair,
  companion: { readonly identityKey: Buffer; readonly keyIndex: number; readonly secret: Buffer },
  now: number,
  forgery?: Forgery,
): Vouched {
  const { identityKey, keyIndex } = companion;
  const timestamp = Math.floor(now / 1000);
  const identity = { rawId: randomInt(1, 2 ** 31), timestamp, keyIndex, accountType: 0, deviceType: 0 };
  const details = encode(advDeviceIdentity, identity);
  const signed = Buffer.concat([accountPrefix, details, identityKey]);
  const accountSignature = sign(account.privateKey, forgery === 'account-signature' ? Buffer.alloc(4) : signed);
  const inner = encode(advSignedDeviceIdentity, { details, accountSignatureKey: account.publicKey, accountSignature });
  const hmac = hmacSha256(forgery === 'hmac' ? Buffer.alloc(32) : companion.secret, inner);
  return { details, sealed: encode(advSignedDeviceIdentityHmac, { details: inner, hmac }) };
}

/**
 * Checks what a companion says it is: signed by the account and by itself. `details` are those it was paired with, if
 * they are known. Throws `Refused`.
 */
export function checkDeviceIdentity(
  bytes: Buffer,
  of: { readonly accountKey: Buffer; readonly identityKey: Buffer; readonly details?: Buffer },
): void {
  const read = decode(advSignedDeviceIdentity, bytes);
  const details = needed(read.details, 'signature', 'A device identity has no details.');
  const isKnown = of.details === undefined || of.details.equals(details);
  demand(isKnown, 'signature', 'A device identity is not the one the phone has signed.');
  const key = read.accountSignatureKey;
  const isOwn = key === undefined || key.length === 0 || key.equals(of.accountKey);
  demand(isOwn, 'signature', 'A device identity names another account.');
  const accountSigned = Buffer.concat([accountPrefix, details, of.identityKey]);
  const isVouched = isSignedBy(of.accountKey, accountSigned, read.accountSignature ?? Buffer.alloc(0));
  demand(isVouched, 'signature', 'A device identity is not signed by the account.');
  const deviceSigned = Buffer.concat([devicePrefix, details, of.identityKey, of.accountKey]);
  const isSigned = isSignedBy(of.identityKey, deviceSigned, read.deviceSignature ?? Buffer.alloc(0));
  demand(isSigned, 'signature', 'A device identity is not signed by the device.');
}

/** The number the phone gave this device in its list. */
export function keyIndexOf(details: Buffer): number | undefined {
  return decode(advDeviceIdentity, details).keyIndex;
}
