/** What can be made of a file that came with a message. The bytes have the last word: text-bytes.ts, pictures.ts. */
import type { AttachmentRow } from '../types.ts';

/** `other`: nothing; its place in the conversation is a mark. */
export type FileUse = 'picture' | 'sound' | 'document' | 'other';

/** What servers of models take; SVG is a program as much as a picture. */
const pictureTypes: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif']);
const soundKinds: ReadonlySet<string> = new Set(['voice', 'audio']);
/** Kinds that are never looked into, whatever their type says. */
const shownOnly: ReadonlySet<string> = new Set(['video', 'video_note', 'animation', 'gif']);

const textTypes = new RegExp(
  '^(text/.+|application/(.+\\+)?(json|xml)|application/(json5|jsonl|x-ndjson|ld\\+json|yaml|x-yaml|toml|x-toml|' +
    'javascript|x-javascript|ecmascript|typescript|x-typescript|sql|x-sql|x-sh|x-shellscript|x-python|x-subrip|' +
    'graphql|x-tex|x-httpd-php|octet-stream))$',
);

/** From its kind and its type, before its bytes were seen. */
export function useOf({ kind, type }: Pick<AttachmentRow, 'kind' | 'type'>): FileUse {
  const plain = (type.split(';')[0] ?? '').trim().toLowerCase();
  if (shownOnly.has(kind)) return 'other';
  if (pictureTypes.has(plain)) return 'picture';
  if (soundKinds.has(kind) || plain.startsWith('audio/')) return 'sound';
  return kind === 'document' && textTypes.test(plain) ? 'document' : 'other';
}
