/**
 * The two steps of the poll loop, proving who we are and asking for updates, and what follows from each way they fail
 * (behaviour.md, Telegram errors). A step sets the link's state and says what the loop does next.
 */
import type { LinkIdentity, LinkState } from '../../gateway/channel.ts';
import type { Clock, Random } from '../../gateway/clock.ts';
import type { Log } from '../../gateway/log.ts';
import type { Millis, Reason } from '../../gateway/types.ts';
import { reason } from '../../../preload/contract/reasons.ts';
import type { Subject } from '../../lib/observable.ts';
import type { BotApi, CallFailure } from './api.ts';
import { describeFailure } from './api.ts';
import type { BatchReader } from './batch.ts';
import { askIdentity, isTokenRefused, reasonOf } from './probe.ts';
import { afterConflict, afterFault, afterRefusal, CONFLICTS_UNTIL_SAID } from './schedule.ts';

const POLL_SECONDS = 30;
/** After that a poll is given up, whatever the connection says. */
const POLL_LIMIT: Millis = 45_000;
const QUICK_LIMIT: Millis = 15_000;
const BATCH = 100;
/** How much newer a proof has to be to be worth an event. */
const PROOF_STEP: Millis = 1_000;

export interface Run {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly link: string;
  readonly api: BotApi;
  readonly state: Subject<LinkState>;
  readonly identity: Subject<LinkIdentity | null>;
  readonly batches: BatchReader;
}

/** What the loop does next. */
export type Next =
  | { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly delay: Millis }
  | { readonly kind: 'end'; readonly reason: Reason };

const GO: Next = { kind: 'go' };

/** Where the loop stands: which step is due, and failures in a row. */
export interface Progress {
  step: 'prove' | 'poll';
  /** The next poll does not wait for updates, so that it proves the link at once. */
  quick: boolean;
  refusals: number;
  conflicts: number;
  faults: number;
  unstored: number;
}

/** Nothing is proven yet, or has to be proven anew. */
export function freshProgress(): Progress {
  return { step: 'prove', quick: false, refusals: 0, conflicts: 0, faults: 0, unstored: 0 };
}

/** Settles within 45 s of clock time plus what storing a batch takes. */
export function takeStep(run: Run, progress: Progress, signal: AbortSignal): Promise<Next> {
  return progress.step === 'prove' ? prove(run, progress, signal) : poll(run, progress, signal);
}

async function prove(run: Run, progress: Progress, signal: AbortSignal): Promise<Next> {
  const asked = await askIdentity(run.api, signal);
  if (!asked.ok) return failedCall(run, progress, asked.failure);
  if (run.identity.value?.account !== asked.value.account) run.identity.set(asked.value);
  run.batches.open(asked.value.account);
  progress.step = 'poll';
  progress.faults = 0;
  noteProof(run);
  return GO;
}

async function poll(run: Run, progress: Progress, signal: AbortSignal): Promise<Next> {
  const offset = run.batches.offset();
  const payload = {
    limit: BATCH,
    timeout: progress.quick ? 0 : POLL_SECONDS,
    allowed_updates: ['message'] as const,
    ...(offset === null ? {} : { offset }),
  };
  const limit = progress.quick ? QUICK_LIMIT : POLL_LIMIT;
  const polled = await run.api.call((raw, abort): Promise<unknown> => raw.getUpdates(payload, abort), limit, signal);
  if (!polled.ok) return failedCall(run, progress, polled.failure);
  const { value } = polled;
  if (!Array.isArray(value)) {
    return failedCall(run, progress, { kind: 'unanswered', detail: 'getUpdates without a list' });
  }
  Object.assign(progress, { quick: false, refusals: 0, conflicts: 0, faults: 0 });
  if (signal.aborted) return GO;
  noteProof(run);
  if (value.length === 0) return GO;
  const stored = await run.batches.take(value);
  progress.unstored = stored ? 0 : progress.unstored + 1;
  return stored ? GO : { kind: 'wait', delay: afterFault(progress.unstored, run.random) };
}

function noteProof({ clock, state }: Run): void {
  const now = clock.now();
  const { value } = state;
  if (value.kind === 'up' && now >= value.provenAt && now - value.provenAt < PROOF_STEP) return;
  state.set({ kind: 'up', provenAt: now });
}

function retry({ clock, state }: Run, delay: Millis, attempt: number, why: Reason): Next {
  state.set({ kind: 'retrying', at: clock.now() + delay, attempt, reason: why });
  return { kind: 'wait', delay };
}

function failedCall(run: Run, progress: Progress, failure: CallFailure): Next {
  if (failure.kind === 'aborted') return GO;
  run.log.write('info', 'telegram.call-failed', { link: run.link, failure: describeFailure(failure) });
  if (isTokenRefused(failure)) return refused(run, progress);
  if (failure.kind === 'refused' && failure.code === 409) return conflicting(run, progress, failure.words);
  progress.faults += 1;
  progress.quick = progress.step === 'poll';
  if (failure.kind === 'refused' && failure.retryAfter !== null) {
    return retry(run, failure.retryAfter, progress.faults, reasonOf(failure));
  }
  if (failure.kind === 'expired' && progress.step === 'poll') {
    // The connection was dead, not the server: the first new one is worth trying at once.
    const delay = progress.faults === 1 ? 0 : afterFault(progress.faults - 1, run.random);
    return retry(run, delay, progress.faults, reason('link.poll-hung'));
  }
  return retry(run, afterFault(progress.faults, run.random), progress.faults, reasonOf(failure));
}

function refused(run: Run, progress: Progress): Next {
  progress.refusals += 1;
  progress.step = 'prove';
  const delay = afterRefusal(progress.refusals);
  if (delay === null) return { kind: 'end', reason: reason('link.token-refused') };
  return retry(run, delay, progress.refusals, reason('link.token-refused'));
}

function conflicting(run: Run, progress: Progress, words: string): Next {
  progress.conflicts += 1;
  // A poll that does not wait would succeed between two polls of the other program and prove nothing.
  progress.quick = false;
  const delay = afterConflict(progress.conflicts);
  if (/webhook/i.test(words)) return retry(run, delay, progress.conflicts, reason('link.webhook-set'));
  if (progress.conflicts < CONFLICTS_UNTIL_SAID) return retry(run, delay, progress.conflicts, reason('link.conflict'));
  run.state.set({ kind: 'conflict', reason: reason('link.conflict') });
  return { kind: 'wait', delay };
}
