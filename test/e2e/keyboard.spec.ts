/*
 * A whole session without a mouse. Every stop is reached with Tab or a key of the sheet, and shows that it has the focus:
 * an outline around itself, or around the field it stands in.
 */
import { expect, type Locator, type Page } from '@playwright/test';
import { startOpenAi } from '../emulators/openai/server.ts';
import { startTelegram } from '../emulators/telegram/server.ts';
import { ada, bob, hears } from './telegram-home.ts';
import { type Place, replies, stepped, test } from './web.ts';

const token = '777000:AAtest-token_for-the-emulator-0001';

/** Widths of the outlines of what has the focus and of the two boxes around it, in px. */
function outlines(page: Page): Promise<readonly number[]> {
  return page.evaluate(() => {
    const widths: number[] = [];
    let element: Element | null = document.activeElement;
    for (let steps = 0; element !== null && element !== document.body && steps < 3; steps += 1) {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      widths.push(outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth));
      element = element.parentElement;
    }
    return widths;
  });
}

/** Goes on with Tab until `target` has the focus, and looks whether one sees it. */
async function reach(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  await expect(target).toBeEnabled();
  const isThere = (): Promise<boolean> => target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 90 && !(await isThere()); presses += 1) await page.keyboard.press('Tab');
  await expect(target).toBeFocused();
  const around = await outlines(page);
  expect(
    Math.max(...around),
    `the outline of ${await target.evaluate((element) => element.outerHTML)}`,
  ).toBeGreaterThan(1);
}

async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await reach(page, target);
  await page.keyboard.press(key);
}

async function type(page: Page, target: Locator, text: string): Promise<void> {
  await reach(page, target);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
}

async function goTo(page: Page, place: Place): Promise<void> {
  await press(page, page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }));
}

test('from the first start to a stranger who is let in, without a mouse, and the focus is seen at each stop', async ({
  page,
  host,
}) => {
  test.setTimeout(150_000);
  await using lab = await startOpenAi({ models: ['gpt-small', 'gpt-test'] });
  await using telegram = await startTelegram({ token, username: 'ada_home_bot', pollSecondMs: 20 });
  const { bot } = telegram;
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  await page.addInitScript(() => {
    addEventListener('pointerdown', () => localStorage.setItem('pressed', 'with a pointer'), { capture: true });
  });
  await host.start({ settings: { timeZone: 'UTC', language: 'en', 'delivery.pacing': 0 } });
  await page.goto(host.address);

  await test.step('the setup: a server by its address, a wrong key and the right one, a real answer', async () => {
    await press(page, button('Begin'));
    await type(page, page.getByLabel('Service'), 'Another');
    await expect(page.getByLabel('Service')).toHaveValue('own');
    await type(page, page.getByLabel('Name'), 'Lab');
    await type(page, page.getByLabel('Address'), lab.url);
    await type(page, page.getByLabel('API key'), 'sk-wrong');
    await press(page, button('Connect'));
    await expect(page.getByRole('note')).toContainText('Lab refused the key.');
    await type(page, page.getByLabel('API key'), 'sk-test');
    await press(page, button('Connect'));
    await type(page, page.getByLabel('Model', { exact: true }), 'gpt-t');
    await press(page, button('Test'));
    await expect(page.getByText(/It answered in/)).toBeVisible();
    await press(page, button('Next'));
    await press(page, button('Not now'));
    await press(page, button('Start a conversation'));
  });

  await test.step('a conversation: sent with Enter, stopped with Escape, found by its words', async () => {
    const box = page.getByRole('textbox', { name: 'Message' });
    await type(page, box, 'Good evening');
    await page.keyboard.press('Enter');
    await expect(replies(page)).toContainText('echo: Good evening');
    const { reply } = stepped('One, ', 'two');
    lab.next(reply);
    await type(page, box, 'Count');
    await page.keyboard.press('Enter');
    await expect(replies(page).last()).toContainText('One');
    await page.keyboard.press('Escape');
    await expect(page.getByText('Stopped. What was written so far is kept.')).toBeVisible();
    await press(page, button('Retry'));
    await expect(replies(page).last()).toContainText('echo: Count');
    await page.keyboard.press('ControlOrMeta+k');
    await expect(page.getByRole('searchbox', { name: 'Search all messages' })).toBeFocused();
    await page.keyboard.type('evening');
    await press(page, page.getByRole('list', { name: 'Messages found' }).getByRole('link').first());
    await expect(page.getByRole('heading', { name: 'Good evening', level: 1 })).toBeVisible();
    await page.keyboard.press('ControlOrMeta+k');
    await page.keyboard.press('Escape');
  });

  await test.step('models: the server is tested, another model is chosen', async () => {
    await goTo(page, 'Models');
    await press(page, page.getByRole('article', { name: 'Lab' }).getByRole('button', { name: 'Test' }));
    await expect(page.getByText(/It answered in/)).toBeVisible();
    await press(page, button('Change').first());
    await expect(page.getByRole('combobox', { name: 'Search models' })).toBeFocused();
    await page.keyboard.type('small');
    await expect(page.getByRole('option', { name: /gpt-small/ })).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main').getByText('gpt-small').first()).toBeVisible();
  });

  await test.step('channels: a bot by its token, and "this is me"', async () => {
    await goTo(page, 'Channels');
    await press(page, button('Add Telegram').first());
    const dialog = page.getByRole('dialog');
    await press(page, dialog.locator('summary'));
    await type(page, dialog.getByLabel('Bot API address'), telegram.url);
    await type(page, dialog.getByLabel('Bot token'), token);
    await expect(dialog.getByText('@ada_home_bot')).toBeVisible();
    await press(page, dialog.getByRole('button', { name: 'Link this bot' }));
    await expect(dialog.getByText(/^up, seen \d+ s ago$/)).toBeVisible();
    bot.say({ chatId: ada.id, from: ada, text: 'hello from the phone' });
    await press(page, dialog.getByRole('button', { name: 'Yes, this is me' }));
    await hears(bot, ada.id, 'echo: hello from the phone');
    await press(page, dialog.getByRole('button', { name: 'Next' }));
    await expect(dialog).toBeHidden();
  });

  await test.step('people: a stranger is let in', async () => {
    bot.say({ chatId: bob.id, from: bob, text: 'is this the porch?' });
    await goTo(page, 'People');
    await press(page, page.getByRole('article', { name: 'Bob waits' }).getByRole('button', { name: 'Allow as guest' }));
    await hears(bot, bob.id, 'is this the porch?');
    await expect(page.getByRole('combobox', { name: 'Role of Bob' })).toHaveValue('guest');
  });

  await test.step('settings, the sheet of keys, and the self-test', async () => {
    await page.keyboard.press('ControlOrMeta+,');
    await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
    await type(page, page.getByLabel('Appearance'), 'Dark');
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await press(page, button('Undo'));
    await expect(page.locator('html')).not.toHaveAttribute('data-theme', 'dark');
    await goTo(page, 'Diagnostics');
    await press(page, button('Run the self-test'));
    await expect(page.getByText('The message went the whole way, answered by practice.')).toBeVisible();
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(button('Run the self-test')).toBeFocused();
  });
  expect(await page.evaluate(() => localStorage.getItem('pressed'))).toBeNull();
});
