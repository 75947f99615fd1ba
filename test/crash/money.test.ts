/**
 * Killed with -9 while a model that costs money is asked: nobody will ever know what the call used, so all that was set
 * aside for it is charged, once. The caps count it, and no later start charges it again.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { integer, integerOrNull, text } from '../../main/store/columns.ts';
import { openConnection } from '../../main/store/database.ts';
import { RpcClient } from '../lib/headless.ts';
import { goOn } from './lib/go-on.ts';
import { Workplace } from './lib/host-process.ts';
import { markerOf, startMarkedModel, type MarkedModel } from './lib/marked-model.ts';

const marker = markerOf('w', 1);
const model = 'lab/gpt-test';
/** A micro-dollar for each token, read or written. */
const price = { input: 1_000_000, output: 1_000_000 };
const longestAnswer = 500;

interface Money {
  readonly reserved: readonly { readonly cost: number; readonly tokens: number }[];
  readonly used: readonly {
    readonly cost: number | null;
    readonly tokens: number;
    readonly outcome: string;
    readonly estimated: boolean;
  }[];
}

/** What the database says is set aside and used, after a death. */
function moneyIn(dataDir: string): Money {
  const path = join(dataDir, 'porchlight.db');
  const connection = openConnection(path, { synchronous: 'full', busyTimeout: 1000, cacheKib: 64, readOnly: true });
  try {
    return {
      reserved: connection
        .all('SELECT cost, input_tokens + output_tokens AS tokens FROM reservation')
        .map((row) => ({ cost: integer(row, 'cost'), tokens: integer(row, 'tokens') })),
      used: connection
        .all('SELECT cost, input_tokens + output_tokens AS tokens, outcome, estimated FROM usage ORDER BY number')
        .map((row) => ({
          cost: integerOrNull(row, 'cost'),
          tokens: integer(row, 'tokens'),
          outcome: text(row, 'outcome'),
          estimated: integer(row, 'estimated') === 1,
        })),
    };
  } finally {
    connection.close();
  }
}

describe('killed with -9 while a priced model is asked', () => {
  let workplace: Workplace;
  beforeAll(() => {
    workplace = new Workplace();
  });
  afterAll(() => workplace[Symbol.dispose]());

  const provisionFor = (lab: MarkedModel, perDayUsd: number): unknown => ({
    ...lab.provision,
    settings: {
      'models.maxOutputTokens': longestAnswer,
      'budget.perDayUsd': perDayUsd,
      'budget.perMonthUsd': 0,
    },
  });

  /** The owner enters a price and asks; the model begins to answer, and the host is killed. Gives back the question's thread. */
  async function cutInMidCall(lab: MarkedModel, dataDir: string, provision: unknown): Promise<string> {
    await using host = workplace.startBuilt(dataDir, { provision });
    const ready = await host.ready();
    using window = await new RpcClient(ready.url, ready.token).opened();
    await window.value('prices.set', { model, price });
    window.subscribe((await window.value('host.get', {})).seq);
    lab.emulator.next({ kind: 'stall', after: 1, pieces: ['It begins', ' and does not end'] });
    const { id: conversation } = await window.value('conversations.create', {});
    await window.value('messages.send', { conversation, text: `Question ${marker}`, key: 'k' });
    await window.event(({ kind }) => kind === 'turn.delta');
    await host.kill();
    return conversation;
  }

  /** The same turn is asked again at the next start, and cut again. */
  async function cutAgain(lab: MarkedModel, dataDir: string, provision: unknown): Promise<void> {
    lab.emulator.next({ kind: 'stall', after: 1, pieces: ['It begins', ' and does not end'] });
    const asked = lab.emulator.chats.length;
    await using host = workplace.startBuilt(dataDir, { provision });
    await host.ready();
    await lab.emulator.waitFor(() => lab.emulator.chats.length > asked);
    await host.kill();
  }

  it('charges each call that was cut in full, once, whatever is started and killed later', async () => {
    await using lab = await startMarkedModel(1);
    const dataDir = workplace.newDataDir();
    const provision = provisionFor(lab, 1);
    await cutInMidCall(lab, dataDir, provision);
    const first = moneyIn(dataDir);
    expect(first.used).toEqual([]);
    const [setAside, ...more] = first.reserved;
    expect(more, 'one call is under way').toEqual([]);
    expect(setAside?.cost).toBe(setAside?.tokens);
    expect(setAside?.cost).toBeGreaterThan(longestAnswer);

    await cutAgain(lab, dataDir, provision);
    const inFull = { ...setAside, outcome: 'process-died', estimated: true };
    expect(moneyIn(dataDir)).toEqual({ reserved: [setAside], used: [inFull] });

    const seen: { cost: number; reserved: number }[] = [];
    const look = async (window: RpcClient): Promise<void> => {
      const { day } = await window.value('budget.get', {});
      seen.push({ cost: day.cost, reserved: day.reservedCost });
    };
    await goOn(workplace, dataDir, provision, () => Promise.resolve());
    const { reserved, used } = moneyIn(dataDir);
    expect(reserved).toEqual([]);
    expect(used).toEqual([inFull, inFull, expect.objectContaining({ outcome: 'ok', estimated: false })]);
    expect(used, 'each call that reached the model, and no other').toHaveLength(lab.emulator.chats.length);

    const sum = used.reduce((all, { cost }) => all + (cost ?? 0), 0);
    await goOn(workplace, dataDir, provision, (_ready, window) => look(window));
    {
      await using host = workplace.startBuilt(dataDir, { provision });
      const ready = await host.ready();
      using window = await new RpcClient(ready.url, ready.token).opened();
      await look(window);
      await host.kill();
    }
    await goOn(workplace, dataDir, provision, (_ready, window) => look(window));
    expect(seen).toEqual(Array.from({ length: 3 }, () => ({ cost: sum, reserved: 0 })));
    expect(moneyIn(dataDir)).toEqual({ reserved: [], used });
  });

  it('counts it for the cap: what no longer fits is not asked, and the thread is told why', async () => {
    await using lab = await startMarkedModel(1);
    const dataDir = workplace.newDataDir();
    // Room for one call, not for two.
    const provision = provisionFor(lab, 0.0025);
    const conversation = await cutInMidCall(lab, dataDir, provision);
    const [setAside] = moneyIn(dataDir).reserved;
    const { ledger } = await goOn(workplace, dataDir, provision, async (_ready, window) => {
      window.subscribe((await window.value('host.get', {})).seq);
      const isTold = async (): Promise<boolean> => {
        const { messages } = await window.value('conversations.thread', { conversation, limit: 9 });
        return messages.some(({ reason }) => reason?.code === 'budget.day-cost');
      };
      while (!(await isTold())) {
        const events = window.events.length;
        await window.event(() => window.events.length > events);
      }
      const { day, alarm } = await window.value('budget.get', {});
      expect(day).toMatchObject({ cost: setAside?.cost, reservedCost: 0, capCost: 2_500 });
      expect(alarm?.code).toBe('budget.day-cost');
    });
    expect(lab.emulator.chats, 'no second call').toHaveLength(1);
    expect(ledger.turns).toMatchObject([{ state: 'failed', starts: 2 }]);
  });
});
