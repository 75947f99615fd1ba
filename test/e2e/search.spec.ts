import { expect } from '@playwright/test';
import { openWindow, picture, replies, say, test } from './web.ts';

test('search finds a message far back in a long conversation and jumps to it', async ({ page, host }) => {
  await host.start({ settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' } });
  await openWindow(page, host);
  await say(page, 'The marmalade stands in the cellar');
  await expect(replies(page)).toContainText('marmalade');
  for (const text of ['markdown', 'markdown, again', 'markdown, once more']) {
    await say(page, text);
    await expect(page.getByRole('button', { name: 'Answer again' })).toBeVisible();
  }
  const first = page.getByRole('article', { name: 'You wrote' }).filter({ hasText: 'in the cellar' });
  await expect(first).not.toBeInViewport();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('marmalade cellar');
  await expect(page.getByText('2 messages found')).toBeVisible();
  await picture(page, 'search');
  const hits = page.getByRole('list', { name: 'Messages found' }).getByRole('link');
  await expect(hits.first().locator('mark').first()).toHaveText(/marmalade|cellar/);
  await hits.last().click();
  await expect(first).toBeInViewport();
  await page.getByRole('button', { name: /Latest|new message/ }).click();
  await expect(first).not.toBeInViewport();
});
