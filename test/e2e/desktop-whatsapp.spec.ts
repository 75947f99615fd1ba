import { expect } from '@playwright/test';
import { test } from './desktop-app.ts';
import { hears, readQr, startWhatsAppHome } from './whatsapp-home.ts';

test('on the desktop the setup links a phone, the tray follows, and after a restart it is up again without a scan', async ({
  desktop,
  browser,
}) => {
  test.setTimeout(120_000);
  await using home = await startWhatsAppHome();
  const { phone, whatsapp } = home;
  const running = await desktop.start();
  const page = await running.page();
  await using cameras = await browser.newContext();

  await test.step('setup: a model later, WhatsApp now', async () => {
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('button', { name: 'Start with the practice model' }).click();
    await page.getByRole('button', { name: /^WhatsApp/ }).click();
    await expect(page.getByRole('region', { name: 'Before you link' })).toContainText('unofficial client');
    await page.getByText('My own server').click();
    await page.getByLabel('Address of the server').fill(whatsapp.url);
    await page.getByLabel('Key of the server').fill(whatsapp.rootKey.toString('hex'));
    await page.getByRole('button', { name: 'Link WhatsApp' }).click();
    await expect.poll(() => running.trayLines()).toContainEqual(expect.stringContaining('being linked'));
    expect(await phone.scan(await readQr(page, page.locator('body'), cameras))).toMatchObject({ kind: 'linked' });
    await expect(page.getByText('WhatsApp is linked.').last()).toBeVisible({ timeout: 30_000 });
    await expect.poll(() => running.trayLines()).toContain('Running · 1 of 1 link up');
  });

  await test.step('only me: the chat with myself is answered', async () => {
    phone.say('hello from the phone');
    await hears(phone, 'hello from the phone');
  });

  await running.choose('quit');
  expect(await running.ended()).toBe(0);
  phone.say('said while it was off');
  await test.step('started again it is up by itself, and answers what came meanwhile', async () => {
    const again = await desktop.start();
    await expect.poll(() => again.trayLines(), { timeout: 20_000 }).toContain('Running · 1 of 1 link up');
    await hears(phone, 'said while it was off');
  });
  expect(whatsapp.violations.items).toEqual([]);
});
