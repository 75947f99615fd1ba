import { expect, type Page } from '@playwright/test';
import { expectAccessible, openWindow, picture, replies, say, test } from './web.ts';

const box = (page: Page) => page.getByRole('combobox', { name: 'Go anywhere, do anything' });

/** By keys alone: opens the palette, types, and takes what is on top. */
async function take(page: Page, typed: string, shown: string | RegExp): Promise<void> {
  await page.keyboard.press('Control+p');
  await expect(box(page)).toBeFocused();
  await page.keyboard.type(typed);
  await expect(page.locator('[role="option"][data-active="true"]')).toContainText(shown);
  await page.keyboard.press('Enter');
  await expect(box(page)).toBeHidden();
}

test('everything is reached and done from the palette by keys alone', async ({ page, host }) => {
  await host.start({ settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' } });
  await openWindow(page, host);
  await say(page, 'How do bees find home?');
  await expect(replies(page)).toContainText('You wrote: How do bees find home?');
  await expect(replies(page)).not.toHaveAttribute('aria-busy', 'true');

  await test.step('Escape closes it and gives the focus back', async () => {
    const composer = page.getByRole('textbox', { name: 'Message' });
    await composer.focus();
    await page.keyboard.press('Control+p');
    await expect(box(page)).toBeFocused();
    await expect(page.getByRole('option', { name: 'Models' })).toBeVisible();
    await expectAccessible(page);
    await picture(page, 'palette');
    await page.keyboard.press('Escape');
    await expect(composer).toBeFocused();
    await page.keyboard.press('Control+Shift+P');
    await expect(box(page)).toBeFocused();
    await page.keyboard.press('Control+p');
    await expect(box(page)).toBeHidden();
  });

  await test.step('a place: its screen has the focus', async () => {
    await take(page, 'usg', 'Usage');
    await expect(page.getByRole('heading', { name: 'Usage', exact: true })).toBeVisible();
    await expect(page.getByRole('main')).toBeFocused();
  });

  await test.step('a setting by its name, folded or not: ready to be typed into', async () => {
    await take(page, 'time to the first word', 'Time to the first word');
    await expect(page.getByLabel('Time to the first word', { exact: true })).toBeFocused();
    await take(page, 'appearance', 'Appearance');
    await expect(page.getByLabel('Appearance')).toBeFocused();
  });

  await test.step('a conversation by letters of its title, and a message by what it says', async () => {
    await take(page, 'bees home', 'How do bees find home?');
    await expect(page.getByRole('heading', { name: 'How do bees find home?' })).toBeVisible();
    await page.keyboard.press('Control+p');
    await page.keyboard.type('you wrote');
    const hit = page.getByRole('group', { name: 'Messages' }).getByRole('option').first();
    await expect(hit).toContainText('You wrote');
    await picture(page, 'palette-typed');
    await page.keyboard.press('Escape');
    await expect(box(page)).toBeHidden();
  });

  await test.step('something is done: paused with a way back, a model chosen, the sheet of keys, a new conversation', async () => {
    await take(page, 'pause everything tom', 'Pause everything: Until tomorrow');
    await expect(page.getByText(/All replies are paused/)).toBeVisible();
    await take(page, 'resume', 'Resume all replies');
    await expect(page.getByText(/All replies are paused/)).toBeHidden();
    await take(page, 'model of this', 'Choose the model of this conversation');
    await expect(page.getByRole('combobox', { name: 'Search models' })).toBeFocused();
    await page.keyboard.press('Control+p');
    await expect(box(page)).toBeHidden();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page.getByText('practice answers here from now on.')).toBeVisible();
    await take(page, 'all keys', 'Show all keys');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toContainText('Go anywhere, do anything, by its name');
    await page.keyboard.press('Escape');
    await take(page, 'new conv', 'New conversation');
    await expect(page.getByRole('heading', { name: 'What is on your mind?' })).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  });

  await test.step('what nothing fits is said', async () => {
    await page.keyboard.press('Control+p');
    await page.keyboard.type('qqqqzzzz');
    await expect(page.getByText('Nothing fits.')).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(box(page)).toBeVisible();
    await page.keyboard.press('Escape');
  });
});
