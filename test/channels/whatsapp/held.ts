/* What this process holds on to: to be the same after as before. */
import { scheduler } from 'node:timers/promises';

/** What the process holds; what is only due in this turn of the event loop, and timers, left out. */
export function held(): Readonly<Record<string, number>> {
  const kinds = process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout' && kind !== 'Immediate');
  const listeners = process.eventNames().map((name) => [`on ${String(name)}`, process.listenerCount(name)] as const);
  const resources = [...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length] as const);
  return Object.fromEntries([...resources, ...listeners].toSorted());
}

/** Real timers that keep the process alive. */
export const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

/** The library's own timers are real ones, of which the longest that an ended socket leaves runs half a minute. */
export async function timersRunOut(before: number): Promise<void> {
  for (let second = 0; second < 75 && timers() > before; second += 1) await scheduler.wait(1_000);
}

/** Bytes in use, after everything that can be collected has been. Needs `--expose-gc`. */
export async function heapAfterCollection(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => void setImmediate(resolve));
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  }
  return process.memoryUsage().heapUsed;
}
