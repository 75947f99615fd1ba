/**
 * A linked device keeps itself connected: one login after another, each a generation, and after each end what
 * close-codes.ts says.
 */
import type { AuthenticationCreds } from 'baileys';
import type { LinkIdentity, LinkState } from '../../gateway/channel.ts';
import type { Millis, Reason } from '../../gateway/types.ts';
import { reason } from '../../../preload/contract/reasons.ts';
import { assertNever } from '../../lib/assert-never.ts';
import { STEADY_AFTER, afterClientRefused, afterFailure } from './backoff.ts';
import { ruleFor, type Closed } from './close-codes.ts';
import { browserOf, deviceName } from './device.ts';
import type { Ground } from './ground.ts';
import type { Identity, Library, Live } from './parts.ts';
import type { Run } from './run.ts';

export type LoginEnd =
  /** Nothing more is tried by itself. */
  | { readonly kind: 'over'; readonly state: LinkState }
  /** The platform has given this device up; `isUnfinished`: it never knew it, because the phone's word did not arrive. */
  | { readonly kind: 'lost'; readonly reason: Reason; readonly isUnfinished: boolean }
  /** The run was ended from outside. */
  | { readonly kind: 'left' };

/** What counts over several logins. */
interface Progress {
  failures: number;
  restarts: number;
  /** The version was asked for anew and refused again. */
  clientRefused: number;
  /** A phone has just agreed; the owner is waiting for the first login. */
  isFinishing: boolean;
}

/** `isFinishing`: the pairing is shown as such until the first login is complete. */
export async function runLogin(ground: Ground, run: Run, identity: Identity, isFinishing: boolean): Promise<LoginEnd> {
  const progress: Progress = { failures: 0, restarts: 0, clientRefused: -1, isFinishing };
  if (!isFinishing) run.say({ kind: 'connecting' });
  for (;;) {
    ground.expectGeneration();
    const version = await ground.versions.current();
    if (run.isOver) return { kind: 'left' };
    const { closed, stoodFor } = await loginOnce(ground, run, { identity, version, progress });
    if (run.isOver) return { kind: 'left' };
    if (stoodFor !== null && stoodFor >= STEADY_AFTER) Object.assign(progress, { failures: 0, restarts: 0 });
    const end = await goOn(ground, run, progress, closed, stoodFor !== null);
    if (end !== null) return end;
    if (run.isOver) return { kind: 'left' };
  }
}

interface Login {
  readonly identity: Identity;
  readonly version: Parameters<Ground['connect']>[1];
  readonly progress: Progress;
}

async function loginOnce(
  ground: Ground,
  run: Run,
  { identity, version, progress }: Login,
): Promise<{ readonly closed: Closed; readonly stoodFor: Millis | null }> {
  const { deps } = ground;
  const { clock } = deps;
  let openedAt: Millis | null = null;
  const proven = (): void => run.say({ kind: 'up', provenAt: clock.now() });
  const attempt = ground.connect(identity, version, {
    attach(live) {
      live.socket.ev.on('creds.update', () => {
        if (openedAt !== null && !run.isOver) ground.tell(linkIdentity(live));
      });
      return ground.attach(live);
    },
    opened() {
      openedAt = clock.monotonic();
      Object.assign(progress, { isFinishing: false, clientRefused: -1 });
      if (run.isOver) return;
      ground.versions.accepted(version);
      ground.tell(linkIdentity(attempt.live));
      proven();
      identity.prune(clock.now());
    },
    proven,
  });
  run.use(attempt);
  const closed = await attempt.ended;
  run.use(null);
  deps.log.write('info', 'whatsapp.closed', {
    link: ground.link,
    generation: attempt.live.generation,
    by: closed.by,
    code: closed.code,
    words: closed.words,
  });
  return { closed, stoodFor: openedAt === null ? null : clock.monotonic() - openedAt };
}

/** Waits as long as the rule says; null: the next login is due. */
async function goOn(
  ground: Ground,
  run: Run,
  progress: Progress,
  closed: Closed,
  wasOpen: boolean,
): Promise<LoginEnd | null> {
  const rule = ruleFor(closed);
  switch (rule.kind) {
    case 'restart':
      progress.restarts += 1;
      // Asked to come back again and again it is no longer asked nicely.
      if (progress.restarts > 1) return backOff(ground, run, progress, rule.reason);
      if (!progress.isFinishing) retrying(ground, run, 0, 1, rule.reason);
      return null;
    case 'back-off':
      if (closed.reason?.code === 'link.identity-damaged') return signedOut(closed.reason);
      // The connection was dead, not the server: the first new one is worth trying at once.
      return backOff(ground, run, progress, closed.reason ?? rule.reason, closed.by === 'silence' && wasOpen);
    case 'conflict':
      return { kind: 'over', state: { kind: 'conflict', reason: rule.reason } };
    case 'wipe':
      return { kind: 'lost', reason: rule.reason, isUnfinished: progress.isFinishing };
    case 'stop':
      return signedOut(rule.reason);
    case 'renew':
      await renew(ground, run, progress);
      return null;
    default:
      return assertNever(rule, 'rule');
  }
}

function signedOut(why: Reason): LoginEnd {
  return { kind: 'over', state: { kind: 'signed-out', reason: why } };
}

async function backOff(ground: Ground, run: Run, progress: Progress, why: Reason, atOnce = false): Promise<null> {
  progress.failures += 1;
  const delay = atOnce && progress.failures === 1 ? 0 : afterFailure(progress.failures, ground.deps.random);
  retrying(ground, run, delay, progress.failures, why);
  if (delay > 0) await run.rest(delay);
  return null;
}

/** Once at once; after that waiting is all that can be done, until somebody brings a newer version. */
async function renew(ground: Ground, run: Run, progress: Progress): Promise<void> {
  progress.clientRefused += 1;
  const count = progress.clientRefused;
  if (count === 0) retrying(ground, run, 0, 1, reason('link.client-refused'));
  else {
    const { minutes, delay } = afterClientRefused(count);
    retrying(ground, run, delay, count, reason('link.client-refused', { minutes: String(minutes) }));
    await run.rest(delay);
  }
  if (!run.isOver) await ground.versions.renew();
}

function retrying({ deps }: Ground, run: Run, delay: Millis, attempt: number, why: Reason): void {
  run.say({ kind: 'retrying', at: deps.clock.now() + delay, attempt, reason: why });
}

/** Who the link turned out to be; the number stands in for a name that the account has not. */
function linkIdentity({ library, socket }: Live): LinkIdentity {
  const number = ownNumber(library, socket.authState.creds);
  const { name } = socket.authState.creds.me ?? {};
  return {
    account: number,
    name: name === undefined || name === '' ? `+${number}` : name,
    handle: `+${number}`,
    device: deviceName(browserOf(library, process.platform)),
  };
}

function ownNumber({ jidDecode }: Library, { me }: AuthenticationCreds): string {
  return jidDecode(me?.id)?.user ?? '';
}
