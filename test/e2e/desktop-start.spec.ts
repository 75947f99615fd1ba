/* Starts that cannot be: each ends in a dialog with a way out, never in silence, and overwrites nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { expect } from '@playwright/test';
import { type Desktop, type Running, talk, test } from './desktop-app.ts';

interface Shown {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

function dialogOf(running: Running): Promise<Shown | null> {
  return running.app.evaluate(() => {
    const [dialog] = standInRecord.dialogs;
    if (dialog?.kind !== 'message') return null;
    const { message, detail = '', buttons = [] } = dialog.options;
    return { message, detail, buttons: [...buttons] };
  });
}

async function waitForDialog(running: Running): Promise<Shown> {
  await expect.poll(() => dialogOf(running)).not.toBeNull();
  const shown = await dialogOf(running);
  if (shown === null) throw new Error('The dialog has gone by itself.');
  return shown;
}

async function press(running: Running, button: string): Promise<void> {
  await running.app.evaluate((_electron, label) => {
    const [dialog] = standInRecord.dialogs;
    if (dialog?.kind !== 'message') throw new Error('There is no dialog.');
    const index = dialog.options.buttons?.indexOf(label) ?? -1;
    setImmediate(() => dialog.answer(index));
  }, button);
}

/** Starts it, says something, and quits: a directory as it is found on a real machine. */
async function useOnce(desktop: Desktop, text: string): Promise<void> {
  const running = await desktop.start();
  await talk(await running.page(), text);
  await running.choose('quit');
  await running.ended();
}

async function startHeadless(desktop: Desktop): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const root = join(import.meta.dirname, '../..');
  const node = join(root, 'node_modules/.bin/node');
  const child = spawn(node, ['dist/main/serve.js', '--json', '--port', '0'], {
    cwd: root,
    env: desktop.environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, url: (JSON.parse(line) as { readonly url: string }).url };
}

test(
  'beside a headless host it names the owner, opens its window in the browser, and ends',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    const { child, url } = await startHeadless(desktop);
    try {
      const running = await desktop.start();
      const shown = await waitForDialog(running);
      expect(shown.message).toBe('Porchlight is already running');
      expect(shown.detail).toContain(`headless host (process ${String(child.pid)}) uses ${desktop.dataDir}`);
      expect(shown.buttons).toEqual(['Open in the browser', 'Quit']);
      const opened = running.app.evaluate(
        () =>
          new Promise<string>((resolve) => {
            const push = standInRecord.openedExternal.push.bind(standInRecord.openedExternal);
            standInRecord.openedExternal.push = (address: string) => {
              resolve(address);
              return push(address);
            };
          }),
      );
      await press(running, 'Open in the browser');
      expect(await opened).toBe(url);
      expect(await running.ended()).toBe(3);
      expect((await fetch(new URL('healthz', url))).status).toBe(200);
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  },
);

test(
  'a damaged database: the newest good backup is offered, and the damaged file is kept',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    await useOnce(desktop, 'the good times');
    const database = join(desktop.dataDir, 'porchlight.db');
    copyFileSync(database, join(desktop.dataDir, 'backups/porchlight-2026-01-02T03-04-05-678Z.db'));
    writeFileSync(database, 'no database at all '.repeat(1000));
    const running = await desktop.start();
    const shown = await waitForDialog(running);
    expect(shown.message).toBe('Porchlight cannot start');
    expect(shown.detail).toContain('porchlight-2026-01-02T03-04-05-678Z.db');
    expect(shown.buttons).toEqual(['Restore the backup', 'Show the data folder', 'Quit']);
    await press(running, 'Show the data folder');
    await expect.poll(() => running.app.evaluate(() => standInRecord.openedPaths)).toEqual([desktop.dataDir]);
    await waitForDialog(running);
    expect(readFileSync(database, 'utf8')).toContain('no database at all');
    await press(running, 'Restore the backup');
    await expect((await running.page()).getByText('the good times').first()).toBeVisible();
  },
);

test(
  'a damaged database without a backup: it says so and ends, and the file is as it was',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    mkdirSync(desktop.dataDir, { recursive: true });
    const database = join(desktop.dataDir, 'porchlight.db');
    writeFileSync(database, 'no database at all '.repeat(1000));
    const running = await desktop.start();
    const shown = await waitForDialog(running);
    expect(shown.buttons).toEqual(['Show the data folder', 'Quit']);
    await press(running, 'Quit');
    expect(await running.ended()).toBe(4);
    expect(readFileSync(database, 'utf8')).toBe('no database at all '.repeat(1000));
  },
);

test('a database of a newer version is left alone', { tag: '@stand-in' }, async ({ desktop }) => {
  await useOnce(desktop, 'from the present');
  const database = new DatabaseSync(join(desktop.dataDir, 'porchlight.db'));
  database.exec('PRAGMA user_version = 9999');
  database.close();
  const running = await desktop.start();
  expect((await waitForDialog(running)).detail).toContain('newer version of Porchlight');
  await press(running, 'Quit');
  expect(await running.ended()).toBe(4);
});

test(
  'a data key that cannot be unwrapped here is said, and is not replaced',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    await useOnce(desktop, 'secret');
    const key = join(desktop.dataDir, 'key.os');
    renameSync(key, `${key}.away`);
    writeFileSync(key, `${Buffer.from('sealed on another machine').toString('base64')}\n`);
    const before = readFileSync(key, 'utf8');
    const running = await desktop.start();
    expect((await waitForDialog(running)).detail).toContain('The data key cannot be used here');
    await press(running, 'Quit');
    expect(await running.ended()).toBe(4);
    expect(readFileSync(key, 'utf8')).toBe(before);
  },
);

test(
  '--data-dir without a value is refused: the usual directory would be the wrong one',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    expect((await desktop.startAgain(['--data-dir'])).code).toBe(2);
  },
);

test(
  'with --data-dir everything is there, and it runs beside one in the usual place',
  { tag: '@posix' },
  async ({ desktop }) => {
    const usual = await desktop.start();
    await usual.page();
    const elsewhere = join(desktop.home, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o755 });
    const other = await desktop.start(['--data-dir', elsewhere]);
    await talk(await other.page(), 'from elsewhere');
    expect(statSync(elsewhere).mode & 0o777).toBe(0o700);
    expect(await other.app.evaluate(({ app }) => app.getPath('userData'))).toBe(join(elsewhere, 'desktop'));
    await expect((await usual.page()).getByRole('heading', { name: 'Welcome to Porchlight' })).toBeVisible();
  },
);

test.describe('a keychain that is locked', { tag: '@stand-in' }, () => {
  const withKeyring = { STAND_IN_MACHINE: JSON.stringify({ keyring: 'gnome-libsecret' }) };

  function lock(desktop: Desktop): string {
    const folder = join(desktop.home, '.local/share/stand-in-keyring');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'locked'), '');
    return join(folder, 'locked');
  }

  test('is waited for at login, and said; everything starts when it opens', async ({ desktop }) => {
    const file = lock(desktop);
    const running = await desktop.start(['--hidden'], withKeyring);
    await expect.poll(() => running.trayLines()).toContain("Waiting for the system's keychain to be unlocked");
    expect(await running.notifications()).toEqual(["The system's keychain is locked"]);
    expect(existsSync(join(desktop.dataDir, 'key.os'))).toBe(false);
    rmSync(file);
    await expect.poll(() => running.trayLines(), { timeout: 15_000 }).toContain('Running · no chats linked yet');
    expect(await running.isShown()).toBe(false);
    expect(await running.notifications()).toHaveLength(1);
    expect(existsSync(join(desktop.dataDir, 'key.file'))).toBe(false);
  });

  test('is told in a dialog to somebody who looks', async ({ desktop }) => {
    const file = lock(desktop);
    const running = await desktop.start([], withKeyring);
    await expect
      .poll(() => running.dialog())
      .toMatchObject({ message: "The system's keychain is locked", buttons: ['Try again', 'Quit'] });
    rmSync(file);
    await running.press('Try again');
    await expect((await running.page()).getByRole('heading', { name: 'Welcome to Porchlight' })).toBeVisible();
  });
});
