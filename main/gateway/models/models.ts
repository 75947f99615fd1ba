/**
 * The models as the owner sees them: providers, default and fallbacks, and the two ways a model is asked outside a turn:
 * a test by the owner and a stateless call of `/v1`.
 */
import { failed, ok, type Result } from '../../lib/result.ts';
import type { BudgetKeeper } from '../budget/budget.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { Models } from './types.ts';
import { createModelPool, splitModelRef, type Candidates, type ModelPool, type PooledProvider } from './pool.ts';
import type { ModelFailure, ModelTimeouts, ProviderSeed } from '../model.ts';
import { createProviders, type Providers } from './providers.ts';
import { createPulls, type PullDesk } from './pulls.ts';
import { watchOutage } from './outage.ts';
import { statelessReply } from './stateless.ts';
import { createWindows, storedWindows } from './windows.ts';
import type { ModelRef, ProviderId, Reason } from '../types.ts';

export interface ModelRegistry extends Models {
  readonly pool: ModelPool;
  readonly pulls: PullDesk;
  /** Every call is opened in one of its ledgers. */
  readonly budget: BudgetKeeper;
  provider(id: ProviderId): PooledProvider | null;
  /** The chosen model (null: the default), then the fallbacks, as far as they can be asked now. */
  candidates(chosen: ModelRef | null): Candidates;
  timeouts(kind: ProviderSeed['kind']): ModelTimeouts;
}

export function createModels(ports: GatewayPorts, events: Events, budget: BudgetKeeper): ModelRegistry {
  const providers = createProviders(ports);
  const changed = (): void => events.publish({ kind: 'model' });
  const pool = createModelPool({
    clock: ports.clock,
    find: (id) => providers.find(id),
    refuseKey(id) {
      if (!providers.setKeyRefused(id, true)) return;
      ports.log.write('warn', 'model.key-refused', { provider: id });
      changed();
    },
    changed,
    windows: createWindows(storedWindows(ports)),
  });
  const choice = (): ReturnType<Models['choice']> => ({
    default: ports.settings.get('models.default'),
    fallbacks: ports.settings.get('models.fallbacks'),
  });
  const candidates = (chosen: ModelRef | null): Candidates => {
    const { default: standard, fallbacks } = choice();
    return pool.candidates([chosen ?? standard, ...fallbacks]);
  };
  const timeouts = (kind: ProviderSeed['kind']): ModelTimeouts => timeoutsOf(ports, kind);
  const outage = watchOutage({
    clock: ports.clock,
    events,
    pool,
    chosen: () => [choice().default, ...choice().fallbacks],
    waiting: () => ports.storage.read.messages.countWaiting(),
  });
  return {
    pool,
    pulls: createPulls({ ports, events, find: (id) => providers.find(id), arrived: changed }),
    budget,
    provider: (id) => providers.find(id),
    candidates,
    timeouts,
    choice,
    ...ownersSide(ports, providers, pool, changed),
    cooldownUntil: (ref) => pool.cooldownUntil(ref),
    outage,
    choose: (change) => choose(ports, providers, change),
    stateless: (model, request, signal) =>
      statelessReply({ ports, pool, budget, timeouts }, candidates(model), model ?? choice().default, request, signal),
  };
}

type OwnersSide = Pick<
  Models,
  'providers' | 'saveProvider' | 'removeProvider' | 'list' | 'listDraft' | 'check' | 'checkDraft' | 'remove'
>;

function ownersSide(
  { clock }: Pick<GatewayPorts, 'clock'>,
  providers: Providers,
  pool: ModelPool,
  changed: () => void,
): OwnersSide {
  return {
    providers: () => providers.all(),
    async saveProvider(provider) {
      const before = providers.find(provider.id);
      const saved = await providers.save(provider);
      if (!saved.ok) return saved;
      pool.forgive(provider.id);
      // A provision file saves the same again at each start.
      if (saved.value.kind !== before?.kind || saved.value.baseUrl !== before.baseUrl) pool.windows.forget(provider.id);
      return saved;
    },
    async removeProvider(id) {
      const removed = await providers.remove(id);
      if (!removed.ok) return removed;
      pool.windows.forget(id);
      changed();
      return removed;
    },
    async list(id, signal) {
      const provider = providers.find(id);
      return provider === null ? failed(unknownModel(id)) : (await provider.adapter()).list(signal);
    },
    async remove(ref, signal) {
      const parts = splitModelRef(ref);
      const provider = parts === null ? null : providers.find(parts.provider);
      if (parts === null || provider === null) return failed(unknownModel(ref).reason);
      const adapter = await provider.adapter();
      const removed = await adapter.remove?.(parts.model, signal);
      if (removed === undefined) return failed({ code: 'model.pull-unsupported', params: { provider: provider.name } });
      if (!removed.ok) return failed(removed.failure.reason);
      changed();
      return ok(undefined);
    },
    listDraft: async (draft, signal) => (await providers.draft(draft)).list(signal),
    async check(ref, signal) {
      const parts = splitModelRef(ref);
      const provider = parts === null ? null : providers.find(parts.provider);
      if (parts === null || provider === null) return failed(unknownModel(ref));
      const since = clock.monotonic();
      const health = await (await provider.adapter()).check(parts.model, signal);
      if (health.ok) {
        providers.setKeyRefused(provider.id, false);
        pool.forgive(provider.id);
        pool.windows.forget(provider.id);
      } else {
        pool.failed(ref, health.failure, { provider, since });
      }
      return health;
    },
    checkDraft: async (draft, model, signal) => (await providers.draft(draft)).check(model, signal),
  };
}

function timeoutsOf(ports: GatewayPorts, kind: ProviderSeed['kind']): ModelTimeouts {
  const { settings } = ports;
  const first = kind === 'ollama' ? settings.get('ollama.firstTokenSeconds') : settings.get('models.firstTokenSeconds');
  return {
    connect: settings.get('models.connectSeconds') * 1000,
    firstToken: first * 1000,
    betweenTokens: settings.get('models.betweenTokensSeconds') * 1000,
  };
}

function choose(
  ports: GatewayPorts,
  providers: Providers,
  change: Parameters<Models['choose']>[0],
): Result<void, Reason> {
  const wanted = [...(change.default === undefined ? [] : [change.default]), ...(change.fallbacks ?? [])];
  const unknown = wanted.find((ref) => providers.find(splitModelRef(ref)?.provider ?? '') === null);
  if (unknown !== undefined) return failed({ code: 'input.model-unknown', params: { model: unknown } });
  if (change.default !== undefined) {
    const set = ports.settings.set('models.default', change.default);
    if (!set.ok) return set;
  }
  return change.fallbacks === undefined ? ok(undefined) : ports.settings.set('models.fallbacks', change.fallbacks);
}

function unknownModel(ref: string): ModelFailure {
  return {
    class: 'model-missing',
    reason: { code: 'input.model-unknown', params: { model: ref } },
    detail: 'unknown provider',
  };
}
