import { expect } from '@playwright/test';
import { test } from './desktop-app.ts';

test('the tray app of a German system speaks German from the start, in tray and menu', async ({ desktop }) => {
  const running = await desktop.start([], { LANG: 'de_AT.UTF-8' });
  const page = await running.page();
  await expect.poll(() => running.trayLines()).toContain('Läuft · noch kein Chat verknüpft');
  expect(await running.trayLines()).toEqual(
    expect.arrayContaining(['Porchlight öffnen', 'Antworten pausieren', 'Heute: 0 Antworten, 0,00\u00a0$']),
  );
  const menu = (): Promise<readonly string[]> =>
    running.app.evaluate(({ Menu }) =>
      (Menu.getApplicationMenu()?.items ?? []).flatMap(({ label, submenu }) => [
        label,
        ...(submenu?.items ?? []).flatMap((item) => (item.label ? [item.label] : [])),
      ]),
    );
  expect(await menu()).toEqual(expect.arrayContaining(['Bearbeiten', 'Kopieren', 'Ansicht', 'Fenster schließen']));

  await test.step('English is chosen in the window: the tray and the menu follow at once', async () => {
    await page.evaluate(() => (location.hash = '#/settings'));
    await page.locator('[data-setting="language"] select').selectOption('en');
    await expect(page.getByRole('heading', { name: 'Settings', exact: true })).toBeVisible();
    await expect.poll(() => running.trayLines()).toContain('Open Porchlight');
    expect(await menu()).toEqual(expect.arrayContaining(['Edit', 'Copy', 'View', 'Close Window']));
  });
});
