import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { test, type Desktop } from './desktop-app.ts';

/** The port is not asked for: the usual one may be another program's. */
const address = /http:\/\/127\.0\.0\.1:\d+\/v1/;

async function openSettings(page: Page): Promise<void> {
  const leave = page.getByRole('button', { name: 'Skip setup' });
  const settings = page.getByRole('link', { name: 'Settings' });
  await expect(leave.or(settings).first()).toBeVisible();
  if (await leave.isVisible()) await leave.click();
  await settings.click();
  await page.locator('summary', { hasText: /^API$/ }).click();
}

async function shownAddress(page: Page): Promise<string> {
  const shown = page.getByTestId('api-address');
  await expect(shown).toContainText(address);
  return address.exec((await shown.textContent()) ?? '')?.[0] ?? '';
}

function ask(url: string, token: string): Promise<Response> {
  return fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'practice/practice', messages: [{ role: 'user', content: 'over the wire' }] }),
  });
}

const tokenOf = ({ dataDir }: Desktop): string => readFileSync(join(dataDir, 'token'), 'utf8').trim();
const urlOfOwner = ({ dataDir }: Desktop): unknown =>
  (JSON.parse(readFileSync(join(dataDir, 'owner.json'), 'utf8')) as { readonly url: unknown }).url;

test('the API is off, answers once it is switched on in Settings, and is refused when it is off again', async ({
  desktop,
}) => {
  const page = await (await desktop.start()).page();
  await openSettings(page);
  const wanted = page.getByRole('switch', { name: 'API for other programs' });
  await expect(wanted).not.toBeChecked();
  await expect(page.getByTestId('api-address')).toHaveCount(0);
  expect(urlOfOwner(desktop)).toBeNull();

  await wanted.click();
  const url = await shownAddress(page);
  await expect(page.getByTestId('api-address')).toContainText(desktop.dataDir);
  const answer = await ask(url, tokenOf(desktop));
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('You wrote: over the wire');
  expect((await ask(url, 'another-token-of-24-chars')).status).toBe(401);
  expect(await (await fetch(new URL('/', url))).text()).toContain('<title>Porchlight</title>');
  expect(urlOfOwner(desktop)).toBe(new URL('/', url).href);
  expect(desktop.log()).toContain('api.listening');

  await wanted.click();
  await expect(page.getByTestId('api-address')).toHaveCount(0);
  await expect.poll(() => desktop.log()).toContain('api.closed');
  await expect(ask(url, tokenOf(desktop))).rejects.toThrow('fetch failed');
  expect(urlOfOwner(desktop)).toBeNull();
});

test('what was switched on is there after the next start, without a click', async ({ desktop }) => {
  const first = await desktop.start();
  const page = await first.page();
  await openSettings(page);
  await page.getByRole('switch', { name: 'API for other programs' }).click();
  await shownAddress(page);
  await first.choose('quit');
  expect(await first.ended()).toBe(0);

  const again = await (await desktop.start()).page();
  await openSettings(again);
  expect((await ask(await shownAddress(again), tokenOf(desktop))).status).toBe(200);
});

test(
  'that the key is only obscured stays to be read in the window after the notification has gone',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    const open = await (await desktop.start()).page();
    await expect(open.getByText('This system offers no keyring')).toBeVisible();
  },
);
