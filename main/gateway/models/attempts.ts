/**
 * The one owner of retries for models: chosen model first, then its fallbacks in order.
 *
 * rate-limit, overloaded, network: the same model twice more (0.5 s, 2 s ±20 %, or what the server asks for up to 30 s),
 * then the next. context-overflow: the pool learns of it, and the same model is asked once more where that makes the
 * request shorter. timeout and everything else: the next at once. aborted and content-filter: the end. Text of an attempt
 * that failed is void: `begin` of the next one starts afresh. Each call is opened in the ledger before it goes out; one
 * that a limit of the owner does not allow is no fault of its model, and the next one is asked, which may be free.
 */
import type { Result } from '../../lib/result.ts';
import type { Clock, Random } from '../clock.ts';
import { pause } from '../clock.ts';
import { promptTokens } from '../budget/call-cost.ts';
import type { Ledger, OpenCall } from '../budget/call-ledger.ts';
import { longestRetryAfter, modelBackoff } from '../limits.ts';
import type { Candidate, Candidates, ModelPool } from './pool.ts';
import type { ModelFailure, ModelRequest, ModelUsage, ReplyEnd, ToolCall } from '../model.ts';
import type { MicroDollars, Millis, ModelRef, Reason } from '../types.ts';

/** One request that went out, for the usage rows. */
export interface ModelCall {
  readonly at: Millis;
  readonly model: ModelRef;
  /** Free, and outside of every cap. */
  readonly local: boolean;
  /** Null when it never reached the server. */
  readonly usage: ModelUsage | null;
  /** Null when the model has no known price. */
  readonly cost: MicroDollars | null;
  /** What was set aside for it; null when it is free. */
  readonly reservation: string | null;
  readonly outcome: string;
}

export type AttemptsOutcome =
  | {
      readonly kind: 'answered';
      readonly model: ModelRef;
      readonly stop: 'stop' | 'length' | 'tool';
      readonly usage: ModelUsage;
    }
  | { readonly kind: 'failed'; readonly model: ModelRef | null; readonly failure: ModelFailure };

export type AttemptEvent =
  | { readonly kind: 'begin'; readonly attempt: number; readonly model: ModelRef }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'tool-call'; readonly call: ToolCall }
  /** Between tries: what is waited for. */
  | { readonly kind: 'waiting'; readonly reason: Reason }
  | { readonly kind: 'call'; readonly call: ModelCall }
  | { readonly kind: 'end'; readonly outcome: AttemptsOutcome };

export interface AttemptsInput {
  readonly candidates: Candidates;
  readonly pool: ModelPool;
  readonly ledger: Pick<Ledger, 'open'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** The request for one candidate; its window decides how much of the context fits. Asked again after an overflow. */
  readonly request: (candidate: Candidate) => Promise<Result<ModelRequest, ModelFailure>>;
  /** The reader cannot take text back (a stateless stream): after the first text no new attempt is made. */
  readonly textIsFinal: boolean;
}

export async function* runAttempts(input: AttemptsInput): AsyncGenerator<AttemptEvent, void, undefined> {
  const { candidates, pool } = input;
  const since = input.clock.monotonic();
  let failure: ModelFailure = candidates.refused[0]?.failure ?? nothingToAsk;
  let capped: ModelFailure | null = null;
  let model: ModelRef | null = null;
  let attempt = 0;
  for (const candidate of candidates.order) {
    // Refused a moment ago by the candidate before: the same key would only be refused again.
    if (candidate.provider.keyRefused) continue;
    const asked = await input.request(candidate);
    if (!asked.ok) {
      failure = asked.failure;
      continue;
    }
    let request = asked.value;
    let shortened = false;
    for (let tries = 0; ; tries++) {
      const opened = await input.ledger.open(candidate, request, input.signal);
      if (!opened.ok) {
        failure = opened.failure;
        if (isFinal(failure)) return yield { kind: 'end', outcome: { kind: 'failed', model, failure } };
        capped ??= failure;
        break;
      }
      model = candidate.ref;
      yield { kind: 'begin', attempt: ++attempt, model };
      const { end, spoke } = yield* oneCall(input, candidate, request, opened.value);
      if (!('failure' in end)) {
        pool.succeeded(model);
        return yield { kind: 'end', outcome: { kind: 'answered', model, stop: end.stop, usage: end.usage } };
      }
      failure = end.failure;
      if (isFinal(failure) || input.signal.aborted)
        return yield { kind: 'end', outcome: { kind: 'failed', model, failure } };
      const fixed = input.textIsFinal && spoke;
      const shorter = fixed || shortened ? null : await shorterRequest(input, candidate, request, failure);
      if (shorter !== null) {
        shortened = true;
        request = shorter;
        continue;
      }
      const wait = candidates.probing || fixed ? null : retryWait(failure, tries, input.random);
      if (wait === null) {
        pool.failed(model, failure, { provider: candidate.provider, since });
        if (fixed) return yield { kind: 'end', outcome: { kind: 'failed', model, failure } };
        break;
      }
      yield { kind: 'waiting', reason: { code: 'model.waiting-retry', params: waitParams(candidate, failure, wait) } };
      await pause(input.clock, wait, input.signal);
      if (input.signal.aborted)
        return yield { kind: 'end', outcome: { kind: 'failed', model, failure: abortedFailure } };
    }
  }
  // The limit is what the owner can do something about, whatever became of the fallbacks.
  yield { kind: 'end', outcome: { kind: 'failed', model, failure: capped ?? failure } };
}

async function* oneCall(
  input: AttemptsInput,
  candidate: Candidate,
  request: ModelRequest,
  opened: OpenCall,
): AsyncGenerator<AttemptEvent, { readonly end: ReplyEnd; readonly spoke: boolean }, undefined> {
  const provider = await candidate.provider.adapter();
  let spoke = false;
  let end: ReplyEnd = { stop: 'error', failure: unfinishedStream, usage: null };
  for await (const event of provider.stream(request, input.signal)) {
    if (event.kind === 'end') {
      end = event.end;
      continue;
    }
    if (event.kind !== 'reasoning') spoke = true;
    yield event;
  }
  yield { kind: 'call', call: opened.end(end.usage, 'failure' in end ? end.failure.class : 'ok') };
  return { end, spoke };
}

/** After an overflow: what the same model is asked once more; null where it would only be the same again. */
async function shorterRequest(
  input: AttemptsInput,
  candidate: Candidate,
  request: ModelRequest,
  failure: ModelFailure,
): Promise<ModelRequest | null> {
  if (failure.class !== 'context-overflow') return null;
  const tokens = promptTokens(request);
  input.pool.windows.overflowed(candidate.ref, tokens + request.maxOutputTokens, failure.window ?? null);
  const again = await input.request(candidate);
  return again.ok && promptTokens(again.value) < tokens ? again.value : null;
}

/** Milliseconds until the same model is asked again; null when it is not. */
export function retryWait(failure: ModelFailure, tries: number, random: Random): Millis | null {
  if (failure.class !== 'rate-limit' && failure.class !== 'overloaded' && failure.class !== 'network') return null;
  const standard = modelBackoff[tries];
  if (standard === undefined) return null;
  if (failure.retryAfter !== undefined) return failure.retryAfter <= longestRetryAfter ? failure.retryAfter : null;
  return Math.round(standard * (0.8 + 0.4 * random()));
}

/** Another model would only repeat what the person or the provider's rules decided. */
function isFinal(failure: ModelFailure): boolean {
  return failure.class === 'aborted' || failure.class === 'content-filter';
}

function waitParams(candidate: Candidate, failure: ModelFailure, wait: Millis): Reason['params'] & object {
  return {
    model: candidate.ref,
    provider: candidate.provider.name,
    seconds: Math.ceil(wait / 1000),
    cause: failure.reason.code,
  };
}

export const abortedFailure: ModelFailure = { class: 'aborted', reason: { code: 'model.aborted' }, detail: 'aborted' };
const nothingToAsk: ModelFailure = {
  class: 'model-missing',
  reason: { code: 'model.none' },
  detail: 'no model is chosen',
};
const unfinishedStream: ModelFailure = {
  class: 'bug',
  reason: { code: 'model.bug' },
  detail: 'the stream ended without its end',
};
