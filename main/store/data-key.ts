/**
 * The data key: 32 random bytes per data directory that seal everything secret (AES-256-GCM, the secret's name bound
 * in). Unwrapped once at start, from the first of
 *
 *   PORCHLIGHT_KEY   given by the owner, 32 bytes in base64 or hexadecimal
 *   key.os           wrapped by the operating system's keychain (desktop)
 *   key.file         as it is, mode 0600 (headless)
 *
 * that fits the check value in the database. With none of them the first start makes one; a start that finds sealed
 * secrets never does. Nothing here overwrites a file.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, type Log } from '../gateway/log.ts';
import type { SecretBox } from '../gateway/secrets.ts';
import type { Reason } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { createFile, fileErrorCode } from './atomic-file.ts';
import { keyCheckName, type Store } from './store.ts';

const keyLength = 32;
/** As recommended for GCM; a new one for each seal. */
const nonceLength = 12;
const tagLength = 16;
/** First byte of everything sealed, should the way ever change. */
const version = 1;
const checkText = 'porchlight';

/** The operating system's keychain, given by the desktop shell. */
export interface KeyWrapping {
  wrap(key: string): Promise<Uint8Array>;
  /** Rejects when it cannot be unwrapped on this machine or by this account. */
  unwrap(wrapped: Uint8Array): Promise<string>;
}

export interface DataKeyOptions {
  readonly dataDir: string;
  /** The value of PORCHLIGHT_KEY; undefined or empty when it is not set. */
  readonly given: string | undefined;
  /** Null on the headless host. */
  readonly wrapping: KeyWrapping | null;
  readonly store: Pick<Store, 'read' | 'commit' | 'countSecrets'>;
  readonly log: Log;
}

export interface DataKey {
  readonly box: SecretBox;
  /** What the owner writes down to get back to the secrets elsewhere: the key in base64, to be given as PORCHLIGHT_KEY. */
  readonly recoveryKey: () => string;
}

/** Seals under `key` (32 bytes). */
export function createSecretBox(key: Uint8Array): SecretBox {
  return {
    seal(name, secret) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
      const sealed = [cipher.update(secret, 'utf8'), cipher.final()];
      return Uint8Array.from(Buffer.concat([Buffer.of(version), nonce, ...sealed, cipher.getAuthTag()]));
    },
    open(name, sealed) {
      if (sealed[0] !== version || sealed.length < 1 + nonceLength + tagLength) return null;
      const nonce = sealed.subarray(1, 1 + nonceLength);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
        .setAAD(Buffer.from(name))
        .setAuthTag(sealed.subarray(-tagLength));
      try {
        const secret = [decipher.update(sealed.subarray(1 + nonceLength, -tagLength)), decipher.final()];
        return Buffer.concat(secret).toString('utf8');
      } catch {
        // GCM says only that something does not fit: key, name or bytes. The port's null means the same.
        return null;
      }
    },
  };
}

/** 32 bytes in base64 (also base64url) or hexadecimal; null for anything else. */
export function parseKey(text: string): Uint8Array | null {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Uint8Array.from(Buffer.from(trimmed, 'hex'));
  if (!/^[\w+/-]{43}=?$/.test(trimmed)) return null;
  const key = Buffer.from(trimmed, 'base64');
  return key.length === keyLength ? Uint8Array.from(key) : null;
}

const toText = (key: Uint8Array): string => Buffer.from(key).toString('base64');

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

interface Candidate {
  /** What is named to the owner when it does not fit. */
  readonly from: string;
  /** Null when it is there and cannot be read. */
  readonly key: Uint8Array | null;
}

async function candidates(options: DataKeyOptions): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  const { given, wrapping, dataDir, log } = options;
  if (given !== undefined && given !== '') return [{ from: 'PORCHLIGHT_KEY', key: parseKey(given) }];
  const osPath = join(dataDir, 'key.os');
  const wrapped = readIfThere(osPath);
  if (wrapped) found.push({ from: osPath, key: wrapping && (await unwrapped(wrapping, wrapped, log)) });
  const filePath = join(dataDir, 'key.file');
  const plain = readIfThere(filePath);
  if (plain) found.push({ from: filePath, key: parseKey(plain.toString('utf8')) });
  return found;
}

async function unwrapped(wrapping: KeyWrapping, wrapped: Buffer, log: Log): Promise<Uint8Array | null> {
  try {
    const sealed = Buffer.from(wrapped.toString('utf8').trim(), 'base64');
    return parseKey(await wrapping.unwrap(Uint8Array.from(sealed)));
  } catch (error) {
    log.write('warn', 'key.not-unwrapped', { error: describeError(error) });
    return null;
  }
}

async function makeKey({ dataDir, wrapping }: DataKeyOptions): Promise<Uint8Array> {
  const key = Uint8Array.from(randomBytes(keyLength));
  if (wrapping) {
    const wrapped = await wrapping.wrap(toText(key));
    createFile(join(dataDir, 'key.os'), `${Buffer.from(wrapped).toString('base64')}\n`);
  } else createFile(join(dataDir, 'key.file'), `${toText(key)}\n`);
  return key;
}

/**
 * Failures: `host.key-missing` (there are sealed secrets and no key), `host.key-unreadable` (a key is there, but it is
 * malformed, cannot be unwrapped here or is not the one the secrets were sealed with); `path` names where it was looked
 * for. Rejects when the disk refuses.
 */
export async function openDataKey(options: DataKeyOptions): Promise<Result<DataKey, Reason>> {
  const { store, dataDir } = options;
  const check = store.read.secrets.get(keyCheckName);
  const fits = (key: Uint8Array): boolean =>
    check === null || createSecretBox(key).open(keyCheckName, check) === checkText;
  const found = await candidates(options);
  const fitting = found.find((candidate) => candidate.key !== null && fits(candidate.key))?.key ?? null;
  const nothingSealed = store.countSecrets() === 0;
  if (fitting === null) {
    const [first] = found;
    // A malformed or foreign key with nothing sealed is still the owner's: said, not replaced.
    if (first) return failed({ code: 'host.key-unreadable', params: { path: first.from } });
    if (!nothingSealed) return failed({ code: 'host.key-missing', params: { path: join(dataDir, 'key.file') } });
  }
  const key = fitting ?? (await makeKey(options));
  const box = createSecretBox(key);
  if (check === null || fitting === null) {
    const sealed = box.seal(keyCheckName, checkText);
    await store.commit((tables) => tables.secrets.put(keyCheckName, sealed));
  }
  return ok({ box, recoveryKey: () => toText(key) });
}
