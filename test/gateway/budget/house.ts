/** A budget over a real store that can die and be opened again; for properties that keep a tally of their own. */
import { createBudget, type BudgetKeeper, type BudgetPorts } from '../../../main/gateway/budget/budget.ts';
import type { Ledger } from '../../../main/gateway/budget/call-ledger.ts';
import { settleCalls } from '../../../main/gateway/budget/usage.ts';
import { createCalendar } from '../../../main/gateway/calendar.ts';
import type { ModelRequest } from '../../../main/gateway/model.ts';
import type { ModelCall } from '../../../main/gateway/models/attempts.ts';
import type { Store } from '../../../main/store/store.ts';
import { openSettings, type SettingsFile } from '../../../main/store/settings-file.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { countingIds, openTestStore, recordedLog, TemporaryDirectory, type TestStore } from '../../store/support.ts';

export class BudgetHouse implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly #directory = new TemporaryDirectory();
  readonly #ids = countingIds('row');
  readonly #listPrice: BudgetPorts['listPrice'];
  #opened: TestStore | null = null;
  #settings: SettingsFile | null = null;
  #budget: BudgetKeeper | null = null;
  #undo: Disposable | null = null;

  constructor(listPrice: BudgetPorts['listPrice']) {
    this.#listPrice = listPrice;
  }

  get budget(): BudgetKeeper {
    return present(this.#budget);
  }

  get store(): Store {
    return present(this.#opened).store;
  }

  get settings(): SettingsFile {
    return present(this.#settings);
  }

  /** Again after {@link close}: as the next start of the program. */
  async open(): Promise<void> {
    const { clock } = this;
    const opened = await openTestStore(this.#directory.path, { clock });
    const log = recordedLog();
    const settings = (this.#settings ??= await openSettings({ dataDir: this.#directory.path, clock, log }));
    const utc = (): string => 'UTC';
    const ports = { storage: opened.store, settings, clock, ids: this.#ids, log, listPrice: this.#listPrice };
    const find = (name: string) => ({ name, baseUrl: 'https://far.example', local: false });
    this.#opened = opened;
    this.#budget = createBudget(ports, { publish: () => undefined }, createCalendar(utc, utc), find);
    this.#undo = await this.#budget.start();
  }

  /** The commit that ends the turn of `owner`. */
  async settle(ledger: Ledger, call: ModelCall, owner: Parameters<typeof settleCalls>[1]): Promise<void> {
    ledger.handOver([call]);
    ledger[Symbol.dispose]();
    await this.store.commit((tables) => settleCalls(tables, owner, [call], this.#ids));
  }

  /** Nobody waits for the call of this ledger any more. */
  async leave(ledger: Ledger): Promise<void> {
    ledger[Symbol.dispose]();
    // What the ledger writes by itself stands before this in the queue.
    await this.store.commit(() => undefined);
  }

  async close(): Promise<void> {
    this.#undo?.[Symbol.dispose]();
    await this.#opened?.store.close();
    this.#opened = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    this.#directory[Symbol.dispose]();
  }
}

function present<Value>(value: Value | null): Value {
  if (value === null) throw new Error('the house is not open');
  return value;
}

/** A request of so many characters, and of so many tokens in answer at the most. */
export function requestOf(model: string, characters: number, most: number): ModelRequest {
  const content = [{ kind: 'text', text: 'x'.repeat(characters) }] as const;
  const timeouts = { connect: 1, firstToken: 1, betweenTokens: 1 };
  return { model, messages: [{ role: 'user', content }], maxOutputTokens: most, timeouts };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
