/*
 * The stand-in for Electron: reads Electron's arguments, offers `electron` to the app, loads it, starts the browser, and
 * says `ready`. The order is Electron's own: the app's main module is complete before it is ready.
 */
import { existsSync, readFileSync } from 'node:fs';
import * as inspector from 'node:inspector';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App } from './app.ts';
import { CommandLine, parseArguments } from './command-line.ts';
import { createHost } from './create-host.ts';
import { createElectron } from './electron.ts';
import { showRecord } from './record.ts';
import { provideElectron } from './resolve.ts';

interface Package {
  readonly name?: string;
  readonly productName?: string;
  readonly version?: string;
  readonly main?: string;
}

const require = createRequire(import.meta.url);

function readPackage(folder: string): Package {
  const path = join(folder, 'package.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Package) : {};
}

interface Installation {
  readonly executable: string;
  readonly resourcesPath: string;
  readonly appPath: string;
  readonly isPackaged: boolean;
}

/** Names the executable of a packaged app; see packaged.ts. */
const packagedExecutable = 'STAND_IN_EXECUTABLE';

async function install(app: string | undefined): Promise<Installation> {
  const executable = process.env[packagedExecutable];
  if (executable !== undefined) {
    Reflect.deleteProperty(process.env, packagedExecutable);
    const { openPackaged } = await import('./packaged.ts');
    return { executable, isPackaged: true, ...openPackaged(executable) };
  }
  if (app === undefined) throw new Error('Name the folder of an app: electron <folder>');
  const bin = join(import.meta.dirname, 'bin');
  const resourcesPath = join(bin, 'resources');
  return { executable: join(bin, 'electron'), resourcesPath, appPath: app, isPackaged: false };
}

/** Makes this process look like Electron's: type, versions, and arguments without the name of this file. */
function dressProcess(installation: Installation, argv: readonly string[], electronVersion: string): void {
  const { executable, resourcesPath, isPackaged } = installation;
  process.argv = [executable, ...argv];
  process.execPath = executable;
  const fixed = (value: unknown) => ({ value, enumerable: true });
  Object.defineProperties(process, {
    type: fixed('browser'),
    ...(isPackaged ? {} : { defaultApp: fixed(true) }),
    resourcesPath: fixed(resourcesPath),
  });
  Object.defineProperty(process, 'versions', fixed({ ...process.versions, electron: electronVersion }));
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const options = parseArguments(argv, process.cwd());
  const electronVersion = (require('electron/package.json') as Package).version ?? '';
  if (options.version) {
    console.log(`v${electronVersion}`);
    return;
  }
  const installation = await install(options.app);
  const { appPath, isPackaged } = installation;
  dressProcess(installation, argv, electronVersion);
  // The fuses of a packaged app forbid both.
  if (options.inspectPort !== undefined && !isPackaged) inspector.open(options.inspectPort, '127.0.0.1');

  const pack = readPackage(appPath);
  const { host, app, startBrowser } = createHost({
    name: pack.productName ?? pack.name ?? 'Electron',
    version: pack.version ?? electronVersion,
    appPath,
    isPackaged,
    commandLine: new CommandLine(argv),
  });
  showRecord(host.record, process.env);
  provideElectron(createElectron(host, app));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
  if (!isPackaged) for (const script of options.require) require(script);

  const entry = existsSync(join(appPath, 'package.json')) ? resolve(appPath, pack.main ?? 'index.js') : appPath;
  await import(pathToFileURL(entry).href);
  if (App.internals.isLeaving(app)) return;

  const chromium = await startBrowser(options.debuggingPort);
  if (App.internals.isLeaving(app)) return;
  if (chromium.listening !== undefined) console.error(chromium.listening);
  App.internals.becomeReady(app);
}

await main();
