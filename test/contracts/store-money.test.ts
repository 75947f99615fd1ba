/** What every implementation of the port `Storage` must do with costs, prices, reservations and facts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageRow } from '../../main/gateway/budget/rows.ts';
import { counts } from '../counts.ts';
import { storeForEach } from '../store/each.ts';
import { reservationRow, usageRow } from '../store/support.ts';

const opened = storeForEach();

const hour = 3_600_000;
const add = async (rows: readonly UsageRow[]): Promise<void> =>
  opened.store.commit(({ usage }) => rows.forEach((row) => usage.add(row)));

describe('usage', () => {
  it('counts against caps what was asked elsewhere, an unknown price as nothing, and never the owner’s own machine', async () => {
    await add([
      usageRow({ id: 'u1', at: 100 }),
      usageRow({ id: 'u2', at: 150, cost: null }),
      usageRow({ id: 'u3', at: 160, cost: 0, local: true, inputTokens: 5000 }),
      usageRow({ id: 'u4', at: 200 }),
    ]);
    expect(opened.store.read.usage.charged(100, 200)).toEqual({ tokens: 30, cost: 7 });
    expect(opened.store.read.usage.charged(300, 400)).toEqual({ tokens: 0, cost: 0 });
    expect(opened.store.read.usage.totals(0, 2 * hour)).toMatchObject({ calls: 4, unpriced: 1 });
    expect(opened.store.read.usage.lastOf('c1')?.local).toBe(false);
  });

  it('knows what a turn and a conversation cost, and counts replies, not calls: one reply may take ten', async () => {
    await add([
      usageRow({ id: 'u1', at: 100, turn: 't1', outcome: 'timeout' }),
      usageRow({ id: 'u2', at: 110, turn: 't1', cost: null }),
      usageRow({ id: 'u3', at: 120, turn: 't1', cost: null, estimated: true }),
      usageRow({ id: 'u4', at: 130, turn: 't2', conversation: 'c2', cost: 0, local: true }),
      usageRow({ id: 'u5', at: 140, turn: null, conversation: null, link: 'api' }),
      usageRow({ id: 'u6', at: 150, turn: 't3', outcome: 'network' }),
      usageRow({ id: 'u7', at: 200, turn: 't4' }),
    ]);
    const { usage } = opened.store.read;
    const whole = { calls: 3, inputTokens: 30, outputTokens: 15, cost: 7, unpriced: 2, estimated: 1 };
    expect(usage.ofTurn('t1')).toEqual(whole);
    expect(usage.ofTurn('none')).toBeNull();
    expect(usage.ofConversation('c1', 0)).toMatchObject({ calls: 5, cost: 21 });
    expect(usage.ofConversation('c1', 150)).toMatchObject({ calls: 2 });
    expect(usage.ofConversation('gone', 0)).toMatchObject({ calls: 0, cost: 0 });
    expect(usage.replies(100, 200)).toEqual({ replies: 3, unpriced: 1 });
    expect(usage.replies(300, 400)).toEqual({ replies: 0, unpriced: 0 });
  });

  it('of one provider or one conversation is charged apart, and a provider whose name begins like another is another', async () => {
    await add([
      usageRow({ id: 'u1', at: 10, model: 'lab/a', conversation: 'c1', cost: 1 }),
      usageRow({ id: 'u2', at: 2 * hour, model: 'lab/b', conversation: 'c2', cost: 2 }),
      usageRow({ id: 'u3', at: 2 * hour, model: 'lab-2/a', conversation: 'c1', cost: 4 }),
      usageRow({ id: 'u4', at: 2 * hour, model: 'lab/a', conversation: 'c1', cost: 0, local: true }),
      usageRow({ id: 'u5', at: 5 * hour, model: 'lab/a', conversation: 'c1', cost: 8 }),
    ]);
    const { usage } = opened.store.read;
    expect(usage.charged(0, 5 * hour, { kind: 'provider', id: 'lab' })).toEqual({ tokens: 30, cost: 3 });
    expect(usage.charged(0, 5 * hour, { kind: 'provider', id: 'lab-2' })).toEqual({ tokens: 15, cost: 4 });
    expect(usage.charged(0, 5 * hour, { kind: 'conversation', id: 'c1' })).toEqual({ tokens: 30, cost: 5 });
    expect(usage.charged(11, 9 * hour, { kind: 'conversation', id: 'c1' })).toEqual({ tokens: 30, cost: 12 });
    expect(usage.charged(0, 9 * hour, { kind: 'conversation', id: 'c9' })).toEqual({ tokens: 0, cost: 0 });
  });

  it('is split by stretch and model for a chart, with bounds within hours (a zone that is half an hour off)', async () => {
    const half = hour / 2;
    await add([
      usageRow({ id: 'u0', at: half - 1 }),
      usageRow({ id: 'u1', at: half }),
      usageRow({ id: 'u2', at: 2 * hour, model: 'lab/other', estimated: true }),
      usageRow({ id: 'u3', at: 3 * hour + half - 1, cost: null }),
      usageRow({ id: 'u4', at: 3 * hour + half }),
      usageRow({ id: 'u5', at: 9 * hour }),
    ]);
    const one = { calls: 1, inputTokens: 10, outputTokens: 5, cost: 7, unpriced: 0, estimated: 0 };
    expect(opened.store.read.usage.series([half, 3 * hour + half, 5 * hour, 8 * hour])).toEqual([
      { ...one, from: half, model: 'lab/gpt', calls: 2, inputTokens: 20, outputTokens: 10, unpriced: 1 },
      { ...one, from: half, model: 'lab/other', estimated: 1 },
      { ...one, from: 3 * hour + half, model: 'lab/gpt' },
    ]);
    expect(opened.store.read.usage.series([0])).toEqual([]);
    expect(opened.store.read.usage.series([])).toEqual([]);
    expect(() => opened.store.read.usage.series(Array.from({ length: 401 }, (_, n) => n))).toThrow(RangeError);
  });

  it('sums what lies in the stretch and nothing else, wherever its ends are', async () => {
    const rows = Array.from({ length: 60 }, (_, n) =>
      usageRow({
        id: `u${String(n)}`,
        at: Math.floor((n * 7.3 * hour) / 13),
        cost: n % 3 === 0 ? null : n,
        local: n % 4 === 0,
      }),
    );
    await add(rows);
    const moment = fc.oneof(
      fc.integer({ min: 0, max: 40 * hour }),
      fc.integer({ min: 0, max: 40 }).map((n) => n * hour),
      fc.constantFrom(...rows.map(({ at }) => at)),
    );
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const within = rows.filter(({ at }) => at >= from && at < to);
        const cost = (of: readonly UsageRow[]): number => of.reduce((sum, row) => sum + (row.cost ?? 0), 0);
        const remote = within.filter(({ local }) => !local);
        const { usage } = opened.store.read;
        expect(usage.totals(from, to)).toEqual({
          calls: within.length,
          inputTokens: 10 * within.length,
          outputTokens: 5 * within.length,
          cost: cost(within),
          unpriced: within.filter((row) => row.cost === null).length,
          estimated: 0,
        });
        expect(usage.charged(from, to)).toEqual({ tokens: 15 * remote.length, cost: cost(remote) });
      }),
      { numRuns: counts.propertyRuns },
    );
  });
});

describe('prices', () => {
  it('are the owner’s last word on a model, until they are taken away', async () => {
    const { store } = opened;
    const price = { model: 'lab/gpt', input: 2_500_000, output: 10_000_000, at: 5 };
    await store.commit(({ prices }) => {
      prices.put({ ...price, input: 1 });
      prices.put({ ...price, model: 'ant/opus' });
      prices.put(price);
    });
    expect(store.read.prices.get('lab/gpt')).toEqual(price);
    expect(store.read.prices.all().map(({ model }) => model)).toEqual(['ant/opus', 'lab/gpt']);
    await store.commit(({ prices }) => prices.remove('lab/gpt'));
    expect(store.read.prices.get('lab/gpt')).toBeNull();
  });
});

describe('reservations', () => {
  it('outlive the process that made them, so that a cut call is charged', async () => {
    const stateless = reservationRow({ id: 'r2', conversation: null, turn: null });
    await opened.store.commit(({ reservations }) => {
      reservations.put(reservationRow());
      reservations.put(stateless);
      reservations.put(reservationRow({ cost: 80 }));
    });
    await opened.reopen();
    expect(opened.store.read.reservations.all()).toEqual([reservationRow({ cost: 80 }), stateless]);
    await opened.store.commit(({ reservations }) => reservations.remove('r1'));
    expect(opened.store.read.reservations.all()).toEqual([stateless]);
  });
});

describe('facts', () => {
  it('come back as the JSON they were, by key and by how the key begins', async () => {
    const { store } = opened;
    await store.commit(({ facts }) => {
      facts.put('told:b', { at: 5, list: [1, null] });
      facts.put('told:a', 1);
      facts.put('told:a', false);
      facts.put('told:\u{1f600}', 'far behind');
      facts.put('tole', 'not this one');
      facts.put('pause', null);
    });
    expect(store.read.facts.get('told:b')).toEqual({ at: 5, list: [1, null] });
    expect(store.read.facts.get('pause')).toBeNull();
    expect(store.read.facts.get('never')).toBeUndefined();
    expect(store.read.facts.all('told:')).toEqual([
      { key: 'told:a', value: false },
      { key: 'told:b', value: { at: 5, list: [1, null] } },
      { key: 'told:\u{1f600}', value: 'far behind' },
    ]);
    await store.commit(({ facts }) => facts.put('told:a', undefined));
    expect(store.read.facts.get('told:a')).toBeUndefined();
    expect(store.read.facts.all('')).toHaveLength(4);
  });
});
