/** Chance that can be repeated: the same seed gives the same run, as far as the machine allows. */

/** Names the variable that gives a failing run its seed back. */
export const seedVariable = 'PORCHLIGHT_CRASH_SEED';

/** The seed of this run: from {@link seedVariable}, else a new one. A whole number below 2^32. */
export function seedOfRun(): number {
  const given = Number(process.env[seedVariable] ?? '');
  if (Number.isInteger(given) && given > 0) return given >>> 0;
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
}

export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). Mulberry32: small, fast, and good enough to choose moments. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** True in `share` of all cases. */
  maybe(share: number): boolean {
    return this.next() < share;
  }

  /** `count` different whole numbers from 1 to `upTo`, rising. */
  some(count: number, upTo: number): readonly number[] {
    const chosen = new Set<number>();
    while (chosen.size < Math.min(count, upTo)) chosen.add(this.int(1, upTo));
    return [...chosen].sort((left, right) => left - right);
  }
}

/** What a model or a person takes; the crash tests let real time pass, as only then is anything under way. */
export function passes(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}
