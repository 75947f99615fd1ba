/**
 * Money. Each call to a remote model is granted before it is made: its estimated prompt and its longest answer, at the
 * model's price, must fit under every cap together with what is settled and what other calls have set aside. The grant
 * is decided in memory, in one go, so that calls at the same time cannot pass a cap; then it is noted in the store, and
 * what stands there when the program starts was never settled: the process died, and it is charged in full.
 *
 * Local models are free and outside of all this, unless the owner entered a price for one. A price is the owner's, else
 * the price file's for that host; without any, a call is granted only where a cap in tokens holds it or none is set.
 */
import { createBooks, type Books } from './books.ts';
import { alarmOf, capsIn, capsOf, periodOf, periodView, type Cap } from './caps.ts';
import { createFixedCaps } from './fixed-caps.ts';
import { createPrices, type FindProvider } from './prices.ts';
import { createTill } from './till.ts';
import type { Calendar } from '../calendar.ts';
import { createLedger, type Ledger } from './call-ledger.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Budget, BudgetAlarm, CapStatus, ModelPrice } from './types.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import type { Millis, ModelRef, Reason } from '../types.ts';
import type { CapAmounts, CapRow, CapScope } from './rows.ts';
import type { UsageOwner } from './usage.ts';

/** A timer that must not run in circles, whatever a zone does. */
const shortestDay: Millis = 60_000;

export interface BudgetKeeper extends Budget {
  /**
   * Charges what the last run left, in one commit, then follows days and settings until it is disposed of. Before any
   * turn goes on.
   */
  start(): Promise<Disposable>;
  /** For the calls of one turn or of one stateless request. */
  ledger(owner: UsageOwner): Ledger;
  /** The beginning of the day or month that a refusal belongs to; null when the reason is none of the budget. */
  periodOf(reason: Reason): Millis | null;
}

export type BudgetPorts = Pick<GatewayPorts, 'storage' | 'settings' | 'clock' | 'ids' | 'log' | 'listPrice'>;

export function createBudget(
  ports: BudgetPorts,
  events: Pick<Events, 'publish'>,
  calendar: Calendar,
  find: FindProvider,
): BudgetKeeper {
  const { settings, storage, clock, ids } = ports;
  const ofScopes = createFixedCaps(storage);
  const books = createBooks(storage, clock, calendar, () => ofScopes.all().map(({ row }) => row.scope));
  const prices = createPrices(ports, calendar, find);
  const changed = (): void => events.publish({ kind: 'usage' });
  const scoped = (): readonly ScopedCaps[] =>
    ofScopes.all().map(({ row, fixedAs }) => ({ row, fixed: fixedAs !== null, ...capsWithName(ports, find, row) }));
  const caps = (): readonly Cap[] => [...capsOf(settings), ...scoped().flatMap((each) => each.caps)];
  const till = createTill({ ids, books, priceOf: prices.of, caps, changed });
  const alarms = (): readonly BudgetAlarm[] => {
    const each = [capsOf(settings), ...scoped().map((one) => one.caps)];
    const all = each.flatMap((some) => alarmOf(some, books.sums, till.refused) ?? []);
    return all.toSorted((one, other) => Number(other.reached) - Number(one.reached));
  };
  return {
    periods: () => periodsOf(books, null, capsOf(settings)),
    alarm: () => alarms()[0]?.reason ?? null,
    alarms,
    caps: () =>
      scoped().map(({ caps: own, ...one }): CapStatus => ({ ...one, ...periodsOf(books, one.row.scope, own) })),
    async setCaps(scope, amounts) {
      const key = ofScopes.fixedAs(scope);
      if (key !== null) return failed({ code: 'settings.fixed-by-file', params: { key } });
      const set = await setCaps(ports, find, scope, amounts);
      if (set.ok) changed();
      return set;
    },
    fixCaps(caps) {
      ofScopes.fix(caps);
      changed();
    },
    price: prices.of,
    async setPrice(model, price) {
      const set = await prices.set(model, price);
      if (set.ok) changed();
      return set;
    },
    async start() {
      await chargeLeftOver(ports, prices.of);
      books.reload();
      changed();
      return follow(ports, calendar, changed);
    },
    ledger: (owner) => createLedger(ports, till, owner),
    periodOf: (reason) => periodOf(reason.code, books.sums(null)),
  };
}

interface ScopedCaps {
  readonly row: CapRow;
  readonly fixed: boolean;
  readonly name: string;
  readonly caps: readonly Cap[];
}

/** A conversation of the window is named after its first words; before them it has no name. */
function capsWithName({ storage }: BudgetPorts, find: FindProvider, row: CapRow): Pick<ScopedCaps, 'name' | 'caps'> {
  const { kind, id } = row.scope;
  const name = kind === 'provider' ? (find(id)?.name ?? id) : (storage.read.conversations.get(id)?.title ?? '');
  return { name, caps: capsIn(row, name) };
}

function periodsOf(books: Books, scope: CapScope | null, caps: readonly Cap[]): Pick<CapStatus, 'day' | 'month'> {
  const { day, month } = books.sums(scope);
  return { day: periodView(day, caps, 'day'), month: periodView(month, caps, 'month') };
}

async function setCaps(
  { storage }: BudgetPorts,
  find: FindProvider,
  scope: CapScope,
  amounts: CapAmounts | null,
): Promise<Result<void, Reason>> {
  const limit = (amount: number | null | undefined): number | null => (amount === 0 ? null : (amount ?? null));
  const row: CapRow = {
    scope,
    dayCost: limit(amounts?.dayCost),
    dayTokens: limit(amounts?.dayTokens),
    monthCost: limit(amounts?.monthCost),
    monthTokens: limit(amounts?.monthTokens),
  };
  const none = row.dayCost === null && row.dayTokens === null && row.monthCost === null && row.monthTokens === null;
  const set = await storage.commit((tables) => {
    if (none) {
      tables.caps.remove(scope);
      return true;
    }
    const there = scope.kind === 'provider' ? find(scope.id) !== null : tables.conversations.get(scope.id) !== null;
    if (there) tables.caps.put(row);
    return there;
  });
  return set ? ok(undefined) : failed({ code: 'input.not-found', params: { name: scope.id } });
}

/** What was set aside when the process died is taken as used, because nobody can say that it was not. */
async function chargeLeftOver(
  { storage, ids, log }: BudgetPorts,
  priceOf: (model: ModelRef) => ModelPrice | null,
): Promise<void> {
  if (storage.read.reservations.all().length === 0) return;
  const charged = await storage.commit((tables) => {
    const left = tables.reservations.all();
    for (const { id, cost, ...call } of left) {
      const unknown = cost === 0 && priceOf(call.model) === null;
      const outcome = 'process-died';
      tables.usage.add({
        ...call,
        id: ids.next(),
        cost: unknown ? null : cost,
        local: false,
        estimated: true,
        outcome,
      });
      tables.reservations.remove(id);
    }
    return left;
  });
  const cost = charged.reduce((sum, row) => sum + row.cost, 0);
  log.write('info', 'budget.charged-in-full', { calls: charged.length, cost });
}

/** A new day, another zone, another cap: the sums are others than they were. */
function follow({ clock, settings }: BudgetPorts, calendar: Calendar, changed: () => void): Disposable {
  using undo = new DisposableStack();
  let midnight: Disposable | null = null;
  const arm = (): void => {
    midnight?.[Symbol.dispose]();
    const now = clock.now();
    midnight = clock.after(Math.max(shortestDay, calendar.endOfDay(now) - now), () => {
      changed();
      arm();
    });
  };
  arm();
  undo.defer(() => midnight?.[Symbol.dispose]());
  undo.use(
    settings.subscribe((key) => {
      if (key !== 'timeZone' && !key.startsWith('budget.')) return;
      changed();
      arm();
    }),
  );
  return undo.move();
}
