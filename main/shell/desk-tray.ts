/** The tray on this desktop, and the application's menu, which has everything that the tray has. */
import { app, Menu, nativeTheme, Tray } from 'electron';
import { applicationMenu } from './menu.ts';
import { createTrayView, trayPicture, trayTemplate, type TrayView } from './tray-view.ts';
import type { TrayClick, TrayModel } from './tray.ts';
import type { Say } from './words.ts';

export interface DeskTrayParts {
  readonly say: Say;
  /** Folder of the tray's pictures. */
  readonly folder: string;
  readonly act: (click: TrayClick) => void;
  readonly about: () => void;
}

/** What a spec may hold on to; real Electron cannot enumerate trays. Not there in a packaged app. */
export interface DesktopTestHook {
  readonly tray: Tray | undefined;
  readonly menu: Menu | undefined;
}

declare global {
  var porchlightTest: DesktopTestHook | undefined;
}

/** Draws `first` at once. */
export function createDeskTray({ say, folder, act, about }: DeskTrayParts, first: TrayModel): TrayView {
  const view = createTrayView(
    {
      createTray: (picture) => new Tray(picture),
      buildMenu: (template) => Menu.buildFromTemplate(template),
      pictureOf: (icon) => trayPicture(folder, process.platform, hasDarkPanel(), icon),
      act,
      menuChanged: ({ menu }) => {
        const entries = menu.filter((entry) => entry.kind !== 'action' || entry.id !== 'quit');
        const tray = trayTemplate({ menu: entries }, act);
        const template = applicationMenu({ say, platform: process.platform, tray, about });
        Menu.setApplicationMenu(Menu.buildFromTemplate(template));
      },
    },
    first,
  );
  if (!app.isPackaged) {
    globalThis.porchlightTest = Object.defineProperties(
      { tray: undefined, menu: undefined },
      { tray: { get: () => view.tray }, menu: { get: () => view.menu } },
    );
  }
  return view;
}

/** Windows tells the shade of its taskbar; elsewhere the theme is the best that is known. GNOME's panel is always dark. */
function hasDarkPanel(): boolean {
  if (process.platform === 'win32') return nativeTheme.shouldUseDarkColorsForSystemIntegratedUI;
  return nativeTheme.shouldUseDarkColors || /\bGNOME\b/i.test(process.env['XDG_CURRENT_DESKTOP'] ?? '');
}
