/**
 * The one connection of a Telegram link: `getMe`, then `getUpdates` for ever. A batch is committed through `receive`
 * before the next call tells Telegram, by its offset, that we have it; when it could not be stored the old offset is
 * used again and Telegram hands the same updates over once more.
 *
 * There is one loop per link (`loop.ts`). A reconnect restarts it; a loop that does not hear of it within 30 s is stuck
 * in something that does not come back, which is an error of its own: it is ended and a new one takes its place.
 */
import type { LinkIdentity, LinkState, Receive } from '../../gateway/channel.ts';
import type { Clock, Random } from '../../gateway/clock.ts';
import type { Log } from '../../gateway/log.ts';
import type { Millis, Reason } from '../../gateway/types.ts';
import type { Observable } from '../../lib/observable.ts';
import { subject } from '../../lib/observable.ts';
import type { BotApi } from './api.ts';
import type { CursorAt } from './batch.ts';
import { createBatchReader } from './batch.ts';
import type { Loop } from './loop.ts';
import { startLoop } from './loop.ts';

export interface PollDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface PollSeed {
  readonly link: string;
  cursor(account: string): CursorAt | null;
}

export interface Poller {
  readonly state: Observable<LinkState>;
  readonly identity: Observable<LinkIdentity | null>;
  start(receive: Receive): void;
  stop(): Promise<void>;
  reconnect(why: string): void;
}

/** A reconnect that has led to no new poll by then is stuck, and would stay so: everything is begun anew. */
const STUCK_AFTER: Millis = 30_000;

/** A reason in place of `api`: there is no usable token; the link is then signed out from the start. */
export function createPoller(deps: PollDeps, seed: PollSeed, api: BotApi | Reason): Poller {
  const { clock, log } = deps;
  const state = subject<LinkState>({ kind: 'off' });
  const identity = subject<LinkIdentity | null>(null);
  let receive: Receive | null = null;
  let stopped = false;
  let generation = 0;
  let loop: Loop | null = null;
  let escalation: Disposable | null = null;

  const calmDown = (): void => {
    escalation?.[Symbol.dispose]();
    escalation = null;
  };

  const signedOut = (why: Reason): void => {
    // Before anybody hears of it: who reconnects upon hearing it must start a new loop, not wake this one.
    loop = null;
    calmDown();
    state.set({ kind: 'signed-out', reason: why });
  };

  const begin = (to: Receive): void => {
    if ('code' in api) return signedOut(api);
    const batches = createBatchReader(deps, seed, to);
    const run = { ...deps, link: seed.link, api, state, identity, batches };
    loop = startLoop(run, { restarted: calmDown, signedOut });
  };

  const replace = (stuck: Loop, to: Receive): void => {
    generation += 1;
    log.write('error', 'telegram.reconnect-stuck', { link: seed.link, generation, seconds: STUCK_AFTER / 1000 });
    escalation = null;
    stuck.end();
    begin(to);
  };

  return {
    state,
    identity,
    start(to) {
      receive = to;
      generation += 1;
      begin(to);
    },
    async stop() {
      stopped = true;
      calmDown();
      loop?.end();
      await loop?.done;
      state.set({ kind: 'off' });
    },
    reconnect(why) {
      if (receive === null || stopped) return;
      generation += 1;
      log.write('info', 'telegram.reconnect', { link: seed.link, why, generation });
      if (loop === null) return begin(receive);
      const [heard, to] = [loop, receive];
      heard.restart();
      // A second reconnect must not put off what the first one is waiting for.
      escalation ??= clock.after(STUCK_AFTER, () => replace(heard, to));
    },
  };
}
