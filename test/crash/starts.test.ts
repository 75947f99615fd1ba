/** How often a turn may be started: five deaths make a dead letter, ends that somebody asked for do not count. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTelegram } from '../emulators/telegram/server.ts';
import { RpcClient } from '../lib/headless.ts';
import { Workplace } from './lib/host-process.ts';
import { readLedger } from './lib/ledger.ts';
import { settled } from './lib/lives.ts';
import { markerOf, startMarkedModel } from './lib/marked-model.ts';
import { telegramProvision, telegramToken } from './lib/ways.ts';

const poison = markerOf('7', 1);
const harmless = markerOf('7', 2);

describe.concurrent('starts of a turn', () => {
  let workplace: Workplace;
  beforeAll(() => {
    workplace = new Workplace();
  });
  afterAll(() => workplace[Symbol.dispose]());

  it('that kills the process each time are five; then it is a dead letter and the lane goes on', async () => {
    await using model = await startMarkedModel(1);
    await using telegram = await startTelegram({ token: telegramToken });
    const provision = { ...model.provision, ...telegramProvision(telegram.url) };
    provision['settings'] = { 'delivery.pacing': 0, 'turns.mode': 'followup' };
    const dataDir = workplace.newDataDir();
    const config = { provision: JSON.stringify(provision), death: { point: 'turn-running', marker: poison } } as const;
    for (let start = 1; start <= 5; start += 1) {
      await using host = workplace.startEntry(dataDir, config);
      if (start === 1) {
        await host.ready();
        await telegram.waitFor(({ apiMethod }) => apiMethod === 'getUpdates');
        telegram.bot.sayAll([poison, harmless].map((text) => ({ chatId: 7, text })));
      }
      expect(await host.ended).toMatchObject({ signal: 'SIGKILL' });
      expect(readLedger(dataDir).turns).toMatchObject([{ state: 'running', starts: start }]);
      expect(model.calls).toHaveLength(start);
    }
    await using host = workplace.startEntry(dataDir, config);
    const ready = await host.ready();
    using window = await new RpcClient(ready.url, ready.token).opened();
    await telegram.bot.waitForSend(({ text }) => text?.includes(harmless) === true);
    await settled(ready, window);
    expect(await host.stop()).toMatchObject({ code: 0 });
    expect(model.calls.map(({ asked }) => asked)).toEqual([...Array<unknown>(5).fill([poison]), [harmless]]);
    const { turns } = readLedger(dataDir);
    expect(turns).toMatchObject([
      { state: 'dead', starts: 5, deliveries: ['cancelled'], answers: [{ kind: 'notice' }] },
      { state: 'done', starts: 1, deliveries: ['sent'], answers: [{ kind: 'assistant' }] },
    ]);
    expect(turns[0]?.reason).toContain('turn.dead-letter');
  });

  it('that a SIGTERM ended do not count: after six of them the seventh answers', async () => {
    await using model = await startMarkedModel(1);
    const dataDir = workplace.newDataDir();
    const config = { provision: JSON.stringify(model.provision), stopWithin: 2_050 };
    for (let stop = 1; stop <= 6; stop += 1) {
      model.emulator.next({ kind: 'hang' });
      await using host = workplace.startEntry(dataDir, config);
      const ready = await host.ready();
      if (stop === 1) {
        using window = await new RpcClient(ready.url, ready.token).opened();
        const { id: conversation } = await window.value('conversations.create', {});
        await window.value('messages.send', { conversation, text: harmless, key: 'k' });
      }
      await model.emulator.waitFor(() => model.emulator.chats.length === stop);
      expect(await host.stop()).toMatchObject({ code: 0 });
      expect(readLedger(dataDir).turns).toMatchObject([{ state: 'running', starts: 0, deliveries: ['open'] }]);
    }
    await using host = workplace.startBuilt(dataDir, { provision: model.provision });
    const ready = await host.ready();
    using window = await new RpcClient(ready.url, ready.token).opened();
    await settled(ready, window);
    expect(await host.stop()).toMatchObject({ code: 0 });
    expect(readLedger(dataDir).turns).toMatchObject([
      { state: 'done', starts: 1, deliveries: ['sent'], answers: [{ kind: 'assistant' }] },
    ]);
    expect(model.emulator.chats).toHaveLength(7);
  });
});
