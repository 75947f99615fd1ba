import { expect } from '@playwright/test';
import { startOpenAi } from '../emulators/openai/server.ts';
import { openWindow, picture, replies, say, stepped, test } from './web.ts';

test.describe('a key', () => {
  // The page asks over HTTP whether its key is refused, and the browser notes the answer.
  test.use({ expectedNoise: /401 \(Unauthorized\)/ });

  test('that is wrong or missing gets a screen that says where the right one is, and takes it', async ({
    page,
    host,
  }) => {
    await host.start({ settings: { 'setup.done': true } });
    await page.goto(`${host.ready.url}#token=wrong-token-of-24-letters`);
    await expect(page.getByRole('heading', { name: 'This key is not the right one' })).toBeVisible();
    await expect(page.getByText('Open the full address that Porchlight printed')).toBeVisible();
    await expect(page.getByRole('navigation')).toHaveCount(0);
    await picture(page, 'key-wrong');
    await page.getByLabel('Key').fill(host.ready.token);
    await page.getByRole('button', { name: 'Open' }).click();
    await expect(page.getByRole('textbox', { name: 'Message' })).toBeVisible();

    await page.evaluate(() => sessionStorage.clear());
    await page.goto('about:blank');
    await page.goto(host.ready.url);
    await expect(page.getByRole('heading', { name: 'This window needs its key' })).toBeVisible();
    await picture(page, 'key-missing');
  });
});

test.describe('a host', () => {
  // A browser writes to the console of each connection that fails.
  test.use({ expectedNoise: /ERR_CONNECTION_REFUSED|WebSocket connection to .* failed/ });

  test('that is killed in mid-reply leaves a banner; when it is back the answer comes by itself', async ({
    page,
    host,
  }) => {
    await using lab = await startOpenAi();
    await host.start({
      providers: [{ id: 'lab', kind: 'openai', name: 'Lab', baseUrl: lab.url, apiKey: 'sk-test' }],
      models: { default: 'lab/gpt-test' },
      settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' },
    });
    await openWindow(page, host);
    lab.next(stepped('This is ', 'never finished.').reply);
    await say(page, 'Are you there?');
    await expect(replies(page)).toHaveText(/^This is/);
    await host.kill();
    const banner = page.getByText('Porchlight is not reachable, trying again…');
    await expect(banner).toBeVisible();
    await picture(page, 'lost');
    await say(page, 'Said while it was away');

    await host.startAgain();
    await expect(banner).toBeHidden({ timeout: 20_000 });
    await expect(replies(page).filter({ hasText: 'echo: Are you there?' })).toBeVisible();
    await expect(page.getByText('This is')).toHaveCount(0);
    expect(lab.chats.length).toBeGreaterThan(1);
    await say(page, 'Thank you');
    await expect(replies(page).last()).toContainText('Thank you');
  });
});
