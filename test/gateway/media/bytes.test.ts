import { describe, expect, it } from 'vitest';
import { useOf } from '../../../main/gateway/media/kinds.ts';
import { pictureContent, pictureType } from '../../../main/gateway/media/pictures.ts';
import { textIn } from '../../../main/gateway/media/text-bytes.ts';

const utf16 = (text: string, swapped = false): Uint8Array => {
  const bytes = Buffer.from(text, 'utf16le');
  return new Uint8Array(swapped ? bytes.swap16() : bytes);
};

describe('text in bytes', () => {
  it.each([
    ['UTF-8', new TextEncoder().encode('Grüße\r\nan alle\r'), 'Grüße\nan alle\n'],
    ['UTF-8 with its mark', new Uint8Array([0xef, 0xbb, 0xbf, 0x61]), 'a'],
    ['UTF-16 with its mark', utf16('\uFEFFGrüße'), 'Grüße'],
    ['UTF-16 the other way round', utf16('\uFEFFGrüße', true), 'Grüße'],
    ['UTF-16 without a mark', utf16('plain words'), 'plain words'],
    ['nothing', new Uint8Array(), ''],
  ])('is found: %s', (_name, bytes, text) => {
    expect(textIn(bytes)).toBe(text);
  });

  it.each([
    ['a program', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])],
    ['Latin-1', new Uint8Array([0x47, 0x72, 0xfc, 0xdf])],
    ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
    ['bells', new Uint8Array(100).fill(7)],
  ])('is not found: %s (noise in a prompt)', (_name, bytes) => {
    expect(textIn(bytes)).toBeNull();
  });
});

describe('pictures', () => {
  it('are what their bytes say, and whole in their address however long they are', () => {
    const bytes = new Uint8Array(100_001).fill(0xab);
    bytes.set([0xff, 0xd8, 0xff]);
    expect(pictureType(bytes)).toBe('image/jpeg');
    expect(pictureContent('image/jpeg', bytes)).toEqual({
      kind: 'image',
      url: `data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}`,
    });
    expect(pictureType(new TextEncoder().encode('<svg/>'))).toBeNull();
  });
});

describe('what a file is of use for', () => {
  it.each([
    ['photo', 'image/jpeg', 'picture'],
    ['document', 'image/png', 'picture'],
    ['photo', 'image/svg+xml', 'other'],
    ['voice', 'audio/ogg; codecs=opus', 'sound'],
    ['document', 'audio/mpeg', 'sound'],
    ['document', 'text/csv', 'document'],
    ['document', 'application/octet-stream', 'document'],
    ['document', 'application/pdf', 'other'],
    ['video_note', 'video/mp4', 'other'],
    ['sticker', 'application/x-tgsticker', 'other'],
  ])('%s of type %s: %s', (kind, type, use) => {
    expect(useOf({ kind, type })).toBe(use);
  });
});
