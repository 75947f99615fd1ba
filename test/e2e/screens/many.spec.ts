import { expect } from '@playwright/test';
import { ada, bob, cleo, dora } from '../telegram-home.ts';
import { goTo, openWindow, replies, say, test } from '../web.ts';
import { look } from './album.ts';
import { furnish } from './toolbox.ts';
import { connectLab, moveIn, neighbours, sayingOf } from './town.ts';

test('every screen of a house that many people call at', async ({ page, host }) => {
  test.setTimeout(360_000);
  await using house = await moveIn(host);
  const { bot, lab } = house;
  await openWindow(page, host);

  await test.step('many conversations, one of them long', async () => {
    await say(page, 'Please make a plan for my week');
    await expect(replies(page).getByRole('table')).toBeVisible();
    for (let turn = 0; turn < 5; turn++) {
      await say(page, `${String(turn)}: ${sayingOf(turn)}`);
      await expect(replies(page).last()).toContainText(`${String(turn)}: `);
      await expect(replies(page).last()).not.toHaveAttribute('aria-busy', 'true');
    }
    await look(page, 'conversations', 'many');
  });

  await test.step('many who wait, and many who may', async () => {
    bot.join({ id: -5001, type: 'group', title: 'Allotment' }, ada);
    bot.join({ id: -5002, type: 'group', title: 'Choir' }, ada);
    bot.say({ chatId: -5001, from: bob, text: '@ada_home_bot who has the key?' });
    bot.say({ chatId: -5002, from: bob, text: '@ada_home_bot when is the concert?' });
    for (const person of [bob, cleo, dora]) bot.say({ chatId: person.id, from: person, text: 'is this the porch?' });
    await goTo(page, 'People');
    await expect(page.getByRole('article', { name: 'Dora waits' })).toBeVisible();
    await expect(page.getByRole('article', { name: 'Choir waits' })).toBeVisible();
    await look(page, 'people', 'many');
  });

  await test.step('many channels, models, days, lines, settings', async () => {
    await goTo(page, 'Channels');
    await expect(page.getByRole('article')).not.toHaveCount(0);
    await look(page, 'channels', 'many');
    await goTo(page, 'Models');
    await expect(page.getByRole('article', { name: 'Lab' })).toBeVisible();
    await look(page, 'models', 'many');
    await goTo(page, 'Usage');
    await page.getByText('As a table').click();
    await expect(page.getByRole('table').first()).toBeVisible();
    await page.getByText('As a table').click();
    await look(page, 'usage', 'many');
    await goTo(page, 'Diagnostics');
    await page.getByRole('button', { name: 'Back up now' }).click();
    await expect(page.getByRole('list', { name: 'Backups' }).getByRole('listitem').first()).toBeVisible();
    await page.getByRole('button', { name: 'Check the model' }).click();
    await expect(page.getByText(/It answered in/).first()).toBeVisible();
    await look(page, 'diagnostics', 'many');
    await goTo(page, 'Settings');
    await expect(page.getByLabel('Appearance')).toBeVisible();
    for (const folded of await page.locator('details.advanced > summary').all()) await folded.click();
    await look(page, 'settings', 'many');
  });

  await test.step('many servers, one of each kind of trouble, a fortnight of notes, a week of plans', async () => {
    await using _toolbox = await furnish(host, 'many');
    await goTo(page, 'Tools & memory');
    await expect(page.getByRole('list', { name: 'From Library' })).toBeVisible();
    await look(page, 'tools', 'many');
    await page.goto(`${host.ready.url}#/tools/servers`);
    await expect(page.getByRole('article', { name: 'Calendar' }).getByRole('alert')).toBeVisible();
    await expect(page.getByRole('article', { name: 'Weather' })).toContainText(/starting again in|starting…/);
    await look(page, 'servers', 'many');
    await page.goto(`${host.ready.url}#/tools/memory`);
    await expect(page.getByRole('list', { name: 'Notes' }).getByRole('link')).toHaveCount(16);
    await look(page, 'memory', 'many');
    await page.goto(`${host.ready.url}#/tools/schedules`);
    await expect(page.getByRole('list', { name: 'Schedules' })).toContainText('paused until you resume');
    await look(page, 'schedules', 'many');
  });

  await test.step('many replies that did not get through', async () => {
    bot.faultAlways('sendMessage', { kind: 'status', status: 400, description: 'Bad Request: not enough rights' });
    for (const [index, person] of neighbours.slice(0, 8).entries()) {
      bot.say({ chatId: person.id, from: person, text: sayingOf(index + 1) });
    }
    await page.getByRole('link', { name: '8 not delivered' }).click();
    await expect(page.getByRole('list', { name: 'Not delivered' }).getByRole('article')).toHaveCount(8);
    await look(page, 'undelivered', 'many');
  });

  await test.step('setup once more, with many models to choose from', async () => {
    await page.goto(`${host.ready.url}#/setup/model`);
    await connectLab(page, lab.url, 'gpt-large');
    await look(page, 'setup', 'many', page.getByText(/It answered in/));
  });
});
