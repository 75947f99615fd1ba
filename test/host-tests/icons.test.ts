import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nativeImage } from '../host/native-image.ts';

const resources = join(import.meta.dirname, '../../resources');
const states = ['ok', 'working', 'attention', 'paused', 'stopped'] as const;

const pngSize = (path: string): number => nativeImage.createFromPath(join(resources, path)).getSize().width;

/** Width of each picture in an .ico file, and whether its bytes are where the directory says. */
function icoSizes(path: string): number[] {
  const bytes = readFileSync(join(resources, path));
  return Array.from({ length: bytes.readUInt16LE(4) }, (_, index) => {
    const at = 6 + 16 * index;
    const body = bytes.subarray(bytes.readUInt32LE(at + 12)).subarray(0, bytes.readUInt32LE(at + 8));
    expect(body).toHaveLength(bytes.readUInt32LE(at + 8));
    return body.readUInt32BE(0) === 0x89504e47 ? body.readUInt32BE(16) : body.readInt32LE(4);
  });
}

test('every state of the tray has its picture for each system and panel, at the size the name says', () => {
  for (const state of states) {
    for (const [variant, size] of [
      ['Template', 18],
      ['-on-light', 24],
      ['-on-dark', 24],
    ] as const) {
      expect(pngSize(`tray/${state}${variant}.png`)).toBe(size);
      expect(pngSize(`tray/${state}${variant}@2x.png`), 'in points').toBe(size);
    }
    expect(icoSizes(`tray/${state}-on-dark.ico`)).toEqual([16, 20, 24, 32, 48]);
    expect(icoSizes(`tray/${state}-on-light.ico`)).toEqual([16, 20, 24, 32, 48]);
  }
});

test('no two states look the same: a tray that changes without showing it would hide a signed-out link', () => {
  for (const variant of ['Template', '-on-light', '-on-dark']) {
    const pictures = states.map((state) => readFileSync(join(resources, `tray/${state}${variant}.png`), 'base64'));
    expect(new Set(pictures).size).toBe(states.length);
  }
});

test('the app’s icon has the sizes that each system asks for', () => {
  const linux = readdirSync(join(resources, 'icons')).filter((name) => /^\d+x\d+\.png$/.test(name));
  for (const name of linux) expect(pngSize(`icons/${name}`)).toBe(Number(name.split('x')[0]));
  expect(linux).toEqual(expect.arrayContaining(['16x16.png', '48x48.png', '256x256.png', '512x512.png']));
  expect(icoSizes('icons/icon.ico')).toEqual([16, 24, 32, 48, 64, 128, 256]);
  const icns = readFileSync(join(resources, 'icons/icon.icns'));
  expect(icns.toString('ascii', 0, 4)).toBe('icns');
  expect(icns.readUInt32BE(4)).toBe(icns.length);
});
