import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { alive } from '../host-tests/launch.ts';
import { type Running, talk, test } from './desktop-app.ts';

test('the first start opens with the setup, and the tray says how things are', async ({ desktop }) => {
  const running = await desktop.start();
  const page = await running.page();
  await expect(page.getByRole('heading', { name: 'Welcome to Porchlight' })).toBeVisible();
  await expect.poll(() => running.isShown()).toBe(true);
  expect(await running.trayLines()).toEqual([
    'Running · no chats linked yet',
    'Open Porchlight',
    'Pause replies',
    'Model: practice',
    'Today: 0 replies, $0.00',
    'Settings…',
    'Diagnostics…',
    'Quit Porchlight',
  ]);
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
});

test('the practice model answers piece by piece; a reply that comes at once would look like a hang', async ({
  desktop,
}) => {
  const running = await desktop.start();
  const page = await running.page();
  await page.getByRole('button', { name: 'Skip setup' }).click();
  await page.evaluate(() => {
    const lengths: number[] = [];
    Object.assign(globalThis, { lengths });
    new MutationObserver(() => {
      const length = document.body.innerText.length;
      if (length !== lengths.at(-1)) lengths.push(length);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await talk(page, 'hello in there');
  await expect(page.getByRole('article', { name: 'Reply' })).toContainText(
    'Write "markdown" to see how replies can look',
  );
  const lengths = await page.evaluate(() => (globalThis as { lengths?: number[] }).lengths ?? []);
  expect(lengths.length).toBeGreaterThan(5);
  await page.getByRole('article', { name: 'Reply' }).hover();
  await page.getByRole('article', { name: 'Reply' }).getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
});

function closeWindow(running: Running): Promise<void> {
  return running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().forEach((window) => window.close()));
}

test('close hides the window; Open and a click on the tray show what it showed', async ({ desktop }) => {
  const running = await desktop.start();
  const page = await running.page();
  await talk(page, 'stay here');
  await closeWindow(running);
  await expect.poll(() => running.isShown()).toBe(false);
  await running.choose('open');
  await expect.poll(() => running.isShown()).toBe(true);
  await expect(page.getByRole('article', { name: 'Reply' })).toContainText('You wrote: stay here');
  await closeWindow(running);
  await expect.poll(() => running.isShown()).toBe(false);
  await running.clickTray();
  await expect.poll(() => running.isShown()).toBe(true);
  expect(running.app.windows()).toHaveLength(1);
});

test(
  'that it goes on without its window is said at the first close, and never again',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    const running = await desktop.start();
    await running.page();
    await closeWindow(running);
    await expect.poll(() => running.notifications()).toContain('Porchlight goes on answering');
    const before = (await running.notifications()).length;
    await running.choose('open');
    await expect.poll(() => running.isShown()).toBe(true);
    await closeWindow(running);
    await expect.poll(() => running.isShown()).toBe(false);
    expect(await running.notifications()).toHaveLength(before);
  },
);

test('a second start shows the window of the first and ends, or two would answer every message', async ({
  desktop,
}) => {
  const running = await desktop.start(['--hidden']);
  await expect.poll(() => running.trayLines()).toContain('Running · no chats linked yet');
  expect(await running.isShown()).toBe(false);
  const hidden = await desktop.startAgain(['--hidden']);
  expect(hidden.code).toBe(0);
  expect(await running.isShown()).toBe(false);
  const second = await desktop.startAgain();
  expect(second.code).toBe(0);
  expect(alive([second.pid])).toEqual([]);
  await expect.poll(() => running.isShown()).toBe(true);
  await expect((await running.page()).getByRole('heading', { name: 'Welcome to Porchlight' })).toBeVisible();
});

test('Quit from the tray ends every process with 0 and gives the data directory back', async ({ desktop }) => {
  const running = await desktop.start();
  await talk(await running.page(), 'goodbye');
  const pids = running.pids();
  expect(pids.length).toBeGreaterThan(2);
  expect(existsSync(join(desktop.dataDir, 'owner.json'))).toBe(true);
  await running.choose('quit');
  expect(await running.ended()).toBe(0);
  await expect.poll(() => alive(pids)).toEqual([]);
  expect(existsSync(join(desktop.dataDir, 'owner.json'))).toBe(false);
});

test('SIGTERM drains as Quit does, for a session that ends', { tag: '@posix' }, async ({ desktop }) => {
  const running = await desktop.start();
  await running.page();
  const pids = running.pids();
  running.process.kill('SIGTERM');
  running.process.kill('SIGTERM');
  expect(await running.ended()).toBe(0);
  await expect.poll(() => alive(pids)).toEqual([]);
  expect(desktop.log()).toContain('host.stopping');
});

test('what was said is there after a restart, and a reply that Quit cut into is given once', async ({ desktop }) => {
  const first = await desktop.start();
  const page = await first.page();
  await talk(page, 'remember the milk');
  await page.getByRole('textbox', { name: 'Message' }).fill('and the bread');
  await page.getByRole('textbox', { name: 'Message' }).press('Enter');
  await expect(page.getByText('and the bread').first()).toBeVisible();
  await first.choose('quit');
  expect(await first.ended()).toBe(0);

  const again = await (await desktop.start()).page();
  await again.getByText('remember the milk').first().click();
  await expect(again.getByRole('article', { name: 'Reply' })).toHaveCount(2);
  await expect(again.getByRole('article', { name: 'Reply' }).first()).toContainText('You wrote: remember the milk');
  await expect(again.getByRole('article', { name: 'Reply' }).last()).toContainText('You wrote: and the bread');
});

test('the data key is wrapped by the system, and nothing but its owner can read the directory', async ({ desktop }) => {
  const running = await desktop.start();
  await running.page();
  expect(existsSync(join(desktop.dataDir, 'key.file'))).toBe(false);
  const wrapped = Buffer.from(readFileSync(join(desktop.dataDir, 'key.os'), 'utf8'), 'base64');
  const length = await running.app.evaluate(async ({ safeStorage }, sealed) => {
    const { result } = await safeStorage.decryptStringAsync(Buffer.from(sealed, 'base64'));
    return Buffer.from(result, 'base64').length;
  }, wrapped.toString('base64'));
  expect(length).toBe(32);
});

function crash(running: Running): Promise<void> {
  return running.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  );
}

function urls(running: Running): Promise<readonly string[]> {
  return running.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((one) => one.webContents.getURL()),
  );
}

/** Crashes the page so often; each time the same conversation has to be back. */
async function crashAndReturn(running: Running, times: number): Promise<void> {
  const [before = ''] = await urls(running);
  expect(before).toMatch(/#\/conversations\//);
  for (let time = 0; time < times; time++) {
    const opened = running.app.waitForEvent('window');
    await crash(running);
    const fresh = await opened;
    await expect(fresh.getByRole('article', { name: 'Reply' })).toContainText('You wrote: before the crash');
    await expect.poll(() => urls(running)).toEqual([before]);
  }
}

test('a page that crashed opens again where it was, while the gateway goes on', async ({ desktop }) => {
  const running = await desktop.start();
  await talk(await running.page(), 'before the crash');
  await crashAndReturn(running, 2);
  const page = running.app.windows()[0];
  if (page === undefined) throw new Error('There is no window.');
  await talk(page, 'after the crash');
  expect(desktop.log()).toContain('window.page-gone');
});

test(
  'a page that crashes on and on is not opened for ever: a person is asked',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    const running = await desktop.start();
    await talk(await running.page(), 'before the crash');
    await crashAndReturn(running, 3);
    expect(await running.dialog()).toBeNull();
    await crash(running);
    await expect.poll(() => running.dialog()).toMatchObject({ message: 'The window stopped working' });
    expect(await urls(running)).toEqual([]);
    const opened = running.app.waitForEvent('window');
    await running.press('Open it again');
    await expect((await opened).getByText('before the crash').first()).toBeVisible();
  },
);
