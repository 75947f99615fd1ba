/** Reading bodies and writing answers, for every path of the headless host. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Sent with every answer, whatever it is. */
export const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** Answers with JSON; does nothing when the connection is gone or an answer has begun. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...securityHeaders,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(text);
}

/** The error shape of every path but `/v1`. */
export function sendError(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(response, status, { error: { message } }, headers);
}

export type Body =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  /** The connection ended before the body did. */
  | { readonly kind: 'cut' };

/**
 * Reads a whole body of at most `limit` bytes. One that is larger is not read to its end: the caller answers 413 with
 * `Connection: close`.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve({ kind: 'too-large' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (body: Body): void => {
      request.off('data', onData);
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) {
        request.pause();
        return finish({ kind: 'too-large' });
      }
      chunks.push(chunk);
    };
    request.on('data', onData);
    request.once('end', () =>
      finish({ kind: 'body', bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) }),
    );
    request.once('error', () => finish({ kind: 'cut' }));
    request.once('close', () => finish({ kind: 'cut' }));
  });
}

/**
 * A signal that is aborted when the client goes away before its answer is complete, or when `also` is. Nothing of it
 * outlives the answer.
 */
export function whenGone(response: ServerResponse, also?: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (also?.aborted === true) abort();
  also?.addEventListener('abort', abort, { once: true });
  response.once('close', () => {
    also?.removeEventListener('abort', abort);
    if (!response.writableFinished) abort();
  });
  return controller.signal;
}
