import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { startTelegram } from '../emulators/telegram/server.ts';
import { test } from './desktop-app.ts';

const token = '777000:AAtest-token_for-the-emulator-0001';

function link(page: Page, apiRoot: string): Promise<unknown> {
  return page.evaluate(
    (params) => {
      const { bridge } = globalThis as { bridge?: { call(name: string, params: object): Promise<unknown> } };
      return bridge?.call('links.addTelegram', params);
    },
    { id: 'bot', token, apiRoot },
  );
}

test('the tray follows the evidence: a link that is up, and somebody who waits for an answer', async ({ desktop }) => {
  await using server = await startTelegram({ token, username: 'porch_test_bot' });
  const running = await desktop.start();
  const page = await running.page();
  expect(await link(page, server.url)).toMatchObject({ ok: true });
  await expect.poll(() => running.trayLines()).toContain('Running · 1 of 1 link up');

  server.bot.say({ chatId: 4242, text: 'is anybody there?' });
  await expect.poll(() => running.trayLines()).toContain('One person is waiting…');
  expect(await running.trayLines()).toContain('Running · 1 of 1 link up');
});

test('after a sleep every link proves itself again at once, whatever it believed', async ({ desktop }) => {
  await using server = await startTelegram({ token, username: 'porch_test_bot' });
  const running = await desktop.start();
  await link(await running.page(), server.url);
  await expect.poll(() => running.trayLines()).toContain('Running · 1 of 1 link up');
  await server.waitFor(({ apiMethod, params }) => apiMethod === 'getUpdates' && Number(params['timeout']) >= 25);
  const polls = (): number => server.calls('getUpdates').length;
  const before = polls();
  await running.app.evaluate(({ powerMonitor }) => {
    powerMonitor.emit('suspend');
    powerMonitor.emit('resume');
  });
  // A poll lasts 30 s: another one this soon is the proof that was asked for.
  await expect.poll(polls, { timeout: 5_000 }).toBeGreaterThan(before);
  await expect.poll(() => running.trayLines()).toContain('Running · 1 of 1 link up');
});
