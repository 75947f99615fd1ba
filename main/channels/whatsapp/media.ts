/**
 * The bytes of a file that came in (docs/whatsapp-protocol.md, Media), written anew: the library takes the host from
 * the message, which its sender chose, and checks neither the code of authenticity nor a hash.
 *
 *   where    `directPath` below the server's one origin; no redirect is followed
 *   format   AES-256-CBC, then 10 bytes of HMAC-SHA256 over IV and ciphertext; IV, cipher and MAC key are HKDF-SHA256 of
 *            the message's key, 112 bytes, under "WhatsApp <kind> Keys" (`getMediaKeys` of the library)
 *   whole    only when MAC, the hash of what was served and the hash of the plain file are right: else the stream fails
 *            at its end, and whoever stores it throws it away
 */
import { createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { MediaDamaged } from '../../gateway/channel.ts';
import type { Clock } from '../../gateway/clock.ts';
import { describeError, type Log } from '../../gateway/log.ts';
import type { Millis, Reason } from '../../gateway/types.ts';
import { reason } from '../../../preload/contract/reasons.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { parseMediaRef, type MediaRef } from './media-ref.ts';
import type { Server } from './parts.ts';

export interface MediaDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Log;
}

const largest = 20 * 1024 * 1024;
/** What encryption adds: padding to a block, and the code of authenticity. */
const macLength = 10;
const added = 16 + macLength;
/** Without a byte for so long the download is given up. */
const idleLimit: Millis = 30_000;

const tooLarge = reason('input.too-large', { limit: '20 MB' });
const notFetched = reason('media.not-fetched');
const damaged = reason('media.damaged');

/**
 * The file behind an {@link InboundFile.platformRef} of ours. `input.too-large` above 20 MB, `media.gone` when the server
 * has it no longer, `media.damaged` when what the message says about it cannot be right, `media.not-fetched` otherwise.
 * The stream throws {@link MediaDamaged} at its end when the file is not the one that was sent; and when it is cut, silent
 * for 30 s, longer than 20 MB, or `signal` is aborted.
 */
export async function fetchFile(
  server: Pick<Server, 'mediaOrigin'>,
  platformRef: string,
  { fetch, clock, log }: MediaDeps,
  signal: AbortSignal,
): Promise<Result<AsyncIterable<Uint8Array>, Reason>> {
  const ref = parseMediaRef(platformRef);
  const url = ref === null ? null : urlOf(server.mediaOrigin, ref.directPath);
  if (ref === null || url === null) {
    // Whoever made it so: no further try would find it, and the files behind it in the queue wait.
    log.write('info', 'whatsapp.file-without-path');
    return failed(damaged);
  }
  if ((ref.size ?? 0) > largest) return failed(tooLarge);
  const opener = openerOf(ref);
  if (opener === null) return failed(damaged);
  const patience = new Patience(clock, signal);
  try {
    const headers = { origin: 'https://web.whatsapp.com' };
    const response = await fetch(url, { headers, redirect: 'manual', signal: patience.signal });
    const refusal = refusalOf(response);
    if (refusal === null && response.body !== null) return ok(plainOf(response.body, opener, patience));
    await response.body?.cancel();
    log.write('info', 'whatsapp.file-refused', { status: response.status });
    patience[Symbol.dispose]();
    return failed(refusal ?? notFetched);
  } catch (error) {
    patience[Symbol.dispose]();
    log.write('info', 'whatsapp.file-not-opened', { error: describeError(error) });
    return failed(notFetched);
  }
}

/** Null for anything but a path, which is all that a sender may choose. */
function urlOf(origin: string, directPath: string): URL | null {
  const isPath = /^\/[^/\\]/.test(directPath) && URL.canParse(origin + directPath);
  return isPath ? new URL(origin + directPath) : null;
}

function refusalOf({ ok: isFine, status, headers }: Response): Reason | null {
  if (status === 404 || status === 410) return reason('media.gone');
  if (!isFine) return notFetched;
  return Number(headers.get('content-length') ?? 0) > largest + added ? tooLarge : null;
}

interface Opener {
  /** The plain bytes of the next ciphertext. */
  next(ciphertext: Uint8Array): Uint8Array;
  /** The last plain bytes; throws {@link MediaDamaged} when anything is not as it was sent. */
  end(mac: Uint8Array, served: Uint8Array): Uint8Array;
}

/** Null when the message's key or hashes have not the length that they must have. */
function openerOf({ label, mediaKey, sha256, encSha256 }: MediaRef): Opener | null {
  const [key, plainHash, servedHash] = [mediaKey, sha256, encSha256].map((text) => Buffer.from(text, 'base64'));
  if (key?.length !== 32 || plainHash?.length !== 32 || servedHash?.length !== 32) return null;
  const keys = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `WhatsApp ${label} Keys`, 112));
  const iv = keys.subarray(0, 16);
  const cipher = createDecipheriv('aes-256-cbc', keys.subarray(16, 48), iv);
  const code = createHmac('sha256', keys.subarray(48, 80)).update(iv);
  const plain = createHash('sha256');
  return {
    next(ciphertext) {
      code.update(ciphertext);
      const bytes = cipher.update(ciphertext);
      plain.update(bytes);
      return bytes;
    },
    end(mac, served) {
      const right = mac.length === macLength && timingSafeEqual(code.digest().subarray(0, macLength), mac);
      if (!right) throw new MediaDamaged('the code of authenticity is wrong');
      if (!timingSafeEqual(served, servedHash)) throw new MediaDamaged('what was served has another hash');
      const last = lastOf(cipher);
      if (!timingSafeEqual(plain.update(last).digest(), plainHash)) throw new MediaDamaged('the file has another hash');
      return last;
    },
  };
}

function lastOf(cipher: { final(): Buffer }): Buffer {
  try {
    return cipher.final();
  } catch (error) {
    throw new MediaDamaged('the end cannot be decrypted', { cause: error });
  }
}

async function* plainOf(
  body: ReadableStream<Uint8Array>,
  opener: Opener,
  patience: Patience,
): AsyncGenerator<Uint8Array, void, undefined> {
  using _patience = patience;
  const served = createHash('sha256');
  /** The last bytes are the code, wherever the chunks end. */
  let held: Uint8Array = new Uint8Array();
  let total = 0;
  for await (const chunk of body) {
    patience.extend();
    total += chunk.length;
    // Whoever stores it stops at the cap; nobody is to read on for ever.
    if (total > largest + 2 * added + chunk.length) throw new Error('the file is longer than 20 MB');
    served.update(chunk);
    const known = Buffer.concat([held, chunk]);
    const most = Math.max(0, known.length - macLength);
    held = known.subarray(most);
    if (most > 0) yield opener.next(known.subarray(0, most));
  }
  yield opener.end(held, served.digest());
}

/** The caller's signal, aborted as well when nothing has come for {@link idleLimit}. */
class Patience implements Disposable {
  readonly #clock: Clock;
  readonly #idle = new AbortController();
  readonly signal: AbortSignal;
  #timer: Disposable;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.signal = AbortSignal.any([signal, this.#idle.signal]);
    this.#timer = this.#start();
  }

  extend(): void {
    this.#timer[Symbol.dispose]();
    this.#timer = this.#start();
  }

  #start(): Disposable {
    return this.#clock.after(idleLimit, () => this.#idle.abort(new Error('nothing came for 30 s')));
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
  }
}
