/**
 * The headless entry: the same gateway as on the desktop, without Electron, its window served on loopback.
 *
 *   arguments → data directory, lock, key, store → port → gateway → one ready line → … → SIGTERM or SIGINT → drain → 0
 *
 * Exit codes: 0 after a drain, 2 for what the caller has to change (flags, files, the port that was asked for),
 * 3 when another process owns the data directory, 4 when the data cannot be used (damaged, key missing), 1 for a bug.
 */
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import manifest from '../package.json' with { type: 'json' };
import { standardPort } from './api/http/standard-port.ts';
import type { Provision } from './api/provision.ts';
import { isToken } from './api/token.ts';
import type { Host } from './host.ts';
import type { HostFailure, HostOptions } from './host/types.ts';

/** A stop may take 10 s: turns get most of it, and whatever hangs after that is cut. */
const drainTime = 8_000;
const longestStop = 9_500;

const help = `Porchlight ${manifest.version}, headless: your model, in the chats you already have.

  --data-dir DIR         where everything is kept (also PORCHLIGHT_DATA_DIR)
  --port N               port of the window and the API; 0 takes a free one (default ${String(standardPort)})
  --host ADDRESS         address to listen on (default 127.0.0.1: this machine only)
  --allow-host NAME      a further name under which the window may be reached, such as a reverse proxy's; repeatable
  --provision FILE       set providers, models, personas, links, people, groups, servers of tools, permissions of tools,
                         limits and settings from JSON
  --check                with --provision: say what is wrong with the file, or what it sets, and end
  --restore-backup NAME  put a backup in the place of the database, then start
  --json                 print one line of JSON when ready
  --version, --help
`;

interface Arguments {
  readonly dataDir: string | null;
  /** Null when none was asked for. */
  readonly port: number | null;
  readonly host: string;
  readonly allowHosts: readonly string[];
  readonly provision: string | null;
  /** Only look at the provision file. */
  readonly check: boolean;
  readonly restoreBackup: string | null;
  readonly json: boolean;
}

/** Ends the process with a sentence on stderr. */
function end(code: number, sentence: string): never {
  console.error(sentence);
  process.exit(code);
}

function readArguments(): Arguments {
  const { values } = parse();
  if (values.help === true) {
    process.stdout.write(help);
    process.exit(0);
  }
  if (values.version === true) {
    process.stdout.write(`${manifest.version}\n`);
    process.exit(0);
  }
  const port = values.port === undefined ? null : Number(values.port);
  if (port !== null && !(/^\d{1,5}$/.test(values.port ?? '') && port <= 65_535)) {
    end(2, `--port must be a number from 0 to 65535, not "${values.port ?? ''}".`);
  }
  return {
    dataDir: values['data-dir'] ?? null,
    port,
    host: values.host ?? '127.0.0.1',
    allowHosts: values['allow-host'] ?? [],
    provision: values.provision ?? null,
    check: values.check === true,
    restoreBackup: values['restore-backup'] ?? null,
    json: values.json === true,
  };
}

function parse() {
  try {
    return parseArgs({
      options: {
        'data-dir': { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        'allow-host': { type: 'string', multiple: true },
        provision: { type: 'string' },
        check: { type: 'boolean' },
        'restore-backup': { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    return end(2, `${error instanceof Error ? error.message : String(error)}\nSee --help for what there is.`);
  }
}

/** The provision file, checked; ends the process when it is wrong. */
async function provisionFrom(file: string | null): Promise<Provision | null> {
  if (file === null) return null;
  const { readProvision } = await import('./api/provision.ts');
  const read = readProvision(textOf(file), process.env);
  if (!read.ok) return end(2, read.failure.map((problem) => `${file}: ${problem}.`).join('\n'));
  for (const warning of read.value.warnings) console.error(`${file}: ${warning}.`);
  return read.value;
}

/** Ends the process: with 2 as a start would, where the file is wrong. Nothing is started, read or written. */
async function checkProvision(file: string | null): Promise<never> {
  const provision = await provisionFrom(file);
  if (file === null || provision === null)
    return end(2, '--check looks at a provision file: name it with --provision.');
  const { provisionSummary } = await import('./api/provision-summary.ts');
  const lines = provisionSummary(provision).map((line) => `  ${line}`);
  process.stdout.write(`${[`${file} can be used. It sets:`, ...lines].join('\n')}\n`);
  return process.exit(0);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return end(2, `The provision file cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function tokenFromEnvironment(): string | null {
  const token = process.env['PORCHLIGHT_TOKEN'];
  if (token === undefined || token === '') return null;
  if (isToken(token)) return token;
  return end(2, 'PORCHLIGHT_TOKEN must be 16 to 256 letters, digits or any of _ . ~ + -');
}

/** Compiled code is kept per person, so that later starts need not compile it again. */
function keepCompiledCode(): void {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  enableCompileCache(join(cache, 'porchlight'));
}

/**
 * Memory before speed, where speed does not show. The young space stays as small as it begins, and V8 collects as on a
 * small machine: it would keep 80 MiB of empty pages after a busy minute and never give them back. The one piece of
 * WebAssembly, the parser of `fetch`, is not optimized: that takes 25 MiB for a moment, of which the allocator keeps 10.
 */
function spareMemory(): void {
  const ofScript = ['--optimize-for-size', '--semi-space-growth-factor=1'];
  const ofWebAssembly = ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];
  for (const flag of [...ofScript, ...ofWebAssembly]) setFlagsFromString(flag);
}

/** From source this file lies in main/, built in dist/main/. */
function windowDirectory(): string {
  return import.meta.filename.endsWith('.ts')
    ? join(import.meta.dirname, '../dist/renderer')
    : join(import.meta.dirname, '../renderer');
}

function optionsFrom(wanted: Arguments, provision: Provision | null, port: number): HostOptions {
  return {
    mode: 'headless',
    version: manifest.version,
    dataDir: wanted.dataDir,
    environment: process.env,
    provision,
    restoreBackup: wanted.restoreBackup,
    mirrorLog: (line) => console.error(line),
    http: {
      port,
      host: wanted.host,
      allowHosts: wanted.allowHosts,
      token: tokenFromEnvironment(),
      windowDir: windowDirectory(),
    },
  };
}

/** Starts, on a free port when the standard one is taken and none was asked for; ends the process when it cannot. */
async function start(wanted: Arguments): Promise<Host> {
  const provision = await provisionFrom(wanted.provision);
  const { startHost } = await import('./host.ts');
  const first = await startHost(optionsFrom(wanted, provision, wanted.port ?? standardPort));
  if (first.ok) return first.value;
  if (first.failure.kind !== 'port' || !first.failure.taken || wanted.port !== null) return giveUp(first.failure);
  console.error(`Port ${String(standardPort)} is taken by another program, so a free one is used.`);
  const second = await startHost(optionsFrom(wanted, provision, 0));
  return second.ok ? second.value : giveUp(second.failure);
}

function giveUp(failure: HostFailure): never {
  if (failure.kind === 'owned') return end(3, failure.sentence);
  return end(failure.kind === 'data' ? 4 : 2, failure.sentence);
}

/** Says that connections are accepted; the token only where no journal keeps it. */
function sayReady(host: Host, wanted: Arguments): void {
  const { http, dataDir, token } = host;
  if (http === null) throw new Error('a headless host has a port');
  if (wanted.json) {
    const ready = { event: 'ready', url: http.url, token, pid: process.pid, dataDir };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
    return;
  }
  const loopback = ['127.0.0.1', 'localhost', '::1', '[::1]'].includes(wanted.host);
  const address = process.stdout.isTTY ? `${http.url}#token=${token}` : http.url;
  const lines = [
    `Porchlight ${manifest.version} is running, its data is in ${dataDir}.`,
    `Open ${address} in a browser. Stop it with Ctrl-C.`,
    ...(process.stdout.isTTY ? [] : [`It asks for the token, which is in ${join(dataDir, 'token')}.`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (!loopback) {
    console.error(
      `Listening on ${wanted.host}: whoever reaches this address and has the token owns this gateway, and what is ` +
        'said travels unencrypted. Put a reverse proxy with TLS in front of it (README).',
    );
  }
}

/**
 * SIGTERM and SIGINT drain and end with 0; a second one, or a drain that hangs, ends at once. Under npm one Ctrl-C may
 * arrive twice, from the terminal and from npm: what follows within a second is the same one.
 */
function stopOnSignal(host: Host): void {
  let stoppingSince: number | null = null;
  const stop = (): void => {
    if (stoppingSince !== null) {
      if (performance.now() - stoppingSince > 1_000) process.exit(0);
      return;
    }
    stoppingSince = performance.now();
    setTimeout(() => process.exit(0), longestStop).unref();
    void host.stop(drainTime).then(
      () => process.exit(0),
      (error: unknown) => end(1, `The stop failed: ${String(error)}`),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

const wanted = readArguments();
if (Number(process.versions.node.split('.')[0]) < 24) {
  end(2, `Porchlight needs Node 24 or newer and this is Node ${process.versions.node}. Get it from nodejs.org.`);
}
if (wanted.check) await checkProvision(wanted.provision);
keepCompiledCode();
spareMemory();
const host = await start(wanted);
stopOnSignal(host);
process.on('unhandledRejection', (error) => host.reportBug('host.unhandled-rejection', error));
process.on('uncaughtException', (error) => {
  host.reportBug('host.uncaught-exception', error);
  end(1, `Porchlight met an error it does not know and ends: ${error.stack ?? error.message}`);
});
for (const refusal of host.refusals) console.error(`${wanted.provision ?? ''}: ${refusal}`);
sayReady(host, wanted);
