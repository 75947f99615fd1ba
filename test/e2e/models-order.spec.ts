import { expect, type Page } from '@playwright/test';
import { startOllama } from '../emulators/ollama/server.ts';
import { startOpenAi } from '../emulators/openai/server.ts';
import { expectAccessible, goTo, openWindow, picture, replies, say, tabTo, test } from './web.ts';

const names = ['alpha:1b', 'beta:2b', 'gamma:3b', 'delta:4b'];

const fallbacks = (page: Page) => page.getByRole('list', { name: 'Fallbacks' }).getByRole('listitem');

async function inOrder(page: Page, ...wanted: readonly string[]): Promise<void> {
  await expect(fallbacks(page).locator('strong')).toHaveText(wanted);
}

/** Chooses by typing, as somebody does who never touches the mouse. */
async function pick(page: Page, typed: string): Promise<void> {
  const search = page.getByRole('combobox', { name: 'Search models' });
  await expect(search).toBeFocused();
  await search.fill(typed);
  await expect(page.getByRole('option')).toHaveCount(1);
  await search.press('Enter');
  await expect(search).toBeHidden();
}

test('the default and the fallbacks are chosen and put in order, by key and by hand, and a rest is shown with its end', async ({
  page,
  host,
}) => {
  await using ollama = await startOllama({ models: names.map((name) => ({ name })) });
  await host.start({
    providers: [{ id: 'home', kind: 'ollama', name: 'Home', baseUrl: ollama.url }],
    settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' },
  });
  await openWindow(page, host);
  await goTo(page, 'Models');
  const said = page.getByTestId('order-said');

  await test.step('chosen by typing', async () => {
    await page.getByRole('button', { name: 'Change' }).press('Enter');
    await pick(page, 'alpha');
    await expect(page.getByRole('button', { name: 'Change' })).toBeFocused();
    for (const name of ['beta', 'gamma', 'delta']) {
      await page.getByRole('button', { name: 'Add a fallback' }).press('Enter');
      await expect(page.getByRole('option', { name: /alpha/ })).toBeHidden();
      await pick(page, name);
    }
    await inOrder(page, 'beta:2b', 'gamma:3b', 'delta:4b');
  });

  await test.step('moved by keys: the focus goes with the row, and the place is said', async () => {
    const down = page.getByRole('button', { name: 'Move beta:2b down' });
    await tabTo(page, down);
    await page.keyboard.press('Alt+ArrowDown');
    await expect(said).toHaveText('beta:2b is now number 2 of 3.');
    await inOrder(page, 'gamma:3b', 'beta:2b', 'delta:4b');
    await page.keyboard.press('Alt+ArrowDown');
    await expect(said).toHaveText('beta:2b is now number 3 of 3.');
    await inOrder(page, 'gamma:3b', 'delta:4b', 'beta:2b');
    await expect(down).toBeFocused();
    await page.keyboard.press('Alt+ArrowDown');
    await inOrder(page, 'gamma:3b', 'delta:4b', 'beta:2b');
    await page.getByRole('button', { name: 'Move beta:2b up' }).press('Enter');
    await inOrder(page, 'gamma:3b', 'beta:2b', 'delta:4b');
  });

  await test.step('two keys in one go are two moves', async () => {
    const up = { key: 'ArrowUp', altKey: true, bubbles: true, cancelable: true };
    await fallbacks(page)
      .last()
      .evaluate((row, key) => {
        row.dispatchEvent(new KeyboardEvent('keydown', key));
        row.dispatchEvent(new KeyboardEvent('keydown', key));
      }, up);
    await inOrder(page, 'delta:4b', 'gamma:3b', 'beta:2b');
    await expect(said).toHaveText('delta:4b is now number 1 of 3.');
    const down = page.getByRole('button', { name: 'Move delta:4b down' });
    await down.press('Enter');
    await down.press('Enter');
    await inOrder(page, 'gamma:3b', 'beta:2b', 'delta:4b');
  });

  await test.step('dragged by its handle; Escape puts it back', async () => {
    const grip = await fallbacks(page).first().locator('.grip').boundingBox();
    const last = await fallbacks(page).last().boundingBox();
    if (grip === null || last === null) throw new Error('no rows');
    await page.mouse.move(grip.x + 8, grip.y + 12);
    await page.mouse.down();
    await page.mouse.move(grip.x + 8, last.y + last.height - 6, { steps: 6 });
    await page.keyboard.press('Escape');
    await expect(said).toHaveText('gamma:3b stays where it was.');
    await page.mouse.up();
    await inOrder(page, 'gamma:3b', 'beta:2b', 'delta:4b');
    await page.mouse.move(grip.x + 8, grip.y + 12);
    await page.mouse.down();
    await page.mouse.move(grip.x + 8, last.y + last.height - 6, { steps: 6 });
    await page.mouse.up();
    await expect(said).toHaveText('gamma:3b is now number 3 of 3.');
    await inOrder(page, 'beta:2b', 'delta:4b', 'gamma:3b');
    await page.reload();
    await inOrder(page, 'beta:2b', 'delta:4b', 'gamma:3b');
  });

  await test.step('one that failed rests, and until when is said where it stands', async () => {
    ollama.script(({ model, lastUserText }) =>
      model === 'alpha:1b' || model === 'beta:2b'
        ? { kind: 'status', status: 500 }
        : { kind: 'reply', text: `echo: ${lastUserText}` },
    );
    await page.getByRole('link', { name: 'New conversation' }).first().click();
    await say(page, 'who is there?');
    await expect(replies(page)).toContainText('echo: who is there?');
    await goTo(page, 'Models');
    await expect(fallbacks(page).first()).toContainText(/It failed and rests until \d\d:\d\d/);
    await expect(fallbacks(page).nth(1)).not.toContainText('rests');
    await picture(page, 'models-order');
    await expectAccessible(page);
  });
});

test('a thousand models open at once, are found by a few letters, and serve a conversation too', async ({
  page,
  host,
}) => {
  const models = Array.from({ length: 1000 }, (_, index) => `maker-${String(index % 10)}/chat-${String(index)}`);
  await using lab = await startOpenAi({ models });
  await host.start({
    providers: [{ id: 'lab', kind: 'openai', name: 'Lab', baseUrl: lab.url, apiKey: 'sk-test' }],
    settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' },
  });
  await openWindow(page, host);
  await say(page, 'good evening');
  await expect(replies(page)).toContainText('You wrote: good evening');
  await page.getByRole('button', { name: /^Model:/ }).press('Enter');
  const search = page.getByRole('combobox', { name: 'Search models' });
  await expect(page.getByRole('option').first()).toBeVisible();
  await expect(page.getByText(/more\. Scroll down, or type a part of its name\./)).toBeAttached();
  expect(await page.getByRole('option').count()).toBeLessThan(130);
  await picture(page, 'models-thousand');
  await expectAccessible(page);
  await search.press('End');
  const last = page.getByRole('option').last();
  await expect(last).toHaveAttribute('data-active', 'true');
  await expect(last).toHaveAttribute('aria-posinset', '1002');
  await search.fill('maker-7 chat-77');
  await expect(page.getByRole('option').first()).toContainText('maker-7/chat-77');
  await search.press('Enter');
  await expect(page.getByRole('button', { name: 'Model: maker-7/chat-77' })).toBeVisible();
  await search.waitFor({ state: 'hidden' });
});
