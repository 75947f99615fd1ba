/**
 * Which models may be asked now. A model that failed cools down (15 s → 1 → 5 → 25 min) and is passed over while another
 * one is there; when all cool, the chosen one is tried once all the same: the next real turn is the probe. A refused key
 * silences its provider's models at once and only those, until it is changed or a test succeeds.
 */
import type { Clock } from '../clock.ts';
import { cooldownSteps, quotaCooldown } from '../limits.ts';
import type { ModelFailure, Provider, ProviderSeed } from '../model.ts';
import type { Millis, ModelRef, ProviderId } from '../types.ts';
import type { Windows } from './windows.ts';

export interface PooledProvider {
  readonly id: ProviderId;
  readonly kind: ProviderSeed['kind'];
  readonly name: string;
  /** Without a trailing slash; empty for the practice model. */
  readonly baseUrl: string;
  /** On the owner's own machine or network: its calls cost nothing. */
  readonly local: boolean;
  /** Loaded when it is first needed. */
  readonly adapter: () => Promise<Provider>;
  readonly keyRefused: boolean;
}

export interface Candidate {
  readonly ref: ModelRef;
  readonly model: string;
  readonly provider: PooledProvider;
}

export interface Candidates {
  /** In the order to be asked. */
  readonly order: readonly Candidate[];
  /** All of them are cooling: one try each is a probe, not a retry. */
  readonly probing: boolean;
  /** Why the others are not among them; the first one is what the person is told when `order` is empty. */
  readonly refused: readonly { readonly ref: ModelRef; readonly failure: ModelFailure }[];
}

interface Cooldown {
  /** When the first and the last of these failures were, of the monotonic clock. */
  readonly since: Millis;
  readonly last: Millis;
  /** Of the monotonic clock: setting the machine's clock neither shortens nor lengthens a rest. */
  readonly until: Millis;
  /** How many failures in a row, less one. */
  readonly step: number;
}

/** Who was asked, and when that began (of the monotonic clock). */
export interface Asked {
  readonly provider: PooledProvider;
  readonly since: Millis;
}

export interface ModelPool {
  candidates(refs: readonly ModelRef[]): Candidates;
  succeeded(ref: ModelRef): void;
  /**
   * What began before the last failure is the same trouble: the rest is not lengthened by a step. What was asked with
   * another key or at another address than the provider has now says nothing of it.
   */
  failed(ref: ModelRef, failure: ModelFailure, asked?: Asked): void;
  cooldownUntil(ref: ModelRef): Millis | null;
  /** What its refusals have taught about the size of a prompt. */
  readonly windows: Windows;
  /**
   * Since when none of `refs` answers, and when the first is asked again (null: each waits for another key), both of the
   * monotonic clock; null while one of them has not failed since it last answered. Models that are not there do not count.
   */
  failing(refs: readonly ModelRef[]): { readonly since: Millis; readonly restsUntil: Millis | null } | null;
  /** A changed key or a good test: nothing of the past is held against the provider. */
  forgive(provider: ProviderId): void;
}

/** `provider/model`, split at the first slash; null when it is not of that form. */
export function splitModelRef(ref: ModelRef): { readonly provider: ProviderId; readonly model: string } | null {
  const slash = ref.indexOf('/');
  if (slash <= 0 || slash === ref.length - 1) return null;
  return { provider: ref.slice(0, slash), model: ref.slice(slash + 1) };
}

export function createModelPool(input: {
  readonly clock: Clock;
  readonly find: (id: ProviderId) => PooledProvider | null;
  readonly refuseKey: (id: ProviderId) => void;
  readonly changed: () => void;
  readonly windows: Windows;
}): ModelPool {
  const { clock, windows } = input;
  const cooldowns = new Map<ModelRef, Cooldown>();
  /** When each provider's key was refused. */
  const refusedAt = new Map<ProviderId, Millis>();
  const cooling = (ref: ModelRef): Millis | null => {
    const left = (cooldowns.get(ref)?.until ?? 0) - clock.monotonic();
    return left > 0 ? clock.now() + Math.ceil(left) : null;
  };
  return {
    candidates: (refs) => candidatesOf(refs, input.find, cooling),
    succeeded(ref) {
      if (cooldowns.delete(ref)) input.changed();
    },
    failed(ref, failure, asked) {
      const parts = splitModelRef(ref);
      if (asked !== undefined && input.find(asked.provider.id) !== asked.provider) return;
      if (failure.class === 'auth' && parts !== null) {
        if (!refusedAt.has(parts.provider)) refusedAt.set(parts.provider, clock.monotonic());
        return input.refuseKey(parts.provider);
      }
      const before = cooldowns.get(ref);
      const isSame = before !== undefined && asked !== undefined && asked.since < before.last;
      const step = (before?.step ?? -1) + (isSame ? 0 : 1);
      const length = cooldownFor(failure, step);
      if (length === null) return;
      const now = clock.monotonic();
      const until = Math.max(now + length, isSame ? before.until : 0);
      cooldowns.set(ref, { since: before?.since ?? now, last: now, until, step });
      input.changed();
    },
    cooldownUntil: cooling,
    windows,
    failing: (refs) =>
      failingOf(
        refs.flatMap((ref): readonly Standing[] => {
          const id = splitModelRef(ref)?.provider ?? '';
          const provider = input.find(id);
          if (provider === null) return [];
          if (provider.keyRefused) return [{ since: refusedAt.get(id) ?? clock.monotonic(), until: null }];
          return [cooldowns.get(ref) ?? null];
        }),
      ),
    forgive(provider) {
      refusedAt.delete(provider);
      for (const ref of [...cooldowns.keys()]) if (splitModelRef(ref)?.provider === provider) cooldowns.delete(ref);
      input.changed();
    },
  };
}

/** See {@link ModelPool.candidates}. */
function candidatesOf(
  refs: readonly ModelRef[],
  find: (id: ProviderId) => PooledProvider | null,
  cooling: (ref: ModelRef) => Millis | null,
): Candidates {
  const order: Candidate[] = [];
  const refused: { ref: ModelRef; failure: ModelFailure }[] = [];
  for (const ref of new Set(refs)) {
    const parts = splitModelRef(ref);
    const provider = parts === null ? null : find(parts.provider);
    if (parts === null || provider === null) {
      refused.push({ ref, failure: missing(ref) });
    } else if (provider.keyRefused) {
      refused.push({ ref, failure: keyRefused(provider) });
    } else {
      order.push({ ref, model: parts.model, provider });
    }
  }
  const ready = order.filter((candidate) => cooling(candidate.ref) === null);
  return ready.length > 0 ? { order: ready, probing: false, refused } : { order, probing: order.length > 0, refused };
}

/** Since when a model fails, and when it is asked again (null: its key is refused); null when it answered last. */
type Standing = { readonly since: Millis; readonly until: Millis | null } | null;

function failingOf(models: readonly Standing[]): ReturnType<ModelPool['failing']> {
  const failing = models.filter((model) => model !== null);
  if (failing.length === 0 || failing.length < models.length) return null;
  const rests = failing.flatMap(({ until }) => until ?? []);
  return {
    since: Math.max(...failing.map(({ since }) => since)),
    restsUntil: rests.length === 0 ? null : Math.min(...rests),
  };
}

/** How long a model rests after a failure; null where the fault is not the model's. */
function cooldownFor(failure: ModelFailure, step: number): Millis | null {
  switch (failure.class) {
    case 'rate-limit':
    case 'overloaded':
    case 'network':
    case 'timeout':
    case 'bug':
      return Math.max(cooldownSteps[Math.min(step, cooldownSteps.length - 1)] ?? 0, failure.retryAfter ?? 0);
    case 'quota':
      return failure.retryAfter ?? quotaCooldown;
    case 'invalid-request':
    case 'context-overflow':
    case 'content-filter':
    case 'model-missing':
    case 'auth':
    case 'aborted':
      return null;
  }
}

function missing(ref: ModelRef): ModelFailure {
  const known = ref !== '';
  return {
    class: 'model-missing',
    reason: known
      ? { code: 'model.missing', params: { model: ref, provider: ref.split('/')[0] ?? ref } }
      : { code: 'model.none' },
    detail: 'no such provider',
  };
}

function keyRefused(provider: PooledProvider): ModelFailure {
  return {
    class: 'auth',
    reason: { code: 'model.key-refused', params: { provider: provider.name } },
    detail: 'the key was refused before',
  };
}
