/** What models cost, what was used, and what may be. */
import type { CapView, PriceView } from '../../../preload/contract/money-views.ts';
import type { CapStatus } from '../../gateway/budget/types.ts';
import type { ModelRef } from '../../gateway/types.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiPorts } from '../ports.ts';
import { done, refuse, settled } from './outcome.ts';

type Family =
  | 'budget.get'
  | 'caps.list'
  | 'caps.set'
  | 'prices.list'
  | 'prices.set'
  | 'usage.ofConversation'
  | 'usage.series'
  | 'usage.totals';

export function moneyCommands(ports: ApiPorts): Pick<Handlers, Family> {
  const { gateway, storage } = ports;
  const { budget } = gateway;
  return {
    'budget.get': async () => done({ ...budget.periods(), alarm: budget.alarm() }),
    'caps.list': async () => done(budget.caps().map(capView)),
    'caps.set': async ({ scope, id, caps }) => settled(await budget.setCaps({ kind: scope, id }, caps)),
    'prices.list': async () => done(pricedModels(ports).map((model) => priceView(ports, model))),
    'prices.set': async ({ model, price }) => settled(await budget.setPrice(model, price)),
    'usage.ofConversation': async ({ conversation }) => {
      if (storage.read.conversations.get(conversation) === null) {
        return refuse({ code: 'input.not-found', params: { name: 'conversation' } });
      }
      const { usage } = storage.read;
      const today = usage.ofConversation(conversation, budget.periods().day.from);
      return done({ today, all: usage.ofConversation(conversation, 0) });
    },
    'usage.series': async ({ bounds }) => {
      const rising = bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? bound));
      if (!rising) return refuse({ code: 'input.malformed', params: { path: 'bounds', expected: 'rising numbers' } });
      return done(storage.read.usage.series(bounds));
    },
    'usage.totals': async ({ from, to }) => done(storage.read.usage.totals(from, to)),
  };
}

/** The default, its fallbacks, what was chosen for conversations, and what the owner priced; each once. */
function pricedModels({ gateway, storage }: ApiPorts): readonly ModelRef[] {
  const { default: first, fallbacks } = gateway.models.choice();
  const { conversations, prices } = storage.read;
  return [...new Set([first, ...fallbacks, ...conversations.models(), ...prices.all().map(({ model }) => model)])];
}

function priceView({ gateway }: ApiPorts, model: ModelRef): PriceView {
  const price = gateway.budget.price(model);
  // A price of minutes is none for talking, which these models are chosen for.
  if (price === null || price.minute !== undefined)
    return { model, input: null, output: null, source: 'none', date: null };
  const { input, output, source, date } = price;
  return { model, input, output, source, date };
}

function capView({ row, name, fixed, day, month }: CapStatus): CapView {
  const { scope, ...amounts } = row;
  const used = { dayCost: day.cost, dayTokens: day.tokens, monthCost: month.cost, monthTokens: month.tokens };
  const reserved = {
    dayCost: day.reservedCost,
    dayTokens: day.reservedTokens,
    monthCost: month.reservedCost,
    monthTokens: month.reservedTokens,
  };
  return { ...amounts, scope: scope.kind, id: scope.id, title: name, fixedByFile: fixed, used, reserved };
}
