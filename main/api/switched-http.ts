/**
 * The life of the host's one port (http.ts): for the whole run of a headless host; on the desktop, only while the
 * setting `api.enabled` is on.
 *
 *   begin → (always, or while switched on) token → port → open → … → switched off, or the end of the run → closed
 *
 * A port that was promised and cannot be had fails the start. On the desktop a free one is taken instead, and when none
 * can be had the app goes on without, with a notice.
 */
import { describeError, type Log } from '../gateway/log.ts';
import type { Settings } from '../gateway/settings.ts';
import type { Reason } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import type { Dispatch } from './dispatch.ts';
import type { EventLog } from './event-log.ts';
import { startHttp, type HttpHost, type HttpOptions } from './http.ts';
import type { ApiPorts } from './ports.ts';
import { keepToken } from './token.ts';

export interface HttpWish extends Omit<HttpOptions, 'token'> {
  /** Null for the one kept in the data directory. */
  readonly token: string | null;
  /** Only while `api.enabled` is on, and on a free port when the wanted one is taken. Left out: always, and there. */
  readonly switched?: boolean;
}

/** Why there is no port. `reason` says it for people. */
export interface HttpFailure {
  readonly taken: boolean;
  readonly reason: Reason;
}

/** What it is made of; `tell` is given the address for others to find, null when there is none any more. */
export interface HttpGround {
  readonly dataDir: string;
  readonly settings: Settings;
  readonly log: Log & { hide(secret: string): void };
  tell(url: string | null): void;
}

/** What answers the calls. */
export interface HttpAnswers {
  readonly ports: ApiPorts;
  readonly dispatch: Dispatch;
  readonly events: EventLog;
}

export class SwitchedHttp implements AsyncDisposable {
  readonly #wish: HttpWish | null;
  readonly #ground: HttpGround;
  #watch: Disposable | null = null;
  #answers: HttpAnswers | null = null;
  #current: HttpHost | null = null;
  #token: string | null = null;
  #problem: Reason | null = null;
  #phase: 'closed' | 'open' | 'stopping' = 'closed';
  /** Switching takes time: one change waits for the one before it. */
  #work: Promise<void> = Promise.resolve();

  /** With a null `wish` there is never a port. */
  constructor(wish: HttpWish | null, ground: HttpGround) {
    this.#wish = wish;
    this.#ground = ground;
  }

  /** What listens now. */
  get current(): HttpHost | null {
    return this.#current;
  }

  /** What callers have to show; null until something listened. */
  get token(): string | null {
    return this.#token;
  }

  /** Why nothing listens though it is switched on. */
  get problem(): Reason | null {
    return this.#problem;
  }

  /** Listens if it is to, and from then on follows the setting; calls are refused with 503 until {@link open}. */
  async begin(answers: HttpAnswers): Promise<Result<void, HttpFailure>> {
    const { settings } = this.#ground;
    this.#answers = answers;
    if (this.#wish === null) return ok(undefined);
    if (this.#wish.switched !== true) return this.#listen(this.#wish, answers);
    this.#watch = settings.subscribe((key) => {
      if (key === 'api.enabled') this.#follow();
    });
    this.#follow();
    await this.#work;
    return ok(undefined);
  }

  /** Calls are answered from now on. */
  open(): void {
    this.#phase = 'open';
    this.#current?.open();
    if (this.#current !== null) this.#ground.tell(this.#current.url);
  }

  /** New calls are refused with 503 and the setting has no effect any more; running calls go on. */
  refuseNew(): void {
    this.#phase = 'stopping';
    this.#current?.refuseNew();
  }

  /** Resolves when no call of `/v1` is being answered. */
  async idle(): Promise<void> {
    await this.#current?.idle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#phase = 'stopping';
    this.#watch?.[Symbol.dispose]();
    await this.#work;
    await this.#current?.close();
  }

  #follow(): void {
    this.#work = this.#work.then(() => this.#match());
  }

  /** Brings the port into line with the setting. Never rejects. */
  async #match(): Promise<void> {
    if (this.#wish === null || this.#answers === null || this.#phase === 'stopping') return;
    const { log, settings } = this.#ground;
    const before = [this.#current, this.#problem];
    try {
      if (!settings.get('api.enabled')) await this.#close();
      else if (this.#current === null) await this.#listenSomewhere(this.#wish, this.#answers);
    } catch (error) {
      const detail = describeError(error);
      log.write('error', 'api.switch-failed', { error: detail });
      if (settings.get('api.enabled') && this.#current === null) this.#problem = unusable(this.#wish, detail);
    }
    if (this.#phase === 'open' && (this.#current !== before[0] || this.#problem !== before[1])) {
      this.#answers.ports.gateway.events.publish({ kind: 'host' });
    }
  }

  async #listenSomewhere(wish: HttpWish, answers: HttpAnswers): Promise<void> {
    let listening = await this.#listen(wish, answers);
    if (!listening.ok && listening.failure.taken) {
      this.#ground.log.write('warn', 'api.port-taken', { port: wish.port });
      listening = await this.#listen({ ...wish, port: 0 }, answers);
    }
    this.#problem = listening.ok ? null : listening.failure.reason;
    if (!listening.ok) this.#ground.log.write('error', 'api.not-listening', { ...listening.failure.reason.params });
    if (this.#phase === 'open') this.open();
  }

  async #listen(wish: HttpWish, { ports, dispatch, events }: HttpAnswers): Promise<Result<void, HttpFailure>> {
    const { dataDir, log } = this.#ground;
    const token = wish.token ?? keepToken(dataDir);
    log.hide(token);
    this.#token = token;
    const started = await startHttp(ports, dispatch, events, { ...wish, token });
    if (!started.ok) {
      const { taken, detail } = started.failure;
      const reason = taken ? portTaken(wish) : unusable(wish, detail);
      return failed({ taken, reason });
    }
    this.#current = started.value;
    log.write('info', 'api.listening', { url: started.value.url });
    return ok(undefined);
  }

  async #close(): Promise<void> {
    this.#problem = null;
    const { log } = this.#ground;
    const closing = this.#current;
    if (closing === null) return;
    this.#current = null;
    await closing.close();
    log.write('info', 'api.closed', { url: closing.url });
    this.#ground.tell(null);
  }
}

function portTaken({ port }: HttpWish): Reason {
  return { code: 'host.port-taken', params: { port: String(port) } };
}

function unusable({ host, port }: HttpWish, detail: string): Reason {
  return { code: 'host.port-unusable', params: { host, port: String(port), detail } };
}
