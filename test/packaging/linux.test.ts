import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseV1Options } from '@electron/fuses';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageLinux } from './package-linux.ts';
import type { Packaged } from './package-linux.ts';

const project = join(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'packaging-'));
let packaged: Packaged;

beforeAll(async () => {
  if (!existsSync(join(project, 'dist/main/index.js'))) {
    throw new Error('There is nothing to package: run `npm run build` first.');
  }
  packaged = await packageLinux(project, work);
});

afterAll(() => {
  rmSync(work, { recursive: true, force: true });
});

test('what the app starts from is in the package: a glob that misses it would ship an app that does not start', () => {
  expect(packaged.files).toEqual(
    expect.arrayContaining([
      '/package.json',
      '/dist/main/index.js',
      '/dist/preload/index.cjs',
      '/dist/renderer/index.html',
      '/resources/tray/okTemplate.png',
      '/resources/tray/ok-on-dark.png',
      '/resources/tray/ok-on-light.ico',
      '/resources/icons/256x256.png',
    ]),
  );
});

test('nothing else is in it: no dependencies, source maps, sources or tests', () => {
  const strangers = packaged.files.filter(
    (file) =>
      !/^\/(package\.json|dist|resources)(\/|$)/.test(file) ||
      /node_modules|\.map$|\.ts$|^\/resources\/.*\.svg$/.test(file),
  );
  expect(strangers).toEqual([]);
});

test('the packaged package.json starts the built main and names the desktop file', () => {
  expect(packaged.packageJson).toMatchObject({ main: 'dist/main/index.js', desktopName: 'porchlight.desktop' });
  expect(packaged.packageJson).not.toHaveProperty('devDependencies');
});

test('the fuses are set: a package that runs as Node or takes --inspect would hand its secrets to any local program', () => {
  expect(packaged.fuses).toMatchObject({
    [FuseV1Options.RunAsNode]: '0',
    [FuseV1Options.EnableCookieEncryption]: '1',
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: '0',
    [FuseV1Options.EnableNodeCliInspectArguments]: '0',
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: '1',
    [FuseV1Options.OnlyLoadAppFromAsar]: '1',
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: '0',
  });
});
