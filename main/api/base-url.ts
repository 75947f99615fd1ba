/** Addresses of servers, as a person or a file writes them. */
import type { Reason } from '../../preload/contract/reasons.ts';
import { failed, ok, type Result } from '../lib/result.ts';

/** The address without trailing slashes, or why it is none: only `http:` and `https:`, no name and password in it. */
export function normalizeUrl(text: string): Result<string, Reason> {
  const trimmed = text.trim().replace(/\/+$/, '');
  const url = URL.canParse(trimmed) ? new URL(trimmed) : null;
  const fits =
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  return fits ? ok(trimmed) : failed({ code: 'input.url-malformed', params: { url: withoutCredentials(trimmed) } });
}

/** What may be repeated in a sentence: never the part where people put passwords and keys. */
function withoutCredentials(text: string): string {
  return text
    .replace(/\/\/[^/]*@/, '//…@')
    .replace(/[?#].*$/, '')
    .slice(0, 200);
}
