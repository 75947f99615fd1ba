/**
 * Caps of single providers and conversations over a real store: random bursts of calls at the same time, that end in
 * every way, are stored late or left, processes that die, caps that change. An independent tally says what must be true.
 */
import { expect, it } from 'vitest';
import fc from 'fast-check';
import type { ModelCall } from '../../../main/gateway/models/attempts.ts';
import type { Ledger, OpenCall } from '../../../main/gateway/budget/call-ledger.ts';
import type { CapScope } from '../../../main/gateway/budget/rows.ts';
import { counts } from '../../counts.ts';
import { conversationRow, linkRow } from '../../store/support.ts';
import { candidate, says, scriptedProvider } from '../scripted.ts';
import { BudgetHouse, requestOf, sum } from './house.ts';

const providers = ['far', 'near'];
const conversations = ['c1', 'c2'];
const price = { input: 1_000_000, output: 2_000_001, date: '2025-01-01' };
const provider = scriptedProvider(says());
const never = new AbortController().signal;
const runs = Math.ceil(counts.propertyRuns / 4);
const met = { granted: 0, providerRefused: 0, conversationRefused: 0, died: 0, left: 0 };

const scope = fc.oneof(
  fc.constantFrom(...providers).map((id): CapScope => ({ kind: 'provider', id })),
  fc.constantFrom(...conversations).map((id): CapScope => ({ kind: 'conversation', id })),
);
const limit = fc.constantFrom(null, 500, 9000, 30_000);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('burst' as const),
      /** So many calls at once, to one provider for one conversation. */
      calls: fc.integer({ min: 1, max: 16 }),
      provider: fc.constantFrom(...providers),
      conversation: fc.constantFrom(null, ...conversations),
      most: fc.integer({ min: 16, max: 2000 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('end' as const), share: fc.constantFrom(0, 0.1, 1) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('store' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('cap' as const),
      scope,
      dayCost: limit,
      dayTokens: limit,
      monthCost: limit,
      monthTokens: limit,
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

interface Amount {
  readonly cost: number;
  readonly tokens: number;
}

interface Told {
  readonly provider: string;
  readonly conversation: string | null;
  readonly full: Amount;
  /** Null while it runs. */
  used: Amount | null;
  readonly ledger: Ledger;
  readonly call: OpenCall;
  over: ModelCall | null;
}

class World implements AsyncDisposable {
  readonly #house = new BudgetHouse(() => price);
  #live: Told[] = [];
  readonly #stored: (Amount & Pick<Told, 'provider' | 'conversation'>)[] = [];

  async begin(): Promise<void> {
    await this.#open();
    await this.#house.store.commit((tables) => {
      tables.links.put(linkRow());
      for (const id of conversations) tables.conversations.put(conversationRow({ id }));
    });
  }

  async #open(): Promise<void> {
    await this.#house.open();
    for (const key of ['budget.perDayUsd', 'budget.perMonthUsd'] as const) this.#house.settings.set(key, 0);
  }

  async run(next: Step): Promise<void> {
    switch (next.kind) {
      case 'burst':
        await Promise.all(Array.from({ length: next.calls }, () => this.#call(next)));
        return;
      case 'end':
        for (const told of this.#live.filter(({ used }) => used === null).slice(0, 3)) end(told, next.share);
        return;
      case 'store':
        for (const told of this.#live.filter(({ over }) => over !== null)) await this.#store(told);
        return;
      case 'leave':
        for (const told of this.#live.filter(({ used }) => used === null).slice(0, 1)) await this.#leave(told);
        return;
      case 'die':
        return this.#die();
      case 'cap': {
        const { scope: about, kind: _, ...amounts } = next;
        expect((await this.#house.budget.setCaps(about, amounts)).ok).toBe(true);
      }
    }
  }

  async #call({ provider: id, conversation, most }: Extract<Step, { kind: 'burst' }>): Promise<void> {
    const budget = this.#house.budget;
    const ledger = budget.ledger({ link: 'bot', conversation, turn: null });
    const opened = await ledger.open(candidate(`${id}/m`, provider), requestOf('m', characters, most), never);
    if (!opened.ok) {
      if (opened.failure.reason.code.startsWith('budget.provider')) met.providerRefused++;
      if (opened.failure.reason.code.startsWith('budget.conversation')) met.conversationRefused++;
      return;
    }
    met.granted++;
    // The property: under every cap that is about this call, settled and set aside together.
    for (const { row, day, month } of budget.caps()) {
      if (row.scope.id !== id && row.scope.id !== conversation) continue;
      for (const { cost, reservedCost, capCost, tokens, reservedTokens, capTokens } of [day, month]) {
        if (capCost !== null) expect(cost + reservedCost).toBeLessThanOrEqual(capCost);
        if (capTokens !== null) expect(tokens + reservedTokens).toBeLessThanOrEqual(capTokens);
      }
    }
    const full = { cost: costOf(most), tokens: prompt + most };
    this.#live.push({ provider: id, conversation, full, used: null, ledger, call: opened.value, over: null });
  }

  async #store(told: Told): Promise<void> {
    const { over, ledger, provider: id, conversation, used } = told;
    if (over === null || used === null) return;
    await this.#house.settle(ledger, over, { link: 'bot', conversation, turn: null });
    this.#live = this.#live.filter((other) => other !== told);
    this.#stored.push({ provider: id, conversation, ...used });
  }

  async #leave(told: Told): Promise<void> {
    met.left++;
    await this.#house.leave(told.ledger);
    this.#live = this.#live.filter((other) => other !== told);
    this.#stored.push({ provider: told.provider, conversation: told.conversation, ...told.full });
  }

  async #die(): Promise<void> {
    met.died++;
    await this.#house.close();
    // What was settled in memory alone is charged in full: nobody can say that it was less.
    this.#stored.push(
      ...this.#live.map(({ provider: id, conversation, full }) => ({ provider: id, conversation, ...full })),
    );
    this.#live = [];
    await this.#open();
  }

  /** The sums of each cap are those of its own calls. */
  check(): void {
    for (const { row, day, month } of this.#house.budget.caps()) {
      const mine = (call: Pick<Told, 'provider' | 'conversation'>): boolean => call[row.scope.kind] === row.scope.id;
      const live = this.#live.filter(mine);
      const ended = [...this.#stored.filter(mine), ...live.flatMap(({ used }) => used ?? [])];
      const open = live.flatMap(({ used, full }) => (used === null ? [full] : []));
      const expected = {
        cost: sum(ended.map(({ cost }) => cost)),
        tokens: sum(ended.map(({ tokens }) => tokens)),
        reservedCost: sum(open.map(({ cost }) => cost)),
        reservedTokens: sum(open.map(({ tokens }) => tokens)),
      };
      expect(day).toMatchObject(expected);
      expect(month).toMatchObject(expected);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#house[Symbol.asyncDispose]();
  }
}

/** Characters of a request, and the tokens that they are taken for. */
const characters = 100;
const prompt = 29;

function end(told: Told, share: number): void {
  const outputTokens = Math.floor(told.full.tokens * share * 0.5);
  told.over = told.call.end({ inputTokens: prompt, outputTokens, estimated: false }, 'ok');
  told.used = { cost: costOf(outputTokens), tokens: prompt + outputTokens };
}

function costOf(output: number): number {
  return Math.ceil((prompt * price.input + output * price.output) / 1_000_000);
}

it('no burst of calls passes a cap of its provider or conversation, and no cap counts the calls of another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
      await using world = new World();
      await world.begin();
      for (const each of steps) {
        await world.run(each);
        world.check();
      }
    }),
    { numRuns: runs },
  );
  for (const [what, times] of Object.entries(met)) expect([what, times > runs / 10]).toEqual([what, true]);
}, 120_000);
