/** Asks a server at most once, for everybody who wants to know. */
import type { Result } from '../lib/result.ts';
import type { ModelFailure } from '../gateway/model.ts';

/**
 * `question` runs when the answer is first wanted; an answer that `keeps` says yes to is kept for good, after any other
 * the next one who asks is let through. Whoever gives up waiting gets null; the question goes on for the others.
 */
export function once<Value>(
  question: (signal: AbortSignal) => Promise<Result<Value, ModelFailure>>,
  keeps: (result: Result<Value, ModelFailure>) => boolean,
): (signal: AbortSignal) => Promise<Result<Value, ModelFailure> | null> {
  let answer: Promise<Result<Value, ModelFailure>> | null = null;
  const start = async (): Promise<Result<Value, ModelFailure>> => {
    const result = await question(new AbortController().signal);
    if (!keeps(result)) answer = null;
    return result;
  };
  return (signal) => {
    if (signal.aborted) return Promise.resolve(null);
    answer ??= start();
    const { promise, resolve } = Promise.withResolvers<Result<Value, ModelFailure> | null>();
    const giveUp = (): void => resolve(null);
    signal.addEventListener('abort', giveUp, { once: true });
    answer.then(resolve, giveUp);
    return promise.finally(() => signal.removeEventListener('abort', giveUp));
  };
}
