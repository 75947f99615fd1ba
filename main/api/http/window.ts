/** The built window as static files, with the headers that keep a page from doing anything but talk to us. */
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { RequestHandler } from 'sirv';
import { hostOf } from './guard.ts';
import { securityHeaders, sendError } from './exchange.ts';

/** The content security policy of the window; `host` is the checked `Host` header, for the WebSocket. */
export function contentPolicy(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    `connect-src 'self' ws://${host} wss://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export type ServeWindow = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Serves `directory`; its files are looked up once, when the first request comes. */
export function createWindowFiles(directory: string): ServeWindow {
  let files: Promise<RequestHandler> | undefined;
  const load = async (): Promise<RequestHandler> => {
    const { default: sirv } = await import('sirv');
    return sirv(directory, {
      etag: true,
      setHeaders: (response, path) => {
        const hashed = path.startsWith('/assets/');
        response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  };
  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendError(response, 405, 'Use GET here.', { Allow: 'GET, HEAD' });
    }
    if (!existsSync(join(directory, 'index.html'))) {
      return sendError(response, 503, 'The window is not built: run `npm run build`, then load this page again.');
    }
    const serve = await (files ??= load());
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    response.setHeader('Content-Security-Policy', contentPolicy(hostOf(request.headers.host)?.full ?? ''));
    serve(request, response, () => sendError(response, 404, 'There is nothing here.'));
  };
}
