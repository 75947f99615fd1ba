/** The owner's message into a thread of the window, with the files that were given to it before. */
import type { InboundFile } from '../../gateway/channel.ts';
import { ok } from '../../lib/result.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts, StoredFile } from '../ports.ts';
import { outcome, refuse } from './outcome.ts';

/** Who writes in the window: the owner, whose address there is always the same. */
const windowOwner = 'owner';

/** `input.not-found` names `conversation` or `file`; `input.malformed` for a message of nothing. */
export async function sendMessage(
  ports: Pick<ApiPorts, 'gateway' | 'storage' | 'clock' | 'files'>,
  params: Parameters<Handlers['messages.send']>[0],
): ReturnType<Handlers['messages.send']> {
  const row = ports.storage.read.conversations.get(params.conversation);
  if (row === null || row.link !== 'window') return notFound('conversation');
  const found = (params.files ?? []).map((id) => ports.files.find(id));
  if (found.includes(null)) return notFound('file');
  const files = found.filter((file) => file !== null).map(sentFile);
  if (params.text.trim() === '' && files.length === 0) {
    return refuse({ code: 'input.malformed', params: { path: 'text', expected: 'text' } });
  }
  const message = await ports.gateway.submit('window', {
    key: params.key,
    chat: row.chat,
    topic: row.topic,
    chatKind: row.kind,
    title: row.title,
    sender: { address: windowOwner, name: '' },
    platformId: params.key,
    text: params.text,
    media: files[0]?.kind ?? null,
    files,
    at: ports.clock.now(),
  });
  return outcome(ok(message), ({ id }) => ({ message: id }));
}

/** It lies in the store already; what it is, its type says. */
function sentFile({ id, name, type, size }: StoredFile): InboundFile {
  const kind = type.startsWith('image/') ? 'photo' : type.startsWith('audio/') ? 'audio' : 'document';
  return { kind, platformRef: '', name, type, size, file: id };
}

function notFound(name: string): ReturnType<typeof refuse> {
  return refuse({ code: 'input.not-found', params: { name } });
}
