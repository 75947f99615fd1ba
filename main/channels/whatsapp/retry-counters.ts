/**
 * How often a message of ours was sent again, kept over reconnections. How often one that we cannot read is asked for is
 * noted here too, but the library counts that per socket (docs/whatsapp-protocol.md, Acknowledging and re-sending).
 */
import type { UserFacingSocketConfig } from 'baileys';
import type { Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';

type Cache = NonNullable<UserFacingSocketConfig['msgRetryCounterCache']>;

/** As long as the library would keep them. */
const keptFor: Millis = 60 * 60_000;
const most = 10_000;

/** The oldest make room; a counter that was not touched for an hour is gone. */
export function createRetryCounters(clock: Clock): Cache {
  const counters = new Map<string, { readonly value: unknown; readonly until: Millis }>();
  return {
    get<T>(key: string): T | undefined {
      const found = counters.get(key);
      return found === undefined || found.until <= clock.monotonic() ? undefined : (found.value as T);
    },
    set(key, value) {
      counters.delete(key);
      counters.set(key, { value, until: clock.monotonic() + keptFor });
      const oldest = counters.keys().next();
      if (counters.size > most && oldest.done !== true) counters.delete(oldest.value);
    },
    del: (key) => Number(counters.delete(key)),
    flushAll: () => counters.clear(),
  };
}
