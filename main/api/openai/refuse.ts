/** Writes a refusal of `/v1`. */
import type { ServerResponse } from 'node:http';
import { sendJson } from '../http/exchange.ts';
import { refusalBody, type Refusal } from './errors.ts';

/** Does nothing when the client is gone. `headers` such as `Connection: close` are added. */
export function sendRefusal(
  response: ServerResponse,
  refusal: Refusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  const retry = refusal.retryAfter === undefined ? {} : { 'Retry-After': String(refusal.retryAfter) };
  sendJson(response, refusal.status, refusalBody(refusal), { ...retry, ...headers });
}
