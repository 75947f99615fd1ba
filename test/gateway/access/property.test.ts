/**
 * No sequence of events lets somebody hear from us who may not: neither a reply nor a typing sign, a reaction, a menu or
 * the answer to a button. And nobody who may is met with silence, or answered twice.
 */
import { afterEach, expect, it, vi } from 'vitest';
import fc from 'fast-check';
import type * as TurnStart from '../../../main/gateway/turns/start.ts';
import type { Tables } from '../../../main/gateway/storage.ts';
import { counts } from '../../counts.ts';
import { anyRun } from './model/phrases.ts';
import { playRun } from './model/property.ts';
import { eventKinds, Statistics } from './model/statistics.ts';

const leastShare = 0.05;
const plantedRuns = 200;
const longest = 1_800_000;

afterEach(() => {
  vi.doUnmock('../../../main/gateway/turns/start.ts');
  vi.resetModules();
});

it(
  'nobody hears a word who may not be answered at that moment, and everybody else is answered once',
  async () => {
    const statistics = new Statistics();
    const property = fc.asyncProperty(anyRun, async (run) => statistics.add(await playRun(run)));
    await fc.assert(property, { numRuns: counts.accessRuns });
    process.stdout.write(`${statistics.table()}\n`);
    for (const kind of eventKinds) expect([kind, statistics.share(kind) >= leastShare]).toEqual([kind, true]);
  },
  longest,
);

it(
  'is a property that a turn which is begun without the second decision does not have',
  async () => {
    vi.doMock('../../../main/gateway/turns/start.ts', async (importOriginal) => {
      const original = await importOriginal<typeof TurnStart>();
      const beginTurn: typeof TurnStart.beginTurn = (ports, tables, link, batch) =>
        original.beginTurn(ports, openToAll(tables), link, batch);
      return { ...original, beginTurn };
    });
    vi.resetModules();
    const planted = await import('./model/property.ts');
    const property = fc.asyncProperty(anyRun, async (run) => void (await planted.playRun(run)));
    const found = await fc.check(property, { numRuns: plantedRuns, endOnFailure: true });
    process.stdout.write(`the planted fault was found in run ${String(found.numRuns)}\n`);
    expect(found.failed).toBe(true);
    expect(String((found.errorInstance as Error).cause)).toMatch(/may (?:not )?be answered|a turn was begun/);
  },
  longest,
);

/** The same tables, in which everybody is a guest and every group is allowed. */
function openToAll(tables: Tables): Tables {
  const { addresses, groups } = tables;
  return {
    ...tables,
    addresses: {
      ...addresses,
      get: (link, address) => {
        const row = addresses.get(link, address);
        const nobody = { person: null, name: '', origin: 'message', lastSeenAt: null } as const;
        return { ...nobody, ...row, link, address, role: 'guest' };
      },
    },
    groups: {
      ...groups,
      get: (link, chat) => {
        const row = groups.get(link, chat);
        return { ...(row ?? { title: '', origin: 'message', lastSeenAt: null }), link, chat, answer: 'always' };
      },
    },
  };
}
