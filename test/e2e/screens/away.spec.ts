import { expect, type Page } from '@playwright/test';
import { type HeadlessHost, openWindow, test } from '../web.ts';
import { look } from './album.ts';
import { type Screen, screens } from './catalog.ts';
import { moveIn } from './town.ts';
import { wireOf } from './wire.ts';

const places = Object.keys(screens) as readonly Screen[];

/** Where a screen is found once there are things on it; the newest chat for the conversations. */
async function addresses(page: Page, host: HeadlessHost): Promise<Readonly<Record<Screen, string>>> {
  await openWindow(page, host);
  const chat = await page.getByRole('list', { name: 'Conversations' }).getByRole('link').first().getAttribute('href');
  return { ...screens, conversations: (chat ?? '').replace('#', ''), setup: '/setup/model' };
}

/** Opens it as if the window had just been started. */
async function openAt(page: Page, host: HeadlessHost, path: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${host.ready.url}#${path}`);
}

test('a host that takes its time: each screen says that it waits', async ({ page, host }) => {
  test.setTimeout(300_000);
  await using _house = await moveIn(host, 3);
  const wire = await wireOf(page);
  const at = await addresses(page, host);
  wire.hold();
  for (const screen of places) {
    await openAt(page, host, at[screen]);
    await expect(
      page
        .getByText(screen === 'setup' ? /Looking for Ollama/ : 'Loading…')
        .or(page.getByLabel('Reading the conversation'))
        .first(),
    ).toBeVisible();
    await look(page, screen, 'loading');
  }
});

test('a host that is away: what was read stays, and it is said; when it is back, all goes on', async ({
  page,
  host,
}) => {
  test.setTimeout(540_000);
  await using _house = await moveIn(host, 6);
  const wire = await wireOf(page);
  const at = await addresses(page, host);
  for (const screen of places) {
    await openAt(page, host, at[screen]);
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
    // What was not read yet cannot stay.
    await expect(page.getByText('Loading…')).toHaveCount(0);
    await expect(page.getByLabel('Reading the conversation')).toHaveCount(0);
    wire.cut();
    await expect(page.getByText('Porchlight is not reachable').first()).toBeVisible();
    await look(page, screen, 'offline');
    wire.mend();
    // It may have come back by itself meanwhile.
    const tryNow = page.getByRole('button', { name: 'Try now' });
    await expect(async () => {
      if (await tryNow.isVisible()) await tryNow.click({ timeout: 1_000 });
      await expect(tryNow).toBeHidden({ timeout: 1_000 });
    }).toPass({ timeout: 30_000 });
    await look(page, screen, 'back');
  }
});
