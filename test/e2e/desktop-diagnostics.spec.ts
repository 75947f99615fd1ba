/* The diagnostics of the tray app: the ways there, the restart with a backup, and the question about the start at login. */
import { expect } from '@playwright/test';
import { type Running, talk, test } from './desktop-app.ts';

function place(running: Running): Promise<string> {
  return running.page().then((page) => page.evaluate(() => location.hash));
}

test('the tray, the menu of the application and an address of ours lead to the diagnostics', async ({ desktop }) => {
  const running = await desktop.start(['--hidden']);
  await expect.poll(() => running.trayLines()).toContain('Diagnostics…');
  const lines = await running.trayLines();
  expect(lines[lines.indexOf('Settings…') + 1]).toBe('Diagnostics…');
  await running.choose('diagnostics');
  const page = await running.page();
  await expect(page.getByRole('heading', { name: 'Diagnostics', level: 1 })).toBeVisible();
  await expect.poll(() => running.isShown()).toBe(true);
  await expect(page.getByRole('main')).toContainText(/Runs on\s*Electron 45\.\d+\.\d+ · Node \d+/);

  await running.choose('settings');
  await expect.poll(() => place(running)).toBe('#/settings');
  await running.app.evaluate(({ Menu }) => {
    const item = Menu.getApplicationMenu()?.getMenuItemById('diagnostics');
    setImmediate(() => {
      item?.click();
    });
  });
  await expect.poll(() => place(running)).toBe('#/diagnostics');
  await running.choose('settings');
  await expect.poll(() => place(running)).toBe('#/settings');
  expect((await desktop.startAgain(['porchlight://diagnostics'])).code).toBe(0);
  await expect.poll(() => place(running)).toBe('#/diagnostics');
});

test('a backup is restored by a restart from the window', { tag: '@stand-in' }, async ({ desktop }) => {
  const running = await desktop.start();
  const page = await running.page();
  await talk(page, 'before the backup');
  await running.choose('diagnostics');
  await page.getByRole('button', { name: 'Back up now' }).click();
  const restore = page.getByRole('button', { name: /^Restore the backup of/ });
  await expect(restore).toBeVisible();
  await page.getByRole('link', { name: 'New conversation' }).click();
  await talk(page, 'after the backup');
  await running.choose('diagnostics');
  await restore.click();
  await page.getByRole('button', { name: 'Restore at the next start' }).click();
  // Pressed in there: the process ends before it could answer.
  const relaunched = running.app.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const push = standInRecord.relaunches.push.bind(standInRecord.relaunches);
        standInRecord.relaunches.push = (...options) => {
          const count = push(...options);
          resolve(count);
          return count;
        };
      }),
  );
  await page.getByRole('button', { name: 'Restart now' }).click();
  expect(await relaunched).toBe(1);
  expect(await running.ended()).toBe(0);

  const again = await (await desktop.start()).page();
  await expect(again.getByText('A backup is in the place of the database.')).toBeVisible();
  const list = again.getByRole('list', { name: 'Conversations' });
  await expect(list.getByRole('listitem').filter({ hasText: 'before the backup' })).toBeVisible();
  await expect(list.getByRole('listitem').filter({ hasText: 'after the backup' })).toHaveCount(0);
  expect(desktop.log()).toContain('"event":"backup.restored"');
});

test('setup asks about the start at login before its end: off, and with the reason where it cannot be', async ({
  desktop,
}) => {
  const running = await desktop.start();
  const page = await running.page();
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('button', { name: 'Start with the practice model' }).click();
  await page.getByRole('button', { name: 'Not now' }).click();
  await expect(page.getByRole('heading', { name: 'Ready when you are?' })).toBeVisible();
  const login = page.getByRole('switch', { name: 'Start at login' });
  await expect(login).not.toBeChecked();
  await expect(login).toBeDisabled();
  await expect(page.getByText('Only an installed Porchlight can start at login')).toBeVisible();
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'The light is on' })).toBeVisible();
});
