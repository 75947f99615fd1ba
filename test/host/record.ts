/*
 * What would leave the machine or wait for a person is written down here instead. A spec reads it in the main process as
 * `globalThis.standInRecord`; real Electron has no such name.
 */
import type { MessageBoxOptions, OpenDialogOptions, SaveDialogOptions } from 'electron';
import type { Menu } from './menu.ts';

/** A dialog on the screen. It stays until a spec answers it. */
export type PendingDialog =
  | {
      readonly kind: 'message';
      readonly options: MessageBoxOptions;
      answer(response: number, checkboxChecked?: boolean): void;
    }
  | { readonly kind: 'open'; readonly options: OpenDialogOptions; answer(filePaths: readonly string[]): void }
  | { readonly kind: 'save'; readonly options: SaveDialogOptions; answer(filePath: string): void }
  | { readonly kind: 'error'; readonly title: string; readonly content: string };

/** A notification on the screen: emit `click` on it, or close it. */
export interface ShownNotification {
  readonly title: string;
  readonly body: string;
  emit(event: 'click', details: object): boolean;
  close(): void;
}

export interface StandInRecord {
  /** Addresses given to shell.openExternal, in order. */
  readonly openedExternal: string[];
  /** Paths given to shell.openPath and shell.showItemInFolder, in order. */
  readonly openedPaths: string[];
  /** Requests of pages that would have left this machine; each has failed. */
  readonly blockedRequests: string[];
  readonly dialogs: PendingDialog[];
  readonly notifications: ShownNotification[];
  /** Menus that were opened at the pointer, in order; a spec chooses with `click()` on an item. */
  readonly popups: Menu[];
  /** Process id of the Chromium that draws the windows. */
  chromiumPid: number | undefined;
}

export function createRecord(): StandInRecord {
  return {
    openedExternal: [],
    openedPaths: [],
    blockedRequests: [],
    dialogs: [],
    notifications: [],
    popups: [],
    chromiumPid: undefined,
  };
}

declare global {
  var standInRecord: StandInRecord;
}
