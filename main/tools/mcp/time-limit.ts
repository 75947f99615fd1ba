/** What a server is given to answer in, and what is said when it did not. */
import type { Clock } from '../../gateway/clock.ts';
import type { Millis } from '../../gateway/types.ts';
import type { McpReason } from './types.ts';

export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
  /** It was time that ended it, not whoever gave the signal. */
  readonly over: boolean;
}

/** Ends with `given`, or after `limit`; dispose it when the answer is there. */
export function timeLimit(clock: Clock, limit: Millis, given: AbortSignal): TimeLimit {
  const late = new AbortController();
  const timer = clock.after(limit, () => late.abort());
  return {
    signal: AbortSignal.any([given, late.signal]),
    get over() {
      return late.signal.aborted && !given.aborted;
    },
    [Symbol.dispose]: () => timer[Symbol.dispose](),
  };
}

export function hung(limit: Millis): McpReason {
  return { code: 'mcp.hung', params: { seconds: limit / 1_000 } };
}
