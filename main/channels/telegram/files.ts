/**
 * What came with a message besides words (https://core.telegram.org/bots/api#message): its name, and the file to fetch
 * where there is one.
 */
import type { InboundFile } from '../../gateway/channel.ts';
import type { Fields } from './fields.ts';
import { fieldsAt, integerAt, listAt, textAt } from './fields.ts';

/** Fields that say what came with a message, the telling one first (an animation has a `document` too). */
const MEDIA = [
  'photo',
  'voice',
  'audio',
  'animation',
  'video',
  'video_note',
  'sticker',
  'document',
  'live_photo',
  'location',
  'venue',
  'contact',
  'poll',
  'dice',
  'story',
  'checklist',
  'rich_message',
  'paid_media',
  'game',
  'gift',
  'giveaway',
  'invoice',
] as const;

type Media = (typeof MEDIA)[number];

/** Longest side of the picture that is fetched, in pixels. */
const LONGEST_SIDE = 1600;
const LONGEST_NAME = 120;

/** What Telegram makes of each kind when it does not say. */
const USUAL: Partial<Readonly<Record<Media, { readonly type: string; readonly ending: string }>>> = {
  photo: { type: 'image/jpeg', ending: 'jpg' },
  voice: { type: 'audio/ogg', ending: 'ogg' },
  audio: { type: 'audio/mpeg', ending: 'mp3' },
  animation: { type: 'video/mp4', ending: 'mp4' },
  video: { type: 'video/mp4', ending: 'mp4' },
  video_note: { type: 'video/mp4', ending: 'mp4' },
  sticker: { type: 'image/webp', ending: 'webp' },
  document: { type: 'application/octet-stream', ending: 'bin' },
};

/** The field of `message` that names its content; null for text and service messages. */
export function mediaOf(message: Fields): Media | null {
  return MEDIA.find((kind) => message[kind] !== undefined) ?? null;
}

/** The file behind that content: none for places, contacts and the like, or when it cannot be made out. */
export function filesOf(message: Fields, media: Media | null, messageId: number): readonly InboundFile[] {
  const usual = media === null ? undefined : USUAL[media];
  if (media === null || usual === undefined) return [];
  const file = media === 'photo' ? bestSize(listAt(message, 'photo')) : fieldsAt(message, media);
  const platformRef = file === null ? null : textAt(file, 'file_id');
  if (file === null || platformRef === null) return [];
  const { type, ending } = media === 'sticker' ? stickerLook(file, usual) : usual;
  const size = integerAt(file, 'file_size');
  const seconds = media === 'voice' || media === 'audio' ? integerAt(file, 'duration') : null;
  return [
    {
      kind: media,
      platformRef,
      name: safeName(textAt(file, 'file_name')) ?? `${media.replace('_', '-')}-${messageId}.${ending}`,
      type: textAt(file, 'mime_type') ?? type,
      size: size === null || size < 0 ? null : size,
      ...(seconds === null || seconds < 0 ? {} : { seconds }),
    },
  ];
}

/** The largest picture that is not longer than {@link LONGEST_SIDE}, else the smallest there is. */
function bestSize(sizes: readonly Fields[]): Fields | null {
  const measured = sizes
    .map((size) => ({ size, side: Math.max(integerAt(size, 'width') ?? 0, integerAt(size, 'height') ?? 0) }))
    .sort((a, b) => a.side - b.side);
  return (measured.findLast(({ side }) => side <= LONGEST_SIDE) ?? measured[0])?.size ?? null;
}

function stickerLook(file: Fields, still: { readonly type: string; readonly ending: string }) {
  if (file['is_animated'] === true) return { type: 'application/x-tgsticker', ending: 'tgs' };
  return file['is_video'] === true ? { type: 'video/webm', ending: 'webm' } : still;
}

/** The last piece of a name that its sender chose, without what a file system or a header would read as more. */
function safeName(name: string | null): string | null {
  const last = (name ?? '').split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .replace(/\p{Cc}/gu, '')
    .toWellFormed()
    .trim();
  return clean === '' || /^\.+$/.test(clean) ? null : clean.slice(-LONGEST_NAME).toWellFormed();
}
