import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPacer } from '../../../main/gateway/delivery/pacing.ts';
import { counts } from '../../counts.ts';
import { ManualClock } from '../../lib/manual-clock.ts';

const pacing = { perSecond: 25, perChatPerSecond: 1, perChatBurst: 3 };
const a = { chat: 'a', kind: 'private' } as const;
const forever = new AbortController().signal;

interface Granted {
  readonly chat: string;
  readonly at: number;
}

/** Asks for a send per entry, `gap` ms after the one before, and notes when each was allowed. */
async function grants(asks: readonly { readonly chat: string; readonly gap: number }[], scale = 1) {
  const clock = new ManualClock();
  const pacer = createPacer(
    clock,
    () => 0.5,
    () => scale,
  );
  const granted: Granted[] = [];
  const all: Promise<void>[] = [];
  for (const { chat, gap } of asks) {
    await clock.elapse(gap);
    const note = (): void => void granted.push({ chat, at: clock.monotonic() });
    all.push(pacer.turn('bot', { chat, kind: 'private' }, pacing, forever).then(note));
  }
  await clock.elapse(10 * 60_000);
  await Promise.all(all);
  return { granted, pending: clock.pending };
}

/** The most that were allowed within any stretch of `length` ms. */
function most(times: readonly number[], length: number): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + length).length));
}

describe('pacing', () => {
  const asks = fc.array(
    fc.record({ chat: fc.constantFrom('a', 'b', 'c'), gap: fc.constantFrom(0, 0, 0, 10, 400, 1500) }),
    { maxLength: 60 },
  );

  it('keeps the limits of the platform in any stretch of time, and forgets nobody who waits', async () => {
    await fc.assert(
      fc.asyncProperty(asks, async (wanted) => {
        const { granted, pending } = await grants(wanted);
        expect(granted).toHaveLength(wanted.length);
        expect(pending).toBe(0);
        for (const chat of ['a', 'b', 'c']) {
          const times = granted.filter((each) => each.chat === chat).map(({ at }) => at);
          expect(times).toEqual(times.toSorted((left, right) => left - right));
          expect(most(times, 1000)).toBeLessThanOrEqual(pacing.perChatBurst + 1);
          expect(most(times, 5000)).toBeLessThanOrEqual(pacing.perChatBurst + 5);
        }
        expect(
          most(
            granted.map(({ at }) => at),
            1000,
          ),
        ).toBeLessThanOrEqual(30);
      }),
      { numRuns: Math.min(counts.propertyRuns, 300) },
    );
  });

  it('lets a burst of three into a quiet chat at once, then one a second', async () => {
    const { granted } = await grants(Array.from({ length: 5 }, () => ({ chat: 'a', gap: 0 })));
    expect(granted.map(({ at }) => Math.round(at))).toEqual([0, 0, 0, 1000, 2000]);
  });

  it('holds nobody up when it is switched off, for servers of one’s own', async () => {
    const { granted } = await grants(
      Array.from({ length: 50 }, () => ({ chat: 'a', gap: 0 })),
      0,
    );
    expect(granted.every(({ at }) => at === 0)).toBe(true);
  });

  it('is scaled by the setting', async () => {
    const { granted } = await grants(
      Array.from({ length: 5 }, () => ({ chat: 'a', gap: 0 })),
      2,
    );
    expect(granted.map(({ at }) => Math.round(at))).toEqual([0, 0, 0, 2000, 4000]);
  });

  it('gives up its wait when the process ends', async () => {
    const clock = new ManualClock();
    const pacer = createPacer(
      clock,
      () => 0.5,
      () => 1,
    );
    const end = new AbortController();
    for (let send = 0; send < 3; send++) await pacer.turn('bot', a, pacing, forever);
    const waiting = pacer.turn('bot', a, pacing, end.signal);
    end.abort();
    await waiting;
    expect(clock.pending).toBe(0);
  });

  it('has no opinion where nothing limits', async () => {
    const clock = new ManualClock();
    const pacer = createPacer(
      clock,
      () => 0.5,
      () => 1,
    );
    for (let send = 0; send < 100; send++) await pacer.turn('window', a, null, forever);
    expect(clock.pending).toBe(0);
  });

  it('stays within twenty a minute in a group', async () => {
    const clock = new ManualClock();
    const pacer = createPacer(
      clock,
      () => 0.5,
      () => 1,
    );
    const group = { chat: '-1', kind: 'group' } as const;
    const times: number[] = [];
    const all = Array.from({ length: 60 }, async () => {
      await pacer.turn('bot', group, { ...pacing, perGroupPerMinute: 18 }, forever);
      times.push(clock.monotonic());
    });
    await clock.elapse(10 * 60_000);
    await Promise.all(all);
    expect(times).toHaveLength(60);
    expect(most(times, 60_000)).toBeLessThanOrEqual(20);
  });

  it('gives the link to one send at a time, with a wait of its own before each, in the order of asking', async () => {
    const clock = new ManualClock();
    const waits = [0, 0.5, 1];
    const pacer = createPacer(
      clock,
      () => waits.shift() ?? 0,
      () => 2,
    );
    const oneByOne = { perSecond: 100, perChatPerSecond: 100, perChatBurst: 100, between: { from: 500, to: 1500 } };
    const granted: string[] = [];
    const places: Disposable[] = [];
    const ask = async (chat: string, link = 'bot'): Promise<void> => {
      places.push(await pacer.turn(link, { chat, kind: 'private' }, oneByOne, forever));
      granted.push(`${chat} ${String(clock.monotonic())}`);
    };
    const all = ['a', 'b', 'c'].map((chat) => ask(chat));
    await clock.elapse(60_000);
    expect(granted).toEqual(['a 1000']);
    places[0]?.[Symbol.dispose]();
    await clock.elapse(60_000);
    places[1]?.[Symbol.dispose]();
    await clock.elapse(60_000);
    expect(granted).toEqual(['a 1000', 'b 62000', 'c 123000']);
    const other = ask('d', 'other');
    await clock.elapse(1_000);
    await Promise.all([...all, other]);
    expect(granted.at(-1)).toMatch(/^d /);
    expect(clock.pending).toBe(0);
  });

  it('lets those who wait for their turn go when the process ends, and the others after them', async () => {
    const clock = new ManualClock();
    const pacer = createPacer(
      clock,
      () => 0,
      () => 1,
    );
    const oneByOne = { perSecond: 100, perChatPerSecond: 100, perChatBurst: 100, between: { from: 0, to: 0 } };
    const end = new AbortController();
    const first = await pacer.turn('bot', a, oneByOne, forever);
    const second = pacer.turn('bot', a, oneByOne, end.signal);
    const third = pacer.turn('bot', a, oneByOne, forever);
    end.abort();
    (await second)[Symbol.dispose]();
    first[Symbol.dispose]();
    (await third)[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });

  it('gives previews a place only when nobody waits for it', async () => {
    const clock = new ManualClock();
    const pacer = createPacer(
      clock,
      () => 0.5,
      () => 1,
    );
    expect([1, 2, 3, 4].map(() => pacer.spare('bot', a, pacing))).toEqual([true, true, true, false]);
    const reply = pacer.turn('bot', a, pacing, forever);
    await clock.elapse(900);
    expect(pacer.spare('bot', a, pacing)).toBe(false);
    await clock.elapse(1200);
    await reply;
    expect(pacer.spare('bot', a, pacing)).toBe(true);
  });
});
