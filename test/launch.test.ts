import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/*
 * The launcher in a tree of its own: a builder and an Electron that only say that they ran, and a host that prints its
 * arguments. They are programs, and the launcher starts them as it starts the real ones.
 */
const launcher = join(import.meta.dirname, '../main/launch.mjs');

const host = `
  if (process.argv.includes('--stay')) {
    const alive = setInterval(() => {}, 1000);
    process.on('SIGTERM', () => { clearInterval(alive); process.exitCode = 0; });
  } else process.exitCode = 5;
  console.log(JSON.stringify({ host: process.argv.slice(2), pid: process.pid }));
`;
const builder = `
  import { mkdirSync, writeFileSync } from 'node:fs';
  if (process.env.BREAK_BUILD) process.exit(1);
  console.log('noise of the builder');
  mkdirSync('dist/main', { recursive: true });
  writeFileSync('dist/main/serve.js', ${JSON.stringify(host)});
  writeFileSync('dist/built', '');
`;
const fetcher = `
  const { writeFileSync, mkdirSync } = require('node:fs');
  if (!process.env.ELECTRON_FOUND) process.exit(1);
  mkdirSync(__dirname + '/dist');
  writeFileSync(__dirname + '/dist/electron', process.env.ELECTRON_FOUND, { mode: 0o755 });
  writeFileSync(__dirname + '/path.txt', 'electron');
`;
const electron = '#!/bin/sh\necho "tray $*"\nexit 7\n';

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm start', () => {
  let root: string;

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };

  const begin = (args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess =>
    spawn(process.execPath, ['main/launch.mjs', ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });

  const end = (child: ChildProcess): Promise<Ran> => {
    const text = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => (text.stdout += piece));
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => (text.stderr += piece));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...text })));
  };

  const launch = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    end(begin(args, env));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'launch-'));
    mkdirSync(join(root, 'main'));
    copyFileSync(launcher, join(root, 'main/launch.mjs'));
    write('package.json', '{ "type": "module" }');
    write('node_modules/vite/bin/vite.js', builder);
    write('node_modules/vite/package.json', '{ "type": "module" }');
    write('node_modules/electron/package.json', '{}');
    write('node_modules/electron/install.js', fetcher);
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('says in one sentence that there is no display and runs the headless host with the same arguments', async () => {
    const { code, stdout, stderr } = await launch(['--port', '0']);
    expect(stdout).toMatch(/^\{"host":\["--port","0"\],"pid":\d+\}\n$/);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^There is no display here \(.*\), so Porchlight runs without a tray .*$/m);
  });

  it('keeps stdout for the host, or the one line that --json promises could not be read', async () => {
    const { stdout, stderr } = await launch(['--headless', '--json']);
    expect(stdout).toMatch(/^\{"host":\["--json"\],"pid":\d+\}\n$/);
    expect(stderr).toBe('Building…\nnoise of the builder\n');
  });

  it('builds when a source is newer than the build and not again when none is', async () => {
    await launch(['--headless']);
    expect((await launch(['--headless'])).stderr).toBe('');
    write('renderer/app.tsx', '');
    const later = new Date(Date.now() + 60_000);
    utimesSync(join(root, 'renderer/app.tsx'), later, later);
    expect((await launch(['--headless'])).stderr).toContain('Building…');
  });

  it('starts nothing when the build fails, or an old build would run new settings', async () => {
    const { code, stdout, stderr } = await launch(['--headless'], { BREAK_BUILD: '1' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('The build failed');
  });

  it('says `npm ci` when nothing is installed, instead of a stack trace', async () => {
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect(await launch([])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Porchlight is not installed yet: run `npm ci` in this folder first.\n',
    });
  });

  it('opens the tray app where Electron and a display are, with its arguments and its exit code', async () => {
    const ran = await launch(['--hidden'], { DISPLAY: ':0', PATH: '/usr/bin:/bin', ELECTRON_FOUND: electron });
    expect(ran).toMatchObject({ code: 7, stdout: 'tray . --hidden\n' });
    expect(ran.stderr).toContain('Getting Electron');
    const again = await launch([], { WAYLAND_DISPLAY: 'wayland-0', PATH: '/usr/bin:/bin' });
    expect(again).toEqual({ code: 7, stdout: 'tray .\n', stderr: '' });
  });

  it('runs headless with a sentence when Electron cannot be had, and never downloads when told not to', async () => {
    const refused = await launch([], { DISPLAY: ':0' });
    expect(refused.code).toBe(5);
    expect(refused.stderr).toMatch(/^Electron could not be downloaded \(.*\), so Porchlight runs without a tray/m);
    const forbidden = await launch([], { DISPLAY: ':0', PORCHLIGHT_NO_DOWNLOAD: '1', ELECTRON_FOUND: electron });
    expect(forbidden.stderr).toMatch(/^Electron is not on this machine, so Porchlight runs without a tray/);
    expect(forbidden.stderr).not.toContain('Getting');
  });

  it('uses the Electron it is pointed at without a display, and says so when there is none', async () => {
    write('other/electron', electron);
    chmodSync(join(root, 'other/electron'), 0o755);
    const env = { ELECTRON_OVERRIDE_DIST_PATH: join(root, 'other'), PATH: '/usr/bin:/bin' };
    expect(await launch(['--headless'], env)).toMatchObject({ code: 5 });
    expect(await launch([], env)).toEqual({ code: 7, stdout: 'tray .\n', stderr: '' });
    const nowhere = await launch([], { ELECTRON_OVERRIDE_DIST_PATH: join(root, 'nowhere') });
    expect(nowhere.stderr).toMatch(/^ELECTRON_OVERRIDE_DIST_PATH names no Electron, so/);
  });

  it('becomes the host, so that a signal reaches it and its exit code is the one that is seen', async () => {
    const child = begin(['--headless', '--stay'], {});
    const ended = end(child);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ host: ['--stay'], pid: child.pid });
  });
});
