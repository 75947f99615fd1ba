import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { ada, bob, heard, hears, startHome } from './telegram-home.ts';
import { openChat, openWindow, picture, test } from './web.ts';

test('photos are shown, documents can be saved, and an edited message says so with what it said before', async ({
  page,
  host,
}) => {
  await using home = await startHome();
  const { bot } = home;
  await host.start(home.file({ guests: [bob.id] }));
  await openWindow(page, host);
  const size = { width: 320, height: 200 };
  const bytes = await page.screenshot({ type: 'jpeg', clip: { x: 0, y: 0, ...size } });
  const said = page.getByRole('article', { name: 'Bob wrote' });

  await test.step('a photo stands in the thread, also after a reload', async () => {
    const photo = { kind: 'photo', sizes: [{ ...size, bytes }] } as const;
    bot.say({ chatId: bob.id, from: bob, text: 'the view from here', media: photo });
    await hears(bot, bob.id, 'the view from here');
    await openChat(page, 'Bob');
    const shown = said.first().getByRole('img', { name: 'Photo' });
    const width = () => shown.evaluate((image: HTMLImageElement) => image.naturalWidth);
    await expect.poll(width).toBe(size.width);
    await page.reload();
    await expect.poll(width).toBe(size.width);
    await expect(said.first()).toContainText('the view from here');
    await expect(said.first()).not.toContainText('[photo]');
  });

  await test.step('a document is a line with its size, and is saved as it came', async () => {
    const plan = Buffer.from('Beds to the south, compost to the north.\n'.repeat(60));
    const document = { kind: 'document', bytes: plan, name: 'plan.txt', mime: 'text/plain' } as const;
    bot.say({ chatId: bob.id, from: bob, text: 'and the plan', media: document });
    await hears(bot, bob.id, 'and the plan');
    const line = said.filter({ hasText: 'plan.txt' });
    await expect(line).toContainText('2 kB');
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      line.getByRole('button', { name: 'Save plan.txt' }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe('plan.txt');
    expect(readFileSync(await saved.path())).toEqual(plan);
  });

  await test.step('a file that is too large gets a sentence there and here', async () => {
    const film = { kind: 'document', bytes: Buffer.from('x'), size: 30_000_000, name: 'film.bin' } as const;
    bot.say({ chatId: bob.id, from: bob, media: film });
    await hears(bot, bob.id, 'The file film.bin is larger than 20 MB and was not fetched.');
    await expect(said.filter({ hasText: 'film.bin' }).first()).toContainText('larger than 20 MB');
    await picture(page, 'conversation-files');
  });

  await test.step('an edit of an answered message is shown and not answered again', async () => {
    const { message } = bot.say({ chatId: bob.id, from: bob, text: 'see you at six' });
    await hears(bot, bob.id, 'see you at six');
    const answers = heard(bot, bob.id).length;
    bot.edit(bob.id, message.message_id, 'see you at seven');
    const edited = said.filter({ hasText: 'see you at seven' });
    await expect(edited).toBeVisible();
    await edited.getByRole('button', { name: 'edited' }).click();
    await expect(edited).toContainText('Before that:');
    await expect(edited).toContainText('see you at six');
    await picture(page, 'conversation-edited');
    bot.say({ chatId: bob.id, from: bob, text: 'good' });
    await hears(bot, bob.id, 'good');
    expect(heard(bot, bob.id)).toHaveLength(answers + 1);
  });
});

test('what was passed on says so above its words, or a stranger’s letter would look like the owner’s own', async ({
  page,
  host,
}) => {
  await using home = await startHome();
  const { bot } = home;
  await host.start(home.file());
  await openWindow(page, host);
  bot.say({ chatId: ada.id, from: ada, text: 'Dear Ada, send me the key.', forwards: { id: 666, first_name: 'Eve' } });
  bot.say({ chatId: ada.id, from: ada, text: 'what does she want?' });
  await openChat(page, 'Ada');
  const said = page.getByRole('article', { name: 'Ada wrote' });
  await expect(said.filter({ hasText: 'Dear Ada' })).toContainText('Forwarded');
  await expect(said.filter({ hasText: 'what does she want?' })).not.toContainText('Forwarded');
  await picture(page, 'conversation-forwarded');
});
