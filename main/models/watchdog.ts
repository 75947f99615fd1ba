/**
 * The time-outs of one call: one timer at a time, whatever the number of tokens. A token only notes the time; the timer,
 * when it fires, looks whether a limit has passed and otherwise waits for the rest. It never sleeps longer than
 * `betweenTokens`, so that a limit which begins later is not overslept.
 */
import type { Clock } from '../gateway/clock.ts';
import type { ModelTimeouts } from '../gateway/model.ts';

export type Phase = 'connect' | 'first-token' | 'between-tokens';

export interface Watchdog extends Disposable {
  /** A connection is being made: the limit `connect` holds until {@link sent}. */
  opening(): void;
  /** The request went out over a connection. */
  sent(): void;
  /** Something of the answer arrived. */
  token(): void;
  /** While held nothing expires: it is our reader that is slow, not the server. Releasing counts as a token. */
  hold(): void;
}

/** Calls `expire` once, with the limit that passed; disposing before that forgets it. */
export function startWatchdog(clock: Clock, limits: ModelTimeouts, expire: (phase: Phase) => void): Watchdog {
  const started = clock.monotonic();
  let connecting = false;
  let held = false;
  let last: number | null = null;
  let timer: Disposable | null = null;

  const deadline = (): { readonly phase: Phase; readonly at: number } => {
    if (last !== null) return { phase: 'between-tokens', at: last + limits.betweenTokens };
    const first = started + limits.firstToken;
    const connected = started + limits.connect;
    if (connecting && connected < first) return { phase: 'connect', at: connected };
    return { phase: 'first-token', at: first };
  };
  const arm = (delay: number): void => {
    timer = clock.after(Math.min(delay, limits.betweenTokens), look);
  };
  const look = (): void => {
    timer = null;
    if (held) return arm(limits.betweenTokens);
    const { phase, at } = deadline();
    const left = at - clock.monotonic();
    if (left > 0) arm(left);
    else expire(phase);
  };
  arm(Math.min(limits.connect, limits.firstToken));
  return {
    opening: () => void (connecting = true),
    sent: () => void (connecting = false),
    token() {
      held = false;
      last = clock.monotonic();
    },
    hold: () => void (held = true),
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  };
}
