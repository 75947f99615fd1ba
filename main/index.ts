/**
 * The desktop entry: names, folders and the single-instance lock first, then the shell, which starts the gateway of
 * `host.ts` once Electron is ready. Nothing is awaited here: Electron is ready only after this file has run.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { app, dialog, ipcMain, protocol, safeStorage, session } from 'electron';
import type { SafeStorage } from 'electron';
import manifest from '../package.json' with { type: 'json' };
import { standardPort } from './api/http/standard-port.ts';
import { bindIpc } from './api/ipc.ts';
import { createSystemClock } from './api/machine.ts';
import { createDesktopGateway } from './desktop-gateway.ts';
import type { Clock } from './gateway/clock.ts';
import { describeError, type Log } from './gateway/log.ts';
import type { Host } from './host.ts';
import type { HostFailure, HostOptions } from './host/types.ts';
import { failed, ok, type Result } from './lib/result.ts';
import { runDesktop } from './shell/app.ts';
import { readDesktopArguments, type DesktopArguments } from './shell/arguments.ts';
import { placeOfArguments } from './shell/deep-link.ts';
import type { DesktopGateway, StartProblem } from './shell/ports.ts';
import { scheme } from './shell/protocol.ts';
import { createProxiedFetch } from './shell/proxy.ts';
import { createKeyWrapping, isKeyOnlyObscured } from './shell/secrets.ts';
import { createSay } from './shell/words.ts';
import { replaceFile } from './store/atomic-file.ts';
import { dataDirectoryFor, defaultDataDirectory } from './store/data-directory.ts';
import { systemLanguage } from './store/sentences.ts';

const appId = 'org.porchlight.app';
/** Turns may end by themselves for so long when the app quits. */
const drainTime = 8_000;

const surroundings = { platform: process.platform, env: process.env, home: homedir() };

/** Where the environment names no language; before Electron is ready, what its runtime knows. */
const systemsOwn = (): string =>
  (app.isReady() ? app.getPreferredSystemLanguages()[0] : undefined) ?? Intl.DateTimeFormat().resolvedOptions().locale;
const language = (): string => systemLanguage(process.env, systemsOwn);
const say = createSay(language);

/** Ends before there is anything to end, with a sentence where a person can see it. */
function refuse(sentence: string): void {
  dialog.showErrorBox(say('problem.title'), sentence);
  app.exit(2);
}

/** Electron's own folder: beside the gateway's in the usual place, in the data directory that was asked for else. */
function prepareUserData(dataDir: string): string {
  const usual = dataDir === defaultDataDirectory(surroundings);
  const folder = usual ? dirname(dataDir) : join(dataDir, 'desktop');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // With our folder in it, it would no longer be known as an empty one that is taken back from group and world.
  if (!usual && process.platform !== 'win32' && readdirSync(dataDir).length === 0) chmodSync(dataDir, 0o700);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  app.setPath('userData', folder);
  return folder;
}

function begin(wanted: DesktopArguments): void {
  for (const warning of wanted.warnings) process.stderr.write(`${warning}\n`);
  const dataDir = dataDirectoryFor(wanted.dataDir ?? undefined, surroundings);
  let userData: string;
  try {
    userData = prepareUserData(dataDir);
  } catch (error) {
    return refuse(`${dataDir}: ${describeError(error)}`);
  }
  if (!app.requestSingleInstanceLock()) return app.quit();
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([scheme]);
  // Loaded while Electron gets ready.
  const loading = import('./host.ts');
  const built = join(import.meta.dirname, '..');
  const resources = join(built, '../resources');
  const clock = createSystemClock();
  const usual = dataDir === defaultDataDirectory(surroundings);
  runDesktop({
    clock,
    language,
    version: manifest.version,
    hidden: wanted.hidden,
    place: placeOfArguments(process.argv),
    userData,
    install: {
      executable: process.env['APPIMAGE'] ?? process.execPath,
      entry: join(app.getPath('appData'), 'autostart', `${appId}.desktop`),
      dataDir: usual ? null : dataDir,
    },
    paths: {
      window: join(built, 'renderer'),
      preload: join(built, 'preload/index.cjs'),
      tray: join(resources, 'tray'),
      icon: join(resources, 'icons/256x256.png'),
    },
    async start(restoreBackup, desktop) {
      if (await isKeychainLocked(safeStorage, dataDir)) return failed({ kind: 'locked' });
      const { startHost } = await loading;
      const late: { log: Log | null } = { log: null };
      const started = await startHost({
        ...hostOptions(dataDir, join(built, 'renderer')),
        language: systemsOwn,
        notices: isKeyOnlyObscured(safeStorage, process.platform) ? [{ code: 'host.key-obscured' }] : [],
        desktop,
        fetch: createProxiedFetch({
          fetch,
          clock,
          environment: process.env,
          log: { write: (...line) => late.log?.write(...line) },
          resolve: (url) => session.defaultSession.resolveProxy(url),
        }),
        restoreBackup,
      });
      if (!started.ok) return failed(problemOf(started.failure, dataDir));
      late.log = started.value.log;
      return ok(gatewayOf(started.value, clock));
    },
  });
}

/** What is the same at each attempt to start. */
function hostOptions(dataDir: string, windowDir: string): HostOptions {
  const http = { port: standardPort, host: '127.0.0.1', allowHosts: [], token: null, windowDir, switched: true };
  const keep = (wrapped: Uint8Array): void =>
    replaceFile(join(dataDir, 'key.os'), `${Buffer.from(wrapped).toString('base64')}\n`);
  return {
    mode: 'desktop',
    version: manifest.version,
    dataDir,
    environment: process.env,
    provision: null,
    http,
    keyWrapping: createKeyWrapping(safeStorage, keep),
  };
}

/** Whether nothing can be unsealed before a person unlocks the system's keychain; other keys do without it. */
async function isKeychainLocked(storage: SafeStorage, dataDir: string): Promise<boolean> {
  const without = (process.env['PORCHLIGHT_KEY'] ?? '') !== '' || existsSync(join(dataDir, 'key.file'));
  return !without && !(await storage.isAsyncEncryptionAvailable());
}

/** The host as the shell sees it. Whatever nobody expected ends the app, after it was written down. */
function gatewayOf(host: Host, clock: Clock): DesktopGateway {
  const { log, dispatch, events } = host;
  process.on('unhandledRejection', (error) => host.reportBug('host.unhandled-rejection', error));
  process.on('uncaughtException', (error) => {
    host.reportBug('host.uncaught-exception', error);
    dialog.showErrorBox(say('problem.crashed'), describeError(error));
    app.exit(1);
  });
  return createDesktopGateway(host, clock, {
    bindWindow: (trusted) => bindIpc({ ipc: ipcMain, trusted, dispatch, events, log }),
    stop: () => host.stop(drainTime),
  });
}

function problemOf(failure: HostFailure, dataDir: string): StartProblem {
  switch (failure.kind) {
    case 'owned':
      return { kind: 'owned', owner: failure.owner, dataDir };
    case 'data': {
      const { code, params } = failure.reason;
      const backup = code === 'host.database-damaged' && params?.['name'] !== '—' ? params?.['name'] : undefined;
      return {
        kind: 'data',
        sentence: failure.sentence,
        dataDir,
        backup: typeof backup === 'string' ? backup : null,
        passing: code === 'host.disk-full' || code === 'host.data-gone',
      };
    }
    case 'asked':
    case 'port':
      return { kind: 'other', sentence: failure.sentence };
  }
}

app.setName('Porchlight');
app.setAppUserModelId(appId);
const wanted: Result<DesktopArguments, string> = readDesktopArguments(process.argv.slice(1), say);
if (wanted.ok) begin(wanted.value);
else refuse(wanted.failure);
