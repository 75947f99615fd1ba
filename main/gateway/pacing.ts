/** Token buckets before each send, so that a platform's limits are kept instead of met. */
import type { Pacing } from './channel.ts';
import { pause, type Clock } from './clock.ts';
import type { LinkId, Millis } from './types.ts';

export interface Pacer {
  /** Resolves when one more send to this chat is allowed; at once where nothing limits. */
  turn(link: LinkId, chat: string, pacing: Pacing | null, signal: AbortSignal): Promise<void>;
}

interface Bucket {
  tokens: number;
  at: Millis;
}

/** Buckets of chats that were quiet for this long are full again and need not be remembered. */
const forgetAfter = 60_000;

/** `scale` multiplies every wait; 0 switches pacing off (self-hosted servers, benches). */
export function createPacer(clock: Clock, scale: () => number): Pacer {
  const buckets = new Map<string, Bucket>();
  /** Takes one token and says how long to wait for it; the bucket may go below zero: those are the waiting ones. */
  const take = (key: string, perSecond: number, burst: number): Millis => {
    const now = clock.monotonic();
    const bucket = buckets.get(key) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond) - 1;
    bucket.at = now;
    buckets.delete(key);
    buckets.set(key, bucket);
    return bucket.tokens >= 0 ? 0 : (-bucket.tokens / perSecond) * 1000;
  };
  const forget = (): void => {
    const limit = clock.monotonic() - forgetAfter;
    for (const [key, bucket] of buckets) {
      if (bucket.at > limit) return;
      buckets.delete(key);
    }
  };
  return {
    async turn(link, chat, pacing, signal) {
      const factor = scale();
      if (pacing === null || factor === 0) return;
      forget();
      const all = take(link, pacing.perSecond / factor, pacing.perSecond);
      const one = take(`${link} ${chat}`, pacing.perChatPerSecond / factor, pacing.perChatBurst);
      const wait = Math.max(all, one);
      if (wait > 0) await pause(clock, wait, signal);
    },
  };
}
