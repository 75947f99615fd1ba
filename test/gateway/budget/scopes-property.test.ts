/**
 * Caps of single providers and conversations over a real store: random bursts of calls at the same time, that end in
 * every way, are stored late or left, processes that die, caps that change. An independent tally says what must be true.
 */
import { expect, it } from 'vitest';
import fc from 'fast-check';
import type { ModelCall } from '../../../main/gateway/models/attempts.ts';
import { createBudget, type BudgetKeeper } from '../../../main/gateway/budget/budget.ts';
import { createCalendar } from '../../../main/gateway/calendar.ts';
import type { Ledger, OpenCall } from '../../../main/gateway/budget/call-ledger.ts';
import type { ModelRequest } from '../../../main/gateway/model.ts';
import type { CapScope } from '../../../main/gateway/budget/rows.ts';
import { settleCalls } from '../../../main/gateway/budget/usage.ts';
import { openSettings, type SettingsFile } from '../../../main/store/settings-file.ts';
import { counts } from '../../counts.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import {
  conversationRow,
  countingIds,
  linkRow,
  openTestStore,
  recordedLog,
  TemporaryDirectory,
  type TestStore,
} from '../../store/support.ts';
import { candidate, says, scriptedProvider } from '../scripted.ts';

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
  readonly #clock = new ManualClock();
  readonly #directory = new TemporaryDirectory();
  readonly #ids = countingIds('row');
  #opened: TestStore | null = null;
  #settings: SettingsFile | null = null;
  #budget: BudgetKeeper | null = null;
  #undo: Disposable | null = null;
  #live: Told[] = [];
  readonly #stored: (Amount & Pick<Told, 'provider' | 'conversation'>)[] = [];

  async open(): Promise<void> {
    const clock = this.#clock;
    const opened = await openTestStore(this.#directory.path, { clock });
    const log = recordedLog();
    const settings = (this.#settings ??= await openSettings({ dataDir: this.#directory.path, clock, log }));
    for (const key of ['budget.perDayUsd', 'budget.perMonthUsd'] as const) settings.set(key, 0);
    const utc = (): string => 'UTC';
    const ports = { storage: opened.store, settings, clock, ids: this.#ids, log, listPrice: () => price };
    const find = (name: string) => ({ name, baseUrl: 'https://far.example', local: false });
    this.#opened = opened;
    this.#budget = createBudget(ports, { publish: () => undefined }, createCalendar(utc, utc), find);
    this.#undo = await this.#budget.start();
  }

  async begin(): Promise<void> {
    await this.open();
    await present(this.#opened).store.commit((tables) => {
      tables.links.put(linkRow());
      for (const id of conversations) tables.conversations.put(conversationRow({ id }));
    });
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
        expect((await present(this.#budget).setCaps(about, amounts)).ok).toBe(true);
      }
    }
  }

  async #call({ provider: id, conversation, most }: Extract<Step, { kind: 'burst' }>): Promise<void> {
    const budget = present(this.#budget);
    const ledger = budget.ledger({ link: 'bot', conversation, turn: null });
    const opened = await ledger.open(candidate(`${id}/m`, provider), requestOf(most), never);
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
    ledger.handOver([over]);
    ledger[Symbol.dispose]();
    const owner = { link: 'bot', conversation, turn: null };
    await present(this.#opened).store.commit((tables) => settleCalls(tables, owner, [over], this.#ids));
    this.#live = this.#live.filter((other) => other !== told);
    this.#stored.push({ provider: id, conversation, ...used });
  }

  async #leave(told: Told): Promise<void> {
    met.left++;
    told.ledger[Symbol.dispose]();
    // What the ledger writes by itself stands before this in the queue.
    await present(this.#opened).store.commit(() => undefined);
    this.#live = this.#live.filter((other) => other !== told);
    this.#stored.push({ provider: told.provider, conversation: told.conversation, ...told.full });
  }

  async #die(): Promise<void> {
    met.died++;
    await this.#close();
    // What was settled in memory alone is charged in full: nobody can say that it was less.
    this.#stored.push(
      ...this.#live.map(({ provider: id, conversation, full }) => ({ provider: id, conversation, ...full })),
    );
    this.#live = [];
    await this.open();
  }

  /** The sums of each cap are those of its own calls. */
  check(): void {
    for (const { row, day, month } of present(this.#budget).caps()) {
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

  async #close(): Promise<void> {
    this.#undo?.[Symbol.dispose]();
    await this.#opened?.store.close();
    this.#opened = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    this.#directory[Symbol.dispose]();
  }
}

/** Estimated tokens of {@link requestOf}. */
const prompt = 29;

function requestOf(most: number): ModelRequest {
  const content = [{ kind: 'text', text: 'x'.repeat(100) }] as const;
  const timeouts = { connect: 1, firstToken: 1, betweenTokens: 1 };
  return { model: 'm', messages: [{ role: 'user', content }], maxOutputTokens: most, timeouts };
}

function end(told: Told, share: number): void {
  const outputTokens = Math.floor(told.full.tokens * share * 0.5);
  told.over = told.call.end({ inputTokens: prompt, outputTokens, estimated: false }, 'ok');
  told.used = { cost: costOf(outputTokens), tokens: prompt + outputTokens };
}

function costOf(output: number): number {
  return Math.ceil((prompt * price.input + output * price.output) / 1_000_000);
}

function present<Value>(value: Value | null): Value {
  if (value === null) throw new Error('the world is not open');
  return value;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
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
