import { describe, expect, it } from 'vitest';
import { createIds, watchClock } from '../../main/api/machine.ts';
import { ManualClock } from '../lib/manual-clock.ts';

describe('ids', () => {
  it('rise for ever, also when the clock is set back and when one millisecond needs thousands (rows out of order)', () => {
    let now = 1_800_000_000_000;
    const ids = createIds({ now: () => now });
    const made = Array.from({ length: 20_000 }, (_, index) => {
      if (index === 9000) now -= 86_400_000;
      if (index % 700 === 0) now += 1;
      return ids.next();
    });
    expect(made).toEqual(made.toSorted());
    expect(new Set(made).size).toBe(made.length);
    for (const id of made.slice(0, 50))
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('a watched clock', () => {
  it('tells a jump of more than 30 s once, in either direction, and nothing of an ordinary hour (links dead after sleep)', () => {
    const clock = new ManualClock();
    const jumps: number[] = [];
    using _watch = watchClock(clock, (by) => jumps.push(by));
    clock.advance(3_600_000);
    clock.setWall(clock.now() + 25_000);
    clock.advance(20_000);
    expect(jumps).toEqual([]);
    clock.setWall(clock.now() + 3_600_000);
    clock.advance(60_000);
    clock.setWall(clock.now() - 120_000);
    clock.advance(60_000);
    expect(jumps).toEqual([3_600_000, -120_000]);
  });
});
