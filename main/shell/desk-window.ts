/**
 * When the window is there, and when it is not: it opens when somebody asks for it, as soon as there is a gateway; close
 * hides it where a tray brings it back, and asks where none does; one whose page crashed opens again, unless it crashes
 * on and on. On macOS the program is in the Dock only while it has a window.
 */
import { app, dialog } from 'electron';
import type { Rectangle } from 'electron';
import { join } from 'node:path';
import type { Clock } from '../gateway/clock.ts';
import type { Log } from '../gateway/log.ts';
import type { Millis } from '../gateway/types.ts';
import type { IpcSender, Place } from './ports.ts';
import { askClosing, askReopening } from './questions.ts';
import { createReopening } from './reopening.ts';
import { hasTray } from './tray-presence.ts';
import { createPlaceFile } from './window-place.ts';
import { createMainWindow, type MainWindow } from './window.ts';
import type { Say } from './words.ts';

export interface DeskWindowParts {
  readonly say: Say;
  readonly clock: Clock;
  /** Path of the built bridge. */
  readonly preload: string;
  /** Path of the app's picture. */
  readonly icon: string;
  /** Where it is remembered what place the window had. */
  readonly folder: string;
  /** Where the tray's icon is; empty where that is not known. */
  trayBounds(): Rectangle;
  /** Whether the gateway runs, and is not asked to stop. */
  running(): boolean;
  /** It was closed for the first time, and the program goes on. */
  staysInTray(): void;
}

/** At login the panel with the tray may come up after us. */
const trayPatience: Millis = 10_000;

export class DeskWindow {
  readonly #parts: DeskWindowParts;
  readonly #mayReopen: () => boolean;
  readonly #watched = new AbortController();
  /** The window is to be shown as soon as it can be, there. */
  #wanted: { readonly place: Place | null } | null;
  #window: MainWindow | null = null;
  #trayThere = true;

  /** `wanted` is null for a start into the tray alone. */
  constructor(parts: DeskWindowParts, wanted: { readonly place: Place | null } | null) {
    this.#parts = parts;
    this.#wanted = wanted;
    this.#mayReopen = createReopening(parts.clock);
  }

  /** Aborted when somebody wants to see it. */
  get watched(): AbortSignal {
    return this.#watched.signal;
  }

  /** Whether somebody wants to see it. */
  get wanted(): boolean {
    return this.#wanted !== null;
  }

  /** To be called once, when Electron is ready; `hidden` when the system, not a person, has started the program. */
  begin(hidden: boolean): void {
    if (hidden) this.#wanted = null;
    if (this.#wanted === null) setDock('accessory');
    else this.#watched.abort();
  }

  /** Looks anew whether a tray would bring the window back. */
  async lookForTray(): Promise<void> {
    const user = process.getuid?.() ?? 0;
    this.#trayThere = await hasTray({ platform: process.platform, environment: process.env, user });
  }

  /** To be called once, when the gateway runs: from then on there can be a window. */
  allow(log: Log): void {
    const { say, preload, icon, folder } = this.#parts;
    this.#window = createMainWindow({
      say,
      preload,
      icon,
      log,
      places: createPlaceFile(join(folder, 'window-place.json'), log),
      trayBounds: () => this.#parts.trayBounds(),
      showsMenu: () => !this.#trayThere,
      leaving: () => !this.#parts.running(),
      closing: () => void this.#closing(),
      lost: (shown, place) => void this.#lost(shown, place),
    });
  }

  /** Shows it when it is wanted; else, where nothing can be clicked, leaves it among the others after a while. */
  showWhenWanted(): Disposable {
    if (this.#wanted === null) return this.#parts.clock.after(trayPatience, () => void this.#showWithoutTray());
    this.show(this.#wanted.place);
    return new DisposableStack();
  }

  /** Now, or as soon as the gateway runs. */
  show(place: Place | null = null): void {
    this.#wanted = { place };
    this.#watched.abort();
    if (!this.#parts.running()) return;
    setDock('regular');
    this.#window?.show(place);
    void this.lookForTray();
  }

  hide(): void {
    this.#window?.hide();
  }

  /** Remembers where it is. */
  keepPlace(): void {
    this.#window?.keepPlace();
  }

  /** Whether it is what somebody has before them, and shows `place`. */
  shows(place: Place): boolean {
    return this.#window?.shows(place) === true;
  }

  /** Whether something over IPC came from the window's own page. */
  sent(event: IpcSender): boolean {
    return this.#window?.sent(event) === true;
  }

  async #showWithoutTray(): Promise<void> {
    await this.lookForTray();
    if (!this.#trayThere && this.#parts.running()) this.#window?.showMinimized();
  }

  async #closing(): Promise<void> {
    const wish = this.#trayThere ? 'hide' : await askClosing(dialog, this.#parts.say);
    if (wish === 'quit') return app.quit();
    if (wish === 'stay' || !this.#parts.running()) return;
    this.hide();
    setDock('accessory');
    if (this.#trayThere) this.#parts.staysInTray();
  }

  /** A page that crashes as soon as it is shown would crash for ever: then a person decides whether it is tried again. */
  async #lost(shown: boolean, place: Place | null): Promise<void> {
    if (!shown || !this.#parts.running()) return;
    if (this.#mayReopen() || (await askReopening(dialog, this.#parts.say))) this.show(place);
  }
}

/** On macOS a program without a window has no place in the Dock, and no menu bar. */
function setDock(policy: 'regular' | 'accessory'): void {
  if (process.platform === 'darwin') app.setActivationPolicy(policy);
}
