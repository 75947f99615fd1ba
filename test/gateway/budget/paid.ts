/** Gateways whose models cost money, for tests of the budget. */
import type { GatewayPorts } from '../../../main/gateway/gateway.ts';
import type { ListPrice } from '../../../main/gateway/budget/rows.ts';
import type { SettingKey } from '../../../main/gateway/settings.ts';
import { startGateway, type GatewayOptions, type TestGateway } from '../../lib/gateway.ts';

/** $1 per million tokens written, nothing for those read: a call costs what it writes, in micro-dollars. */
export const perToken = { input: 0, output: 1_000_000 };
/** What is set aside for one call at {@link perToken}: the longest answer there may be. */
export const whole = 4096;

/** Sets caps as the owner does, while the gateway runs. */
export function cap(test: TestGateway, caps: Partial<Record<SettingKey, number>>): void {
  for (const [key, value] of Object.entries(caps)) {
    const set = test.ports.settings.set(key as SettingKey, value);
    if (!set.ok) throw new Error(`${key} was refused: ${set.failure.code}`);
  }
}

/** The model of the emulator costs {@link perToken}, because the owner said so; no cap is set. */
export async function startPaid(options: GatewayOptions = {}): Promise<TestGateway> {
  const test = await startGateway({ telegram: false, ...options });
  cap(test, { 'budget.perDayUsd': 0, 'budget.perMonthUsd': 0 });
  const set = await test.gateway.budget.setPrice('lab/gpt-test', perToken);
  if (!set.ok) throw new Error(set.failure.code);
  return test;
}

/**
 * The default model is `far/gpt-test`, at a host of the internet as far as the gateway knows; the emulator answers for
 * it. `lab` stays a local one.
 */
export async function startRemote(price: ListPrice | null, options: GatewayOptions = {}): Promise<TestGateway> {
  const emulator = { url: '' };
  const test = await startGateway({
    telegram: false,
    ...options,
    listPrice: (baseUrl, model) => (baseUrl === farUrl && model === 'gpt-test' ? price : null),
    wrap: (ports: GatewayPorts): GatewayPorts => ({
      ...ports,
      createProvider: (seed) => ports.createProvider({ ...seed, baseUrl: emulator.url }),
    }),
  });
  emulator.url = test.openai.url;
  const far = { id: 'far', kind: 'openai', name: 'Far', baseUrl: farUrl, key: 'sk-test', fixedByFile: false } as const;
  await test.gateway.models.saveProvider(far);
  test.gateway.models.choose({ default: 'far/gpt-test' });
  return test;
}

const farUrl = 'https://models.example/v1';

/** A reply that wrote so many tokens, as its server counts. */
export function wrote(tokens: number, text = 'well') {
  return { kind: 'reply', text, usage: { promptTokens: 10, completionTokens: tokens } } as const;
}

/** Everything that was ever stored as used. */
export function booked(test: TestGateway): { readonly calls: number; readonly cost: number; readonly tokens: number } {
  const { calls, cost, inputTokens, outputTokens } = test.read.usage.totals(0, Number.MAX_SAFE_INTEGER);
  return { calls, cost, tokens: inputTokens + outputTokens };
}
