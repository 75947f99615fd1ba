/**
 * The application's menu: the only one there is on a desktop without a tray, and what makes the usual keys work. It
 * repeats the tray's menu line by line; what both do is done by the same click. Electron names its own entries in English
 * only, so that they are named here.
 */
import type { MenuItemConstructorOptions } from 'electron';
import type { Say } from './words.ts';

export interface MenuParts {
  readonly say: Say;
  readonly platform: NodeJS.Platform;
  /** The tray's entries without Quit, which stands last here as the system wants it. */
  readonly tray: MenuItemConstructorOptions[];
  readonly about: () => void;
}

export function applicationMenu({ say, platform, tray, about }: MenuParts): MenuItemConstructorOptions[] {
  const quit: MenuItemConstructorOptions = { role: 'quit', label: say('tray.quit') };
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const aboutItem: MenuItemConstructorOptions = { id: 'about', label: say('menu.about'), click: about };
  const close: MenuItemConstructorOptions = { role: 'close', label: say('menu.close') };
  const minimize: MenuItemConstructorOptions = { role: 'minimize', label: say('menu.minimize') };
  return [
    platform === 'darwin'
      ? { label: 'Porchlight', submenu: [aboutItem, separator, ...tray, minimize, close, separator, quit] }
      : { label: 'Porchlight', submenu: [...tray, aboutItem, close, separator, quit] },
    {
      label: say('menu.edit'),
      submenu: [
        { role: 'undo', label: say('menu.undo') },
        { role: 'redo', label: say('menu.redo') },
        separator,
        { role: 'cut', label: say('menu.cut') },
        { role: 'copy', label: say('menu.copy') },
        { role: 'paste', label: say('menu.paste') },
        { role: 'pasteAndMatchStyle', label: say('menu.paste-plain') },
        { role: 'selectAll', label: say('menu.select-all') },
      ],
    },
    {
      label: say('menu.view'),
      submenu: [
        { role: 'resetZoom', label: say('menu.reset-zoom') },
        { role: 'zoomIn', label: say('menu.zoom-in') },
        { role: 'zoomOut', label: say('menu.zoom-out') },
        separator,
        { role: 'togglefullscreen', label: say('menu.full-screen') },
      ],
    },
  ];
}
