/**
 * Whether anybody can be answered: the default model and all its fallbacks failed when they were last asked, and are
 * resting or have a refused key. Derived from the pool and from the turns that failed for it, never from a guess.
 */
import type { Clock } from '../clock.ts';
import type { Events } from '../events.ts';
import type { ModelOutage } from '../model.ts';
import type { ModelPool } from './pool.ts';
import type { ModelRef, Millis } from '../types.ts';

export interface OutageParts {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly events: Events;
  readonly pool: Pick<ModelPool, 'failing'>;
  /** The default model and its fallbacks. */
  readonly chosen: () => readonly ModelRef[];
  /** How many messages wait to be answered. */
  readonly waiting: () => number;
}

/** Listens to turns for as long as the gateway's events exist. */
export function watchOutage({ clock, events, pool, chosen, waiting }: OutageParts): () => ModelOutage | null {
  let failedAt: Millis = -Infinity;
  events.subscribe((event) => {
    if (event.kind !== 'turn') return;
    const { kind, state, reason } = event.status.row;
    const failed = state === 'failed' || state === 'dead';
    if (kind === 'reply' && failed && reason?.code.startsWith('model.') === true) failedAt = clock.monotonic();
  });
  return () => {
    const failing = pool.failing(chosen());
    if (failing === null) return null;
    return { ...failing, unanswered: failedAt >= failing.since || waiting() > 0 };
  };
}
