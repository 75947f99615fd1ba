/**
 * The budget over a real store, without a gateway: random sequences of calls that begin, end in every way, are stored
 * late or never, processes that die, days that pass and limits that change. An independent tally says what must be true.
 */
import { expect, it } from 'vitest';
import fc from 'fast-check';
import type { Ledger, OpenCall } from '../../../main/gateway/budget/call-ledger.ts';
import type { ModelCall } from '../../../main/gateway/models/attempts.ts';
import type { ModelUsage } from '../../../main/gateway/model.ts';
import { counts } from '../../counts.ts';
import { candidate, says, scriptedProvider } from '../scripted.ts';
import { BudgetHouse, requestOf, sum } from './house.ts';

const owner = { link: 'api', conversation: null, turn: null };
const day = 86_400_000;
const prices = {
  a: { input: 3_000_001, output: 15_000_007, date: '2025-01-01' },
  b: { input: 75_000, output: 300_000, date: '2025-01-01' },
} as const;
const provider = scriptedProvider(says());
/** Each opens a database or several. */
const runs = Math.ceil(counts.propertyRuns / 2);

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('open' as const),
      model: fc.constantFrom('a', 'b', 'unpriced'),
      characters: fc.nat(8000),
      most: fc.integer({ min: 16, max: 4096 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      which: fc.nat(),
      /** Share of what was set aside; above 1 the server counts otherwise than we do. Null: never sent. */
      used: fc.option(fc.constantFrom(0.02, 0.3, 1, 1.3), { freq: 5 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('store' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 700 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('limit' as const),
      dollars: fc.constantFrom(0, 0.05, 0.2, 5),
      tokens: fc.constantFrom(0, 6000, 20_000),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** One call as the tally knows it. */
interface Told {
  readonly at: number;
  readonly full: { readonly tokens: number; readonly cost: number };
  /** Null while it runs. */
  used: { readonly tokens: number; readonly cost: number } | null;
  readonly ledger: Ledger;
  readonly call: OpenCall;
  over: ModelCall | null;
}

/** Numbers of one run, so that the property is known to have met what it is about. */
const met = { granted: 0, refused: 0, died: 0, abandoned: 0, over: 0 };

class World implements AsyncDisposable {
  readonly #house = new BudgetHouse((_, model) => (model === 'a' || model === 'b' ? prices[model] : null));
  /** Not stored yet: running, or ended and waiting for the commit of their turn. */
  #live: Told[] = [];
  readonly #stored: { readonly at: number; readonly tokens: number; readonly cost: number }[] = [];

  open(): Promise<void> {
    return this.#house.open();
  }

  async run(next: Step): Promise<void> {
    switch (next.kind) {
      case 'open':
        return this.#begin(next.model, next.characters, next.most);
      case 'end':
        return this.#end(
          pick(
            this.#live.filter(({ used }) => used === null),
            next.which,
          ),
          next.used,
        );
      case 'store':
        return this.#store(
          pick(
            this.#live.filter(({ over }) => over !== null),
            next.which,
          ),
        );
      case 'leave':
        return this.#leave(
          pick(
            this.#live.filter(({ used }) => used === null),
            next.which,
          ),
        );
      case 'die':
        return this.#die();
      case 'pass':
        return this.#house.clock.setWall(this.#house.clock.now() + next.hours * 3_600_000);
      case 'limit':
        this.#set('budget.perDayUsd', next.dollars);
        this.#set('budget.perMonthUsd', next.dollars * 2);
        return this.#set('budget.perDayTokens', next.tokens);
    }
  }

  #set(key: 'budget.perDayUsd' | 'budget.perMonthUsd' | 'budget.perDayTokens', value: number): void {
    expect(this.#house.settings.set(key, value).ok).toBe(true);
  }

  async #begin(model: string, characters: number, most: number): Promise<void> {
    const budget = this.#house.budget;
    const ledger = budget.ledger(owner);
    const opened = await ledger.open(candidate(`far/${model}`, provider), requestOf(model, characters, most), never);
    if (!opened.ok) {
      met.refused++;
      expect(opened.failure.reason.code).toMatch(/^budget\./);
      return;
    }
    met.granted++;
    // The property: what is settled and set aside together is within every limit when a call is granted.
    const { day: today, month } = budget.periods();
    for (const { cost, reservedCost, capCost, tokens, reservedTokens, capTokens } of [today, month]) {
      if (capCost !== null) expect(cost + reservedCost).toBeLessThanOrEqual(capCost);
      if (capTokens !== null) expect(tokens + reservedTokens).toBeLessThanOrEqual(capTokens);
    }
    const input = Math.ceil(characters / 4) + 4;
    const full = { tokens: input + most, cost: costOf(model, input, most) };
    this.#live.push({ at: this.#house.clock.now(), full, used: null, ledger, call: opened.value, over: null });
  }

  #end(told: Told | null, used: number | null): void {
    if (told === null) return;
    const { tokens } = told.full;
    const outputTokens = used === null ? 0 : Math.floor(tokens * used);
    const usage: ModelUsage | null = used === null ? null : { inputTokens: 3, outputTokens, estimated: false };
    told.over = told.call.end(usage, 'ok');
    told.used =
      usage === null
        ? { tokens: 0, cost: 0 }
        : { tokens: 3 + outputTokens, cost: costOf(told.over.model.slice(4), 3, outputTokens) };
    if (told.used.tokens > tokens) met.over++;
  }

  /** The commit that ends the turn. */
  async #store(told: Told | null): Promise<void> {
    const calls = told?.over;
    if (told === null || calls === undefined || calls === null) return;
    await this.#house.settle(told.ledger, calls, owner);
    this.#forget(told, told.used ?? told.full);
  }

  /** Nobody waits for the call any more. */
  async #leave(told: Told | null): Promise<void> {
    if (told === null) return;
    met.abandoned++;
    await this.#house.leave(told.ledger);
    this.#forget(told, told.full);
  }

  async #die(): Promise<void> {
    met.died++;
    await this.#house.close();
    for (const told of this.#live) this.#stored.push({ at: told.at, ...told.full });
    this.#live = [];
    await this.open();
  }

  #forget(told: Told, amount: { readonly tokens: number; readonly cost: number }): void {
    this.#live = this.#live.filter((other) => other !== told);
    this.#stored.push({ at: told.at, ...amount });
  }

  /** The books say what the tally says, in both periods. */
  check(): void {
    const now = this.#house.clock.now();
    const date = new Date(now);
    const { day: today, month } = this.#house.budget.periods();
    const tomorrow = (Math.floor(now / day) + 1) * day;
    const froms = [Math.floor(now / day) * day, Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)] as const;
    const expected = froms.map((from) => {
      const within = ({ at }: { readonly at: number }): boolean => at >= from && at < tomorrow;
      const ended = [
        ...this.#stored,
        ...this.#live.flatMap(({ at, used }) => (used === null ? [] : [{ at, ...used }])),
      ];
      const open = this.#live.filter(({ used }) => used === null);
      return {
        cost: sum(ended.filter(within).map(({ cost }) => cost)),
        tokens: sum(ended.filter(within).map(({ tokens }) => tokens)),
        reservedCost: sum(open.filter(within).map(({ full }) => full.cost)),
        reservedTokens: sum(open.filter(within).map(({ full }) => full.tokens)),
      };
    });
    expect(today).toMatchObject(expected[0] ?? {});
    expect(month).toMatchObject(expected[1] ?? {});
  }

  /** Everything ends; then the books are the sum of the usage rows, and nothing is set aside. */
  async finish(): Promise<void> {
    for (const told of [...this.#live]) await (told.over === null ? this.#leave(told) : this.#store(told));
    const { read } = this.#house.store;
    expect(read.reservations.all()).toEqual([]);
    const all = read.usage.charged(0, Number.MAX_SAFE_INTEGER);
    expect(all).toEqual({
      cost: sum(this.#stored.map(({ cost }) => cost)),
      tokens: sum(this.#stored.map(({ tokens }) => tokens)),
    });
    this.check();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#house[Symbol.asyncDispose]();
  }
}

const never = new AbortController().signal;

function costOf(model: string, input: number, output: number): number {
  if (model !== 'a' && model !== 'b') return 0;
  const price = prices[model];
  const exact = BigInt(input) * BigInt(price.input) + BigInt(output) * BigInt(price.output);
  return Number((exact + 999_999n) / 1_000_000n);
}

function pick<Value>(from: readonly Value[], which: number): Value | null {
  return from[which % Math.max(1, from.length)] ?? null;
}

it('no sequence of calls, ends, deaths, days and limits passes a cap at a grant or loses a micro-dollar', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await using world = new World();
      await world.open();
      for (const each of steps) {
        await world.run(each);
        world.check();
      }
      await world.finish();
    }),
    { numRuns: runs },
  );
  for (const [what, times] of Object.entries(met)) expect([what, times > runs / 10]).toEqual([what, true]);
}, 120_000);
