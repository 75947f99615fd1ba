/** Servers of models, as they are stored. */
import type { Millis, ProviderId } from '../types.ts';

export interface ProviderRow {
  readonly id: ProviderId;
  readonly kind: 'openai' | 'ollama';
  readonly name: string;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** Overrides of what is detected about the server; see `model.ts`. */
  readonly compatibility: Readonly<Record<string, unknown>>;
  readonly fixedByFile: boolean;
  readonly createdAt: Millis;
}
