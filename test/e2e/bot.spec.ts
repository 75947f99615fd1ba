import { expect } from '@playwright/test';
import { startOpenAi } from '../emulators/openai/server.ts';
import { startTelegram } from '../emulators/telegram/server.ts';
import { openWindow, picture, replies, test } from './web.ts';

const token = '777000:AAtest-token_for-the-emulator-0001';
const ada = { id: 4242, first_name: 'Ada', username: 'ada' };

test('a bot is linked, its owner says "this is me", is answered with formatting, and the link shows its evidence', async ({
  page,
  host,
}) => {
  // A refused token is asked about three times, over 42 s, before the link is signed out: the longest of all specs, so
  // its name lets it begin first.
  test.setTimeout(90_000);
  await using lab = await startOpenAi();
  await using telegram = await startTelegram({ token, username: 'ada_home_bot' });
  const { bot } = telegram;
  lab.script(({ lastUserText }) => ({ kind: 'reply', text: `**Bold**, \`code\` and <${lastUserText}>.` }));
  await host.start({
    providers: [{ id: 'lab', kind: 'openai', name: 'Lab', baseUrl: lab.url, apiKey: 'sk-test' }],
    models: { default: 'lab/gpt-test' },
    settings: { 'setup.done': true, language: 'en', timeZone: 'UTC', 'delivery.pacing': 0 },
  });
  await openWindow(page, host);
  await page.getByRole('link', { name: 'Channels' }).click();
  await expect(page.getByText('No outside channel yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Add Telegram' }).click();
  const dialog = page.getByRole('dialog');

  await test.step('a token is proven before it is taken', async () => {
    await dialog.getByText('My own Bot API server').click();
    await dialog.getByLabel('Bot API address').fill(`${telegram.url}/`);
    await dialog.getByLabel('Bot token').fill('777000:AAwrong-token_for-the-emulator-0002');
    await expect(dialog.getByText('The platform refuses the token.')).toBeVisible();
    await expect(dialog.getByRole('button', { name: 'Link this bot' })).toBeDisabled();
    await dialog.getByLabel('Bot token').fill(token);
    await expect(dialog.getByText('@ada_home_bot')).toBeVisible();
    await picture(page, 'channels-add');
    await dialog.getByRole('button', { name: 'Link this bot' }).click();
  });

  await test.step('"is this you?" yes: the kept message is answered, formatted', async () => {
    await expect(dialog.getByText('Now write to @ada_home_bot in Telegram')).toBeVisible();
    await expect(dialog.getByText(/^up, seen \d+ s ago$/)).toBeVisible();
    bot.say({ chatId: ada.id, from: ada, text: 'hello from the phone' });
    const candidate = dialog.getByRole('group', { name: 'Ada wrote' });
    await expect(candidate).toContainText('hello from the phone');
    await expect(candidate).toContainText('4242');
    expect(bot.sent).toEqual([]);
    await picture(page, 'channels-is-this-you');
    await candidate.getByRole('button', { name: 'Yes, this is me' }).click();
    await expect(dialog.getByText('You are the owner on @ada_home_bot.')).toBeVisible();
    const sent = await bot.waitForSend(({ kind }) => kind === 'message', { timeoutMs: 5000 });
    expect(sent.text).toBe('Bold, code and <hello from the phone>.');
    expect(sent.entities.map(({ type, offset, length }) => [type, offset, length])).toEqual([
      ['bold', 0, 4],
      ['code', 6, 4],
    ]);
    expect(sent.raw['parse_mode']).toBe('HTML');
    await dialog.getByRole('button', { name: 'Next', exact: true }).click();
    await expect(dialog).toBeHidden();
  });

  const card = page.getByRole('article', { name: '@ada_home_bot' });
  await test.step('the card shows evidence, not a word', async () => {
    await expect(card).toContainText(/up, seen \d+ s ago/);
    await expect(card).toContainText(/Last message in\s*\d+ s ago/);
    await expect(card).toContainText(/Last reply out\s*\d+ s ago/);
    await expect(card).toContainText(/Last proof of life\s*\d+ s ago/);
    await expect(card).toContainText(telegram.url);
    await picture(page, 'channels');
  });

  telegram.removeBot(token);
  const refusedAt = telegram.requests.length;
  bot.say({ chatId: ada.id, from: ada, text: 'said to a bot that is refused' });
  await test.step('meanwhile: the thread of the chat, and the settings', async () => {
    await page.getByRole('listitem').getByRole('link', { name: /Ada/ }).click();
    await expect(page.getByRole('article', { name: 'Ada wrote' }).first()).toContainText('hello from the phone');
    await expect(replies(page).first()).toContainText('Bold, code');
    await expect(page.getByText('Sent by the bot @ada_home_bot, as you write it; no model is asked.')).toBeVisible();
    await picture(page, 'conversation-telegram');
    await page.getByRole('link', { name: 'Settings' }).click();
    await expect(page.getByLabel('Appearance')).toBeVisible();
    await picture(page, 'settings');
  });

  await test.step('a refused token is said with the one button that helps, and a new one goes on where it was', async () => {
    await page.getByRole('link', { name: /Channels/ }).click();
    await expect(card).toContainText(/retrying|signed out/);
    await expect(card).toContainText('signed out', { timeout: 60_000 });
    await expect(card.getByRole('alert')).toContainText(
      'The platform refuses the token. Conversations are kept; enter a new token to link again.',
    );
    await expect(page.getByRole('navigation', { name: 'Places' }).getByRole('img')).toHaveAccessibleName(
      'needs attention',
    );
    expect(telegram.requests.slice(refusedAt).filter(({ apiMethod }) => apiMethod === 'getMe')).toHaveLength(3);
    await picture(page, 'channels-signed-out');
    const fresh = '777000:AAfresh-token-for-the-emulator-0003';
    telegram.renewToken(bot, fresh);
    await card.getByRole('button', { name: 'Enter a new token' }).click();
    await dialog.getByLabel('Bot token').fill(fresh);
    await expect(dialog.getByText('@ada_home_bot')).toBeVisible();
    await dialog.getByRole('button', { name: 'Use this token' }).click();
    await expect(card).toContainText(/up, seen \d+ s ago/);
    bot.say({ chatId: ada.id, from: ada, text: 'back again' });
    await bot.waitForSend(({ text }) => text?.includes('back again') === true, { timeoutMs: 5000 });
    expect(bot.sent.flatMap(({ kind, text }) => (kind === 'message' ? [text] : []))).toEqual([
      'Bold, code and <hello from the phone>.',
      'Bold, code and <said to a bot that is refused>.',
      'Bold, code and <back again>.',
    ]);
    await expect(page.getByRole('navigation', { name: 'Places' }).getByRole('img')).toHaveCount(0);
  });
});
