/* The tray's picture, tooltip and menu follow what is so, one kind of evidence after the other, and each line leads to it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { basename } from 'node:path';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { startOpenAi } from '../emulators/openai/server.ts';
import { startTelegram } from '../emulators/telegram/server.ts';
import { type Running, test } from './desktop-app.ts';

const token = '777000:AAtest-token_for-the-emulator-0001';

/** The system's proxy, through which every name leads to `url`: a model elsewhere costs money, one on this machine none. */
async function startElsewhere(url: string): Promise<{ readonly place: string; close(): void }> {
  const proxy = createServer().on('connect', (_request, client) => {
    const server = connect(Number(new URL(url).port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    server.on('error', () => client.destroy());
    client.on('error', () => server.destroy());
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return { place: `PROXY 127.0.0.1:${String((proxy.address() as AddressInfo).port)}`, close: () => proxy.close() };
}

function call(page: Page, name: string, params: object): Promise<unknown> {
  return page.evaluate(
    ([command, given]) => {
      const { bridge } = globalThis as { bridge?: { call(name: string, params: object): Promise<unknown> } };
      return bridge?.call(command, given);
    },
    [name, params] as const,
  );
}

interface Shown {
  readonly icon: string;
  readonly toolTip: string;
}

async function tray({ app }: Running): Promise<Shown> {
  const [shown] = await app.evaluate(() => standInRecord.trays);
  return { icon: basename(shown?.picture ?? '').replace(/-on-.*$/, ''), toolTip: shown?.toolTip ?? '' };
}

/** A click on the line that begins so. */
function choose({ app }: Running, beginning: string): Promise<void> {
  return app.evaluate((_electron, wanted) => {
    const line = globalThis.porchlightTest?.menu?.items.find(({ label }) => label.startsWith(wanted));
    if (!line) throw new Error(`The menu has no ${wanted}.`);
    Reflect.apply(line.click, line, []);
  }, beginning);
}

test(
  'picture, tooltip and lines follow link, people, work, pause, budget and a lost link, and lead there',
  {
    tag: '@stand-in',
  },
  async ({ desktop }) => {
    const lab = await startOpenAi();
    const telegram = await startTelegram({ token, username: 'porch_test_bot', pollSecondMs: 20 });
    const { bot } = telegram;
    const elsewhere = await startElsewhere(lab.url);
    const running = await desktop.start([], { STAND_IN_MACHINE: JSON.stringify({ proxy: elsewhere.place }) });
    const page = await running.page();
    const shows = async (icon: string, toolTip: string): Promise<void> =>
      expect.poll(() => tray(running)).toEqual({ icon, toolTip: `Porchlight: ${toolTip}` });
    const leads = async (line: string, place: string): Promise<void> => {
      await choose(running, line);
      await expect.poll(() => page.evaluate(() => location.hash)).toBe(place);
    };

    await test.step('nothing is linked', async () => {
      await shows('ok', 'Running · no chats linked yet');
      await call(page, 'settings.set', { key: 'setup.done', value: true });
      await call(page, 'settings.set', { key: 'delivery.pacing', value: 0 });
    });

    await test.step('a link', async () => {
      await call(page, 'links.addTelegram', { id: 'bot', token, apiRoot: telegram.url });
      await shows('ok', 'Running · 1 of 1 link up');
      await expect.poll(() => running.trayLines()).toContain('Emulated bot @porch_test_bot: up');
      await leads('Emulated bot', '#/channels');
    });

    await test.step('people', async () => {
      bot.say({ chatId: 4242, text: 'is anybody there?' });
      await shows('attention', 'One person is waiting…');
      bot.say({ chatId: 4243, text: 'me too' });
      await shows('attention', '2 people are waiting…');
      await leads('2 people', '#/people');
      await call(page, 'people.setRole', { link: 'bot', address: '4242', role: 'owner' });
      await call(page, 'people.setRole', { link: 'bot', address: '4243', role: 'blocked' });
      await shows('ok', 'Running · 1 of 1 link up');
      expect((await running.trayLines()).join()).not.toContain('waiting');
    });

    await test.step('a model that costs, and work', async () => {
      const provider = { id: 'lab', kind: 'openai', baseUrl: 'http://lab.test/v1', key: 'sk-test' };
      expect(await call(page, 'providers.save', { provider })).toMatchObject({ ok: true });
      const price = { input: 2_000_000, output: 10_000_000 };
      expect(await call(page, 'prices.set', { model: 'lab/gpt-test', price })).toMatchObject({ ok: true });
      await call(page, 'models.choose', { default: 'lab/gpt-test' });
      await expect.poll(() => running.trayLines()).toContain('Model: gpt-test');
      const free = Promise.withResolvers<undefined>();
      const usage = { promptTokens: 1_000, completionTokens: 2_000 };
      lab.script(() => ({ kind: 'reply', text: 'It is so.', usage, firstTokenGate: free.promise }));
      bot.say({ chatId: 4242, text: 'is it so?' });
      await shows('working', 'Answering one conversation');
      free.resolve(undefined);
      await shows('ok', 'Running · 1 of 1 link up');
      await expect
        .poll(() => running.trayLines())
        .toContainEqual(expect.stringMatching(/^Today: \d+ repl(?:y|ies), \$0\.02/));
      await leads('Today:', '#/usage');
    });

    await test.step('a pause', async () => {
      await running.choose('pause-open');
      await shows('paused', 'Paused until you resume');
      await running.choose('resume');
      await shows('ok', 'Running · 1 of 1 link up');
    });

    await test.step('a budget', async () => {
      await call(page, 'settings.set', { key: 'budget.perDayUsd', value: 0.03 });
      bot.say({ chatId: 4242, text: 'and what about this?' });
      const sentence =
        'The limit of $0.03 for today leaves no room for another request, so none was made. Your message is kept; raise the…';
      await shows('attention', sentence);
      await leads('The limit of', '#/usage');
      await call(page, 'settings.set', { key: 'budget.perDayUsd', value: 1 });
      await shows('ok', 'Running · 1 of 1 link up');
    });

    await test.step('a link that is lost tries again by itself, and says so', async () => {
      await telegram.close();
      await shows('ok', 'Running · 0 of 1 link up');
      await expect
        .poll(() => running.trayLines())
        .toContainEqual(
          expect.stringMatching(/^Emulated bot @porch_test_bot: (no connection, next try at|connecting)/),
        );
    });
    await lab.close();
  },
);
