import { expect } from '@playwright/test';
import { ada, bob, cleo, dora, heard, hears, startHome, traces } from './telegram-home.ts';
import { doubleClick, expectAccessible, goTo, openChat, openWindow, picture, replies, tabTo, test } from './web.ts';

test('strangers get silence and a card each; allowed, allowed once and ignored are three different things', async ({
  page,
  host,
}) => {
  await using home = await startHome();
  const { bot } = home;
  await host.start(home.file());
  await openWindow(page, host);
  await goTo(page, 'People');
  await expect(page.getByText('set by the provision file')).toBeVisible();
  bot.say({ chatId: bob.id, from: bob, text: 'is this the porch?' });
  bot.say({ chatId: cleo.id, from: cleo, text: 'just a question' });
  bot.say({ chatId: dora.id, from: dora, text: 'buy now' });
  const card = (name: string) => page.getByRole('article', { name: `${name} waits` });
  const role = (name: string) => page.getByRole('combobox', { name: `Role of ${name}` });
  const places = page.getByRole('navigation', { name: 'Places' });

  await test.step('a card in People with what was written, and not a sign to anybody', async () => {
    for (const name of ['Bob', 'Cleo', 'Dora']) await expect(card(name)).toBeVisible();
    await expect(card('Bob')).toContainText('is this the porch?');
    await expect(card('Bob')).toContainText(String(bob.id));
    await expect(places.getByRole('link', { name: 'People' })).toContainText('3 decisions wait for you');
    bot.say({ chatId: bob.id, from: bob, text: 'hello?' });
    await expect(card('Bob')).toContainText('2 messages wait');
    for (const name of ['Bob', 'Cleo', 'Dora']) await expect(role(name)).toHaveValue('unknown');
    expect(bot.sent).toEqual([]);
    await picture(page, 'people-waiting');
    await expectAccessible(page);
  });

  await test.step('in the thread the message says why nothing was answered', async () => {
    await openChat(page, 'Bob');
    await expect(page.getByRole('article', { name: 'Bob wrote' })).toHaveCount(2);
    await expect(page.getByText('Nobody has said yet whether this person may talk')).toHaveCount(2);
    await expect(page.getByRole('main').getByRole('button', { name: 'Retry' })).toHaveCount(0);
    await picture(page, 'conversation-unknown');
    await page.getByRole('link', { name: 'Open People' }).first().click();
  });

  await test.step('a reload loses none of it', async () => {
    await page.reload();
    await expect(card('Bob')).toContainText('2 messages wait');
    await expect(card('Cleo')).toBeVisible();
    expect(bot.sent).toEqual([]);
    expect(home.lab.chats).toHaveLength(0);
  });

  await test.step('allowed: both kept messages are answered in one reply, and the next one as usual', async () => {
    await card('Bob').getByRole('button', { name: 'Allow as guest' }).click();
    await expect(page.getByText('Bob may talk now, as a guest.')).toBeVisible();
    await expect(card('Bob')).toBeHidden();
    await expect(role('Bob')).toHaveValue('guest');
    await hears(bot, bob.id, 'hello?');
    const [asked] = home.lab.chats;
    expect(JSON.stringify(asked?.body)).toContain('is this the porch?');
    bot.say({ chatId: bob.id, from: bob, text: 'thank you' });
    await hears(bot, bob.id, 'thank you');
  });

  await test.step('allowed once: this message is answered, the next one makes a card again', async () => {
    await card('Cleo').getByRole('button', { name: 'Allow once' }).click();
    await hears(bot, cleo.id, 'just a question');
    await expect(card('Cleo')).toBeHidden();
    await expect(role('Cleo')).toHaveValue('unknown');
    bot.say({ chatId: cleo.id, from: cleo, text: 'and another one' });
    await expect(card('Cleo')).toContainText('and another one');
    expect(heard(bot, cleo.id)).toHaveLength(1);
  });

  await test.step('ignored: no card, no answer, and the thread says so', async () => {
    await card('Dora').getByRole('button', { name: 'Ignore always' }).click();
    await expect(card('Dora')).toBeHidden();
    await expect(role('Dora')).toHaveValue('blocked');
    bot.say({ chatId: dora.id, from: dora, text: 'still here' });
    await openChat(page, 'Dora');
    const said = page.getByRole('article', { name: 'Dora wrote' });
    await expect(said.filter({ hasText: 'still here' })).toContainText('This person is blocked and is not answered.');
    // A reply to somebody else, asked for later, has gone out: Dora's would have by then.
    bot.say({ chatId: bob.id, from: bob, text: 'last words' });
    await hears(bot, bob.id, 'last words');
    expect(traces(bot, dora.id)).toEqual([]);
    await openChat(page, 'Bob');
    await expect(replies(page)).toHaveCount(3);
  });

  await test.step('who may talk can be taken back, and everybody forgotten', async () => {
    await goTo(page, 'People');
    await role('Bob').selectOption('blocked');
    await expect(page.getByText('Bob: Blocked.')).toBeVisible();
    bot.say({ chatId: bob.id, from: bob, text: 'hello again?' });
    await expect(page.getByRole('list', { name: 'Conversations' })).toContainText('hello again?');
    await page.getByRole('searchbox', { name: 'Search people' }).fill('dora');
    await expect(page.getByRole('list', { name: 'Everyone who wrote' }).getByRole('listitem')).toHaveCount(1);
    await page.getByRole('button', { name: 'Forget Dora' }).click();
    await picture(page, 'people-forget');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Forget' }).click();
    await expect(page.getByText('Dora is forgotten.')).toBeVisible();
    await page.getByRole('searchbox', { name: 'Search people' }).fill('');
    await expect(role('Ada')).toHaveCount(0);
    await expect(role(String(ada.id))).toHaveValue('owner');
    await picture(page, 'people');
    await expectAccessible(page);
    expect(heard(bot, bob.id)).toHaveLength(3);
  });
});

test('a card is found, read and answered with the keyboard alone', async ({ page, host }) => {
  await using home = await startHome();
  await host.start(home.file());
  await openWindow(page, host);
  home.bot.say({ chatId: bob.id, from: bob, text: 'is this the porch?' });
  const people = page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'People' });
  await expect(people).toContainText('1 decision waits for you');
  await tabTo(page, people);
  await page.keyboard.press('Enter');
  const allow = page.getByRole('article', { name: 'Bob waits' }).getByRole('button', { name: 'Allow as guest' });
  await expect(allow).toBeVisible();
  await tabTo(page, allow);
  await picture(page, 'people-focus');
  await page.keyboard.press('Enter');
  await hears(home.bot, bob.id, 'is this the porch?');
  await tabTo(page, page.getByRole('combobox', { name: 'Role of Bob' }));
  await page.keyboard.press('ArrowDown');
  await expect(page.getByText('Bob: Blocked.')).toBeVisible();
});

test('a double click that allows one stranger says nothing about the next, whose card comes to lie below the pointer', async ({
  page,
  host,
}) => {
  await using home = await startHome();
  const { bot } = home;
  await host.start(home.file());
  await openWindow(page, host);
  await goTo(page, 'People');
  const card = (name: string) => page.getByRole('article', { name: `${name} waits` });
  bot.say({ chatId: bob.id, from: bob, text: 'is this the porch?' });
  await expect(card('Bob')).toBeVisible();
  bot.say({ chatId: cleo.id, from: cleo, text: 'just a question' });
  await expect(card('Cleo')).toBeVisible();
  const allow = page.getByRole('button', { name: 'Allow as guest' });
  await doubleClick(page, card('Bob').getByRole('button', { name: 'Allow as guest' }), async () => {
    await expect(allow).toHaveCount(1);
  });
  await hears(bot, bob.id, 'is this the porch?');
  // An answer to Cleo would have gone out before this one.
  bot.say({ chatId: bob.id, from: bob, text: 'thank you' });
  await hears(bot, bob.id, 'thank you');
  await expect(card('Cleo')).toBeVisible();
  expect(traces(bot, cleo.id)).toEqual([]);
});
