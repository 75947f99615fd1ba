/** Which server a link connects to: WhatsApp's own, or one of the owner's with the key that it proves itself with. */
import type { LinkRow, Reason } from '../../gateway/types.ts';
import { reason } from '../../../preload/contract/reasons.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { publicRootKey } from './library.ts';
import type { Server } from './parts.ts';

const PUBLIC_SERVER: Server = {
  webSocketUrl: 'wss://web.whatsapp.com/ws/chat',
  rootKey: publicRootKey,
  mediaOrigin: 'https://mmg.whatsapp.net',
  isPublic: true,
};

/**
 * The server of `apiRoot` and `serverKey` of a link. `link.server-key-needed`: an own server without its key, or with an
 * address or key that is none; it is never connected to unproven.
 */
export function serverOf({ apiRoot, serverKey }: Pick<LinkRow, 'apiRoot' | 'serverKey'>): Result<Server, Reason> {
  if (apiRoot === null) return ok(PUBLIC_SERVER);
  const isKey = serverKey !== null && /^[0-9a-f]{64}$/i.test(serverKey);
  if (!isKey || !/^wss?:\/\//i.test(apiRoot) || !URL.canParse(apiRoot)) return failed(reason('link.server-key-needed'));
  const { origin } = new URL(apiRoot.replace(/^ws/i, 'http'));
  return ok({ webSocketUrl: apiRoot, rootKey: bytesOf(serverKey), mediaOrigin: origin, isPublic: false });
}

function bytesOf(hexadecimal: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hexadecimal, 'hex'));
}
