/** Providers, models and settings as the window is shown them. */
import type { ModelListView, ModelView, ProviderView, PullView, TestView } from '../../preload/contract/model-views.ts';
import type { SettingView } from '../../preload/contract/views.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { ProviderStatus } from '../gateway/models/types.ts';
import type { ModelFailure, ModelHealth, ModelInfo, PullStatus } from '../gateway/model.ts';
import type { SettingKey, SettingSchema, Settings } from '../gateway/settings.ts';
import { isSettingKey, settingSchemas } from '../gateway/settings.ts';
import type { Result } from '../lib/result.ts';

export function providerView(status: ProviderStatus): ProviderView {
  return {
    id: status.id,
    kind: status.kind,
    name: status.name,
    baseUrl: status.baseUrl,
    keyEnd: status.keyEnd,
    keyRefused: status.keyRefused,
    local: status.local,
    fixedByFile: status.row?.fixedByFile ?? false,
  };
}

/** The models a provider listed, or the reason why it did not. */
export function modelListView(
  gateway: Gateway,
  provider: { readonly id: string; readonly local: boolean },
  listed: Result<readonly ModelInfo[], ModelFailure>,
): ModelListView {
  if (!listed.ok) return { provider: provider.id, models: [], reason: listed.failure.reason };
  const view = (model: ModelInfo): ModelView => {
    const ref = `${provider.id}/${model.name}`;
    return {
      ref,
      provider: provider.id,
      name: model.name,
      contextTokens: model.contextTokens,
      sees: model.sees,
      tools: model.tools,
      thinks: model.thinks,
      sizeBytes: model.sizeBytes,
      local: provider.local,
      cooldownUntil: gateway.models.cooldownUntil(ref),
      price: priceOf(gateway, ref),
    };
  };
  return { provider: provider.id, models: listed.value.map(view), reason: null };
}

/** Null for what is free, too: there is nothing to say about it; and for what is paid by the minute. */
function priceOf(gateway: Gateway, ref: string): ModelView['price'] {
  const price = gateway.budget.price(ref);
  return price === null || price.source === 'local' || price.minute !== undefined
    ? null
    : { input: price.input, output: price.output };
}

export function pullView({ provider, model, state, progress, speed, reason }: PullStatus): PullView {
  const { phase, completed, total } = progress;
  const moving = state === 'running' && phase === 'loading' && speed !== null && speed > 0 && total !== null;
  const left = moving ? Math.max(0, ((total - completed) / speed) * 1000) : null;
  return { provider, name: model, state, phase, completed, total, speed, left, reason };
}

export function testView(result: Result<ModelHealth, ModelFailure>): TestView {
  return result.ok
    ? { ok: true, latency: result.value.latency, said: result.value.said }
    : { ok: false, reason: result.failure.reason, detail: result.failure.detail };
}

export function settingView(settings: Settings, key: SettingKey): SettingView {
  const schema: SettingSchema = settingSchemas[key];
  const number = schema.type === 'number' ? schema : null;
  return {
    key,
    section: schema.section,
    type: schema.type,
    value: settings.get(key),
    default: schema.default,
    unit: number?.unit ?? null,
    min: number?.min ?? null,
    max: number?.max ?? null,
    options: schema.type === 'choice' ? schema.options : [],
    multiline: schema.type === 'text' && schema.multiline,
    advanced: schema.advanced,
    fixedByFile: settings.fixed().has(key),
  };
}

/** All of them, in the order of the schema. */
export function settingViews(settings: Settings): readonly SettingView[] {
  return Object.keys(settingSchemas)
    .filter(isSettingKey)
    .map((key) => settingView(settings, key));
}
