/**
 * The frame of one call of a provider that speaks HTTP: its time-outs, its exchange, and how what was thrown becomes a
 * failure. Used by the streaming calls and by the short ones (lists of models).
 */
import { failed, ok } from '../lib/result.ts';
import type { Result } from '../lib/result.ts';
import type { Clock } from '../gateway/clock.ts';
import type { ModelFailure, ModelTimeouts } from '../gateway/model.ts';
import { LimitPassed, abortFailure, transportFailure } from './failures.ts';
import type { About } from './failures.ts';
import { refusalFailure } from './refusals.ts';
import { newExchange } from './transport.ts';
import type { Exchange, Transport } from './transport.ts';
import { startWatchdog } from './watchdog.ts';

/** For a question that is not a chat: all of the answer must be there in 15 s. */
const shortLimits: ModelTimeouts = { connect: 10_000, firstToken: 15_000, betweenTokens: 15_000 };

/** An exchange whose limits run from now on; disposing it ends the limits. */
export function openExchange(clock: Clock, limits: ModelTimeouts, control: AbortController): Exchange & Disposable {
  const watchdog = startWatchdog(clock, limits, (phase) => control.abort(new LimitPassed(phase)));
  return { ...newExchange(control, watchdog), [Symbol.dispose]: () => watchdog[Symbol.dispose]() };
}

/** What `error`, thrown while `exchange` ran, means. `now` is wall time. */
export function explain(about: About, exchange: Exchange, error: unknown, now: number): ModelFailure {
  if (exchange.control.signal.aborted) return abortFailure(about, exchange.control.signal);
  if (exchange.answer !== null) return refusalFailure(about, exchange.answer, now);
  return transportFailure(about, error, exchange.answered);
}

/** Asks something short; every fault is a value. */
export async function ask<T>(
  input: { readonly clock: Clock; readonly transport: Transport; readonly about: About },
  signal: AbortSignal,
  go: () => Promise<T>,
): Promise<Result<T, ModelFailure>> {
  const control = new AbortController();
  const abort = (): void => control.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  using exchange = openExchange(input.clock, shortLimits, control);
  try {
    control.signal.throwIfAborted();
    return ok(await input.transport.run(exchange, go));
  } catch (error) {
    return failed(explain(input.about, exchange, error, input.clock.now()));
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
