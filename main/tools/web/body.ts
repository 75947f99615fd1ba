/** The body of a page as text: unpacked, counted and cut, in the page's own character set. */
import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface Body {
  readonly bytes: Buffer;
  /** There was more than `limit` bytes; the rest was not read. */
  readonly cut: boolean;
}

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  identity: () => new PassThrough(),
};

/** Null for an encoding that was not offered. Rejects when the connection breaks or what was packed is damaged. */
export async function readBody(response: IncomingMessage, limit: number, signal: AbortSignal): Promise<Body | null> {
  const decoder = decoders[response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity']?.();
  if (decoder === undefined) return null;
  const taking = take(decoder, limit);
  const [taken, unpacked] = await Promise.allSettled([taking, pipeline(response, decoder, { signal })]);
  if (taken.status === 'rejected') throw taken.reason;
  // What was cut ends the pipeline in the middle, as was wanted.
  if (unpacked.status === 'rejected' && !taken.value.cut) throw unpacked.reason;
  return taken.value;
}

/** Counts what comes out, since a small body can unpack to a very large one. */
async function take(source: Readable, limit: number): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk.subarray(0, limit - size));
    size += chunk.length;
    if (size > limit) return { bytes: Buffer.concat(chunks), cut: true };
  }
  return { bytes: Buffer.concat(chunks), cut: false };
}

/** What the header, else the page itself, calls its characters; UTF-8 for what is not known. */
export function decodeText(bytes: Buffer, contentType: string): string {
  const named = /charset\s*=\s*["']?([\w.:-]+)/i;
  const label = named.exec(contentType)?.[1] ?? named.exec(bytes.toString('latin1', 0, 2048))?.[1] ?? 'utf-8';
  return decoderFor(label).decode(bytes);
}

function decoderFor(label: string): { decode(bytes: Buffer): string } {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder(); // a name that nobody knows
  }
}
