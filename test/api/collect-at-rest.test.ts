import { describe, expect, it } from 'vitest';
import { collectAtRest, thisMachine } from '../../main/api/collect-at-rest.ts';
import { ManualClock } from '../lib/manual-clock.ts';

/** A process that works when the test says so, and counts its collections. */
function worker() {
  let used = 400;
  let collections = 0;
  return {
    work: (time: number) => void (used += time),
    collected: () => collections,
    machine: {
      processorTime: () => used,
      collect() {
        collections += 1;
        used += 50;
        return true;
      },
    },
  };
}

describe('memory at rest', () => {
  it('is given back once when work has ended, and not again while nothing happens (memory of a busy minute for ever)', () => {
    const clock = new ManualClock();
    const { work, collected, machine } = worker();
    using _watch = collectAtRest(clock, machine);
    for (let second = 0; second < 60; second++) {
      work(200);
      clock.advance(1_000);
    }
    expect(collected()).toBe(0);
    clock.advance(20_000);
    expect(collected()).toBe(1);
    for (let second = 0; second < 3_600; second++) {
      work(1);
      clock.advance(1_000);
    }
    expect(collected()).toBeLessThanOrEqual(15);
  });

  it('is left alone while the process works, however long (a pause in the middle of conversations)', () => {
    const clock = new ManualClock();
    const { work, collected, machine } = worker();
    using _watch = collectAtRest(clock, machine);
    for (let second = 0; second < 600; second++) {
      work(10);
      clock.advance(1_000);
    }
    expect(collected()).toBe(0);
  });

  it('leaves no timer behind (a process that never ends)', () => {
    const clock = new ManualClock();
    collectAtRest(clock, worker().machine)[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });

  it('can really be asked for on this Node (a name that V8 took away)', () => {
    const machine = thisMachine();
    expect(machine.collect()).toBe(true);
  });
});
