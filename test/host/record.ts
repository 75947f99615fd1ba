/*
 * What would leave the machine or wait for a person is written down here instead. A spec reads it in the main process as
 * `globalThis.standInRecord`; real Electron has no such name, and with STAND_IN_UNSEEN set neither has the stand-in, so
 * that a spec which is said to run in real Electron cannot read it here either.
 */
import type {
  AboutPanelOptionsOptions,
  MessageBoxOptions,
  OpenDialogOptions,
  RelaunchOptions,
  SaveDialogOptions,
} from 'electron';
import { createMachine } from './machine.ts';
import type { Machine } from './machine.ts';
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

/** An icon beside the clock, as it looks now. */
export interface ShownTray {
  /** The picture's file; null for one that came from no file. */
  picture: string | null;
  toolTip: string;
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
  /** Those that are there, oldest first. */
  readonly trays: ShownTray[];
  /** Menus that were opened at the pointer, in order; a spec chooses with `click()` on an item. */
  readonly popups: Menu[];
  /** The text that was copied, empty when there is none. */
  clipboard: string;
  /** Schemes the app has made itself the system's handler of. */
  readonly protocols: Set<string>;
  /** What keeps the computer or its screen awake, by id. */
  readonly powerSaveBlockers: Map<number, string>;
  /** Each about panel that was opened, in order. */
  readonly aboutPanels: AboutPanelOptionsOptions[];
  /** What app.relaunch was given; nothing is started again here. */
  readonly relaunches: RelaunchOptions[];
  /** What a person or the hardware decides; a spec changes it. */
  readonly machine: Machine;
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
    trays: [],
    popups: [],
    clipboard: '',
    protocols: new Set(),
    powerSaveBlockers: new Map(),
    aboutPanels: [],
    relaunches: [],
    machine: createMachine(process.env),
    chromiumPid: undefined,
  };
}

/** Under this symbol the record can always be read: by what looks after every spec. */
export const recordSymbol = 'porchlight.stand-in.record';

/** Puts the record where specs find it. */
export function showRecord(record: StandInRecord, environment: NodeJS.ProcessEnv): void {
  Object.defineProperty(globalThis, Symbol.for(recordSymbol), { value: record });
  if (environment['STAND_IN_UNSEEN'] === undefined) {
    Object.defineProperty(globalThis, 'standInRecord', { value: record });
  }
}

declare global {
  var standInRecord: StandInRecord;
}
