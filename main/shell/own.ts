/**
 * What the program has of its own beside the gateway: the start at login, the look for new versions, the version on
 * the disk, and whether the computer may sleep. The tray and the window's settings show it; `changed` is called
 * whenever they would show something else.
 */
import type { Reason } from '../gateway/types.ts';
import type { Clock } from '../gateway/clock.ts';
import type { Log } from '../gateway/log.ts';
import type { Result } from '../lib/result.ts';
import { watchInstalled, type Installed } from './installed.ts';
import { keepAwake, type Awake, type AwakeParts } from './keep-awake.ts';
import type { LoginItem, LoginState } from './login-item.ts';
import type { DesktopGateway, DesktopSide } from './ports.ts';
import type { TrayOwn } from './tray.ts';
import { createUpdates, type Update, type UpdateParts, type Updates } from './updates.ts';

export interface OwnParts extends Pick<AwakeParts, 'blocker' | 'power'>, Pick<UpdateParts, 'fetch' | 'version'> {
  readonly clock: Clock;
  readonly login: LoginItem;
  /** What runs, on the disk; null when it is not an installed program. */
  readonly installed: string | null;
  readonly changed: () => void;
  /** Ends as Quit does and starts again. */
  readonly restart: () => void;
  /** A newer version was found that was not known before. */
  readonly found: (update: Update) => void;
}

export class Own implements DesktopSide, Disposable {
  readonly #parts: OwnParts;
  readonly #running = new DisposableStack();
  #login: LoginState;
  #awake: Awake | null = null;
  #updates: Updates | null = null;
  #installed: Installed | null = null;

  constructor(parts: OwnParts) {
    this.#parts = parts;
    this.#login = parts.login.state();
  }

  /** To be called once, when the gateway runs. */
  begin(gateway: Pick<DesktopGateway, 'facts' | 'log' | 'preferences'>): void {
    const { clock, blocker, power, installed, version, changed, found, login } = this.#parts;
    this.#tell(gateway.log, login.repair());
    const wanted = (): boolean => gateway.preferences().keepAwake;
    this.#awake = this.#running.use(keepAwake({ clock, blocker, power, wanted }));
    this.#updates = this.#running.use(
      createUpdates({
        version,
        clock,
        log: gateway.log,
        fetch: (url, init) => this.#parts.fetch(url, init),
        url: () => gateway.preferences().updateUrl,
        busy: () => gateway.facts().runningTurns > 0,
        found(update) {
          changed();
          found(update);
        },
      }),
    );
    if (installed !== null) this.#installed = this.#running.use(watchInstalled(installed, clock, changed));
  }

  /** The owner's settings may have changed. */
  look(): void {
    const before = this.#updates?.found ?? null;
    this.#awake?.look();
    this.#updates?.look();
    if (before !== null && this.#updates?.found === null) this.#parts.changed();
  }

  facts(): TrayOwn {
    const { on, reason } = this.#login;
    return {
      atLogin: on || reason === null ? on : null,
      update: this.#updates?.found?.version ?? null,
      replaced: this.#installed?.replaced ?? false,
    };
  }

  view(): ReturnType<DesktopSide['view']> {
    this.#look();
    return { login: this.#login, update: this.#updates?.found ?? null };
  }

  setLogin(on: boolean): Result<void, Reason> {
    const set = this.#parts.login.set(on);
    this.#look();
    return set;
  }

  restart(): void {
    this.#parts.restart();
  }

  [Symbol.dispose](): void {
    this.#running.dispose();
  }

  /** People switch it off in the system's own list, too. */
  #look(): void {
    const before = this.#login;
    this.#login = this.#parts.login.state();
    if (before.on !== this.#login.on || before.reason?.code !== this.#login.reason?.code) this.#parts.changed();
  }

  #tell(log: Log, repaired: Result<void, Reason>): void {
    if (!repaired.ok) log.write('warn', 'login.not-repaired', { code: repaired.failure.code });
  }
}
