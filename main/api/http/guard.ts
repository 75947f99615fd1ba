/**
 * Who may speak to the headless host. Three checks before anything is done: the `Host` header names us (a page whose
 * name was rebound to this machine does not pass), an `Origin`, when there is one, is our own window, and the token fits.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Guard {
  /** Null when the request may go on, else the sentence for the refusal (status 403). */
  refusal(request: IncomingMessage): string | null;
  /** Compares in constant time. */
  tokenFits(token: string): boolean;
  /** What `Authorization: Bearer …` carried; null when there is no such header. */
  bearer(request: IncomingMessage): string | null;
}

export interface GuardOptions {
  readonly token: string;
  /** The address listened on; any-address forms (`0.0.0.0`, `::`) name nobody. */
  readonly host: string;
  /** Names that may stand in `Host` and `Origin` besides the loopback ones: those of a reverse proxy. */
  readonly allowHosts: readonly string[];
}

export function createGuard(options: GuardOptions): Guard {
  const anyAddress = ['0.0.0.0', '::', '[::]', '*', ''];
  const own = [
    '127.0.0.1',
    'localhost',
    '[::1]',
    ...(anyAddress.includes(options.host) ? [] : [bracketed(options.host)]),
  ];
  const proxies = new Set(options.allowHosts.map((name) => bracketed(name.toLowerCase())));
  const names = new Set([...own.map((name) => name.toLowerCase()), ...proxies]);
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(options.token);

  return {
    refusal(request) {
      const host = hostOf(request.headers.host);
      if (host === null || !names.has(host.name)) {
        return 'This name is not known to Porchlight. Start it with --allow-host NAME to use it under another name.';
      }
      const { origin } = request.headers;
      if (origin === undefined) return null;
      const from = URL.canParse(origin) ? new URL(origin) : null;
      const isWeb = from?.protocol === 'http:' || from?.protocol === 'https:';
      if (from !== null && isWeb && (from.host === host.full || proxies.has(from.hostname))) return null;
      return 'Requests from other pages are not answered.';
    },
    tokenFits: (token) => timingSafeEqual(digest(token), expected),
    bearer(request) {
      const header = request.headers.authorization;
      return header !== undefined && /^bearer /i.test(header) ? header.slice(7).trim() : null;
    },
  };
}

/** `host[:port]` of a `Host` header in the form that URLs have, and its name alone; null when it is malformed. */
export function hostOf(header: string | undefined): { readonly full: string; readonly name: string } | null {
  if (header === undefined || !/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(header)) return null;
  if (!URL.canParse(`http://${header}`)) return null;
  const url = new URL(`http://${header}`);
  return { full: url.host, name: url.hostname };
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
