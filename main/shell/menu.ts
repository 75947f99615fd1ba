/** The application's menu: the only one there is on a desktop without a tray, and what makes the usual keys work. */
import type { MenuItemConstructorOptions } from 'electron';
import { say } from './words.ts';

export function applicationMenu(platform: NodeJS.Platform): MenuItemConstructorOptions[] {
  const quit: MenuItemConstructorOptions = { role: 'quit', label: say('tray.quit') };
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const mac = platform === 'darwin';
  return [
    mac
      ? { label: 'Porchlight', submenu: [{ role: 'about' }, separator, { role: 'minimize' }, { role: 'close' }, quit] }
      : { label: say('menu.file'), submenu: [{ role: 'close' }, separator, quit] },
    {
      label: say('menu.edit'),
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'pasteAndMatchStyle' },
        { role: 'selectAll' },
      ],
    },
    {
      label: say('menu.view'),
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
      ],
    },
  ];
}
