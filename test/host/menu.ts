/* Menus as models: a spec reads `items` and calls `click()` on one, in real Electron too. */
import { EventEmitter } from 'node:events';
import type { MenuItemConstructorOptions } from 'electron';
import type { BrowserWindow } from './browser-window.ts';

type Options = Readonly<MenuItemConstructorOptions>;
type Role = NonNullable<Options['role']>;
type ItemType = NonNullable<Options['type']>;

/** What a role does without a click handler of its own. */
export interface RoleActions {
  quit(): void;
  focusedWindow(): BrowserWindow | null;
  /** A menu was opened at the pointer. */
  opened(menu: Menu): void;
}

/** Label of each role that the stand-in knows. */
const roleLabels: Partial<Record<Role, string>> = {
  about: 'About',
  close: 'Close Window',
  copy: 'Copy',
  cut: 'Cut',
  delete: 'Delete',
  minimize: 'Minimize',
  paste: 'Paste',
  pasteAndMatchStyle: 'Paste and Match Style',
  quit: 'Quit',
  redo: 'Redo',
  reload: 'Reload',
  resetZoom: 'Actual Size',
  selectAll: 'Select All',
  toggleDevTools: 'Toggle Developer Tools',
  togglefullscreen: 'Toggle Full Screen',
  undo: 'Undo',
  zoomIn: 'Zoom In',
  zoomOut: 'Zoom Out',
};

function perform(role: Role, actions: RoleActions): void {
  const window = actions.focusedWindow();
  const can: Partial<Record<Role, () => void>> = {
    quit: () => {
      actions.quit();
    },
    close: () => window?.close(),
    minimize: () => window?.minimize(),
    reload: () => window?.reload(),
    cut: () => window?.webContents.cut(),
    copy: () => window?.webContents.copy(),
    paste: () => window?.webContents.paste(),
    selectAll: () => window?.webContents.selectAll(),
  };
  const action = can[role];
  if (!action) throw new Error(`The stand-in cannot do what the menu role ${role} does.`);
  action();
}

export class MenuItem {
  readonly id: string;
  readonly type: ItemType;
  readonly role: Role | undefined;
  readonly accelerator: Options['accelerator'];
  readonly icon: Options['icon'];
  readonly submenu: Menu | undefined;
  readonly commandId: number;
  label: string;
  sublabel: string;
  toolTip: string;
  enabled: boolean;
  visible: boolean;
  #checked: boolean;
  menu: Menu | undefined;
  /** What a person's click does, to be called by a spec; disabled items do nothing. */
  readonly click: (event?: object, window?: BrowserWindow) => void;

  constructor(options: Options, commandId: number, actions: RoleActions) {
    const { role, type, label, submenu } = options;
    if (role !== undefined && roleLabels[role] === undefined) {
      throw new Error(`The stand-in does not know the menu role ${role}.`);
    }
    if (submenu !== undefined && !(submenu instanceof Menu)) throw new TypeError('Invalid submenu');
    this.id = options.id ?? '';
    this.type = type ?? (submenu ? 'submenu' : 'normal');
    this.role = role;
    this.accelerator = options.accelerator;
    this.icon = options.icon;
    this.submenu = submenu;
    this.commandId = commandId;
    this.label = label ?? (role === undefined ? '' : (roleLabels[role] ?? ''));
    this.sublabel = options.sublabel ?? '';
    this.toolTip = options.toolTip ?? '';
    this.enabled = options.enabled ?? true;
    this.visible = options.visible ?? true;
    this.#checked = options.checked ?? false;
    this.click = (event = {}, window) => {
      if (!this.enabled) return;
      if (this.type === 'checkbox') this.checked = !this.checked;
      else if (this.type === 'radio') this.checked = true;
      if (options.click) Reflect.apply(options.click, undefined, [this, window, event]);
      else if (role !== undefined) perform(role, actions);
    };
  }

  get checked(): boolean {
    return this.#checked;
  }

  set checked(value: boolean) {
    if (value && this.type === 'radio') for (const other of this.#group()) other.#checked = false;
    this.#checked = value;
  }

  /** The radio items between the separators around this one. */
  #group(): MenuItem[] {
    const items = this.menu?.items ?? [this];
    const own = items.indexOf(this);
    const isBreak = (item: MenuItem): boolean => item.type === 'separator';
    const start = items.findLastIndex((item, index) => index < own && isBreak(item));
    const end = items.findIndex((item, index) => index > own && isBreak(item));
    return items.slice(start + 1, end < 0 ? undefined : end).filter((item) => item.type === 'radio');
  }
}

export class Menu extends EventEmitter {
  readonly items: MenuItem[] = [];

  append(item: MenuItem): void {
    this.insert(this.items.length, item);
  }

  insert(position: number, item: MenuItem): void {
    item.menu = this;
    this.items.splice(position, 0, item);
  }

  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found) return found;
    }
    return null;
  }
}

/** The two classes an app sees. */
export function createMenuClasses(actions: RoleActions) {
  let application: Menu | null = null;
  let lastCommand = 0;

  const Item = class extends MenuItem {
    constructor(options: Options) {
      const { submenu } = options;
      const built = Array.isArray(submenu) ? { ...options, submenu: AppMenu.buildFromTemplate(submenu) } : options;
      super(built as Options, ++lastCommand, actions);
    }
  };

  const AppMenu = class extends Menu {
    static buildFromTemplate(template: readonly (Options | MenuItem)[]): Menu {
      const menu = new AppMenu();
      for (const entry of template) {
        if (entry instanceof MenuItem) menu.append(entry);
        else if (entry.label === undefined && entry.role === undefined && entry.type === undefined) {
          throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type');
        } else menu.append(new Item(entry));
      }
      return menu;
    }

    popup(): void {
      actions.opened(this);
    }

    static setApplicationMenu(menu: Menu | null): void {
      application = menu;
    }

    static getApplicationMenu(): Menu | null {
      return application;
    }
  };

  return { Menu: AppMenu, MenuItem: Item };
}
