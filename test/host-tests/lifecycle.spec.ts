import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { alive, fixtureApp, pidOf, processTree, standIn, test } from './launch.ts';

const run = promisify(execFile);

test('the process says it is Electron’s main process, with its arguments, versions and paths', async ({ launcher }) => {
  const app = await launcher.launch({}, ['--hidden']);
  const facts = await app.evaluate(({ app: electron }) => ({
    type: process.type,
    electron: process.versions.electron,
    argv: process.argv.slice(1),
    execPath: process.execPath,
    name: electron.getName(),
    version: electron.getVersion(),
    packaged: electron.isPackaged,
    appPath: electron.getAppPath(),
    userData: electron.getPath('userData'),
    logs: electron.getPath('logs'),
    hidden: electron.commandLine.hasSwitch('hidden'),
  }));
  expect(facts).toEqual({
    type: 'browser',
    electron: '45.4.1',
    argv: ['.', '--hidden'],
    execPath: join(standIn, 'electron'),
    name: 'Fixture',
    version: '1.2.3',
    packaged: false,
    appPath: fixtureApp,
    userData: launcher.userData,
    logs: join(launcher.userData, 'logs'),
    hidden: true,
  });
});

test('closing the window hides it, and quitting ends every process', async ({ launcher }) => {
  const app = await launcher.launch();
  await app.firstWindow();
  await expect.poll(() => app.evaluate(() => fixture.window?.isVisible())).toBe(true);
  await app.evaluate(() => fixture.window?.close());
  expect(await app.evaluate(() => [fixture.window?.isVisible(), fixture.window?.isDestroyed()])).toEqual([
    false,
    false,
  ]);
  const pids = processTree(pidOf(app));
  expect(pids.length).toBeGreaterThan(2);
  const child = app.process();
  const closed = app.waitForEvent('close');
  await app.evaluate(({ app: electron }) => {
    setImmediate(() => {
      electron.quit();
    });
  });
  await closed;
  await expect.poll(() => alive(pids)).toEqual([]);
  expect(child.exitCode).toBe(0);
});

test('a quit that is prevented leaves everything as it was; exit asks nobody and has its code', async ({
  launcher,
}) => {
  const app = await launcher.launch();
  await app.firstWindow();
  await app.evaluate(({ app: electron }) => {
    fixture.preventQuit = true;
    electron.quit();
  });
  expect(await app.evaluate(() => fixture.window?.isDestroyed())).toBe(false);
  const child = app.process();
  const closed = app.waitForEvent('close');
  await app.evaluate(({ app: electron }) => {
    setImmediate(() => {
      electron.exit(7);
    });
  });
  await closed;
  expect(child.exitCode).toBe(7);
});

test('a killed main process takes the browser with it', async ({ launcher }) => {
  const app = await launcher.launch();
  await app.firstWindow();
  const pids = processTree(pidOf(app));
  process.kill(pidOf(app), 'SIGKILL');
  await expect.poll(() => alive(pids)).toEqual([]);
});

test('SIGTERM quits like the app’s own Quit, and leaves no process behind', async ({ launcher }) => {
  const app = await launcher.launch();
  await app.firstWindow();
  const child = app.process();
  const pids = processTree(pidOf(app));
  const closed = app.waitForEvent('close');
  child.kill('SIGTERM');
  await closed;
  expect(child.exitCode).toBe(0);
  await expect.poll(() => alive(pids)).toEqual([]);
});

test('a second start hands its arguments to the first, which comes to the front, and ends', async ({ launcher }) => {
  const app = await launcher.launch();
  await app.firstWindow();
  await app.evaluate(() => fixture.window?.hide());
  await run(join(standIn, 'electron'), [fixtureApp, '--again'], { env: launcher.environment() });
  await expect.poll(() => app.evaluate(() => fixture.log)).toContain('second --again {"from":"the second"}');
  expect(await app.evaluate(() => [fixture.window?.isVisible(), fixture.window?.isFocused()])).toEqual([true, true]);
});

test('the lock of a killed process does not keep the next one out', async ({ launcher }) => {
  const first = await launcher.launch();
  await first.firstWindow();
  const pids = processTree(pidOf(first));
  process.kill(pidOf(first), 'SIGKILL');
  await expect.poll(() => alive(pids)).toEqual([]);
  const second = await launcher.launch();
  await second.firstWindow();
  expect(await second.evaluate(({ app }) => app.hasSingleInstanceLock())).toBe(true);
});

test('what a page stores is there after a restart', async ({ launcher }) => {
  const first = await launcher.launch();
  const before = await first.firstWindow();
  await expect(before.locator('#early')).toHaveText('bridge was object');
  await before.evaluate(() => {
    localStorage.setItem('theme', 'dark');
  });
  await first.close();
  const page = await (await launcher.launch()).firstWindow();
  await expect(page.locator('#early')).toHaveText('bridge was object');
  expect(await page.evaluate(() => localStorage.getItem('theme'))).toBe('dark');
});

test('a page closed from outside takes its window, and the last window tells the app', async ({ launcher }) => {
  const app = await launcher.launch();
  const page = await app.firstWindow();
  await page.close();
  // Asked again where the page that is just going takes a question along.
  await expect(async () => {
    expect(await app.evaluate(() => fixture.log)).toContain('all closed');
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(0);
  }).toPass({ timeout: 10_000 });
});

test('the command of the electron package runs the same executable', async () => {
  const cli = join(import.meta.dirname, '../../node_modules/electron/cli.js');
  const env = { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: standIn };
  const { stdout } = await run(process.execPath, [cli, '--version'], { env });
  expect(stdout.trim()).toBe('v45.4.1');
});
