/**
 * A host with schedules that is killed with -9: at each point between a slot that is due and its answer, and at random
 * while slots follow each other. In the end each slot has one message and one answer, and none is lost.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostSchedules } from '../../main/gateway/schedule/types.ts';
import type { ScheduleDraft } from '../../preload/contract/agent-views.ts';
import { counts } from '../counts.ts';
import { RpcClient } from '../lib/headless.ts';
import type { Point } from './lib/entry-config.ts';
import { Workplace } from './lib/host-process.ts';
import { readLedger } from './lib/ledger.ts';
import { markerOf, startMarkedModel } from './lib/marked-model.ts';
import { Chance, passes, seedOfRun, seedVariable } from './lib/random.ts';

const patience = { timeout: 60_000, interval: 50 };

function once(conversation: string, n: number, at: number): ScheduleDraft {
  return {
    name: `Slot ${String(n)}`,
    prompt: `Question ${markerOf('s', n)}`,
    conversation,
    timing: { kind: 'once', at },
    quiet: null,
    catchUp: 'run-late',
  };
}

/** Makes schedules one after the other, each due `apart` milliseconds after the one before. */
async function make(window: RpcClient, count: number, first: number, apart: number): Promise<void> {
  const { id } = await window.value('conversations.create', {});
  const begin = Date.now() + first;
  for (let n = 1; n <= count; n++) {
    await window.value('schedules.save', { schedule: once(id, n, begin + n * apart) });
  }
}

/** How the last run of each schedule ended, in the order in which they were made. */
async function outcomes(window: RpcClient): Promise<readonly string[]> {
  const all = await window.value('schedules.list', {});
  return all.map(({ lastRun }) => lastRun?.outcome ?? (lastRun === null ? 'none' : 'under way'));
}

/** The texts of persons that hold a slot's marker, and those of the model. */
function said(dataDir: string, n: number): { readonly asked: number; readonly answered: number } {
  const { asked, turns } = readLedger(dataDir);
  const marker = markerOf('s', n);
  const answers = turns.flatMap((turn) => turn.answers.filter(({ text }) => text.includes(marker)));
  return { asked: asked.filter(({ text }) => text.includes(marker)).length, answered: answers.length };
}

describe('a host with schedules, killed with -9', () => {
  let workplace: Workplace;
  beforeAll(() => {
    workplace = new Workplace();
  });
  afterAll(() => workplace[Symbol.dispose]());

  const points: readonly Point[] = ['before-commit', 'after-commit', 'turn-running', 'final-committed'];
  it.each(points)('at the point %s asks once and is answered once (a reminder lost, or told twice)', async (point) => {
    await using model = await startMarkedModel(1);
    const provision = JSON.stringify(model.provision);
    const dataDir = workplace.newDataDir();
    const death = { point, marker: markerOf('s', 1) };
    await using dying = workplace.startEntry(dataDir, { provision, death });
    const first = await dying.ready();
    using before = await new RpcClient(first.url, first.token).opened();
    await make(before, 1, 0, 300);
    expect((await dying.ended).signal).toBe('SIGKILL');
    expect(said(dataDir, 1).asked).toBe(point === 'before-commit' ? 0 : 1);
    await using living = workplace.startEntry(dataDir, { provision });
    const second = await living.ready();
    using after = await new RpcClient(second.url, second.token).opened();
    await expect.poll(() => outcomes(after), patience).toEqual(['done']);
    const [schedule] = await after.value('schedules.list', {});
    expect(await after.value('schedules.runs', { schedule: schedule?.id ?? '', limit: 9 })).toHaveLength(1);
    expect((await living.stop()).code).toBe(0);
    expect(said(dataDir, 1)).toEqual({ asked: 1, answered: 1 });
  });

  it('again and again, while slots follow each other: none is lost, and none asks twice', async () => {
    const seed = seedOfRun();
    const chance = new Chance(seed);
    // As many as there may be, so far apart that the kills fall among them.
    const slots = Math.min(mostSchedules, counts.kills * 10);
    await using model = await startMarkedModel(seed);
    const provision = JSON.stringify(model.provision);
    const dataDir = workplace.newDataDir();
    for (let kill = 0; kill <= counts.kills; kill++) {
      await using host = workplace.startEntry(dataDir, { provision });
      const { url, token } = await host.ready();
      using window = await new RpcClient(url, token).opened();
      if (kill === 0) await make(window, slots, 200, 100 + counts.kills * 15);
      if (kill < counts.kills) {
        await passes(chance.int(0, 1_500));
        await host.kill();
        continue;
      }
      await expect.poll(() => outcomes(window), patience).toEqual(Array.from({ length: slots }, () => 'done'));
      expect((await host.stop()).code).toBe(0);
    }
    const all = Array.from({ length: slots }, (_none, index) => said(dataDir, index + 1));
    expect(all, `${seedVariable}=${String(seed)}`).toEqual(all.map(() => ({ asked: 1, answered: 1 })));
  });
});
