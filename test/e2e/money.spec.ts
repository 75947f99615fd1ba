import { expect } from '@playwright/test';
import { gate } from '../emulators/lib/gate.ts';
import { bob, heard, hears, startHome } from './telegram-home.ts';
import { expectAccessible, goTo, openChat, openWindow, picture, replies, say, test } from './web.ts';

test('a model needs a price, a limit holds, and raised in the window it lets the next message through', async ({
  page,
  host,
}) => {
  await using home = await startHome();
  const { bot, lab } = home;
  const modelUrl = lab.url.replace('127.0.0.1', 'lab.test');
  const usage = { promptTokens: 1000, completionTokens: 2000 };
  lab.script(({ lastUserText }) => ({ kind: 'reply', text: `echo: ${lastUserText}`, usage }));
  await host.start(home.file({ guests: [bob.id], modelUrl }));
  await openWindow(page, host);
  const notes = page.getByRole('article', { name: 'Note' });
  const today = page.getByRole('article', { name: 'Today' });

  await test.step('nobody knows the price: no request, a sentence, and the way to enter one', async () => {
    await say(page, 'what does this cost?');
    await expect(notes).toContainText('Nobody knows what lab/gpt-test costs, so no request was made.');
    await page.getByRole('link', { name: 'Open Usage' }).click();
    await expect(page.getByText('Nobody knows what gpt-test costs, so it is not asked.')).toBeVisible();
    await expect(page.getByText('No model was asked in this time.').first()).toBeVisible();
    await picture(page, 'usage-no-price');
    await expectAccessible(page);
    expect(lab.chats).toHaveLength(0);
    await page.getByRole('button', { name: 'Enter its price' }).click();
    const dialog = page.getByRole('dialog', { name: 'Price of gpt-test' });
    await dialog.getByLabel('Tokens read (input)').fill('two');
    await expect(dialog.getByText('An amount from 0 to 1000, such as 0.15.')).toBeVisible();
    await picture(page, 'usage-price');
    await dialog.getByLabel('Tokens read (input)').fill('2');
    await dialog.getByLabel('Tokens written (output)').fill('10');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('row', { name: /gpt-test Lab · yours/ })).toContainText(/US\$2\.00|\$2\.00/);
    await expect(page.getByRole('main').getByText('Nobody knows')).toBeHidden();
  });

  await test.step('asked again it answers, and the call stands under its day with its cost', async () => {
    await page.getByRole('list', { name: 'Conversations' }).getByRole('link', { name: 'what does this cost?' }).click();
    await notes.getByRole('button', { name: 'Retry' }).click();
    await expect(replies(page)).toContainText('echo: what does this cost?');
    await goTo(page, 'Usage');
    await expect(today).toContainText(/\$0\.02 of (US)?\$5\.00/);
    await page.getByText('As a table').click();
    const table = page.getByRole('table').filter({ hasText: 'Day' });
    await expect(table.getByRole('row')).toHaveCount(2);
    await expect(table.getByRole('row').nth(1)).toContainText(/1\s*3,000\s*(US)?\$0\.02/);
    await expect(page.getByRole('row', { name: /gpt-test Lab · 1 call/ })).toBeVisible();
  });

  await test.step('a limit that the next call would pass: the chat is told once, and nothing is asked', async () => {
    await page.getByText('Change the limits').click();
    await page.getByLabel('Dollars a day').fill('0.06');
    await page.getByLabel('Dollars a day').press('Enter');
    await expect(page.getByText('Dollars a day changed.')).toBeVisible();
    await expect(today).toContainText(/of (US)?\$0\.06/);
    const asked = lab.chats.length;
    bot.say({ chatId: bob.id, from: bob, text: 'anybody there?' });
    await hears(bot, bob.id, 'The limit of $0.06 for today leaves no room for another request, so none was made.');
    bot.say({ chatId: bob.id, from: bob, text: 'hello?' });
    await openChat(page, 'Bob');
    await expect(notes).toHaveCount(2);
    await expect(notes.last()).toContainText('The limit of $0.06 for today leaves no room');
    expect(heard(bot, bob.id)).toHaveLength(1);
    expect(lab.chats).toHaveLength(asked);
    await picture(page, 'conversation-budget');
    await page.reload();
    await goTo(page, 'People');
    const alarm = page.getByRole('article', { name: 'Spending limit' });
    await expect(alarm).toContainText('The limit of $0.06 for today leaves no room');
    await picture(page, 'people-budget');
    await alarm.getByRole('link', { name: 'Open Usage' }).click();
    await expect(today).toBeVisible();
    await expect(page.getByRole('main')).toContainText('The limit of $0.06 for today leaves no room');
    await picture(page, 'usage-limit');
    await expectAccessible(page);
  });

  await test.step('raised here, from the note in the thread: the next message is answered', async () => {
    await openChat(page, 'Bob');
    await notes.last().getByRole('link', { name: 'Change the limit' }).click();
    await page.getByLabel('Dollars a day').fill('1');
    await page.getByLabel('Dollars a day').press('Enter');
    await expect(today).toContainText(/of (US)?\$1\.00/);
    await expect(page.getByRole('main').getByText('The limit of')).toBeHidden();
    bot.say({ chatId: bob.id, from: bob, text: 'and now?' });
    await hears(bot, bob.id, 'echo: ');
    expect(heard(bot, bob.id)).toHaveLength(2);
    await page.reload();
    await expect(today).toContainText(/\$0\.04 of (US)?\$1\.00/);
    await page.getByRole('button', { name: 'Tokens' }).click();
    await picture(page, 'usage');
  });

  await test.step('while a call runs, what is set aside for it stands on the limits of its provider, in words too', async () => {
    await page.getByRole('button', { name: 'Add a limit' }).click();
    const dialog = page.getByRole('dialog', { name: 'A limit of its own' });
    await dialog.getByLabel('What is limited').selectOption({ index: 1 });
    await dialog.getByLabel('Dollars each day').fill('1');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const bar = page.getByRole('meter', { name: 'Dollars each day' });
    await expect(bar).toBeVisible();
    const answering = gate();
    lab.script(() => ({ kind: 'reply', text: 'at last', usage, gate: answering.promise }));
    bot.say({ chatId: bob.id, from: bob, text: 'take your time' });
    await expect(bar).toHaveAttribute('aria-valuetext', /set aside for calls running now/);
    await expectAccessible(page);
    await picture(page, 'usage-set-aside');
    answering.open();
    await hears(bot, bob.id, 'at last');
    await expect(bar).not.toHaveAttribute('aria-valuetext', /set aside/);
  });
});
