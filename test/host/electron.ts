/* The module that `import 'electron'` finds: everything the stand-in has, and nothing it has not. */
import type { App } from './app.ts';
import { createBrowserWindowClass } from './browser-window.ts';
import { createClipboard, createDialog, createNotificationClass, createShell } from './desktop.ts';
import type { Host } from './host.ts';
import { createMenuClasses } from './menu.ts';
import { nativeImage } from './native-image.ts';
import { createNet } from './net.ts';
import { createSafeStorage } from './safe-storage.ts';
import { Screen } from './screen.ts';
import { createPowerSaveBlocker, NativeTheme, PowerMonitor } from './system.ts';
import { createTrayClass } from './tray.ts';
import { WebContents } from './web-contents.ts';
import { join } from 'node:path';

export type StandIn = ReturnType<typeof createElectron>;

export function createElectron(host: Host, app: App) {
  const { record, session } = host;
  const BrowserWindow = createBrowserWindowClass(host);
  const { Menu, MenuItem } = createMenuClasses({
    quit: () => app.quit(),
    focusedWindow: () => BrowserWindow.getFocusedWindow(),
    opened: (menu) => record.popups.push(menu),
  });
  return {
    app,
    BrowserWindow,
    clipboard: createClipboard(record),
    dialog: createDialog(record),
    ipcMain: host.ipcMain,
    Menu,
    MenuItem,
    nativeImage,
    net: createNet(record, () => host.isReady()),
    nativeTheme: new NativeTheme(host),
    Notification: createNotificationClass(record),
    powerMonitor: new PowerMonitor(record.machine),
    powerSaveBlocker: createPowerSaveBlocker(record),
    protocol: session.protocol,
    safeStorage: createSafeStorage({
      isReady: () => host.isReady(),
      store: () => record.machine.keyring ?? host.commandLine.getSwitchValue('password-store'),
      keyringFile: () => join(app.getPath('home'), '.local/share/stand-in-keyring/key'),
    }),
    screen: new Screen(record.machine, () => host.isReady()),
    session: {
      /** As in Electron, there is none before the app is ready. */
      get defaultSession() {
        if (!host.isReady()) throw new Error('Session can only be received when app is ready');
        return session;
      },
    },
    shell: createShell(record),
    Tray: createTrayClass(record),
    webContents: {
      getAllWebContents: () => [...host.pages.values()],
      fromId: (id: number) => host.pages.get(id),
      fromDevToolsTargetId: (targetId: string) =>
        [...host.pages.values()].find((contents) => WebContents.internals.page(contents)?.targetId === targetId),
    },
  };
}
