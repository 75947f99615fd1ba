import { expect } from '@playwright/test';
import { startOpenAi } from '../../emulators/openai/server.ts';
import { bob, hears, startHome } from '../telegram-home.ts';
import { goTo, openWindow, replies, say, test, violationsOf } from '../web.ts';
import { look } from './album.ts';
import { furnish } from './toolbox.ts';
import { teach } from './town.ts';
import { wireOf } from './wire.ts';

test('setup names what is wrong with a key before it goes on', async ({ page, host }) => {
  await using lab = await startOpenAi({ keys: ['sk-right'] });
  await host.start({ settings: { timeZone: 'UTC', language: 'en' } });
  await page.goto(host.address);
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByLabel('Service').selectOption('own');
  await page.getByLabel('Name').fill('Lab');
  await page.getByLabel('Address').fill(lab.url);
  await page.getByLabel('API key').fill('sk-wrong');
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('note')).toContainText('Lab refused the key.');
  await look(page, 'setup', 'failing', page.getByText('Lab refused the key.'));
});

test('every screen on a bad day: what happened, what was kept, and the one next step', async ({ page, host }) => {
  test.setTimeout(300_000);
  await using home = await startHome();
  const { bot, lab } = home;
  teach(lab);
  await host.start(
    home.file({
      guests: [bob.id],
      modelUrl: lab.url.replace('127.0.0.1', 'lab.test'),
      settings: { 'budget.perDayTokens': 40_000 },
    }),
  );
  const wire = await wireOf(page);
  await openWindow(page, host);

  await test.step('a model that refuses', async () => {
    await say(page, 'Please break');
    await expect(page.getByRole('article', { name: 'Note' }).getByRole('button').first()).toBeVisible();
    await look(page, 'conversations', 'failing');
    await goTo(page, 'Models');
    lab.next({ kind: 'status', status: 401 });
    await page.getByRole('article', { name: 'Lab' }).getByRole('button', { name: 'Test' }).click();
    await expect(page.getByText(/refused the key/).first()).toBeVisible();
    await look(page, 'models', 'failing', page.getByText(/refused the key/).first());
    await goTo(page, 'Diagnostics');
    await page.getByRole('button', { name: 'Run the self-test' }).click();
    await page.getByRole('button', { name: 'With gpt-test' }).click();
    await expect(page.getByText('The message did not go the whole way.')).toBeVisible();
    await look(page, 'diagnostics', 'failing', page.getByRole('list', { name: 'Steps of the self-test' }));
    await page.getByRole('button', { name: 'Check the model' }).click();
    await expect(page.getByText(/It answered in/)).toBeVisible();
  });

  await test.step('a reply that cannot be sent, even again', async () => {
    bot.say({ chatId: bob.id, from: bob, text: 'Good morning' });
    await hears(bot, bob.id, 'Gladly');
    bot.faultAlways('sendMessage', { kind: 'status', status: 400, description: 'Bad Request: not enough rights' });
    bot.say({ chatId: bob.id, from: bob, text: 'And on Mondays?' });
    await page.getByRole('link', { name: '1 not delivered' }).click();
    wire.refuse('deliveries.retry', { code: 'host.disk-full' });
    await page.getByRole('button', { name: 'Retry' }).click();
    await expect(page.getByRole('main').getByText(/disk/).first()).toBeVisible();
    await look(page, 'undelivered', 'failing');
  });

  await test.step('a limit that is reached', async () => {
    await page.goto(`${host.ready.url}#/conversations/new`);
    lab.next({ kind: 'reply', text: 'Gladly, at length.', usage: { promptTokens: 30_000, completionTokens: 9_900 } });
    await say(page, 'Tell me at length');
    await expect(replies(page)).toContainText('Gladly, at length.');
    await say(page, 'And more');
    await expect(page.getByRole('article', { name: 'Note' })).toContainText('The limit of');
    await goTo(page, 'Usage');
    await expect(
      page
        .getByRole('main')
        .getByText(/The limit of/)
        .first(),
    ).toBeVisible();
    await look(page, 'usage', 'failing');
  });

  await test.step('a gateway that refuses what is asked', async () => {
    wire.refuse('people.list', { code: 'host.disk-full' });
    await page.goto('about:blank');
    await page.goto(`${host.ready.url}#/people`);
    await expect(page.getByRole('main').getByRole('alert').first()).toBeVisible();
    await look(page, 'people', 'failing');
    wire.refuse('settings.set', { code: 'host.disk-full' });
    await goTo(page, 'Settings');
    await page.getByLabel('Appearance').selectOption('dark');
    await expect(page.getByRole('main').getByRole('alert').first()).toBeVisible();
    await look(page, 'settings', 'failing');
  });

  await test.step('a server that refuses its key, a disk that is full, a permission that is not stored', async () => {
    await using _toolbox = await furnish(host, 'many');
    wire.refuse('tools.setPermission', { code: 'host.disk-full' });
    await goTo(page, 'Tools & memory');
    await page.getByRole('group', { name: 'Recall: permission' }).getByRole('button', { name: 'Never' }).click();
    await expect(page.getByRole('main').getByRole('alert').first()).toBeVisible();
    await look(page, 'tools', 'failing');
    await page.goto(`${host.ready.url}#/tools/servers`);
    const calendar = page.getByRole('article', { name: 'Calendar' });
    await expect(calendar.getByRole('alert')).toContainText('does not accept the key');
    await look(page, 'servers', 'failing', calendar.getByRole('alert'));
    wire.refuse('memory.save', { code: 'memory.disk-full' });
    await page.goto(`${host.ready.url}#/tools/memory/MEMORY.md`);
    const text = page.getByRole('textbox', { name: 'Text of MEMORY.md' });
    await text.fill('# About me\n\n- I live in the hills now\n');
    await text.press('Control+s');
    await expect(page.getByRole('main').getByRole('alert')).toBeVisible();
    await look(page, 'memory', 'failing', page.getByRole('main').getByRole('alert'));
    wire.refuse('schedules.list', { code: 'host.disk-full' });
    await page.goto('about:blank');
    await page.goto(`${host.ready.url}#/tools/schedules`);
    await expect(page.getByRole('main').getByRole('alert').first()).toBeVisible();
    await look(page, 'schedules', 'failing');
  });

  await test.step('a bot that somebody else listens to', async () => {
    bot.faultAlways('getUpdates', {
      kind: 'status',
      status: 409,
      description: 'Conflict: terminated by other getUpdates',
    });
    await goTo(page, 'Channels');
    await expect(page.getByRole('article', { name: '@ada_home_bot' }).getByRole('alert')).toBeVisible();
    await look(page, 'channels', 'failing');
  });
});

test('what stands in the way of those who do not see the window is found', async ({ page, host }) => {
  await host.start({ settings: { 'setup.done': true } });
  await openWindow(page, host);
  await page.evaluate(() => {
    const planted = document.createElement('div');
    planted.className = 'planted';
    planted.append(document.createElement('button'), document.createElement('h6'));
    document.querySelector('main')?.append(planted);
  });
  expect((await violationsOf(page)).map((found) => found.split(',')[0])).toEqual(
    expect.arrayContaining(['button-name', 'empty-heading']),
  );
});
