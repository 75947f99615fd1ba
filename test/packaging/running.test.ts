/* The packaged app, run: from the folder an installer would be made of, traced, and installed from its .deb. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser } from '../lib/browser.ts';
import { type Driven, startPackaged } from './drive.ts';
import { runOnCopies, runTraced, staysHere, whyNoInstallation, whyNoTrace, whyNotRun } from './enclosed.ts';
import { packageFor, type Packaged } from './package.ts';
import type { Smoke } from './smoke.ts';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'running-'));
const smokeFile = join(import.meta.dirname, 'smoke.ts');
const hurry = {
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'hasten.mjs')).href}`,
  PORCHLIGHT_CHROMIUM: findBrowser() ?? '',
  TMPDIR: work,
};
let packaged: Packaged;

/** A test that cannot be on this machine is not there, and the log says why. */
function whereItCan(name: string, hindrance: string | null, body: () => Promise<void>): void {
  if (hindrance === null) test(name, body);
  else process.stdout.write(`Not tested here, because ${hindrance}: ${name}\n`);
}

beforeAll(async () => {
  if (!existsSync(join(project, 'dist/main/index.js'))) {
    throw new Error('There is nothing to package: run `npm run build` first.');
  }
  packaged = await packageFor('linux', project, work);
});

afterAll(() => {
  rmSync(work, { recursive: true, force: true });
});

/** What the session found, from what it printed. */
function found(printed: string): Smoke {
  return JSON.parse(printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1)) as Smoke;
}

const wellUsed = { heading: 'Welcome to Porchlight', backup: 'ok', exitCode: 0 };

whereItCan(
  'the packaged app starts from its archive, answers, searches, backs up and quits; a file that the build needs and the package lacks would show here',
  whyNotRun(),
  async () => {
    const { stdout } = await run(process.execPath, [smokeFile, packaged.binary], { env: { ...process.env, ...hurry } });
    const seen = found(stdout);
    expect(seen).toMatchObject(wellUsed);
    expect(seen.reply).toContain('You wrote: The marmalade stands in the cellar');
    expect(seen.hits).toBeGreaterThan(0);
    expect(readdirSync(work).filter((name) => /^(packaged-app|smoke)-/.test(name))).toEqual([]);
  },
);

whereItCan(
  'start at login is an entry that starts what is installed, in the tray, and is led to where the next version lies',
  whyNotRun(),
  async () => {
    const home = mkdtempSync(join(work, 'at-login-'));
    const file = join(home, '.config/autostart/org.porchlight.app.desktop');
    const execOf = (entry: string): string | undefined => /^Exec=(.*)$/m.exec(entry)?.[1];
    const view = ({ page }: Driven): Promise<unknown> => page.call('desktop.get', {}).then(({ login }) => login);
    const start = (binary: string, environment = {}): Promise<Driven> =>
      startPackaged(binary, [], home, { ...hurry, XDG_CONFIG_HOME: join(home, '.config'), ...environment });
    {
      await using app = await start(packaged.binary);
      expect(await view(app)).toEqual({ on: false, reason: null });
      expect(existsSync(file)).toBe(false);
      await app.page.call('desktop.setLogin', { on: true });
      expect(await view(app)).toEqual({ on: true, reason: null });
      expect(await app.quit()).toBe(0);
    }
    expect(execOf(readFileSync(file, 'utf8'))).toBe(`"${packaged.binary}" --hidden`);

    const moved = join(work, 'the next version');
    renameSync(packaged.folder, moved);
    try {
      await using app = await start(join(moved, 'porchlight'));
      expect(await view(app)).toEqual({ on: true, reason: null });
      expect(execOf(readFileSync(file, 'utf8'))).toBe(`"${join(moved, 'porchlight')}" --hidden`);
      expect(await app.quit()).toBe(0);
    } finally {
      renameSync(moved, packaged.folder);
    }

    // An AppImage runs from a folder that is new at each start: it is the file itself that has to be started.
    const image = join(home, 'Porchlight-9.9.9.AppImage');
    await using app = await start(packaged.binary, { APPIMAGE: image });
    expect(execOf(readFileSync(file, 'utf8'))).toBe(`"${image}" --hidden`);
    await app.page.call('desktop.setLogin', { on: false });
    expect(existsSync(file)).toBe(false);
    expect(await app.quit()).toBe(0);
  },
);

whereItCan('the whole process tree connects to nothing off this machine, not even in vain', whyNoTrace(), async () => {
  const traced = await runTraced(work, packaged.binary, (script) => [process.execPath, smokeFile, script], hurry);
  expect(found(traced.stdout)).toMatchObject(wellUsed);
  const list = [...new Set(traced.connections.map(({ family, to, answer }) => `${family} ${to} → ${answer}`))].sort();
  process.stdout.write(`Connections of the packaged app in a session:\n${list.map((each) => `  ${each}\n`).join('')}`);
  expect(traced.connections.filter((connection) => !staysHere(connection))).toEqual([]);
  expect(traced.withoutRoute).toBe(0);
});

whereItCan('an attempt to leave is seen, or the test above would say nothing', whyNoTrace(), async () => {
  const attempt = "require('node:net').connect(443, '192.0.2.1').on('error', () => {})";
  const traced = await runTraced(work, process.execPath, (script) => [script, '-e', attempt]);
  expect(traced.connections.filter((connection) => !staysHere(connection))).toMatchObject([
    { family: 'AF_INET', to: '192.0.2.1:443', answer: expect.stringContaining('ENETUNREACH') as string },
  ]);
  expect(traced.withoutRoute).toBeGreaterThan(0);
});

whereItCan(
  'the .deb is installed, started by its command, and removed without a trace',
  whyNoInstallation(work),
  async () => {
    const deb = readdirSync(packaged.output).find((name) => name.endsWith('.deb')) ?? '';
    // The libraries of a desktop need not be on a machine that tests; what needs them is not in this package.
    const script = `
    dpkg --install --force-depends '${join(packaged.output, deb)}' >&2
    echo "link $(readlink -f /usr/bin/porchlight)"
    test -s /usr/share/applications/porchlight.desktop && test -s /usr/share/icons/hicolor/256x256/apps/porchlight.png
    '${process.execPath}' '${smokeFile}' porchlight
    dpkg --purge porchlight >&2
    for path in /usr/bin/porchlight /opt/Porchlight /etc/alternatives/porchlight /usr/share/applications/porchlight.desktop; do
      if [ -e "$path" ] || [ -L "$path" ]; then echo "left $path"; fi
    done`;
    const printed = await runOnCopies(work, script, hurry);
    expect(printed).toContain('link /opt/Porchlight/porchlight');
    expect(found(printed)).toMatchObject(wellUsed);
    expect(printed).not.toContain('left ');
    expect(existsSync('/opt/Porchlight')).toBe(false);
  },
);
