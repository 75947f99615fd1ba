/**
 * `app://bundle/`, the only origin a window ever shows: the built window from its folder, and `files/<id>` from the
 * store, which takes what is put to `files`. There is no server behind it and no port; whatever is not there is a plain 404.
 */
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { CustomScheme } from 'electron';
import type { Reason } from '../gateway/types.ts';
import type { Result } from '../lib/result.ts';

export const origin = 'app://bundle/';

/** To be announced before the app is ready. */
export const scheme: CustomScheme = {
  scheme: 'app',
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
};

/** The policy of the window: nothing inline, nothing from elsewhere, never in a frame. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const safety = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
} as const;

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** A file of a conversation, as the store hands it out. The stream is read to its end or destroyed. */
export interface ServedFile {
  readonly row: { readonly name: string; readonly type: string; readonly size: number };
  readonly stream: Readable;
}

/** `input.too-large`, `host.…` when it cannot be kept; rejects when the bytes break off. */
export type PutFile = (
  bytes: AsyncIterable<Uint8Array>,
  meta: { readonly name: string; readonly type: string },
  signal: AbortSignal,
) => Promise<
  Result<{ readonly id: string; readonly name: string; readonly type: string; readonly size: number }, Reason>
>;

export interface BundlePorts {
  /** Folder of the built window. */
  readonly folder: string;
  /** Null when there is no such file. */
  openFile(id: string): Promise<ServedFile | null>;
  readonly putFile: PutFile;
}

/** Whether an address is one of ours. Compared by its parts: `origin` of a custom scheme is "null". */
export function isOwnAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  return protocol === 'app:' && host === 'bundle';
}

/** Answers every request for the scheme. Rejects only when the disk does, which is a failed request. */
export function createBundle(ports: BundlePorts): (request: Request) => Promise<Response> {
  return async (request) => {
    if (!isOwnAddress(request.url)) return plain(404);
    if (request.method === 'PUT' && new URL(request.url).pathname === '/files') return takenFile(ports, request);
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405);
    const path = decoded(new URL(request.url).pathname);
    if (path === null) return plain(404);
    const withBody = request.method === 'GET';
    return path.startsWith('/files/')
      ? storedFile(ports, path.slice('/files/'.length), withBody)
      : windowFile(ports.folder, path === '/' ? '/index.html' : path, withBody);
  };
}

/** As `PUT /files` of the headless host: the name percent-encoded in `X-File-Name`, the file's view in return. */
async function takenFile(ports: BundlePorts, request: Request): Promise<Response> {
  const name = decoded(request.headers.get('x-file-name') ?? '') ?? '';
  if (name === '' || request.body === null) return plain(400);
  const type = request.headers.get('content-type') ?? 'application/octet-stream';
  const stored = await ports.putFile(request.body, { name, type }, request.signal);
  if (!stored.ok) return plain(stored.failure.code === 'input.too-large' ? 413 : 507);
  const { id, name: kept, type: kind, size } = stored.value;
  return Response.json({ id, name: kept, type: kind, size }, { status: 201, headers: safety });
}

function plain(status: 400 | 404 | 405 | 413 | 507): Response {
  return new Response(null, { status, headers: safety });
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

async function windowFile(folder: string, path: string, withBody: boolean): Promise<Response> {
  const type = types[extname(path)];
  const full = join(folder, path);
  // An encoded slash or dots can still climb out after decoding.
  if (type === undefined || path.includes('\0') || !full.startsWith(folder + sep)) return plain(404);
  let body: Buffer;
  try {
    body = await readFile(full);
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(String(error.code))) {
      return plain(404);
    }
    throw error;
  }
  return new Response(withBody ? new Uint8Array(body) : null, {
    headers: { ...safety, 'Content-Type': type, 'Content-Security-Policy': contentPolicy },
  });
}

/** Somebody else's bytes: a download or a picture, never a page of ours. */
async function storedFile(ports: BundlePorts, id: string, withBody: boolean): Promise<Response> {
  const found = /^[\w-]{1,64}$/.test(id) ? await ports.openFile(id) : null;
  if (found === null) return plain(404);
  const { row, stream } = found;
  if (!withBody) stream.destroy();
  const name = encodeURIComponent(row.name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return new Response(withBody ? (Readable.toWeb(stream) as ReadableStream<Uint8Array>) : null, {
    headers: {
      ...safety,
      'Content-Type': row.type,
      'Content-Length': String(row.size),
      'Content-Disposition': `attachment; filename*=UTF-8''${name}`,
      'Content-Security-Policy': "default-src 'none'; sandbox",
    },
  });
}
