/* What can be done from the tray and around it: models, pauses, versions, sleep, the program itself. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { startOpenAi } from '../emulators/openai/server.ts';
import { startTelegram } from '../emulators/telegram/server.ts';
import { talk, test } from './desktop-app.ts';

/** A command of the contract, as the window would give it. */
function call(page: Page, name: string, params: object): Promise<unknown> {
  return page.evaluate(
    ([command, given]) => {
      const { bridge } = globalThis as { bridge?: { call(name: string, params: object): Promise<unknown> } };
      return bridge?.call(command, given);
    },
    [name, params] as const,
  );
}

test('a model is chosen from the tray and answers from then on; the mark follows what is so', async ({ desktop }) => {
  const running = await desktop.start();
  const page = await running.page();
  await using lab = await startOpenAi();
  const provider = { id: 'lab', kind: 'openai', baseUrl: lab.url, key: 'sk-test' };
  expect(await call(page, 'providers.save', { provider })).toMatchObject({ ok: true });
  await call(page, 'models.choose', { fallbacks: ['lab/gpt-test'] });
  const marked = (): Promise<readonly string[]> =>
    running.app.evaluate(() =>
      (globalThis.porchlightTest?.menu?.items ?? [])
        .flatMap((item) => item.submenu?.items ?? [])
        .flatMap(({ id, checked }) => (checked ? [id] : [])),
    );
  await expect.poll(marked).toEqual(['model-practice/practice']);
  await expect.poll(() => running.trayLines()).toContain('Model: practice');
  const offered = (): Promise<boolean> =>
    running.app.evaluate(
      () => (globalThis.porchlightTest?.menu?.getMenuItemById('model-lab/gpt-test') ?? null) !== null,
    );
  await expect.poll(offered).toBe(true);
  await running.choose('model-lab/gpt-test');
  await expect.poll(() => running.trayLines()).toContain('Model: gpt-test');
  await expect.poll(marked).toEqual(['model-lab/gpt-test']);
  expect(await call(page, 'models.choice', {})).toMatchObject({ value: { default: 'lab/gpt-test' } });
  await running.choose('models');
  await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/models');
  await call(page, 'settings.set', { key: 'setup.done', value: true });
  const { value: thread } = (await call(page, 'conversations.create', {})) as {
    readonly value: { readonly id: string };
  };
  await call(page, 'messages.send', { conversation: thread.id, text: 'who are you?', key: 'once' });
  const said = (): Promise<unknown> => call(page, 'conversations.thread', { conversation: thread.id, limit: 5 });
  await expect.poll(async () => JSON.stringify(await said())).toContain('echo: who are you?');
});

test('a pause from the tray stops replies until somebody resumes, and the tray says so', async ({ desktop }) => {
  const token = '777000:AAtest-token_for-the-emulator-0001';
  await using server = await startTelegram({ token, username: 'porch_test_bot' });
  const running = await desktop.start();
  const page = await running.page();
  await call(page, 'links.addTelegram', { id: 'bot', token, apiRoot: server.url });
  await call(page, 'people.setRole', { link: 'bot', address: '4242', role: 'owner' });
  await expect.poll(() => running.trayLines()).toContain('Running · 1 of 1 link up');
  await running.choose('pause-open');
  await expect.poll(() => running.trayLines()).toContain('Paused until you resume');
  server.bot.say({ chatId: 4242, text: 'are you there?' });
  const kept = async (): Promise<unknown> => call(page, 'conversations.page', { limit: 10 });
  await expect.poll(async () => JSON.stringify(await kept())).toContain('are you there?');
  await running.choose('resume');
  await expect.poll(() => running.trayLines()).toContain('Pause replies');
  server.bot.say({ chatId: 4242, text: 'and now?' });
  await server.waitFor(
    ({ apiMethod, params }) => apiMethod?.startsWith('send') === true && JSON.stringify(params).includes('and now?'),
  );
  const said = server.requests
    .filter(({ apiMethod }) => apiMethod?.startsWith('send'))
    .map(({ params }) => JSON.stringify(params));
  expect(said.join()).not.toContain('are you there?');
});

test("the application's menu says what the tray says, after each change", { tag: '@stand-in' }, async ({ desktop }) => {
  const running = await desktop.start();
  await running.page();
  const own = (): Promise<readonly string[]> =>
    running.app.evaluate(({ Menu }) =>
      (Menu.getApplicationMenu()?.items[0]?.submenu?.items ?? []).flatMap(({ label }) => (label ? [label] : [])),
    );
  const same = async (): Promise<boolean> => {
    const shown = new Set(await own());
    return (await running.trayLines()).every((line) => shown.has(line));
  };
  expect(await own()).toContain('Pause replies');
  await running.choose('pause-hour');
  await expect.poll(own).toContain('Resume replies');
  await expect.poll(same).toBe(true);
  await running.app.evaluate(({ Menu }) => {
    const about = Menu.getApplicationMenu()?.getMenuItemById('about');
    setImmediate(() => {
      about?.click();
    });
  });
  await expect
    .poll(() => running.dialog())
    .toMatchObject({ message: 'Porchlight 0.1.0', buttons: ['Licences', 'Close'] });
  expect((await running.dialog())?.detail).toMatch(/GNU General Public License.*Electron \d+.*Node \d+/s);
  await running.press('Licences');
  await expect.poll(async () => (await running.page()).evaluate(() => location.hash)).toBe('#/settings');
  const page = await running.page();
  await page.getByText('Licences of what is inside').click();
  const licences = page.getByRole('list', { name: 'Licences of what is inside' });
  await licences.getByText(/^grammy .* MIT$/).click();
  await expect(licences.getByText(/Permission is hereby granted/)).toBeVisible();
});

test('an address of ours opens its view in the window that is there, and anything else nothing', async ({
  desktop,
}) => {
  const running = await desktop.start(['--hidden', 'porchlight://usage']);
  await expect.poll(() => running.trayLines()).toContain('Running · no chats linked yet');
  for (const address of ['porchlight://setup', 'porchlight://channels?remove=1', 'porchlight:people']) {
    expect((await desktop.startAgain([address])).code).toBe(0);
    expect(await running.isShown()).toBe(false);
  }
  expect((await desktop.startAgain(['porchlight://channels'])).code).toBe(0);
  const page = await running.page();
  await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/channels');
  await expect.poll(() => running.isShown()).toBe(true);
  await running.app.evaluate(
    ({ app }) => void app.emit('open-url', { preventDefault: () => undefined }, 'porchlight://people'),
  );
  await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/people');
  await running.app.evaluate(
    ({ app }) => void app.emit('open-url', { preventDefault: () => undefined }, 'porchlight://quit'),
  );
  expect(await page.evaluate(() => location.hash)).toBe('#/people');
  expect(running.app.windows()).toHaveLength(1);
});

test('an address that starts the program opens its view first', async ({ desktop }) => {
  const page = await (await desktop.start(['porchlight://channels'])).page();
  await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/channels');
});

test('start at login is off, and one that runs from its source says why it cannot be on', async ({ desktop }) => {
  const running = await desktop.start();
  const page = await running.page();
  await page.getByRole('button', { name: 'Skip setup' }).click();
  await page.getByRole('link', { name: 'Settings' }).click();
  const wanted = page.getByRole('switch', { name: 'Start at login' });
  await expect(wanted).not.toBeChecked();
  await expect(wanted).toBeDisabled();
  await expect(page.getByText('Only an installed Porchlight can start at login')).toBeVisible();
  expect(await running.trayLines()).not.toContain('Start at login');
});

test(
  'the computer is kept awake while it is plugged in, once its owner has asked for it',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    const running = await desktop.start();
    const page = await running.page();
    const blockers = (): Promise<readonly string[]> =>
      running.app.evaluate(() => [...standInRecord.powerSaveBlockers.values()]);
    expect(await blockers()).toEqual([]);
    await page.getByRole('button', { name: 'Skip setup' }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('switch', { name: 'Keep the computer awake' }).click();
    await expect.poll(blockers).toEqual(['prevent-app-suspension']);
    await running.app.evaluate(({ powerMonitor }) => {
      standInRecord.machine.onBattery = true;
      powerMonitor.emit('on-battery');
    });
    await expect.poll(blockers).toEqual([]);
  },
);

test(
  'a new version is looked for where the owner says, told in tray, window and once by a notification',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      response.end(JSON.stringify({ version: '99.1.0', page: 'https://example.org/releases' }));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const value = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/latest.json`;
    try {
      const running = await desktop.start();
      const page = await running.page();
      await call(page, 'settings.set', { key: 'desktop.updateUrl', value });
      await expect.poll(() => running.trayLines()).toContain('Version 99.1.0 is there');
      expect(asked).toBe(1);
      expect(await running.notifications()).toContain('Porchlight 99.1.0 is there');
      await page.getByRole('button', { name: 'Skip setup' }).click();
      await page.getByRole('link', { name: 'Settings' }).click();
      await page.getByRole('link', { name: 'Where to get it' }).click();
      await expect.poll(() => running.dialog()).toMatchObject({ detail: 'https://example.org/releases' });
      await running.press('Cancel');
      await call(page, 'settings.set', { key: 'desktop.updateUrl', value: '' });
      await expect.poll(() => running.trayLines()).not.toContain('Version 99.1.0 is there');
      await expect(page.getByText('Version 99.1.0')).toHaveCount(0);
    } finally {
      server.close();
    }
  },
);

test('before a sleep everything goes to the disk, the place of the window too', async ({ desktop }) => {
  const running = await desktop.start();
  await talk(await running.page(), 'good night');
  await running.app.evaluate(({ powerMonitor }) => void powerMonitor.emit('suspend'));
  await expect.poll(() => desktop.log()).toContain('host.suspended');
});
