/** The built window as static files, with the headers that keep a page from doing anything but talk to us. */
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { hostOf } from './guard.ts';
import { securityHeaders, sendError } from './exchange.ts';

/** The content security policy of the window; `host` is the checked `Host` header, for the WebSocket. */
function contentPolicy(host: string): string {
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

export type ServeWindow = (request: IncomingMessage, response: ServerResponse) => void;

/** A name that begins with a dot, in any spelling. */
const hiddenName = /(?:\/|\\|%2f|%5c)(?:\.|%2e)/i;

/** Serves `directory` as it is at each request: a new build is served at once, and what is gone is answered with 404. */
export function createWindowFiles(directory: string): ServeWindow {
  const serve = sirv(directory, {
    // Otherwise names are looked up once, and a file of theirs that a new build has removed ends the process.
    dev: true,
    etag: true,
    setHeaders: (response, path) => {
      const hashed = path.startsWith('/assets/');
      response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendError(response, 405, 'Use GET here.', { Allow: 'GET, HEAD' });
    }
    if (!existsSync(join(directory, 'index.html'))) {
      return sendError(response, 503, 'The window is not built: run `npm run build`, then load this page again.');
    }
    const notThere = (): void => sendError(response, 404, 'There is nothing here.');
    if (hiddenName.test((request.url ?? '').split('?', 1)[0] ?? '')) return notThere();
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    response.setHeader('Content-Security-Policy', contentPolicy(hostOf(request.headers.host)?.full ?? ''));
    // A file may vanish or be unreadable after it was looked up; its length is promised by then.
    response.once('pipe', (file) => file.once('error', () => response.destroy()));
    serve(request, response, notThere);
  };
}
