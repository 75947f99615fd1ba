/**
 * Linking this device: one registration after another, until a phone has agreed, nobody did in time, or there is no use.
 * Each begins with new keys that are only in memory; the identity writes them when the phone has agreed, in the place of
 * what was there, and before the answer that makes the link count is sent (auth-state.ts). Up to then giving up leaves
 * nothing behind.
 */
import type { PairingRequest, PairingStep } from '../../gateway/channel.ts';
import type { Reason } from '../../gateway/types.ts';
import { reason } from '../../../preload/contract/reasons.ts';
import { assertNever } from '../../lib/assert-never.ts';
import { digitsOf } from './addresses.ts';
import { afterFailure } from './backoff.ts';
import { ruleFor, type Closed } from './close-codes.ts';
import type { Ground } from './ground.ts';
import type { Identity } from './parts.ts';
import { Registration, type RegistrationEnd } from './registration.ts';
import type { Run } from './run.ts';

/** A connection that breaks is made again so often; the waits between add up to two and a half minutes. */
const MOST_ROUNDS = 10;

export type PairingEnd =
  | { readonly kind: 'linked' }
  | { readonly kind: 'over'; readonly step: PairingStep }
  /** The run was ended from outside. */
  | { readonly kind: 'left' };

export async function runPairing(
  ground: Ground,
  run: Run,
  identity: Identity,
  asked: PairingRequest,
): Promise<PairingEnd> {
  const number = asked.number === null ? null : digitsOf(asked.number);
  if (asked.number !== null && number === null) return failedFor(reason('link.pairing-number'));
  const request: PairingRequest = { number };
  run.say({ kind: 'pairing', step: { kind: 'starting' } });
  let hasRenewed = false;
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const end = await register(ground, run, identity, request);
    if (end.kind !== 'broken') return end;
    if (run.isOver) return { kind: 'left' };
    const { closed } = end;
    const rule = ruleFor(closed);
    if (rule.kind === 'stop') return failedFor(rule.reason);
    if (rule.kind === 'renew' && hasRenewed) return failedFor(reason('link.client-refused'));
    run.say({ kind: 'pairing', step: { kind: 'starting' } });
    if (rule.kind === 'renew') {
      hasRenewed = true;
      await ground.versions.renew();
    } else if (rule.kind !== 'restart') await run.rest(afterFailure(round, ground.deps.random));
    if (run.isOver) return { kind: 'left' };
  }
  return failedFor(reason('link.pairing-cut'));
}

type RoundEnd = PairingEnd | { readonly kind: 'broken'; readonly closed: Closed };

/** What is known of a round when its socket has ended. */
interface Seen {
  registration: Registration | null;
  over: RegistrationEnd | null;
}

async function register(ground: Ground, run: Run, identity: Identity, request: PairingRequest): Promise<RoundEnd> {
  const { deps, link } = ground;
  ground.expectGeneration();
  const version = await ground.versions.current();
  if (run.isOver) return { kind: 'left' };
  identity.startAfresh();
  const seen: Seen = { registration: null, over: null };
  const attempt = ground.connect(identity, version, {
    attach(live) {
      const show = (step: PairingStep): void => run.say({ kind: 'pairing', step });
      const over = (end: RegistrationEnd): void => {
        seen.over = end;
        attempt.end({ by: 'network', code: null, words: `registration: ${end}` });
      };
      seen.registration = new Registration({ ...deps, link }, live, request, { show, over });
      return seen.registration;
    },
    opened: () => undefined,
    proven: () => undefined,
  });
  run.use(attempt);
  const closed = await attempt.ended;
  run.use(null);
  return endOf(closed, seen);
}

function endOf(closed: Closed, { registration, over }: Seen): RoundEnd {
  if (registration?.hasAgreed === true) return { kind: 'linked' };
  if (closed.by === 'storage' && closed.reason !== undefined) return failedFor(closed.reason);
  if (over !== null) return { kind: 'over', step: stepAfter(over) };
  if (registration?.isAnswered === true) return failedFor(reason('link.pairing-refused'));
  // Another code would make the phone ask its owner again, who is just typing this one.
  if (registration?.hasCode === true) return failedFor(reason('link.pairing-cut'));
  return { kind: 'broken', closed };
}

function stepAfter(end: RegistrationEnd): PairingStep {
  switch (end) {
    case 'expired':
      return { kind: 'expired' };
    case 'number-refused':
      return { kind: 'failed', reason: reason('link.pairing-number') };
    case 'unanswered':
      return { kind: 'failed', reason: reason('link.pairing-cut') };
    default:
      return assertNever(end, 'end');
  }
}

function failedFor(why: Reason): { readonly kind: 'over'; readonly step: PairingStep } {
  return { kind: 'over', step: { kind: 'failed', reason: why } };
}
