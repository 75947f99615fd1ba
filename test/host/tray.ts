/* The tray icon as a model. Real Electron cannot list trays, so a spec gets it from the app, and emits `click` on it. */
import { EventEmitter } from 'node:events';
import type { Rectangle } from 'electron';
import type { Menu } from './menu.ts';
import { nativeImage } from './native-image.ts';
import type { NativeImage } from './native-image.ts';

export class Tray extends EventEmitter {
  #title = '';
  #destroyed = false;

  constructor(image: NativeImage | string) {
    super();
    this.setImage(image);
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
  }

  setToolTip(_toolTip: string): void {
    this.#alive();
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
    return { x: 0, y: 0, width: 24, height: 24 };
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  destroy(): void {
    this.#destroyed = true;
  }
}
