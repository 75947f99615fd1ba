import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLanes, type Lanes } from '../../../main/gateway/turns/lanes.ts';
import { counts } from '../../counts.ts';
import { recordedLog } from '../../store/support.ts';

const runs = { numRuns: counts.propertyRuns };

/** One turn of the event loop. */
const breathe = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Lanes over queues in memory; each piece of work lasts until the test ends it. */
class Workshop {
  readonly queues = new Map<string, number[]>();
  readonly done = new Map<string, number[]>();
  readonly begun: string[] = [];
  readonly open: { readonly name: string; readonly end: (how: 'well' | 'badly') => void }[] = [];
  readonly busyness: string[] = [];
  readonly log = recordedLog();
  readonly lanes: Lanes;
  most = 0;
  #count = 0;

  constructor(limit: number) {
    this.lanes = createLanes({
      limit: () => limit,
      log: this.log,
      changed: (name, busy) => void this.busyness.push(`${name} ${busy ? 'busy' : 'idle'}`),
      work: (name) => this.#work(name),
    });
  }

  put(name: string): void {
    this.queues.set(name, [...(this.queues.get(name) ?? []), ++this.#count]);
    this.lanes.kick(name);
  }

  async #work(name: string): Promise<boolean> {
    const [next, ...rest] = this.queues.get(name) ?? [];
    if (next === undefined) return false;
    if (this.open.some((work) => work.name === name)) throw new Error(`${name} works beside itself`);
    this.begun.push(name);
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const work = {
      name,
      end: (how: 'well' | 'badly'): void => {
        this.open.splice(this.open.indexOf(work), 1);
        if (how === 'badly') return reject(new Error('work failed'));
        this.queues.set(name, rest.concat((this.queues.get(name) ?? []).slice(1 + rest.length)));
        this.done.set(name, [...(this.done.get(name) ?? []), next]);
        resolve(true);
      },
    };
    this.open.push(work);
    this.most = Math.max(this.most, this.open.length);
    return promise;
  }
}

describe('lanes', () => {
  it('lose nothing, keep the order of each conversation and the limit, in any interleaving of kicks and ends', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), name: fc.constantFrom('a', 'b', 'c', 'd', 'e') }),
      fc.record({ kind: fc.constant('end' as const), index: fc.nat(9) }),
      fc.record({ kind: fc.constant('breathe' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), async (limit, steps) => {
        const shop = new Workshop(limit);
        const put = new Map<string, number>();
        for (const each of steps) {
          if (each.kind === 'put') {
            shop.put(each.name);
            put.set(each.name, (put.get(each.name) ?? 0) + 1);
          } else if (each.kind === 'end') shop.open[each.index % Math.max(1, shop.open.length)]?.end('well');
          else await breathe();
        }
        for (await breathe(); shop.open.length > 0; await breathe()) shop.open[0]?.end('well');
        for (const [name, count] of put) {
          const done = shop.done.get(name) ?? [];
          expect(done).toHaveLength(count);
          expect(done).toEqual(done.toSorted((left, right) => left - right));
          expect(shop.lanes.busy(name)).toBe(false);
          expect(shop.busyness.filter((line) => line === `${name} busy`)).toHaveLength(
            shop.busyness.filter((line) => line === `${name} idle`).length,
          );
        }
        expect(shop.most).toBeLessThanOrEqual(limit);
        expect(shop.log.lines).toEqual([]);
      }),
      runs,
    );
  });

  it('serve conversations in the order in which they asked, or a busy one would starve the others', async () => {
    const shop = new Workshop(1);
    for (const name of ['a', 'b', 'a', 'c', 'a']) shop.put(name);
    for (await breathe(); shop.open.length > 0; await breathe()) shop.open[0]?.end('well');
    expect(shop.begun).toEqual(['a', 'b', 'a', 'c', 'a']);
  });

  it('are released by work that fails, or a conversation would be silent until the next start', async () => {
    const shop = new Workshop(1);
    shop.put('a');
    await breathe();
    shop.open[0]?.end('badly');
    await breathe();
    expect(shop.log.lines.map(({ event }) => event)).toEqual(['lane.work-failed']);
    expect(shop.lanes.busy('a')).toBe(false);
    shop.lanes.kick('a');
    await breathe();
    expect(shop.open.map(({ name }) => name)).toEqual(['a']);
  });

  it('are released by work that fails before it becomes a promise', async () => {
    const log = recordedLog();
    const lanes = createLanes({
      limit: () => 1,
      log,
      work: () => {
        throw new Error('at once');
      },
    });
    lanes.kick('a');
    await breathe();
    expect(lanes.busy('a')).toBe(false);
    await lanes.stop();
    expect(log.lines.map(({ event }) => event)).toEqual(['lane.work-failed']);
  });

  it('run work once that kicks its own lane at once, not beside itself', async () => {
    const state = { now: 0, most: 0, times: 0 };
    const lanes: Lanes = createLanes({
      limit: () => 4,
      log: recordedLog(),
      async work(name) {
        state.now += 1;
        state.most = Math.max(state.most, state.now);
        if (++state.times < 3) lanes.kick(name);
        await breathe();
        state.now -= 1;
        return false;
      },
    });
    lanes.kick('a');
    for (let turn = 0; turn < 8; turn++) await breathe();
    expect(state).toEqual({ now: 0, most: 1, times: 3 });
  });

  it('survive a watcher that fails', async () => {
    const log = recordedLog();
    const done: string[] = [];
    const lanes = createLanes({
      limit: () => 1,
      log,
      changed: () => {
        throw new Error('the store is damaged');
      },
      async work(name) {
        done.push(name);
        return false;
      },
    });
    lanes.kick('a');
    await breathe();
    lanes.kick('a');
    await breathe();
    expect(done).toEqual(['a', 'a']);
    expect(log.lines.every(({ event }) => event === 'lane.watcher-failed')).toBe(true);
  });

  it('stop when the present work has ended, begin no other, and leave nobody marked as busy', async () => {
    const shop = new Workshop(1);
    for (const name of ['a', 'a', 'b']) shop.put(name);
    await breathe();
    const state = { ended: false };
    const ended = shop.lanes.stop().then(() => void (state.ended = true));
    await breathe();
    expect(state.ended).toBe(false);
    shop.put('c');
    shop.open[0]?.end('well');
    await ended;
    await breathe();
    expect(shop.begun).toEqual(['a']);
    expect(shop.busyness.toSorted()).toEqual(['a busy', 'a idle', 'b busy', 'b idle']);
  });
});
