/**
 * Gives memory back when the process comes to rest. V8 keeps the pages that a busy minute has filled (up to 150 MiB) and
 * returns them to the system only under pressure; settings that keep it small all the time cost a third of the speed.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '../gateway/clock.ts';
import type { Millis } from '../gateway/types.ts';

const lookEvery: Millis = 10_000;
/** Processor time between two looks below which this is rest: 0.3 % of a core. */
const calm: Millis = 30;
/** Processor time since the last collection from which another one is worth its pause. */
const worth: Millis = 250;

export interface Machine {
  /** Processor time of the process so far, all threads together. */
  processorTime(): Millis;
  /**
   * Collects everything and gives empty pages back; takes some 50 ms, during which nothing else runs.
   * False when this V8 cannot be asked for it, which costs memory and nothing else.
   */
  collect(): boolean;
}

/** Collects once each time the process comes to rest after work, ten to twenty seconds after its end. */
export function collectAtRest(clock: Clock, machine: Machine): Disposable {
  let collectedAt = 0;
  let before = machine.processorTime();
  let timer = clock.after(lookEvery, look);
  function look(): void {
    const now = machine.processorTime();
    if (now - before < calm && now - collectedAt > worth) {
      machine.collect();
      collectedAt = machine.processorTime();
    }
    before = machine.processorTime();
    timer = clock.after(lookEvery, look);
  }
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

/** This process. */
export function thisMachine(): Machine {
  return {
    processorTime() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    collect() {
      // There is no other way to ask for this kind of collection, and no program we load can see the function.
      setFlagsFromString('--expose-gc');
      const gc: unknown = runInNewContext('gc');
      setFlagsFromString('--no-expose-gc');
      if (typeof gc !== 'function') return false;
      Reflect.apply(gc, undefined, [{ type: 'major', execution: 'sync', flavor: 'last-resort' }]);
      return true;
    },
  };
}
