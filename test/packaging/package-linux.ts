/*
 * Runs electron-builder as a release does, up to the folder an installer would be made of (`--dir`), on an Electron that
 * is a handful of small files: everything but Electron itself is real, and nothing is downloaded.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createPackage, extractFile, listPackage } from '@electron/asar';
import { getCurrentFuseWire } from '@electron/fuses';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** Electron's mark before its fuses, the version of the format, and one byte per fuse ('0' off, '1' on). */
const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuses = '101100011'; // as Electron ships them
const executable = 0o755;
/** Nobody listens there: whatever is asked of the network fails at once. */
const nowhere = 'http://127.0.0.1:9';

/** An unpacked Electron of the right shape. */
async function writeElectron(folder: string, version: string): Promise<void> {
  const defaultApp = join(folder, 'default-app');
  mkdirSync(join(folder, 'resources'), { recursive: true });
  mkdirSync(join(folder, 'locales'));
  mkdirSync(defaultApp);
  writeFileSync(join(defaultApp, 'package.json'), '{"main":"main.js"}');
  await createPackage(defaultApp, join(folder, 'resources/default_app.asar'));
  const binary = Buffer.from(`\x7fELF${fuseSentinel}\x01${String.fromCharCode(fuses.length)}${fuses}`, 'latin1');
  writeFileSync(join(folder, 'electron'), binary, { mode: executable });
  writeFileSync(join(folder, 'chrome-sandbox'), '', { mode: executable });
  writeFileSync(join(folder, 'version'), version);
  writeFileSync(join(folder, 'LICENSE'), '');
  writeFileSync(join(folder, 'LICENSES.chromium.html'), '');
}

export interface Packaged {
  /** Paths inside app.asar, with a leading slash; folders too. */
  readonly files: readonly string[];
  readonly packageJson: Readonly<Record<string, unknown>>;
  /** One byte per fuse, as text. */
  readonly fuses: Readonly<Record<string, string>>;
}

/** Packages the project in `project`; `work` must be an empty folder. */
export async function packageLinux(project: string, work: string): Promise<Packaged> {
  const electron = join(work, 'electron');
  const output = join(work, 'release');
  const { version } = require('electron/package.json') as { readonly version: string };
  await writeElectron(electron, version);
  const builder = join(dirname(require.resolve('electron-builder/package.json')), 'cli.js');
  const settings = [
    ['electronDist', electron],
    ['electronVersion', version],
    ['directories.output', output],
  ].map(([name, value]) => `-c.${String(name)}=${String(value)}`);
  const env = { ...process.env, HTTPS_PROXY: nowhere, https_proxy: nowhere, HTTP_PROXY: nowhere, http_proxy: nowhere };
  await run(process.execPath, [builder, '--linux', '--x64', '--dir', '--projectDir', project, ...settings], { env });

  const unpacked = join(output, 'linux-unpacked');
  const asar = join(unpacked, 'resources/app.asar');
  const { version: _format, ...wire } = await getCurrentFuseWire(join(unpacked, 'porchlight'));
  return {
    files: listPackage(asar, { isPack: false }),
    packageJson: JSON.parse(extractFile(asar, 'package.json').toString()) as Record<string, unknown>,
    fuses: Object.fromEntries(Object.entries(wire).map(([fuse, state]) => [fuse, String.fromCharCode(Number(state))])),
  };
}
