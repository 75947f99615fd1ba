/**
 * Token buckets before each send, so that a platform's limits are kept instead of met. Where sends go out one at a time
 * (`between`), each has the link for itself from its wait to its end.
 */
import type { Pacing } from '../channel.ts';
import { pause, type Clock, type Random } from '../clock.ts';
import type { ChatKind, LinkId, Millis } from '../types.ts';

/** The chat that a send goes to, as far as limits are concerned. */
export interface PacedChat {
  readonly chat: string;
  readonly kind: ChatKind;
}

export interface Pacer {
  /**
   * Resolves when one more send to this chat is allowed; at once where nothing limits, or `signal` is aborted. The result
   * is to be disposed when the send has ended.
   */
  turn(link: LinkId, chat: PacedChat, pacing: Pacing | null, signal: AbortSignal): Promise<Disposable>;
  /** For what may as well be left out (previews): takes a place when one is free now, false otherwise. */
  spare(link: LinkId, chat: PacedChat, pacing: Pacing | null): boolean;
}

interface Bucket {
  tokens: number;
  at: Millis;
}

interface Limit {
  readonly key: string;
  readonly perSecond: number;
  readonly burst: number;
}

/** Buckets of chats that were quiet for this long are full again and need not be remembered. */
const forgetAfter = 60_000;
/** Over all chats together; with the rate it stays below 30 in any second. */
const burstOverAll = 5;
/** With 18 a minute it stays at 20 in any minute. */
const burstPerGroup = 2;

/** `scale` multiplies every wait; 0 switches pacing off (self-hosted servers, benches). */
export function createPacer(clock: Clock, random: Random, scale: () => number): Pacer {
  const lines = createLines();
  const buckets = new Map<string, Bucket>();
  const filled = ({ key, perSecond, burst }: Limit): Bucket => {
    const now = clock.monotonic();
    const bucket = buckets.get(key) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    buckets.delete(key);
    buckets.set(key, bucket);
    return bucket;
  };
  /** Takes one token and says how long to wait for it; the bucket may go below zero: those are the waiting ones. */
  const take = (limit: Limit): Millis => {
    const bucket = filled(limit);
    bucket.tokens -= 1;
    return bucket.tokens >= 0 ? 0 : (-bucket.tokens / limit.perSecond) * 1000;
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
      const limits = limitsOf(link, chat, pacing, factor);
      if (limits.length === 0) return nothing;
      const between = pacing?.between ?? null;
      const place = between === null ? nothing : await lines.enter(link, signal);
      forget();
      const human = between === null ? 0 : (between.from + random() * (between.to - between.from)) * factor;
      const wait = signal.aborted ? 0 : Math.max(human, ...limits.map(take));
      if (wait > 0) await pause(clock, wait, signal);
      return place;
    },
    spare(link, chat, pacing) {
      const limits = limitsOf(link, chat, pacing, scale());
      if (limits.some((limit) => filled(limit).tokens < 1)) return false;
      for (const limit of limits) take(limit);
      return true;
    },
  };
}

const nothing: Disposable = { [Symbol.dispose]: () => undefined };

/** One line per link, first come first served. */
function createLines(): { enter(link: LinkId, signal: AbortSignal): Promise<Disposable> } {
  const ends = new Map<LinkId, Promise<void>>();
  return {
    async enter(link, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const before = ends.get(link);
      const end = (before ?? Promise.resolve()).then(() => promise);
      ends.set(link, end);
      const leave = (): void => {
        resolve();
        if (ends.get(link) === end) ends.delete(link);
      };
      if (before !== undefined && !signal.aborted) await first(before, signal);
      return { [Symbol.dispose]: leave };
    },
  };
}

/** Resolves with `work`, or when `signal` is aborted. */
async function first(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  signal.addEventListener('abort', stop, { once: true });
  await Promise.race([work, promise]);
  signal.removeEventListener('abort', stop);
}

function limitsOf(link: LinkId, { chat, kind }: PacedChat, pacing: Pacing | null, factor: number): readonly Limit[] {
  if (pacing === null || factor === 0) return [];
  const { perSecond, perChatPerSecond, perChatBurst, perGroupPerMinute } = pacing;
  const own = `${link} ${chat}`;
  const limits: Limit[] = [
    { key: link, perSecond: perSecond / factor, burst: Math.min(perSecond, burstOverAll) },
    { key: own, perSecond: perChatPerSecond / factor, burst: perChatBurst },
  ];
  if (kind === 'group' && perGroupPerMinute !== undefined) {
    limits.push({ key: `${own} minute`, perSecond: perGroupPerMinute / 60 / factor, burst: burstPerGroup });
  }
  return limits;
}
