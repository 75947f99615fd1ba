/** How fast something grows: the mean over the last seconds, so that the number can be read while it changes. */
import type { Clock } from './clock.ts';
import type { Millis } from './types.ts';

export interface Speed {
  /** It is as large as this now. */
  reached(amount: number): void;
  /** Growth a second; null before there is half a second to judge by. */
  now(): number | null;
}

interface Sample {
  readonly at: Millis;
  readonly amount: number;
}

const span: Millis = 6000;
const least: Millis = 500;
/** Samples nearer to each other than this are one: a server may tell dozens a second. */
const apart: Millis = 200;

export function createSpeed(clock: Pick<Clock, 'monotonic'>): Speed {
  const samples: Sample[] = [];
  let latest: Sample | null = null;
  return {
    reached(amount) {
      latest = { at: clock.monotonic(), amount };
      const last = samples.at(-1);
      if (last !== undefined && latest.at - last.at < apart) return;
      samples.push(latest);
      while (samples.length > 2 && (samples[0]?.at ?? 0) < latest.at - span) samples.shift();
    },
    now() {
      const first = samples[0];
      if (first === undefined || latest === null) return null;
      const passed = clock.monotonic() - first.at;
      return passed < least ? null : Math.max(0, ((latest.amount - first.amount) / passed) * 1000);
    },
  };
}
