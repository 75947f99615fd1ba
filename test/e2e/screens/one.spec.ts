import { expect } from '@playwright/test';
import { bob, hears, startHome } from '../telegram-home.ts';
import { goTo, openWindow, replies, say, test } from '../web.ts';
import { look } from './album.ts';
import { furnish } from './toolbox.ts';
import { connectLab, sayingOf, teach } from './town.ts';

test('every screen with one thing on it', async ({ page, host }) => {
  test.setTimeout(300_000);
  await using home = await startHome();
  const { bot, lab } = home;
  teach(lab);
  await host.start(home.file({ guests: [bob.id] }));
  await openWindow(page, host);

  await test.step('setup with a model that was proven', async () => {
    await page.goto(`${host.ready.url}#/setup/model`);
    await connectLab(page, lab.url, 'gpt-test');
    await look(page, 'setup', 'one', page.getByText(/It answered in/));
  });

  await test.step('one conversation', async () => {
    await page.goto(`${host.ready.url}#/conversations/new`);
    await say(page, 'Please make a plan for my week');
    await expect(replies(page).getByRole('table')).toBeVisible();
    await expect(replies(page)).not.toHaveAttribute('aria-busy', 'true');
    await look(page, 'conversations', 'one');
  });

  await test.step('one channel, one model, one person, one day', async () => {
    bot.say({ chatId: bob.id, from: bob, text: sayingOf(0) });
    await hears(bot, bob.id, 'Gladly');
    await goTo(page, 'Channels');
    await expect(page.getByRole('article', { name: '@ada_home_bot' })).toContainText(/up, seen/);
    await look(page, 'channels', 'one');
    await goTo(page, 'Models');
    await expect(page.getByRole('article', { name: 'Lab' })).toBeVisible();
    await look(page, 'models', 'one');
    await goTo(page, 'People');
    await expect(page.getByRole('combobox', { name: 'Role of Bob' })).toBeVisible();
    await look(page, 'people', 'one');
    await goTo(page, 'Usage');
    await expect(page.getByText('gpt-test').first()).toBeVisible();
    await look(page, 'usage', 'one');
  });

  await test.step('one server of tools, one note, one schedule', async () => {
    await using _toolbox = await furnish(host, 'one');
    await goTo(page, 'Tools & memory');
    await expect(page.getByRole('list', { name: 'From Library' })).toBeVisible();
    await look(page, 'tools', 'one');
    await page.goto(`${host.ready.url}#/tools/servers`);
    await expect(page.getByRole('article', { name: 'Library' })).toContainText(/ready for/);
    await look(page, 'servers', 'one');
    await page.goto(`${host.ready.url}#/tools/memory/MEMORY.md`);
    await expect(page.getByRole('textbox', { name: 'Text of MEMORY.md' })).toHaveValue(/four hives/);
    await look(page, 'memory', 'one');
    await page.goto(`${host.ready.url}#/tools/schedules`);
    await expect(page.getByRole('list', { name: 'Schedules' })).toContainText(/Next: /);
    await look(page, 'schedules', 'one');
  });

  await test.step('one check, one change, one reply that did not get through', async () => {
    await goTo(page, 'Diagnostics');
    await page.getByRole('button', { name: 'Run the self-test' }).click();
    await expect(page.getByText('The message went the whole way, answered by practice.')).toBeVisible();
    await look(page, 'diagnostics', 'one');
    await goTo(page, 'Settings');
    await expect(page.getByText('set by the provision file').first()).toBeVisible();
    await look(page, 'settings', 'one');
    bot.fault('sendMessage', { kind: 'status', status: 400, description: 'Bad Request: not enough rights to send' });
    bot.say({ chatId: bob.id, from: bob, text: 'And on Mondays?' });
    await page.getByRole('link', { name: '1 not delivered' }).click();
    await expect(page.getByRole('article', { name: 'Bob' })).toBeVisible();
    await look(page, 'undelivered', 'one');
  });
});
