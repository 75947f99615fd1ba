/** How long the poll waits after each kind of failure. All in milliseconds. */
import type { Random } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';

const REFUSED = [2_000, 10_000, 30_000] as const;
const CONFLICT = [2_000, 5_000, 10_000, 20_000, 40_000, 60_000] as const;
const FIRST = 1_000;
const LONGEST = 30_000;
const JITTER = 0.25;

/** Before the token is asked about again after its `count`th refusal; null: it is refused. */
export function afterRefusal(count: number): Millis | null {
  return REFUSED[count - 1] ?? null;
}

/** After the `count`th 409 in a row. */
export function afterConflict(count: number): Millis {
  return CONFLICT[Math.min(count, CONFLICT.length) - 1] ?? FIRST;
}

/** After the `count`th failure of network or server in a row: 1 s doubling to 30 s, ±25 %. */
export function afterFault(count: number, random: Random): Millis {
  const base = Math.min(LONGEST, FIRST * 2 ** Math.min(count - 1, 10));
  return Math.round(Math.min(LONGEST, base * (1 + JITTER * (2 * random() - 1))));
}
