/** What every provider is given by the host. */
import type { Clock, Ids } from '../gateway/clock.ts';

export interface ModelDeps {
  readonly clock: Clock;
  /** The host's `fetch`, which knows about proxies; no adapter uses another one. */
  readonly fetch: typeof fetch;
  /** For tool calls of servers that give them no id. */
  readonly ids: Ids;
}
