import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { ada, bob, hears, startHome } from './telegram-home.ts';
import { expectAccessible, openChat, openWindow, picture, replies, say, test } from './web.ts';

test('list and search keep to one channel, and the words found are marked where they stand', async ({ page, host }) => {
  await using home = await startHome();
  await host.start(home.file({ guests: [bob.id] }));
  for (const [from, text] of [
    [bob, 'The marmalade stands in the cellar'],
    [ada, 'No jam left?'],
  ] as const) {
    home.bot.say({ chatId: from.id, from, text });
    await hears(home.bot, from.id, text);
  }
  await openWindow(page, host);
  await say(page, 'Where is the marmalade, please');
  await expect(replies(page)).toBeVisible();
  const list = page.getByRole('list', { name: 'Conversations' });
  await expect(list.getByRole('link')).toHaveCount(3);
  const filter = page.getByRole('combobox', { name: 'Show conversations of' });
  await filter.selectOption({ label: 'Telegram · @ada_home_bot' });
  await expect(list.getByRole('link')).toHaveCount(2);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('marmal');
  const hits = page.getByRole('list', { name: 'Messages found' }).getByRole('link');
  await expect(hits).toHaveCount(2);
  await filter.selectOption('');
  await expect(hits).toHaveCount(4);
  await filter.selectOption('window');
  await expect(hits).toHaveCount(2);
  await filter.selectOption({ label: 'Telegram · @ada_home_bot' });
  await hits.last().click();
  await expect(page.getByRole('heading', { name: 'Bob', exact: true })).toBeVisible();
  await expect
    .poll(() => page.evaluate(() => [...(CSS.highlights.get('found-words') ?? [])].map(String)))
    .toEqual(['marmal']);
  await picture(page, 'search-one-channel');
  await expectAccessible(page);
});

test('a conversation is saved as Markdown, all of them as JSON', async ({ page, host }) => {
  await using home = await startHome();
  await host.start(home.file({ guests: [bob.id] }));
  home.bot.say({ chatId: bob.id, from: bob, text: 'Good morning' });
  await hears(home.bot, bob.id, 'Good morning');
  await openWindow(page, host);
  await say(page, 'Where is the lamp?');
  await expect(replies(page)).toBeVisible();
  await openChat(page, 'Bob');
  const begin = async () => {
    await page.getByRole('button', { name: 'More about this conversation' }).click();
    await page.getByRole('menuitem', { name: 'Export…' }).click();
    return page.getByRole('dialog', { name: 'Export conversations' });
  };
  const dialog = await begin();
  await picture(page, 'export');
  await expectAccessible(page);
  const save = async (): Promise<{ readonly name: string; readonly text: string }> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Export', exact: true }).click(),
    ]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
  };
  const one = await save();
  expect(one.name).toMatch(/^porchlight-bob-\d{4}-\d\d-\d\d\.md$/);
  expect(one.text).toContain('# Bob');
  expect(one.text).toContain('> Good morning');
  expect(one.text).not.toContain('lamp');
  await expect(page.getByText(`${one.name} is saved.`)).toBeVisible();
  await expect(dialog).toBeHidden();

  await begin();
  await dialog.getByText('All conversations').click();
  await dialog.getByText('JSON').click();
  const all = await save();
  const { conversations } = JSON.parse(all.text) as {
    readonly conversations: readonly { readonly messages: unknown[] }[];
  };
  expect(conversations.map(({ messages }) => messages.length)).toEqual([2, 2]);
});

test('the meter says in words how much the model is given, and where it begins to read', async ({ page, host }) => {
  await host.start({ settings: { 'setup.done': true, language: 'en', timeZone: 'UTC' } });
  await openWindow(page, host);
  await say(page, 'word '.repeat(600));
  await expect(replies(page)).toHaveCount(1);
  const meter = page.getByRole('button', { name: /^Context / });
  await expect(meter).toHaveText(/^Context [23]\d %$/);
  await say(page, '/new');
  // The tools that the owner's model is told of take their part of a small window.
  await expect(meter).toHaveText(/^Context 1\d %$/);
  await say(page, 'And now?');
  await expect(replies(page)).toHaveCount(2);
  await meter.click();
  const dialog = page.getByRole('dialog', { name: 'How much the model reads' });
  await expect(dialog).toContainText(/is given about [\d,]+ of the 8,192 tokens/);
  await expect(dialog).toContainText('what stands above that was put aside with /new');
  await picture(page, 'context-meter');
  await expectAccessible(page);
  await dialog.getByRole('link', { name: 'Show it' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('New context: what is above is not read any more')).toBeInViewport();
});
