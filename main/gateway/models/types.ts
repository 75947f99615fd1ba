/** Providers and models as the hosts and the API see them: what there is, what is chosen, what is being loaded. */
import type {
  ModelFailure,
  ModelHealth,
  ModelInfo,
  ModelOutage,
  ModelRequest,
  ProviderSeed,
  PullStatus,
  ReplyStream,
} from '../model.ts';
import type { Millis, ModelRef, ProviderId, Reason } from '../types.ts';
import type { ProviderRow } from './rows.ts';
import type { Result } from '../../lib/result.ts';

export interface Models {
  providers(): readonly ProviderStatus[];
  saveProvider(provider: NewProvider): Promise<Result<ProviderStatus, Reason>>;
  removeProvider(id: ProviderId): Promise<Result<void, Reason>>;
  list(provider: ProviderId, signal: AbortSignal): Promise<Result<readonly ModelInfo[], ModelFailure>>;
  /** Of a provider that is typed in and not stored; a missing key falls back to the stored one of the same id. */
  listDraft(provider: NewProvider, signal: AbortSignal): Promise<Result<readonly ModelInfo[], ModelFailure>>;
  /** A real request; a good one clears a refused key and a cooldown. */
  check(ref: ModelRef, signal: AbortSignal): Promise<Result<ModelHealth, ModelFailure>>;
  checkDraft(provider: NewProvider, model: string, signal: AbortSignal): Promise<Result<ModelHealth, ModelFailure>>;
  /** Models on their way onto a server of the owner's. */
  readonly pulls: Pulls;
  /** Deletes a model from the disk of its server. `model.pull-unsupported` where that cannot be done. */
  remove(ref: ModelRef, signal: AbortSignal): Promise<Result<void, Reason>>;
  cooldownUntil(ref: ModelRef): Millis | null;
  /** Null while the default model or one of its fallbacks may answer. */
  outage(): ModelOutage | null;
  choice(): { readonly default: ModelRef; readonly fallbacks: readonly ModelRef[] };
  choose(change: { readonly default?: ModelRef; readonly fallbacks?: readonly ModelRef[] }): Result<void, Reason>;
  /**
   * One stateless call for `/v1` without `user`: given messages as they are, with retries, fallback, cooldown and usage,
   * without persona, memory and store. `model` null means the default. Fallback happens only before the first token.
   */
  stateless(
    model: ModelRef | null,
    request: Omit<ModelRequest, 'model' | 'timeouts'>,
    signal: AbortSignal,
  ): StatelessReply;
}

export interface ProviderStatus {
  readonly row: ProviderRow | null;
  readonly id: ProviderId;
  readonly kind: ProviderSeed['kind'];
  readonly name: string;
  readonly baseUrl: string;
  /** Last four characters of the stored key. */
  readonly keyEnd: string | null;
  readonly keyRefused: boolean;
  readonly local: boolean;
}

export interface NewProvider {
  readonly id: ProviderId;
  readonly kind: 'openai' | 'ollama';
  readonly name: string | null;
  readonly baseUrl: string;
  /** Undefined keeps the stored key, empty removes it. */
  readonly key: string | undefined;
  readonly compatibility?: Readonly<Record<string, unknown>>;
  readonly fixedByFile: boolean;
}

export interface Pulls {
  /** In the order in which they were begun. */
  all(): readonly PullStatus[];
  /** Begins one, or resumes it; one that runs goes on. `input.not-found`, `model.pull-unsupported`. */
  start(provider: ProviderId, model: string): Promise<Result<PullStatus, Reason>>;
  /** Stops one that runs; takes one that does not run from the list. `input.not-found`. */
  cancel(provider: ProviderId, model: string): Promise<Result<void, Reason>>;
}

export interface StatelessReply {
  readonly stream: ReplyStream;
  /** The model that answers; resolves with the first event. */
  readonly model: Promise<ModelRef>;
}
