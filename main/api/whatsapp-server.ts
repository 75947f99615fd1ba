/** The address and key of a WhatsApp server of the owner's own, as they are typed in or stand in a file. */
import type { Reason } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';

export interface WhatsAppServer {
  readonly apiRoot: string | null;
  /** 64 hexadecimal digits, lower case. */
  readonly serverKey: string | null;
}

/** Both or neither: WhatsApp's own server is known, any other has to prove itself with a key that the owner names. */
export function whatsAppServer(address: string | undefined, key: string | undefined): Result<WhatsAppServer, Reason> {
  const url = address?.trim() ?? '';
  const digits = key?.trim().toLowerCase() ?? '';
  if (url === '') return ok({ apiRoot: null, serverKey: null });
  if (!isWebSocket(url)) return failed({ code: 'input.url-malformed', params: { url } });
  if (!/^[0-9a-f]{64}$/.test(digits)) return failed({ code: 'link.server-key-needed' });
  return ok({ apiRoot: url.replace(/\/+$/, ''), serverKey: digits });
}

function isWebSocket(url: string): boolean {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  return protocol === 'ws:' || protocol === 'wss:';
}
