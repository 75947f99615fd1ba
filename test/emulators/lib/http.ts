/*
 * The ground of every emulator: a real HTTP server on 127.0.0.1 that ends at once when closed, with whatever hangs on it.
 */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** One request and the means to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** Path without the query, percent-encoded as it came. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Resolves when the answer is complete or the connection is gone, whichever comes first. */
  readonly over: Promise<void>;
  /** True once the emulator itself dropped the connection; an answer cut short otherwise is the client's doing. */
  dropped: boolean;
}

export interface HttpServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Drops every connection, also one in mid-answer, and resolves once the port is free. */
  close(): Promise<void>;
}

export type Body =
  | { readonly kind: 'body'; readonly text: string; readonly bytes: Buffer }
  | { readonly kind: 'too-large'; readonly read: number }
  | { readonly kind: 'gone' };

/**
 * Starts a server on 127.0.0.1; `port` 0 takes a free one. A throw in `handle` is a bug of the emulator: it drops the
 * connection and becomes an uncaught exception, so that the test run fails instead of reading it as a server fault.
 */
export async function startHttp(
  handle: (exchange: Exchange) => Promise<void> | void,
  port: number,
): Promise<HttpServer> {
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
    // Not awaited and not caught on purpose: a rejection here ends the process as an unhandled one.
    void serve(exchangeOf(request, response), handle);
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', () => {
    resolve(undefined);
  });
  await promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a numeric port.');
  let closing: Promise<void> | undefined;
  return {
    origin: `http://127.0.0.1:${String(address.port)}`,
    close: () => {
      closing ??= new Promise<void>((closed) => {
        server.close(() => {
          closed();
        });
        server.closeAllConnections();
      });
      return closing;
    },
  };
}

async function serve(exchange: Exchange, handle: (exchange: Exchange) => Promise<void> | void): Promise<void> {
  try {
    await handle(exchange);
  } catch (error) {
    dropConnection(exchange);
    throw error;
  }
}

function exchangeOf(request: IncomingMessage, response: ServerResponse): Exchange {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  return {
    request,
    response,
    method: request.method ?? 'GET',
    path: mark === -1 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)),
    headers: request.headers,
    over: new Promise((resolve) => {
      response.once('close', resolve);
    }),
    dropped: false,
  };
}

/** Reads the whole body, at most `limit` bytes; what is beyond is read and thrown away so that the answer gets through. */
export function readBody(exchange: Exchange, limit: number): Promise<Body> {
  const { request } = exchange;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let read = 0;
    request.on('data', (chunk: Buffer) => {
      read += chunk.length;
      if (read <= limit) chunks.push(chunk);
      else resolve({ kind: 'too-large', read });
    });
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      resolve({ kind: 'body', text: bytes.toString('utf8'), bytes });
    });
    request.on('close', () => {
      resolve({ kind: 'gone' });
    });
  });
}

/** Answers with JSON; `headers` are added to the content type and length. */
export function sendJson(exchange: Exchange, status: number, value: unknown, headers: OutgoingHttpHeaders = {}): void {
  sendText(exchange, status, 'application/json', JSON.stringify(value), headers);
}

/** Answers with a text of the given content type. */
export function sendText(
  exchange: Exchange,
  status: number,
  contentType: string,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  const bytes = Buffer.from(text);
  exchange.response.writeHead(status, { 'content-type': contentType, 'content-length': bytes.length, ...headers });
  exchange.response.end(bytes);
}

/** A page as nginx in front of a service gives it: not JSON, whatever the client asked for. */
export function sendProxyPage(exchange: Exchange, status: number, reason: string): void {
  const title = `${String(status)} ${reason}`;
  const rows = ['<html>', `<head><title>${title}</title></head>`, '<body>', `<center><h1>${title}</h1></center>`];
  const page = [...rows, '<hr><center>nginx</center>', '</body>', '</html>', ''].join('\r\n');
  sendText(exchange, status, 'text/html', page);
}

/** Drops the connection without an answer, as a crashed server does. */
export function dropConnection(exchange: Exchange): void {
  exchange.dropped = true;
  exchange.response.destroy();
}

/** Milliseconds since the epoch with fractions, comparable between processes of one machine. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
