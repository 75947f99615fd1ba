/* The tray icon as a model. Real Electron cannot list trays, so a spec gets it from the app, and emits `click` on it. */
import { EventEmitter } from 'node:events';
import type { Rectangle } from 'electron';
import type { Menu } from './menu.ts';
import { nativeImage } from './native-image.ts';
import type { NativeImage } from './native-image.ts';
import type { ShownTray, StandInRecord } from './record.ts';

type TrayRecord = Pick<StandInRecord, 'machine' | 'trays'>;

export abstract class Tray extends EventEmitter {
  readonly #record: TrayRecord;
  readonly #shown: ShownTray = { picture: null, toolTip: '' };
  #title = '';
  #destroyed = false;

  constructor(record: TrayRecord, image: NativeImage | string) {
    super();
    this.#record = record;
    this.setImage(image);
    record.trays.push(this.#shown);
  }

  #alive(): void {
    if (this.#destroyed) throw new TypeError('Object has been destroyed');
  }

  /** An empty picture would be an invisible icon; real Electron refuses a path that leads to none. */
  setImage(image: NativeImage | string): void {
    this.#alive();
    const picture = typeof image === 'string' ? nativeImage.createFromPath(image) : image;
    const source = typeof image === 'string' ? `path '${image}'` : 'an empty picture';
    if (picture.isEmpty()) throw new Error(`Failed to load image from ${source}`);
    this.#shown.picture = typeof image === 'string' ? image : null;
  }

  setToolTip(toolTip: string): void {
    this.#alive();
    this.#shown.toolTip = toolTip;
  }

  setTitle(title: string): void {
    this.#alive();
    this.#title = title;
  }

  getTitle(): string {
    return this.#title;
  }

  setContextMenu(_menu: Menu | null): void {
    this.#alive();
  }

  getBounds(): Rectangle {
    return { ...this.#record.machine.trayBounds };
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  destroy(): void {
    const { trays } = this.#record;
    if (!this.#destroyed) trays.splice(trays.indexOf(this.#shown), 1);
    this.#destroyed = true;
  }
}

/** The class an app sees: made with a picture alone. */
export function createTrayClass(record: TrayRecord) {
  return class extends Tray {
    constructor(image: NativeImage | string) {
      super(record, image);
    }
  };
}
