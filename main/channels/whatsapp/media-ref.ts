/** The file that came with a message, and all that is needed to fetch it later (docs/whatsapp-protocol.md, Media). */
import type { proto, WAMessage } from 'baileys';
import type { InboundFile } from '../../gateway/channel.ts';

/** The word in the label that a file's keys are derived with (`MEDIA_HKDF_KEY_MAPPING` of the library). */
export type KeyLabel = 'Image' | 'Video' | 'Audio' | 'Document';

/** What {@link InboundFile.platformRef} holds, as JSON; bytes in base64. */
export interface MediaRef {
  readonly label: KeyLabel;
  readonly directPath: string;
  readonly mediaKey: string;
  /** Of the plain file. */
  readonly sha256: string;
  /** Of what is served. */
  readonly encSha256: string;
  /** As the sender says. */
  readonly size: number | null;
}

/** The fields that all kinds of files share. */
interface MediaFields {
  readonly directPath?: string | null;
  readonly mediaKey?: Uint8Array | null;
  readonly fileSha256?: Uint8Array | null;
  readonly fileEncSha256?: Uint8Array | null;
  readonly fileLength?: unknown;
  readonly mimetype?: string | null;
  readonly fileName?: string | null;
  /** Of sounds and films. */
  readonly seconds?: number | null;
}

interface Kind {
  readonly kind: string;
  readonly label: KeyLabel;
  readonly type: string;
  readonly ending: string;
}

const photo: Kind = { kind: 'photo', label: 'Image', type: 'image/jpeg', ending: 'jpg' };
const sticker: Kind = { kind: 'sticker', label: 'Image', type: 'image/webp', ending: 'webp' };
const video: Kind = { kind: 'video', label: 'Video', type: 'video/mp4', ending: 'mp4' };
const voice: Kind = { kind: 'voice', label: 'Audio', type: 'audio/ogg', ending: 'ogg' };
const audio: Kind = { kind: 'audio', label: 'Audio', type: 'audio/mpeg', ending: 'mp3' };
const document: Kind = { kind: 'document', label: 'Document', type: 'application/octet-stream', ending: 'bin' };

/** More wrappers around each other than any client makes. */
const deepest = 8;
const longestName = 120;
const longestType = 100;

function mediaIn(message: proto.IMessage): readonly [Kind, MediaFields] | null {
  const { imageMessage, stickerMessage, videoMessage, ptvMessage, audioMessage, documentMessage } = message;
  if (imageMessage) return [photo, imageMessage];
  if (videoMessage) return [videoMessage.gifPlayback === true ? { ...video, kind: 'animation' } : video, videoMessage];
  if (ptvMessage) return [{ ...video, kind: 'video_note' }, ptvMessage];
  if (audioMessage) return [audioMessage.ptt === true ? voice : audio, audioMessage];
  if (documentMessage) return [document, documentMessage];
  return stickerMessage ? [sticker, stickerMessage] : null;
}

function findMedia(message: proto.IMessage, depth = 0): readonly [Kind, MediaFields] | null {
  const found = mediaIn(message);
  if (found !== null || depth >= deepest) return found;
  for (const wrapper of Object.values(message) as readonly unknown[]) {
    if (typeof wrapper !== 'object' || wrapper === null || !('message' in wrapper)) continue;
    const inner = wrapper.message;
    if (typeof inner === 'object' && inner !== null) return findMedia(inner, depth + 1);
  }
  return null;
}

/**
 * The file that comes with `message`, however it is wrapped; none for text, places, contacts and the like. What a file
 * lacks to be fetched and checked is noticed when it is fetched.
 */
export function fileRefOf({ message, key }: WAMessage): readonly InboundFile[] {
  const found = findMedia(message ?? {});
  if (found === null) return [];
  const [{ kind, label, type, ending }, fields] = found;
  const size = sizeOf(fields.fileLength);
  const ref: MediaRef = {
    label,
    directPath: fields.directPath ?? '',
    mediaKey: base64(fields.mediaKey),
    sha256: base64(fields.fileSha256),
    encSha256: base64(fields.fileEncSha256),
    size,
  };
  const id = (key.id ?? '').replace(/\W/g, '').slice(-8);
  const name = safeName(fields.fileName ?? '') ?? `${[kind.replace('_', '-'), id].filter(Boolean).join('-')}.${ending}`;
  const seconds = label === 'Audio' ? sizeOf(fields.seconds) : null;
  const told = seconds === null ? {} : { seconds };
  return [{ kind, platformRef: JSON.stringify(ref), name, type: typeOf(fields.mimetype ?? '') ?? type, size, ...told }];
}

/** The reference as it was made, or null. */
export function parseMediaRef(platformRef: string): MediaRef | null {
  let value: unknown;
  try {
    value = JSON.parse(platformRef);
  } catch {
    // Nothing of ours: the caller says so.
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const labels: readonly KeyLabel[] = ['Image', 'Video', 'Audio', 'Document'];
  const label = labels.find((known) => known === fields['label']);
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  const [directPath, mediaKey, sha256, encSha256] = ['directPath', 'mediaKey', 'sha256', 'encSha256'].map(text);
  if (!label || !directPath || !mediaKey || !sha256 || !encSha256) return null;
  return { label, directPath, mediaKey, sha256, encSha256, size: sizeOf(fields['size']) };
}

function base64(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('base64');
}

/** Numbers come as 64-bit objects too. */
function sizeOf(length: unknown): number | null {
  if (length === null || length === undefined) return null;
  const size = Number(length);
  return Number.isSafeInteger(size) && size >= 0 ? size : null;
}

function typeOf(mimetype: string): string | null {
  return /^[\w.+-]+\/[\w.+-]+(?:;[ -~]*)?$/.test(mimetype) ? mimetype.slice(0, longestType) : null;
}

/** The last piece of a name that its sender chose, without what a file system or a header would read as more. */
function safeName(name: string): string | null {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .toWellFormed()
    .trim();
  return clean === '' || /^\.+$/.test(clean) ? null : clean.slice(-longestName).toWellFormed();
}
