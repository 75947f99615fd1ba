import { describe, expect, it } from 'vitest';
import { createModelPool, splitModelRef } from '../../../main/gateway/models/pool.ts';
import { isLocalUrl } from '../../../main/gateway/models/providers.ts';
import { isLocalUrl as adapterSays } from '../../../main/models/local.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { candidate, failure, newWindows, says, scriptedProvider } from '../scripted.ts';

function pool() {
  const clock = new ManualClock();
  const providers = new Map(['a', 'b'].map((id) => [id, candidate(`${id}/m`, scriptedProvider(says('hi'))).provider]));
  const made = createModelPool({
    clock,
    find: (id) => providers.get(id) ?? null,
    refuseKey: (id) => void Object.assign(providers.get(id) ?? {}, { keyRefused: true }),
    changed: () => undefined,
    windows: newWindows(),
  });
  const order = (...refs: readonly string[]): readonly string[] => made.candidates(refs).order.map(({ ref }) => ref);
  return { clock, pool: made, order };
}

describe('the models that may be asked', () => {
  it('rest for 15 s, then 1, 5 and 25 minutes, until one success', () => {
    const { clock, pool: models } = pool();
    const rests = [15_000, 60_000, 300_000, 1_500_000, 1_500_000].map((length) => {
      models.failed('a/m', failure('network'));
      const until = models.cooldownUntil('a/m');
      clock.advance(length - 1);
      const still = models.cooldownUntil('a/m') !== null;
      clock.advance(1);
      return { rest: (until ?? 0) - (clock.now() - length), still, over: models.cooldownUntil('a/m') === null };
    });
    expect(rests.map(({ rest }) => rest)).toEqual([15_000, 60_000, 300_000, 1_500_000, 1_500_000]);
    expect(rests.every(({ still, over }) => still && over)).toBe(true);
    models.succeeded('a/m');
    models.failed('a/m', failure('network'));
    expect((models.cooldownUntil('a/m') ?? 0) - clock.now()).toBe(15_000);
  });

  it('do not rest for 25 minutes because many turns met the same short trouble at once', () => {
    const { clock, pool: models } = pool();
    const [asked] = models.candidates(['a/m']).order;
    if (asked === undefined) throw new Error('nobody to ask');
    const before = { provider: asked.provider, since: clock.monotonic() };
    for (let turns = 0; turns < 5; turns++) {
      clock.advance(100);
      models.failed('a/m', failure('overloaded'), before);
    }
    expect((models.cooldownUntil('a/m') ?? 0) - clock.now()).toBe(15_000);
    models.failed('a/m', failure('overloaded'), { ...before, since: clock.monotonic() });
    expect((models.cooldownUntil('a/m') ?? 0) - clock.now()).toBe(60_000);
    models.failed('a/m', failure('rate-limit', 5000), before);
    expect((models.cooldownUntil('a/m') ?? 0) - clock.now()).toBe(60_000);
  });

  it('do not rest for days because the machine’s clock was set back', () => {
    const { clock, pool: models } = pool();
    models.failed('a/m', failure('network'));
    clock.setWall(clock.now() - 86_400_000);
    expect((models.cooldownUntil('a/m') ?? 0) - clock.now()).toBe(15_000);
    clock.advance(15_000);
    expect(models.cooldownUntil('a/m')).toBeNull();
  });

  it('rest one by one: the trouble of one model is not its provider’s', () => {
    const { pool: models, order } = pool();
    models.failed('a/m', failure('overloaded'));
    expect(order('a/m', 'a/other', 'b/m')).toEqual(['a/other', 'b/m']);
  });

  it('rest as long as a server asks, and for a quota until its reset or a quarter of an hour', () => {
    const { clock, pool: models } = pool();
    const rest = (ref: string): number => (models.cooldownUntil(ref) ?? 0) - clock.now();
    models.failed('a/m', failure('rate-limit', 40_000));
    models.failed('a/n', failure('quota'));
    models.failed('a/o', failure('quota', 7_200_000));
    expect([rest('a/m'), rest('a/n'), rest('a/o')]).toEqual([40_000, 900_000, 7_200_000]);
  });

  it('are all tried when all rest, and said to be probed', () => {
    const { pool: models } = pool();
    for (const ref of ['a/m', 'b/m']) models.failed(ref, failure('network'));
    const { order, probing } = models.candidates(['a/m', 'b/m']);
    expect({ order: order.map(({ ref }) => ref), probing }).toEqual({ order: ['a/m', 'b/m'], probing: true });
  });

  it('are silent at once with a refused key, theirs alone, until they are forgiven', () => {
    const { pool: models, order } = pool();
    models.failed('a/m', failure('auth'));
    expect(order('a/m', 'a/other', 'b/m')).toEqual(['b/m']);
    const { refused } = models.candidates(['a/m']);
    expect(refused.map((each) => each.failure.reason)).toEqual([
      { code: 'model.key-refused', params: { provider: 'a' } },
    ]);
    expect(models.cooldownUntil('a/m')).toBeNull();
  });

  it('are named when they are missing, and not asked twice', () => {
    const { pool: models } = pool();
    const { order, refused } = models.candidates(['a/m', 'gone/m', 'a/m', 'nonsense']);
    expect(order.map(({ ref }) => ref)).toEqual(['a/m']);
    expect(refused.map((each) => each.failure.reason.params)).toEqual([
      { model: 'gone/m', provider: 'gone' },
      { model: 'nonsense', provider: 'nonsense' },
    ]);
  });

  it('have all of a provider’s past forgiven together', () => {
    const { pool: models } = pool();
    for (const ref of ['a/m', 'a/n', 'b/m']) models.failed(ref, failure('network'));
    models.forgive('a');
    expect(['a/m', 'a/n', 'b/m'].map((ref) => models.cooldownUntil(ref) === null)).toEqual([true, true, false]);
  });
});

describe('names and addresses', () => {
  it('split a model at its first slash, because models have slashes in their names', () => {
    expect(splitModelRef('lab/org/model:7b')).toEqual({ provider: 'lab', model: 'org/model:7b' });
    expect(['', 'lab', '/m', 'lab/'].map(splitModelRef)).toEqual([null, null, null, null]);
  });

  it.each([
    ['http://127.0.0.1:8080/v1', true],
    ['http://localhost', true],
    ['http://[::1]:1/v1', true],
    ['http://192.168.1.5', true],
    ['http://172.31.0.1', true],
    ['http://box.local:1', true],
    ['http://user:pw@10.0.0.1', true],
    ['http://169.254.1.1/v1', true],
    ['http://[fd12:3456::1]/v1', true],
    ['http://[fe80::1]:8080', true],
    ['http://[2001:db8::1]/v1', false],
    ['https://fd12.example.com', false],
    ['https://10.example.com/v1', false],
    ['https://127.0.0.1.example.com', false],
    ['https://172.32.0.1', false],
    ['https://api.example.com', false],
  ])('take %s for the owner’s own machine: %s', (url, local) => {
    expect(isLocalUrl(url)).toBe(local);
    // Two rules would bill a model on one page that is free on the other.
    expect(adapterSays(url)).toBe(local);
  });
});
