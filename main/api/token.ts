/**
 * The token of the headless host: 192 random bits, made at the first start and kept in `token` (0600) in the data
 * directory, or given as `PORCHLIGHT_TOKEN`. It goes into a WebSocket subprotocol, so only characters of an HTTP token
 * are allowed.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const shape = /^[\w.~+-]{16,256}$/;

/** Whether a text can be a token: 16 to 256 of letters, digits and `_ . ~ + -`. */
export function isToken(text: string): boolean {
  return shape.test(text);
}

/** The kept token, or a new one that is kept from now on; a file that holds none is replaced. */
export function keepToken(dataDir: string): string {
  const path = join(dataDir, 'token');
  const kept = readToken(path);
  if (kept !== null) return kept;
  const token = randomBytes(24).toString('base64url');
  writeFileSync(`${path}.new`, `${token}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  return token;
}

function readToken(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return isToken(text) ? text : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
