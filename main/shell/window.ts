/**
 * The one window. Closing hides it: the page stays, so that opening it again shows at once what it showed before. A page
 * that crashed is dropped, and a new one is made when somebody looks again. It opens where it was left on the displays
 * that there are (window-place.ts).
 */
import { BrowserWindow, Menu, nativeTheme, screen } from 'electron';
import type { Rectangle, WebContents } from 'electron';
import { describeError, type Log } from '../gateway/log.ts';
import { contextMenu } from './context-menu.ts';
import { isOwnAddress, origin } from './protocol.ts';
import type { IpcSender, Place } from './ports.ts';
import type { Say } from './words.ts';
import { isReachable, placeFor, smallest, withPlace, type Area, type PlaceFile } from './window-place.ts';

export interface WindowPorts {
  readonly say: Say;
  /** Path of the built bridge. */
  readonly preload: string;
  /** The picture of the app, for systems that show one on windows. */
  readonly icon: string;
  readonly log: Log;
  readonly places: PlaceFile;
  /** Where the tray's icon is; empty where that is not known. */
  trayBounds(): Rectangle;
  /** Whether the menu bar stays in sight: there is no tray that has the same. */
  showsMenu(): boolean;
  /** Whether the app ends, so that closing closes. */
  leaving(): boolean;
  /** The person wants it closed. Nothing has happened yet. */
  closing(): void;
  /** The page is gone, and the window with it. `shown`: somebody was looking, at `place`. */
  lost(shown: boolean, place: Place | null): void;
}

export interface MainWindow {
  /** Makes it when there is none, shows it and brings it to the front; at `place`, or as it was left. */
  show(place: Place | null): void;
  /** Makes it and leaves it to be found among the others; nothing when it is there. */
  showMinimized(): void;
  /** Whether it is what somebody has before them, and shows `place`. */
  shows(place: Place): boolean;
  hide(): void;
  /** Remembers where it is. */
  keepPlace(): void;
  /** Whether something over IPC came from the window's own page. */
  sent(event: IpcSender): boolean;
}

/** `--ground` of the window's style, so that nothing flashes before the first paint. */
const ground = { light: '#f7f5f1', dark: '#161513' };

export function createMainWindow(ports: WindowPorts): MainWindow {
  let window: BrowserWindow | null = null;
  let loading: Promise<void> = Promise.resolve();
  const open = (place: Place | null, minimized: boolean): void => {
    const made = createWindow(ports, minimized);
    window = made;
    made.on('closed', () => {
      if (window === made) window = null;
    });
    loading = openPage(made, made.webContents, place, ports);
  };
  return {
    show(place) {
      if (window === null) return open(place, false);
      if (window.isMinimized()) window.restore();
      if (!window.isVisible()) bringBack(window, ports);
      window.show();
      window.focus();
      if (place !== null) void lead(window, loading, place, ports.log);
    },
    showMinimized() {
      if (window === null) open(null, true);
    },
    shows: (place) => window?.isFocused() === true && window.webContents.getURL() === addressOf(place),
    hide() {
      if (window === null) return;
      keepPlace(window, ports);
      window.hide();
    },
    keepPlace() {
      if (window !== null) keepPlace(window, ports);
    },
    sent({ sender, senderFrame }) {
      const contents = window?.webContents;
      return sender === contents && senderFrame === contents.mainFrame && isOwnAddress(senderFrame.url);
    },
  };
}

function createWindow(ports: WindowPorts, minimized: boolean): BrowserWindow {
  const { maximized, ...bounds } = placeFor(ports.places.read(), displays(), ports.trayBounds());
  const window = new BrowserWindow({
    ...bounds,
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    title: 'Porchlight',
    icon: ports.icon,
    backgroundColor: nativeTheme.shouldUseDarkColors ? ground.dark : ground.light,
    autoHideMenuBar: !ports.showsMenu(),
    webPreferences: {
      preload: ports.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      // Elsewhere than on macOS Chromium would fetch dictionaries from its maker.
      spellcheck: process.platform === 'darwin',
    },
  });
  window.once('ready-to-show', () => {
    if (minimized) return window.minimize();
    if (maximized) window.maximize();
    window.show();
    window.focus();
  });
  window.on('close', (event) => {
    if (ports.leaving()) return;
    event.preventDefault();
    ports.closing();
  });
  return window;
}

/** The primary one first. */
function displays(): readonly [Area, ...Area[]] {
  const primary = screen.getPrimaryDisplay();
  return [primary, ...screen.getAllDisplays().filter(({ id }) => id !== primary.id)];
}

/** While it was hidden, the display it was on may have gone. */
function bringBack(window: BrowserWindow, ports: WindowPorts): void {
  const present = displays();
  if (window.isMaximized() || isReachable(window.getBounds(), present)) return;
  const { maximized: _, ...bounds } = placeFor(ports.places.read(), present, ports.trayBounds());
  window.setBounds(bounds);
}

function keepPlace(window: BrowserWindow, { places }: WindowPorts): void {
  const bounds = window.getNormalBounds();
  const place = { ...bounds, maximized: window.isMaximized() };
  places.write(withPlace(places.read(), screen.getDisplayMatching(bounds), place));
}

/** The page finds its screen by what stands behind `#`. */
function addressOf(place: Place | null): string {
  return place === null ? origin : `${origin}#${place}`;
}

/** Where a page that is lost is opened again: the conversation that was read, else the window as it begins. */
function placeOfAddress(address: string): Place | null {
  const conversation = /#(\/conversations\/[\w-]{1,64})$/.exec(address)?.[1];
  return conversation === undefined ? null : `/conversations/${conversation.slice('/conversations/'.length)}`;
}

/** Another screen of the page that is there: only what stands behind `#` differs, so it is not loaded again. */
async function lead(window: BrowserWindow, loading: Promise<void>, place: Place, log: Log): Promise<void> {
  // Asked to go elsewhere while it loads, it would give up loading.
  await loading;
  if (window.isDestroyed() || window.webContents.getURL() === addressOf(place)) return;
  try {
    await window.loadURL(addressOf(place));
  } catch (error) {
    log.write('warn', 'window.not-led', { place, error: describeError(error) });
  }
}

/** Resolves when the page is there, or the window is gone because it could not be had. */
function openPage(
  window: BrowserWindow,
  contents: WebContents,
  place: Place | null,
  ports: WindowPorts,
): Promise<void> {
  let presented = false;
  window.once('show', () => {
    presented = true;
  });
  const drop = (): void => {
    if (window.isDestroyed()) return;
    const shown = !presented || window.isVisible();
    const seen = placeOfAddress(contents.getURL());
    window.destroy();
    ports.lost(shown, seen);
  };
  contents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (ports.leaving()) return;
    ports.log.write('error', 'window.page-gone', { reason, exitCode });
    drop();
  });
  contents.on('context-menu', (_event, clicked) => {
    const entries = contextMenu(clicked, ports.say);
    if (entries.length > 0) Menu.buildFromTemplate(entries).popup({ window });
  });
  contents.on('preload-error', (_event, _path, error) => {
    ports.log.write('error', 'window.preload-failed', { error: describeError(error) });
  });
  return load(window, addressOf(place), ports, drop);
}

async function load(window: BrowserWindow, address: string, ports: WindowPorts, drop: () => void): Promise<void> {
  try {
    await window.loadURL(address);
  } catch (error) {
    // A window that is closed while it loads has failed to load, too.
    if (window.isDestroyed() || ports.leaving()) return;
    ports.log.write('error', 'window.not-loaded', { error: describeError(error) });
    drop();
  }
}
