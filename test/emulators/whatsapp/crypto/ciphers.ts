/* The ciphers and hashes of the protocol on top of node:crypto. */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, pbkdf2Sync } from 'node:crypto';

const tagLength = 16;
const none = Buffer.alloc(0);

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** HKDF with SHA-256; an empty salt stands for 32 zero bytes (RFC 5869). */
export function hkdf(secret: Uint8Array, length: number, info: string, salt: Uint8Array = none): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, length));
}

/** AES-256-GCM; the tag of 16 bytes follows the ciphertext. */
export function sealGcm(key: Buffer, iv: Buffer, plaintext: Buffer, additional: Buffer = none): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(additional);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** The plaintext of what `sealGcm` gives; `undefined` when the tag does not fit. */
export function openGcm(key: Buffer, iv: Buffer, sealed: Buffer, additional: Buffer = none): Buffer | undefined {
  if (sealed.length < tagLength) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, iv);
  decipher.setAAD(additional);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength));
  const start = decipher.update(sealed.subarray(0, sealed.length - tagLength));
  try {
    return Buffer.concat([start, decipher.final()]);
  } catch {
    return undefined;
  }
}

export function encryptCbc(key: Buffer, iv: Buffer, plaintext: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  return Buffer.concat([cipher.update(plaintext), cipher.final()]);
}

/** `undefined` when length or padding is wrong. */
export function decryptCbc(key: Buffer, iv: Buffer, ciphertext: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-cbc', key, iv);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** AES-256-CTR, its own inverse. */
export function applyCtr(key: Buffer, iv: Buffer, bytes: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-ctr', key, iv);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

/** The key that an eight-character pairing code stands for: PBKDF2-SHA256 with 131,072 rounds. */
export function pairingCodeKey(code: string, salt: Buffer): Buffer {
  return pbkdf2Sync(code, salt, 131_072, 32, 'sha256');
}
