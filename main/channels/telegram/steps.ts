/**
 * The two steps of the poll loop, proving who we are and asking for updates, and what follows from each way they fail.
 * A step sets the link's state and says what the loop does next.
 */
import type { LinkIdentity, LinkState } from '../../gateway/channel.ts';
import type { Clock, Random } from '../../gateway/clock.ts';
import type { Log } from '../../gateway/log.ts';
import type { Millis, Reason } from '../../gateway/types.ts';
import { reason } from '../../../preload/contract/reasons.ts';
import type { Subject } from '../../lib/observable.ts';
import type { BotApi } from './api.ts';
import type { BatchReader } from './batch.ts';
import type { Conflicts } from './conflict.ts';
import { CONFLICTS_UNTIL_SAID, isOurs, noConflicts, noteBegun, noteConflict, noteFault } from './conflict.ts';
import type { CallFailure } from './failure.ts';
import { describeFailure } from './failure.ts';
import { UPDATE_KINDS } from './inbound.ts';
import { askIdentity, isTokenRefused, reasonOf } from './probe.ts';
import { afterConflict, afterFault, afterRefusal } from './schedule.ts';
import { webhookReason } from './webhook.ts';

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
  conflicts: Conflicts;
  faults: number;
  unstored: number;
}

/**
 * Nothing is proven yet, or has to be proven anew: but who else uses the bot is not forgotten by asking again. The first
 * poll does not wait, because only a poll that was answered proves the link; where another program polls, such a one
 * would succeed between two of its own and prove nothing.
 */
export function freshProgress(conflicts: Conflicts = noConflicts()): Progress {
  const quick = conflicts.count === 0 || conflicts.webhook !== null;
  return { step: 'prove', quick, refusals: 0, conflicts, faults: 0, unstored: 0 };
}

/** Settles within 45 s of clock time plus what storing a batch takes. */
export function takeStep(run: Run, progress: Progress, signal: AbortSignal): Promise<Next> {
  return progress.step === 'prove' ? prove(run, progress, signal) : poll(run, progress, signal);
}

async function prove(run: Run, progress: Progress, signal: AbortSignal): Promise<Next> {
  const asked = await askIdentity(run.api, signal);
  if (!asked.ok) return failedCall(run, progress, asked.failure, signal);
  if (!isSame(run.identity.value, asked.value)) run.identity.set(asked.value);
  run.batches.open(asked.value);
  progress.step = 'poll';
  progress.faults = 0;
  return GO;
}

function isSame(known: LinkIdentity | null, asked: LinkIdentity): boolean {
  return known?.account === asked.account && known.name === asked.name && known.handle === asked.handle;
}

async function poll(run: Run, progress: Progress, signal: AbortSignal): Promise<Next> {
  const offset = run.batches.offset();
  const payload = {
    limit: BATCH,
    timeout: progress.quick ? 0 : POLL_SECONDS,
    allowed_updates: UPDATE_KINDS,
    ...(offset === null ? {} : { offset }),
  };
  noteBegun(progress.conflicts, run.clock.monotonic());
  const limit = progress.quick ? QUICK_LIMIT : POLL_LIMIT;
  const polled = await run.api.call((raw, abort): Promise<unknown> => raw.getUpdates(payload, abort), limit, signal);
  if (!polled.ok) return failedCall(run, progress, polled.failure, signal);
  const { value } = polled;
  if (!Array.isArray(value)) {
    return failedCall(run, progress, { kind: 'unanswered', detail: 'getUpdates without a list' }, signal);
  }
  Object.assign(progress, { quick: false, refusals: 0, faults: 0 });
  if (signal.aborted) return GO;
  if (isOurs(progress.conflicts, run.clock.monotonic())) noteProof(run);
  else noteStillShared(run, progress);
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

/** Messages come, but between two polls of the other program. */
function noteStillShared({ state }: Run, { conflicts }: Progress): void {
  const said = state.value.kind === 'conflict';
  if (!said && conflicts.count >= CONFLICTS_UNTIL_SAID) sayConflict(state);
}

function sayConflict(state: Run['state']): void {
  state.set({ kind: 'conflict', reason: reason('link.conflict') });
}

async function failedCall(run: Run, progress: Progress, failure: CallFailure, signal: AbortSignal): Promise<Next> {
  if (failure.kind === 'aborted') return GO;
  run.log.write('info', 'telegram.call-failed', { link: run.link, failure: describeFailure(failure) });
  if (isTokenRefused(failure)) return refused(run, progress);
  if (failure.kind === 'refused' && failure.code === 409) return conflicting(run, progress, failure.words, signal);
  noteFault(progress.conflicts);
  progress.faults += 1;
  progress.quick = progress.conflicts.count === 0;
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

async function conflicting(run: Run, progress: Progress, words: string, signal: AbortSignal): Promise<Next> {
  const { conflicts } = progress;
  noteConflict(conflicts);
  // A poll that does not wait would succeed between two polls of the other program and prove nothing.
  progress.quick = false;
  const delay = afterConflict(conflicts.count);
  if (/webhook/i.test(words)) {
    conflicts.webhook ??= await webhookReason(run.api, signal);
    progress.quick = true;
    return retry(run, delay, conflicts.count, conflicts.webhook);
  }
  conflicts.webhook = null;
  if (conflicts.count < CONFLICTS_UNTIL_SAID) return retry(run, delay, conflicts.count, reason('link.conflict'));
  sayConflict(run.state);
  return { kind: 'wait', delay };
}
