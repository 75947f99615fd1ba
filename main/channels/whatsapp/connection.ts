/**
 * The connection of a WhatsApp link: what is going on right now, and what the core may ask of it.
 *
 *   start, take over    → logins (login.ts)
 *   pair                → registrations (pairing.ts), then logins
 *   cancel, sign out    → the work ends, and with it what it was about
 *
 * One run at a time; the next one begins when the one before has ended. A socket that is due and does not come within
 * 30 s is a fault of its own: the run is left behind, whatever holds it up, and everything is begun anew.
 */
import type { LinkIdentity, LinkState, PairingRequest } from '../../gateway/channel.ts';
import { pause } from '../../gateway/clock.ts';
import { describeError } from '../../gateway/log.ts';
import type { LinkId, Millis, Reason } from '../../gateway/types.ts';
import { reason } from '../../../preload/contract/reasons.ts';
import { subject, type Observable, type Subject } from '../../lib/observable.ts';
import type { Result } from '../../lib/result.ts';
import type { Ground, Versions } from './ground.ts';
import { runLogin, type LoginEnd } from './login.ts';
import { makeSocket, type CachedGroupMetadata } from './make-socket.ts';
import { runPairing } from './pairing.ts';
import type { Identity, Library, Live, Server, WhatsAppDeps } from './parts.ts';
import { Run } from './run.ts';
import { Attempt } from './socket.ts';
import { Vault } from './vault.ts';

/** A reconnect that has led to no new socket by then is stuck, and would stay so: everything is begun anew. */
const STUCK_AFTER: Millis = 30_000;
/** After a fault of our own, or a disk that refuses. */
const AGAIN_AFTER: Millis = 30_000;
/** The server has so long to say that the device is removed. */
const SIGN_OUT_WITHIN: Millis = 10_000;
/** A run that was left has so long to end before the stop goes on without it. */
const STOP_WITHIN: Millis = 10_000;

export interface ConnectionParts {
  readonly link: LinkId;
  readonly server: Result<Server, Reason>;
  /** Loads the library and tests it: `link.library-unsafe`. */
  load(): Promise<Result<Library, Reason>>;
  openIdentity(library: Library): Result<Identity, Reason>;
  versions(library: Library, server: Server, facts: () => Identity['facts'] | null): Versions;
  readonly cachedGroupMetadata: CachedGroupMetadata;
  /** Subscribes the others to a socket that logs in. */
  attach(live: Live): Disposable;
}

export class Connection {
  readonly #deps: WhatsAppDeps;
  readonly #parts: ConnectionParts;
  readonly #state: Subject<LinkState> = subject<LinkState>({ kind: 'off' });
  readonly #identity: Subject<LinkIdentity | null> = subject<LinkIdentity | null>(null);
  #run: Run | null = null;
  #work: ((run: Run) => Promise<void>) | null = null;
  #vault: Vault | null = null;
  #standing: Ground | null = null;
  #generation = 0;
  #expected: Disposable | null = null;
  /** What there was before a pairing that is still going on. */
  #before: LinkState | null = null;
  #isStopped = false;

  constructor(deps: WhatsAppDeps, parts: ConnectionParts) {
    this.#deps = deps;
    this.#parts = parts;
  }

  get state(): Observable<LinkState> {
    return this.#state;
  }

  get identity(): Observable<LinkIdentity | null> {
    return this.#identity;
  }

  /** The socket that is open; null when there is none. */
  get current(): Live | null {
    const attempt = this.#run?.attempt;
    return attempt?.isOpen === true ? attempt.live : null;
  }

  start(): void {
    this.#state.set({ kind: 'connecting' });
    void this.#begin((run) => this.#logIn(run));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#leave();
    this.#vault?.close();
    this.#state.set({ kind: 'off' });
  }

  /** A conflict, and what has ended for a reason, is only taken up again by the owner's word. */
  reconnect(why: 'wake' | 'network' | 'owner'): void {
    const { kind } = this.#state.value;
    if (this.#run === null || this.#isStopped) return;
    this.#deps.log.write('info', 'whatsapp.reconnect', { link: this.#parts.link, why, state: kind });
    const isOver = kind === 'conflict' || kind === 'signed-out';
    if (!isOver) this.#run.hurry();
    else if (why === 'owner') void this.#begin((run) => this.#logIn(run));
  }

  pair(request: PairingRequest): void {
    if (this.#isStopped) return;
    const { value } = this.#state;
    if (value.kind !== 'pairing') this.#before = value;
    void this.#begin((run) => this.#pair(run, request));
    this.#state.set({ kind: 'pairing', step: { kind: 'starting' } });
  }

  /** One that a phone has agreed to is given up as well; the phone lists the device until it notices. */
  async cancelPairing(): Promise<void> {
    const { value } = this.#state;
    if (value.kind !== 'pairing' || this.#isStopped) return;
    const before = this.#before;
    const isAgreed = value.step.kind === 'finishing';
    await this.#leave();
    if (isAgreed) await this.#discard();
    else await this.#forgetPairing();
    if (isAgreed || before === null || !isAtRest(before)) return this.start();
    this.#state.set(before);
  }

  /** Asks the server to remove the device, when it can be asked, and forgets it here in any case. */
  async signOut(): Promise<void> {
    const live = this.current;
    if (live !== null) await this.#askRemoval(live);
    await this.#leave();
    await this.#discard();
    this.#state.set({ kind: 'signed-out', reason: reason('link.not-linked') });
  }

  /** Resolves when the run before has ended and the new one is at work. */
  async #begin(work: (run: Run) => Promise<void>): Promise<void> {
    const before = this.#run;
    before?.end();
    const run = new Run(this.#deps.clock, this.#state);
    this.#run = run;
    this.#work = work;
    run.done = this.#guarded(run, before?.done ?? Promise.resolve(), work);
    await run.done;
  }

  async #guarded(run: Run, before: Promise<void>, work: (run: Run) => Promise<void>): Promise<void> {
    this.#expectGeneration();
    await before;
    while (!run.isOver) {
      try {
        await work(run);
        return;
      } catch (error) {
        this.#deps.log.write('error', 'whatsapp.bug', { link: this.#parts.link, error: describeError(error) });
        await this.#restFor(run, reason('host.bug'));
      } finally {
        if (this.#run === run) this.#forgetExpected();
      }
    }
  }

  async #restFor(run: Run, why: Reason): Promise<void> {
    run.say({ kind: 'retrying', at: this.#deps.clock.now() + AGAIN_AFTER, attempt: 1, reason: why });
    this.#forgetExpected();
    await run.rest(AGAIN_AFTER);
    if (!run.isOver) this.#expectGeneration();
  }

  /** Ends what is going on. */
  async #leave(): Promise<void> {
    const run = this.#run;
    run?.end();
    this.#forgetExpected();
    const limit = new AbortController();
    await Promise.race([run?.done, pause(this.#deps.clock, STOP_WITHIN, limit.signal)]);
    limit.abort();
  }

  async #logIn(run: Run): Promise<void> {
    const ground = await this.#ground(run);
    if (ground === null || run.isOver) return;
    for (;;) {
      const opened = this.#vault?.open();
      if (opened === undefined || run.isOver) return;
      if (opened.ok) return this.#logInAs(ground, run, opened.value);
      if (opened.failure.code === 'link.identity-damaged') return this.#signedOut(run, opened.failure);
      await this.#restFor(run, opened.failure);
    }
  }

  async #logInAs(ground: Ground, run: Run, identity: Identity, isFinishing = false): Promise<void> {
    if (!identity.isLinked) {
      await this.#discard();
      return this.#signedOut(run, reason('link.not-linked'));
    }
    const end = await runLogin(ground, run, identity, isFinishing);
    await this.#after(run, end);
  }

  async #after(run: Run, end: LoginEnd): Promise<void> {
    switch (end.kind) {
      case 'left':
        return;
      case 'over':
        return run.say(end.state);
      case 'lost':
        await this.#discard();
        if (!end.isUnfinished) return this.#signedOut(run, end.reason);
        return run.say({ kind: 'pairing', step: { kind: 'failed', reason: reason('link.pairing-cut') } });
    }
  }

  async #pair(run: Run, request: PairingRequest): Promise<void> {
    const ground = await this.#ground(run);
    if (ground === null || run.isOver) return;
    const identity = await this.#openForPairing();
    if (!identity.ok) return run.say({ kind: 'pairing', step: { kind: 'failed', reason: identity.failure } });
    const end = await runPairing(ground, run, identity.value, request);
    if (end.kind === 'linked') {
      this.#before = null;
      return this.#logInAs(ground, run, identity.value, true);
    }
    await this.#forgetPairing();
    if (end.kind === 'over') run.say({ kind: 'pairing', step: end.step });
  }

  /** What cannot be read any more is not worth keeping once something new is to take its place. */
  async #openForPairing(): Promise<Result<Identity, Reason>> {
    const vault = this.#vault;
    if (vault === null) throw new Error('A pairing begins without the ground it stands on.');
    const opened = vault.open();
    if (opened.ok || opened.failure.code !== 'link.identity-damaged') return opened;
    await vault.discard();
    return vault.open();
  }

  /** Back to what there was: a standing identity, or none. */
  async #forgetPairing(): Promise<void> {
    const identity = this.#vault?.identity ?? null;
    if (identity === null) return;
    identity.giveUp();
    if (!identity.isLinked) await this.#discard();
  }

  #signedOut(run: Run, why: Reason): void {
    run.say({ kind: 'signed-out', reason: why });
  }

  /** A file that cannot be removed is told; the next pairing tries again. */
  async #discard(): Promise<void> {
    try {
      await this.#vault?.discard();
    } catch (error) {
      this.#deps.log.write('error', 'whatsapp.identity-left', { link: this.#parts.link, error: describeError(error) });
    }
  }

  /** Null: nothing can be done here, and the state says why. */
  async #ground(run: Run): Promise<Ground | null> {
    if (this.#standing !== null) return this.#standing;
    const { server, link } = this.#parts;
    const loaded = await this.#parts.load();
    if (!loaded.ok || !server.ok) {
      this.#signedOut(run, loaded.ok ? reason('link.server-key-needed') : loaded.failure);
      return null;
    }
    const library = loaded.value;
    const vault = new Vault({
      open: () => this.#parts.openIdentity(library),
      remove: () => this.#deps.identities.remove(link),
    });
    this.#vault = vault;
    this.#standing = this.#groundOf(library, server.value, vault);
    return this.#standing;
  }

  #groundOf(library: Library, server: Server, vault: Vault): Ground {
    const { link, cachedGroupMetadata } = this.#parts;
    const { clock, log, environment } = this.#deps;
    return {
      deps: this.#deps,
      link,
      library,
      versions: this.#parts.versions(library, server, () => vault.identity?.facts ?? null),
      connect: (identity, version, events) => {
        this.#forgetExpected();
        this.#generation += 1;
        const parts = { library, server, identity, version, link, log, environment, cachedGroupMetadata };
        const live: Live = { socket: makeSocket(parts), generation: this.#generation, identity, library };
        return new Attempt({ clock, log, link }, live, events);
      },
      attach: (live) => this.#parts.attach(live),
      tell: (who) => this.#tell(who),
      expectGeneration: () => this.#expectGeneration(),
    };
  }

  #tell(who: LinkIdentity): void {
    const known = this.#identity.value;
    const isSame = known?.account === who.account && known.name === who.name && known.device === who.device;
    if (!isSame) this.#identity.set(who);
  }

  #expectGeneration(): void {
    this.#expected ??= this.#deps.clock.after(STUCK_AFTER, () => this.#beginAnew());
  }

  #forgetExpected(): void {
    this.#expected?.[Symbol.dispose]();
    this.#expected = null;
  }

  #beginAnew(): void {
    const [stuck, work] = [this.#run, this.#work];
    this.#expected = null;
    if (stuck === null || work === null || this.#isStopped) return;
    const { clock, log } = this.#deps;
    log.write('warn', 'whatsapp.stuck', { link: this.#parts.link, seconds: STUCK_AFTER / 1000 });
    if (this.#state.value.kind !== 'pairing') {
      stuck.say({ kind: 'retrying', at: clock.now(), attempt: 1, reason: reason('link.stuck') });
    }
    stuck.end();
    // Not waited for: it may never end.
    this.#run = null;
    this.#vault?.close();
    void this.#begin(work);
  }

  /** By a question, since the library's own way out is done when it has asked. */
  async #askRemoval({ socket, library }: Live): Promise<void> {
    const jid = socket.authState.creds.me?.id;
    if (jid === undefined) return;
    const attrs = { to: library.S_WHATSAPP_NET, type: 'set', xmlns: 'md' };
    const removal = { tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } };
    const limit = new AbortController();
    const asked = socket.query({ tag: 'iq', attrs, content: [removal] }).catch((error: unknown) => {
      this.#deps.log.write('warn', 'whatsapp.not-removed', { link: this.#parts.link, error: describeError(error) });
    });
    await Promise.race([asked, pause(this.#deps.clock, SIGN_OUT_WITHIN, limit.signal)]);
    limit.abort();
  }
}

/** Nothing goes on by itself. */
function isAtRest({ kind }: LinkState): boolean {
  return kind === 'signed-out' || kind === 'conflict';
}
