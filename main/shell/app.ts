/**
 * The life of the tray app, from ready to the last process:
 *
 *   ready → tray → gateway (or a dialog that says why not) → window, unless hidden → … → Quit → drain → end
 *
 * A second start and a click on the tray bring the window to the front, also while the gateway is still starting
 * (summons.ts, desk-window.ts). Quit, from wherever it comes, lets running replies end and then leaves no process behind.
 */
import {
  app,
  dialog,
  nativeTheme,
  net,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  session,
  shell,
} from 'electron';
import type { Event } from 'electron';
import { describeError } from '../gateway/log.ts';
import type { Millis } from '../gateway/types.ts';
import { assertNever } from '../lib/assert-never.ts';
import { failed } from '../lib/result.ts';
import { createDeskTray } from './desk-tray.ts';
import { deepScheme } from './deep-link.ts';
import { DeskWindow } from './desk-window.ts';
import { createLoginItem, type LoginItem } from './login-item.ts';
import { createNotices, type Notice } from './notices.ts';
import { createNotifier, type Notifier } from './notifier.ts';
import { Own } from './own.ts';
import type { DesktopGateway, DesktopParts, PauseChoice, Place } from './ports.ts';
import { watchPower } from './power.ts';
import { createBundle, type PutFile } from './protocol.ts';
import { showAbout } from './questions.ts';
import { isKeyOnlyObscured } from './secrets.ts';
import { confinePages, createOutside, refusePermissions } from './security.ts';
import { startOrTell } from './starting.ts';
import { heedSummons } from './summons.ts';
import { followGateway } from './tray-follow.ts';
import type { TrayView } from './tray-view.ts';
import { trayModel, type TrayClick, type TrayModel, type TrayStatus } from './tray.ts';
import { createSay, type Say } from './words.ts';

/** A drain that is not over by then never will be; the gateway itself stops waiting well before. */
const longestStop: Millis = 9_500;

/** Begins the tray app. To be called once, by the process that holds the single-instance lock, before ready. */
export function runDesktop(parts: DesktopParts): void {
  const desktop = new Desktop(parts);
  desktop.listen();
  void app.whenReady().then(() => desktop.begin());
}

class Desktop {
  readonly #parts: DesktopParts;
  readonly #say: Say;
  readonly #outside: (url: string) => Promise<void>;
  readonly #running = new DisposableStack();
  readonly #notifier: Notifier;
  readonly #window: DeskWindow;
  #phase: 'starting' | 'running' | 'stopping' | 'ended' = 'starting';
  #status: TrayStatus = { kind: 'starting' };
  #own: Own | null = null;
  #gateway: DesktopGateway | null = null;
  #tray: TrayView | null = null;

  constructor(parts: DesktopParts) {
    const { clock, userData, paths } = parts;
    this.#parts = parts;
    this.#say = createSay(() => (this.#gateway ?? parts).language());
    this.#outside = createOutside({ say: this.#say, dialog, shell });
    this.#notifier = createNotifier({ folder: userData, open: (place) => this.#window.show(place) });
    this.#window = new DeskWindow(
      {
        say: this.#say,
        clock,
        preload: paths.preload,
        icon: paths.icon,
        folder: userData,
        trayBounds: () => this.#tray?.tray.getBounds() ?? { x: 0, y: 0, width: 0, height: 0 },
        running: () => this.#phase === 'running',
        staysInTray: () => this.#sayOnce('told-that-it-stays', 'stays'),
      },
      parts.hidden ? null : { place: parts.place },
    );
  }

  listen(): void {
    confinePages(app, (url) => void this.#leave(url));
    heedSummons(app, (place) => this.#window.show(place));
    app.on('window-all-closed', () => {
      // The tray stays. Without a listener Electron would quit.
    });
    app.on('before-quit', (event) => this.#beforeQuit(event));
  }

  async begin(): Promise<void> {
    const { paths } = this.#parts;
    const { platform } = process;
    const login = createLoginItem({ platform, app, ...this.#parts.install });
    this.#own = this.#running.use(this.#createOwn(login));
    this.#window.begin(login.startedThis());
    refusePermissions(session.defaultSession);
    const openFile = async (id: string) => (await this.#gateway?.openFile(id)) ?? null;
    const putFile: PutFile = async (...given) =>
      (await this.#gateway?.putFile(...given)) ?? failed({ code: 'host.stopping' });
    protocol.handle('app', createBundle({ folder: paths.window, openFile, putFile }));
    // On Linux the installed entry names the scheme, and asking would run a program.
    if (app.isPackaged && platform !== 'linux') app.setAsDefaultProtocolClient(deepScheme);
    this.#drawTray();
    const looked = this.#window.lookForTray();
    const gateway = await this.#start(this.#own);
    await looked;
    // Quit was asked for meanwhile: the process is on its way out.
    if (gateway === null || this.#phase !== 'starting') return;
    this.#run(gateway, this.#own);
  }

  #createOwn(login: LoginItem): Own {
    const { clock, version, install } = this.#parts;
    return new Own({
      clock,
      version,
      login,
      installed: app.isPackaged ? install.executable : null,
      blocker: powerSaveBlocker,
      power: powerMonitor,
      fetch: (url, init) => net.fetch(url, init),
      changed: () => {
        this.#render(this.#status);
        this.#gateway?.shellChanged();
      },
      restart: () => this.#restart(),
      found: ({ version: newer }) =>
        this.#notifier.notifyOnce(
          `told-about-${newer}`,
          this.#say('update.title', { version: newer }),
          this.#say('update.body'),
          '/settings',
        ),
    });
  }

  #model(status: TrayStatus): TrayModel {
    return trayModel(status, this.#own?.facts() ?? { atLogin: null, update: null, replaced: false }, this.#say);
  }

  #drawTray(): void {
    const parts = {
      say: this.#say,
      folder: this.#parts.paths.tray,
      act: (click: TrayClick) => this.#act(click),
      about: () => void this.#about(),
    };
    this.#tray = createDeskTray(parts, this.#model(this.#status));
    nativeTheme.on('updated', () => this.#render(this.#status));
  }

  #act(click: TrayClick): void {
    switch (click.kind) {
      case 'open':
        return this.#window.show(click.place);
      case 'pause':
        return void this.#pause(click.choice);
      case 'resume':
        return void this.#pause(null);
      case 'model':
        this.#gateway?.chooseModel(click.model);
        return this.#render(this.#status);
      case 'login':
        return this.#setLogin(click.on);
      case 'restart':
        return this.#restart();
      case 'quit':
        return app.quit();
      default:
        return assertNever(click, 'click on the tray');
    }
  }

  #setLogin(on: boolean): void {
    const set = this.#own?.setLogin(on);
    this.#render(this.#status);
    // The settings say why.
    if (set?.ok === false) this.#window.show('/settings');
  }

  #restart(): void {
    const args = process.argv.slice(1).filter((each) => each !== '--hidden' && !each.startsWith(`${deepScheme}:`));
    app.relaunch({ execPath: this.#parts.install.executable, args });
    app.quit();
  }

  #render(status: TrayStatus): void {
    this.#status = status;
    if (this.#phase !== 'ended') this.#tray?.render(this.#model(status));
  }

  /** The gateway; null when the app ends without one. */
  async #start(own: Own): Promise<DesktopGateway | null> {
    const started = await startOrTell({
      say: this.#say,
      dialog,
      shell,
      clock: this.#parts.clock,
      start: (restore) => this.#parts.start(restore, own),
      watched: this.#window.watched,
      leaving: () => this.#phase !== 'starting',
      locked: () => {
        this.#render({ kind: 'locked' });
        if (!this.#window.wanted) this.#notifier.notify(this.#say('locked.title'), this.#say('locked.body'), null);
      },
    });
    if (started === null) return null;
    if (started.kind === 'running') return started.gateway;
    this.#phase = 'ended';
    app.exit(started.code);
    return null;
  }

  #run(gateway: DesktopGateway, own: Own): void {
    const { clock } = this.#parts;
    const window = this.#window;
    this.#gateway = gateway;
    this.#phase = 'running';
    window.allow(gateway.log);
    this.#running.use(gateway.bindWindow((event) => window.sent(event)));
    const show = ({ title, body, place }: Notice): void => this.#notifier.notify(title, body, place);
    const looksAt = (place: Place): boolean => window.shows(place);
    const notices = this.#running.use(createNotices({ say: this.#say, clock, show, looksAt }));
    own.begin(gateway);
    const follow = (status: Extract<TrayStatus, { kind: 'running' }>): void => {
      own.look();
      this.#render(status);
      notices.follow(status.facts);
    };
    this.#running.use(followGateway(gateway, clock, follow));
    this.#running.use(watchPower({ power: powerMonitor, suspend: () => this.#suspend(), wake: () => gateway.wake() }));
    this.#running.use(window.showWhenWanted());
    if (isKeyOnlyObscured(safeStorage, process.platform)) this.#sayOnce('told-about-keyring', 'keyring');
  }

  #sayOnce(mark: string, words: 'stays' | 'keyring'): void {
    this.#notifier.notifyOnce(mark, this.#say(`${words}.title`), this.#say(`${words}.body`), null);
  }

  #suspend(): void {
    this.#window.keepPlace();
    void this.#gateway?.suspend();
  }

  async #pause(choice: PauseChoice | null): Promise<void> {
    try {
      await this.#gateway?.pause(choice);
    } catch (error) {
      this.#gateway?.log.write('error', 'shell.pause-failed', { error: describeError(error) });
    }
  }

  async #about(): Promise<void> {
    const { version } = this.#parts;
    if (await showAbout(dialog, { version, parts: process.versions }, this.#say)) this.#window.show('/settings');
  }

  #beforeQuit(event: Event): void {
    // Nothing runs yet that has to end well: whatever was begun is safe on disk.
    if (this.#phase === 'starting') this.#phase = 'ended';
    if (this.#phase === 'ended') return;
    event.preventDefault();
    // Ctrl-C arrives twice where a terminal and a launcher both pass it on: it must not cut the drain short.
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#window.hide();
    this.#running.dispose();
    this.#render({ kind: 'stopping' });
    using _limit = this.#parts.clock.after(longestStop, () => app.exit(0));
    try {
      await this.#gateway?.stop();
    } catch (error) {
      this.#phase = 'ended';
      process.stderr.write(`The stop failed: ${describeError(error)}\n`);
      app.exit(1);
      return;
    }
    this.#phase = 'ended';
    this.#tray?.[Symbol.dispose]();
    app.quit();
  }

  async #leave(url: string): Promise<void> {
    try {
      await this.#outside(url);
    } catch (error) {
      this.#gateway?.log.write('error', 'shell.link-failed', { error: describeError(error) });
    }
  }
}
