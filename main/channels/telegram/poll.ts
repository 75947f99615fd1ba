/**
 * The one connection of a Telegram link: `getMe`, then `getUpdates` for ever. A batch is committed through `receive`
 * before the next call tells Telegram, by its offset, that we have it; when it could not be stored the old offset is
 * used again and Telegram hands the same updates over once more.
 *
 * There is one loop per link and it never overlaps itself: a reconnect aborts the call or the wait at hand, and the loop
 * goes on from the beginning with a higher generation. It ends by `stop` or when the token is refused for good.
 */
import type { LinkIdentity, LinkState, Receive } from '../../gateway/channel.ts';
import type { Clock, Random } from '../../gateway/clock.ts';
import { pause } from '../../gateway/clock.ts';
import type { Log } from '../../gateway/log.ts';
import { describeError } from '../../gateway/log.ts';
import type { Reason } from '../../gateway/types.ts';
import type { Observable } from '../../lib/observable.ts';
import { subject } from '../../lib/observable.ts';
import type { BotApi } from './api.ts';
import type { CursorAt } from './batch.ts';
import { createBatchReader } from './batch.ts';
import { afterFault } from './schedule.ts';
import type { Next, Progress, Run } from './steps.ts';
import { freshProgress, takeStep } from './steps.ts';

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

/** A reason in place of `api`: there is no usable token; the link is then signed out from the start. */
export function createPoller(deps: PollDeps, seed: PollSeed, api: BotApi | Reason): Poller {
  const { clock, log } = deps;
  const state = subject<LinkState>({ kind: 'off' });
  const identity = subject<LinkIdentity | null>(null);
  const stopping = new AbortController();
  let receive: Receive | null = null;
  let interrupt = new AbortController();
  let generation = 0;
  let loop: Promise<void> | null = null;

  const begin = (to: Receive): void => {
    if ('code' in api) return state.set({ kind: 'signed-out', reason: api });
    const batches = createBatchReader(deps, seed, to);
    loop = repeat({ ...deps, link: seed.link, api, state, identity, batches });
  };

  const repeat = async (run: Run): Promise<void> => {
    let progress = freshProgress();
    state.set({ kind: 'connecting' });
    while (!stopping.signal.aborted) {
      if (interrupt.signal.aborted) {
        interrupt = new AbortController();
        progress = freshProgress();
        state.set({ kind: 'connecting' });
      }
      const signal = AbortSignal.any([stopping.signal, interrupt.signal]);
      const next = await stepSafely(run, progress, signal);
      if (signal.aborted) continue;
      if (next.kind === 'end') {
        // Before anybody hears of it: who reconnects upon hearing it must start a new loop, not wake this one.
        loop = null;
        return state.set({ kind: 'signed-out', reason: next.reason });
      }
      if (next.kind === 'wait') await pause(clock, next.delay, signal);
    }
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
      stopping.abort();
      await loop;
      state.set({ kind: 'off' });
    },
    reconnect(why) {
      if (receive === null || stopping.signal.aborted) return;
      generation += 1;
      log.write('info', 'telegram.reconnect', { link: seed.link, why, generation });
      if (loop === null) begin(receive);
      else interrupt.abort();
    },
  };
}

/** A bug in a step must not end the link: it is logged and tried again like a fault of the server. */
async function stepSafely(run: Run, progress: Progress, signal: AbortSignal): Promise<Next> {
  try {
    return await takeStep(run, progress, signal);
  } catch (error) {
    run.log.write('error', 'telegram.poll-bug', { link: run.link, error: describeError(error) });
    progress.faults += 1;
    return { kind: 'wait', delay: afterFault(progress.faults, run.random) };
  }
}
