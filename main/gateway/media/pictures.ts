/** Pictures for models that see: what they really are, and as addresses that hold the bytes themselves. */
import type { ChatContent } from '../model.ts';
import type { AttachmentRow } from '../types.ts';

/** So many pictures go out with one question, the newest, and so many bytes of them together. */
export const mostPictures = 4;
export const mostPictureBytes = 8 * 1024 * 1024;

/** Whole groups of three bytes, so that the pieces of base64 can be put together. */
const pieceLength = 3 * 8_192;

/** The type that the bytes have, whatever was said of them; null for what servers of models do not take. */
export function pictureType(bytes: Uint8Array): string | null {
  const starts = (at: number, ...signature: readonly number[]): boolean =>
    signature.every((byte, index) => bytes[at + index] === byte);
  if (starts(0, 0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (starts(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  if (starts(0, 0x47, 0x49, 0x46, 0x38)) return 'image/gif';
  return starts(0, 0x52, 0x49, 0x46, 0x46) && starts(8, 0x57, 0x45, 0x42, 0x50) ? 'image/webp' : null;
}

/** As RFC 2397 has it. */
export function pictureContent(type: string, bytes: Uint8Array): ChatContent {
  const pieces: string[] = [];
  for (let from = 0; from < bytes.length; from += pieceLength) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(from, from + pieceLength))));
  }
  return { kind: 'image', url: `data:${type};base64,${pieces.join('')}` };
}

export interface Picture {
  readonly attachment: AttachmentRow;
  /** Bytes, before they were made an address. */
  readonly size: number;
  readonly content: ChatContent;
}
