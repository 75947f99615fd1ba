/** What goes wrong around a running host: no space, the data directory moved, the port taken. */
import { once } from 'node:events';
import { existsSync, renameSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readProvision } from '../../main/api/provision.ts';
import { startHost, type Host } from '../../main/host.ts';
import type { HostOptions } from '../../main/host/types.ts';
import type { Connection } from '../../main/store/database.ts';
import { startTelegram, type TelegramEmulator } from '../emulators/telegram/server.ts';
import { RpcClient, testToken } from '../lib/headless.ts';
import { checkTelegram, countOf } from './lib/check-telegram.ts';
import { checkCoverage, checkModel } from './lib/checks.ts';
import { Workplace, type Ready } from './lib/host-process.ts';
import { readLedger } from './lib/ledger.ts';
import { settled } from './lib/lives.ts';
import { markerOf, startMarkedModel } from './lib/marked-model.ts';
import { telegramProvision, telegramToken } from './lib/ways.ts';

const inTrouble = markerOf('7', 1);
const inTheWindow = markerOf('w', 1);

async function problemOf(window: RpcClient): Promise<string | null> {
  return (await window.value('host.get', {})).problem?.code ?? null;
}

async function statusOf({ url }: Ready): Promise<unknown> {
  return (await fetch(new URL('/healthz', url))).json();
}

describe('trouble while a host runs', () => {
  let workplace: Workplace;
  beforeAll(() => {
    workplace = new Workplace();
  });
  afterAll(() => workplace[Symbol.dispose]());

  /** Telegram offers a message twice, so it was refused once: in all this time nothing is acknowledged. */
  async function nothingIsAcknowledged(telegram: TelegramEmulator, window: RpcClient, code: string): Promise<void> {
    const [update] = telegram.bot.queue.pending;
    await telegram.bot.handed.waitFor(() => telegram.bot.handed.items.length >= 2);
    expect(new Set(telegram.bot.handed.items.map(({ updateId }) => updateId))).toEqual(new Set([update?.update_id]));
    expect(telegram.bot.queue.pending).toEqual([update]);
    expect(await problemOf(window)).toBe(code);
  }

  async function sendRefused(window: RpcClient, conversation: string, code: string): Promise<void> {
    const params = { conversation, text: `Question ${inTheWindow}`, key: 'the-key' };
    expect(await window.call('messages.send', params)).toMatchObject({ ok: false, reason: { code } });
  }

  /** The same key again, as the window does it: the message was not stored, so it is not there twice. */
  async function allAnswered(window: RpcClient, conversation: string, telegram: TelegramEmulator): Promise<void> {
    const params = { conversation, text: `Question ${inTheWindow}`, key: 'the-key' };
    await window.value('messages.send', params);
    await telegram.bot.waitForSend(({ kind, text }) => kind === 'message' && text?.includes(inTrouble) === true);
  }

  it('a full disk: nothing is acknowledged, everybody is told, and space alone ends it', async () => {
    await using model = await startMarkedModel(1);
    await using telegram = await startTelegram({ token: telegramToken });
    const connections: Connection[] = [];
    const limit = (pages: number): void => {
      for (const connection of connections) connection.exec(`PRAGMA max_page_count = ${String(pages)}`);
    };
    const dataDir = workplace.newDataDir();
    const provision = { ...model.provision, ...telegramProvision(telegram.url) };
    const host = await started(dataDir, provision, { onConnection: (connection) => connections.push(connection) });
    const ready = { url: host.http?.url ?? '', token: testToken, pid: process.pid };
    {
      using window = await new RpcClient(ready.url).opened();
      const { id: conversation } = await window.value('conversations.create', {});
      await telegram.waitFor(({ apiMethod }) => apiMethod === 'getUpdates');
      window.subscribe((await window.value('host.get', {})).seq);
      // Not a page more than there is: SQLite itself refuses, as it does without space. The message needs two.
      limit(1);
      telegram.bot.say({ chatId: 7, text: `Question ${inTrouble} ${'ä'.repeat(3800)}` });
      await nothingIsAcknowledged(telegram, window, 'host.disk-full');
      await sendRefused(window, conversation, 'host.disk-full');
      expect(await statusOf(ready)).toEqual({ status: 'degraded' });
      await window.event((event) => event.kind === 'host.changed');
      expect(model.calls).toEqual([]);
      limit(1_000_000);
      await telegram.bot.waitForSend(({ kind }) => kind === 'message');
      await allAnswered(window, conversation, telegram);
      expect(await settled(ready, window)).toBe(0);
      expect(await problemOf(window)).toBeNull();
    }
    await host.stop(2_500);
    const ledger = readLedger(dataDir);
    checkCoverage(ledger, [inTrouble, inTheWindow]);
    checkModel(ledger, model.calls);
    const answered = { ...ledger, turns: ledger.turns.filter(({ chat }) => chat === '7') };
    expect(countOf(checkTelegram(answered, telegram, []))).toBe(0);
  });

  async function started(dataDir: string, content: unknown, store: HostOptions['store'] & object): Promise<Host> {
    const provision = readProvision(JSON.stringify(content), {});
    if (!provision.ok) throw new Error(provision.failure.join('\n'));
    const host = await startHost({
      mode: 'headless',
      version: '0.0.0-crash',
      dataDir,
      environment: {},
      provision: provision.value,
      http: { port: 0, host: '127.0.0.1', allowHosts: [], token: testToken, windowDir: dataDir },
      store,
    });
    if (!host.ok) throw new Error(host.failure.sentence);
    return host.value;
  }

  it('the data directory is moved: nothing is acknowledged or made anew, and putting it back ends it', async () => {
    await using model = await startMarkedModel(1);
    await using telegram = await startTelegram({ token: telegramToken });
    const provision = { ...model.provision, ...telegramProvision(telegram.url) };
    const dataDir = workplace.newDataDir();
    const away = `${dataDir}-moved`;
    await using host = workplace.startBuilt(dataDir, { provision });
    const ready = await host.ready();
    using window = await new RpcClient(ready.url, ready.token).opened();
    const { id: conversation } = await window.value('conversations.create', {});
    await telegram.waitFor(({ apiMethod }) => apiMethod === 'getUpdates');

    renameSync(dataDir, away);
    telegram.bot.say({ chatId: 7, text: `Question ${inTrouble}` });
    await nothingIsAcknowledged(telegram, window, 'host.data-gone');
    await sendRefused(window, conversation, 'host.data-gone');
    expect(await statusOf(ready)).toEqual({ status: 'degraded' });
    expect(model.calls).toEqual([]);
    expect(existsSync(dataDir), 'nothing takes its place').toBe(false);

    renameSync(away, dataDir);
    await telegram.bot.waitForSend(({ kind }) => kind === 'message');
    await allAnswered(window, conversation, telegram);
    expect(await settled(ready, window)).toBe(0);
    expect(await problemOf(window)).toBeNull();
    expect(await host.stop()).toMatchObject({ code: 0 });
    const ledger = readLedger(dataDir);
    checkCoverage(ledger, [inTrouble, inTheWindow]);
    checkModel(ledger, model.calls);
  });

  it('the data directory is moved and the host ended there: a SIGTERM still ends it, and nothing is made anew', async () => {
    const dataDir = workplace.newDataDir();
    await using host = workplace.startBuilt(dataDir);
    await host.ready();
    renameSync(dataDir, `${dataDir}-moved`);
    expect(await host.stop()).toMatchObject({ code: 0 });
    expect(existsSync(dataDir)).toBe(false);
    await using next = workplace.startBuilt(`${dataDir}-moved`);
    await next.ready();
    expect(await next.stop()).toMatchObject({ code: 0 });
  });
});

describe('a port that is taken', () => {
  let workplace: Workplace;
  beforeAll(() => {
    workplace = new Workplace();
  });
  afterAll(() => workplace[Symbol.dispose]());

  /** Somebody listens there from now on: we, or whoever came first. */
  async function occupy(port: number): Promise<{ readonly port: number } & Disposable> {
    const server: Server = createServer().listen(port, '127.0.0.1');
    const failures: readonly unknown[] = await Promise.race([once(server, 'listening'), once(server, 'error')]);
    const [failure] = failures;
    const address = server.address();
    if (failure instanceof Error && !failure.message.includes('EADDRINUSE')) throw failure;
    const taken = typeof address === 'object' && address !== null ? address.port : port;
    return { port: taken, [Symbol.dispose]: () => void server.close() };
  }

  it('was asked for: code 2 and a sentence, and the data directory is free again', async () => {
    using taken = await occupy(0);
    const dataDir = workplace.newDataDir();
    await using host = workplace.startBuilt(dataDir, { args: ['--port', String(taken.port)] });
    expect(await host.ended).toMatchObject({
      code: 2,
      said: `Port ${String(taken.port)} is taken by another program. Stop it, or choose another port with --port.\n`,
    });
    await using next = workplace.startBuilt(dataDir);
    await next.ready();
  });

  it('is the usual one and nobody asked for it: a free one is used, and said', async () => {
    using _taken = await occupy(4747);
    await using host = workplace.startBuilt(workplace.newDataDir(), { args: [] });
    const { url } = await host.ready();
    expect(new URL(url).port).not.toBe('4747');
    expect(await statusOf(await host.ready())).toEqual({ status: 'ok' });
    expect(host.said).toContain('Port 4747 is taken by another program, so a free one is used.');
  });
});
