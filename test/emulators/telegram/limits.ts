import type { Chat, RateLimits } from './types.ts';

/** Counts sends in sliding windows. Off (never limiting) as long as no limit is set. */
export class RateLimiter {
  #limits: RateLimits;
  readonly #times = new Map<string, number[]>();

  constructor(limits: RateLimits) {
    this.#limits = limits;
  }

  set(limits: RateLimits): void {
    this.#limits = limits;
    this.#times.clear();
  }

  /** Counts a send at `now` (ms), or says after how many seconds to try again; a refused send is not counted. */
  admit(chat: Chat, now: number): number | undefined {
    const { perBotPerSecond, perChatPerSecond, perGroupPerMinute } = this.#limits;
    const windows: [string, number | undefined, number][] = [
      ['bot', perBotPerSecond, 1000],
      [`chat ${String(chat.id)}`, perChatPerSecond, 1000],
    ];
    if (chat.type !== 'private') windows.push([`group ${String(chat.id)}`, perGroupPerMinute, 60_000]);
    let wait = 0;
    for (const [name, limit, span] of windows) {
      if (limit === undefined) continue;
      const recent = (this.#times.get(name) ?? []).filter((time) => time > now - span);
      this.#times.set(name, recent);
      const oldest = recent[recent.length - limit];
      if (oldest !== undefined) wait = Math.max(wait, Math.ceil((oldest + span - now) / 1000));
    }
    if (wait > 0) return wait;
    for (const [name, limit] of windows) {
      if (limit !== undefined) this.#times.get(name)?.push(now);
    }
    return undefined;
  }
}
