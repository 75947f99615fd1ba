/** What models cost: the owner's own price first, nothing for his own machine, then the price files'. */
import type { Calendar } from '../calendar.ts';
import { highestPrice } from './call-cost.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Budget } from './types.ts';
import { splitModelRef, type PooledProvider } from '../models/pool.ts';
import { failed, ok } from '../../lib/result.ts';
import type { MicroDollars, ModelRef, ProviderId, Reason } from '../types.ts';
import type { PriceRow } from './rows.ts';

export type FindProvider = (id: ProviderId) => Pick<PooledProvider, 'baseUrl' | 'local' | 'name'> | null;

type PricePorts = Pick<GatewayPorts, 'storage' | 'clock' | 'listPrice'>;

export interface Prices {
  readonly of: Budget['price'];
  readonly set: Budget['setPrice'];
}

export function createPrices(
  { storage, clock, listPrice }: PricePorts,
  calendar: Calendar,
  find: FindProvider,
): Prices {
  const owners = new Map<ModelRef, PriceRow>(storage.read.prices.all().map((row) => [row.model, row]));
  return {
    of(model) {
      const owner = owners.get(model);
      if (owner !== undefined) {
        return { input: owner.input, output: owner.output, source: 'owner', date: calendar.dateOf(owner.at) };
      }
      const parts = splitModelRef(model);
      const provider = parts === null ? null : find(parts.provider);
      if (parts === null || provider === null) return null;
      if (provider.local) return { input: 0, output: 0, source: 'local', date: null };
      const list = listPrice(provider.baseUrl, parts.model);
      return list === null ? null : { ...list, source: 'file' };
    },
    async set(model, price) {
      if (price === null) {
        await storage.commit((tables) => tables.prices.remove(model));
        owners.delete(model);
        return ok(undefined);
      }
      const refused = checkPrice(model, price, find);
      if (refused !== null) return failed(refused);
      const row: PriceRow = { model, input: price.input, output: price.output, at: clock.now() };
      await storage.commit((tables) => tables.prices.put(row));
      owners.set(model, row);
      return ok(undefined);
    },
  };
}

function checkPrice(
  model: ModelRef,
  price: { readonly input: MicroDollars; readonly output: MicroDollars },
  find: FindProvider,
): Reason | null {
  const parts = splitModelRef(model);
  if (parts === null || find(parts.provider) === null) return { code: 'input.model-unknown', params: { model } };
  const fits = [price.input, price.output].every(
    (each) => Number.isSafeInteger(each) && each >= 0 && each <= highestPrice,
  );
  const expected = `whole micro-dollars per million tokens, at most ${String(highestPrice)}`;
  return fits ? null : { code: 'input.malformed', params: { path: 'price', expected } };
}
