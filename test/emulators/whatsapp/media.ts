/*
 * Files: encrypted as the service has them (docs/whatsapp-protocol.md, Media; keys: Utils/messages-media.js of the
 * installed client) and served over HTTP on the server's port, at the path that messages name as `directPath`.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EventLog } from '../lib/event-log.ts';
import { encryptCbc, hkdf, hmacSha256, sha256 } from './crypto/ciphers.ts';

export type MediaKind = 'image' | 'voice' | 'document';

/** The word for each kind in the label its keys are derived with. */
const labels: Readonly<Record<MediaKind, string>> = { image: 'Image', voice: 'Audio', document: 'Document' };

/** How a download fails: a status, other bytes than announced, an end in the middle, or no answer at all. */
export type MediaFault =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'other-bytes' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'hang' };

export interface MediaOptions {
  readonly mime?: string;
  readonly fileName?: string;
  /** What the message says its length is; by default the truth. */
  readonly claimedLength?: number;
  /** Without it the message has a `url` only, which can be plain HTTP. */
  readonly withDirectPath?: boolean;
  /** What stands there in place of the path that the file lies at. */
  readonly directPath?: string;
  /** The host in `url`; by default this server. */
  readonly host?: string;
  readonly fault?: MediaFault;
}

/** A file and what a message says about it. */
export interface StoredMedia {
  readonly kind: MediaKind;
  readonly path: string;
  readonly url: string;
  readonly directPath: string | undefined;
  readonly mime: string;
  readonly fileName: string | undefined;
  readonly mediaKey: Buffer;
  readonly fileSha256: Buffer;
  readonly fileEncSha256: Buffer;
  readonly fileLength: number;
  /** What is served. */
  readonly encrypted: Buffer;
  fault: MediaFault | undefined;
}

/** A download that was asked for. */
export interface Download {
  readonly path: string;
  readonly status: number;
}

const mimes: Readonly<Record<MediaKind, string>> = {
  image: 'image/jpeg',
  voice: 'audio/ogg; codecs=opus',
  document: 'application/octet-stream',
};

export class MediaStore {
  /** The origin of the server, known once it listens. */
  origin = '';
  readonly downloads = new EventLog<Download>('download');
  readonly #files = new Map<string, StoredMedia>();

  /** Encrypts a file and makes it ready to be downloaded. */
  add(kind: MediaKind, bytes: Buffer, options: MediaOptions = {}): StoredMedia {
    const mediaKey = randomBytes(32);
    const keys = hkdf(mediaKey, 112, `WhatsApp ${labels[kind]} Keys`);
    const iv = keys.subarray(0, 16);
    const body = encryptCbc(keys.subarray(16, 48), iv, bytes);
    const encrypted = Buffer.concat([body, hmacSha256(keys.subarray(48, 80), iv, body).subarray(0, 10)]);
    const path = `/v/t62.7118-24/${randomUUID()}_n.enc?ccb=11-4&oh=01_emulated&oe=7FFFFFFF&_nc_sid=5e03e0`;
    const stored: StoredMedia = {
      kind,
      path,
      url: `${options.host ?? this.origin}${path}&mms3=true`,
      directPath: options.withDirectPath === false ? undefined : (options.directPath ?? path),
      mime: options.mime ?? mimes[kind],
      fileName: options.fileName,
      mediaKey,
      fileSha256: sha256(bytes),
      fileEncSha256: sha256(encrypted),
      fileLength: options.claimedLength ?? bytes.length,
      encrypted,
      fault: options.fault,
    };
    this.#files.set(pathOnly(path), stored);
    return stored;
  }

  /** Answers a request; false when it is not for a file. */
  serve(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathOnly(request.url ?? '/');
    if (!path.startsWith('/v/')) return false;
    const file = this.#files.get(path);
    const { fault } = file ?? {};
    const status = file === undefined ? 404 : fault?.kind === 'status' ? fault.status : 200;
    this.downloads.add({ path, status });
    if (fault?.kind === 'hang') return true;
    if (file === undefined || status !== 200) {
      response.writeHead(status).end();
      return true;
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.encrypted.length });
    if (fault?.kind === 'cut') {
      const half = file.encrypted.subarray(0, file.encrypted.length / 2);
      response.write(half, () => response.destroy());
      return true;
    }
    response.end(fault?.kind === 'other-bytes' ? flipped(file.encrypted) : file.encrypted);
    return true;
  }

  close(): void {
    this.downloads.close();
  }
}

function pathOnly(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}

/** The same length with a bit turned in the first block, which decrypts to other bytes and stays padded right. */
function flipped(bytes: Buffer): Buffer {
  const other = Buffer.from(bytes);
  other.writeUInt8(other.readUInt8(0) ^ 1, 0);
  return other;
}
