/** Messages of ours: what a contact's wish for another copy is answered with, and what tells an echo from something new. */
import type { proto, WAMessageKey } from 'baileys';
import type { Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';
import type { KeptFile } from './kept-file.ts';
import type { Identity, Library, SentMessage } from './parts.ts';

/**
 * How long a copy is given out. A reconnection may bring wishes of days together; what is repeated then would be read as
 * new (docs/whatsapp-protocol.md, Acknowledging and re-sending).
 */
const givenOut: Millis = 60 * 60_000;

type Sent = Identity['sent'];

function sentFrom(id: string, value: unknown): SentMessage | null {
  if (typeof value !== 'object' || value === null) return null;
  const { to, content, at }: Readonly<Record<string, unknown>> = { ...value };
  if (typeof to !== 'string' || !(content instanceof Uint8Array) || typeof at !== 'number') return null;
  return { id, to, content, at };
}

export function createSent(file: KeptFile): Sent {
  const get = (id: string): SentMessage | null => sentFrom(id, file.one('sent', id));
  return {
    put: ({ id, to, content, at }) => file.set([{ kind: 'sent', id, value: { to, content, at } }]),
    get,
    has: (id) => get(id) !== null,
  };
}

/** The socket's `getMessage`: only what was sent to the chat that asks, within the last hour. */
export function copiesOf(sent: Sent, library: Library, clock: Clock, lidOf: (user: string) => string | null) {
  const user = (jid: string): string => {
    const decoded = library.jidDecode(jid);
    if (decoded === undefined) return jid;
    const lid = decoded.server === 's.whatsapp.net' ? lidOf(decoded.user) : null;
    return lid === null ? `${decoded.user}@${decoded.server}` : `${lid}@lid`;
  };
  return async ({ id, remoteJid }: WAMessageKey): Promise<proto.IMessage | undefined> => {
    const found = sent.get(id ?? '');
    if (found === null || clock.now() - found.at >= givenOut) return undefined;
    if (user(found.to) !== user(remoteJid ?? '')) return undefined;
    return library.proto.Message.decode(found.content);
  };
}
