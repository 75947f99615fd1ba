import { expect } from '@playwright/test';
import { wireOf } from './screens/wire.ts';
import { bob, heard, hears, startHome } from './telegram-home.ts';
import { expectAccessible, goTo, openChat, openWindow, picture, replies, say, test } from './web.ts';

test('the owner writes into a chat from the window: the bot sends it, and keeps out of it for a while', async ({
  page,
  host,
}) => {
  await using home = await startHome();
  await host.start(home.file({ guests: [bob.id] }));
  home.bot.say({ chatId: bob.id, from: bob, text: 'When do you open?' });
  await hears(home.bot, bob.id, 'When do you open?');
  await openWindow(page, host);
  await openChat(page, 'Bob');
  await expect(page.getByText('Sent by the bot @ada_home_bot, as you write it; no model is asked.')).toBeVisible();
  await expect(page.getByText('Porchlight then keeps out of this chat for 30 minutes.')).toBeVisible();
  await say(page, 'At nine. *Ada*');
  await hears(home.bot, bob.id, 'At nine. *Ada*');
  const mine = page.getByRole('article', { name: 'You wrote' }).filter({ hasText: 'At nine' });
  await expect(mine).toContainText('You, from this window');
  await expect(mine).toContainText('sent');
  await expect(page.getByText('You wrote here yourself, so Porchlight keeps out')).toBeVisible();
  home.bot.say({ chatId: bob.id, from: bob, text: 'Thanks' });
  await expect(page.getByText('This came in while answering was paused.')).toBeVisible();
  expect(heard(home.bot, bob.id)).toHaveLength(2);
  await picture(page, 'conversation-taken-over');
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Resume' }).click();
  home.bot.say({ chatId: bob.id, from: bob, text: 'And on Sunday?' });
  await hears(home.bot, bob.id, 'And on Sunday?');
});

test('what cannot be sent is refused with a sentence, and stays', async ({ page, host }) => {
  await using home = await startHome();
  await host.start(home.file());
  home.bot.say({ chatId: bob.id, from: bob, text: 'Hello' });
  await openWindow(page, host);
  await goTo(page, 'People');
  await page.getByRole('combobox', { name: 'Role of Bob' }).selectOption('blocked');
  await expect(page.getByText('Bob: Blocked.')).toBeVisible();
  await openChat(page, 'Bob');
  await page.getByRole('textbox', { name: 'Message' }).fill('Are you there?');
  await page.getByRole('textbox', { name: 'Message' }).press('Enter');
  await expect(page.getByText('You have blocked this person, so nothing is sent to them.')).toBeVisible();
  await expect(page.getByText('Are you there?')).toBeVisible();
  expect(heard(home.bot, bob.id)).toEqual([]);
  await picture(page, 'conversation-refused');
  await expectAccessible(page);
});

test.describe('over a host that goes', () => {
  test.use({ expectedNoise: /ERR_CONNECTION_REFUSED|WebSocket connection to .* failed/ });

  test('a draft and a message that was on its way outlive the page, each once', async ({ page, host }) => {
    await host.start({ settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' } });
    await openWindow(page, host);
    await say(page, 'First words');
    await expect(replies(page)).toBeVisible();
    const box = page.getByRole('textbox', { name: 'Message' });
    await box.fill('half a thou');
    await page.reload();
    await expect(box).toHaveValue('half a thou');

    await box.fill('said into the dark');
    await host.kill();
    await box.press('Enter');
    await expect(page.getByText('Porchlight is not reachable')).toBeVisible();
    await host.startAgain();
    await expect(replies(page).filter({ hasText: 'said into the dark' })).toBeVisible({ timeout: 30_000 });
    await expect(
      page.getByRole('article', { name: 'You wrote' }).filter({ hasText: 'said into the dark' }),
    ).toHaveCount(1);
    await page.reload();
    await expect(
      page.getByRole('article', { name: 'You wrote' }).filter({ hasText: 'said into the dark' }),
    ).toHaveCount(1);
    await expect(box).toHaveValue('');
  });
});

test('what is typed while the first message is on its way goes on in its conversation', async ({ page, host }) => {
  await host.start({ settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' } });
  const wire = await wireOf(page);
  await openWindow(page, host);
  wire.hold('conversations.create');
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.fill('First words');
  await box.press('Enter');
  await box.press('Shift+Enter');
  await box.pressSequentially('and more');
  wire.release();
  await expect(page.getByRole('article', { name: 'You wrote' })).toHaveText(/First words$/);
  await expect(box).toHaveValue('and more');
  await page.getByRole('link', { name: 'New conversation', exact: true }).click();
  await expect(box).toHaveValue('');
});
