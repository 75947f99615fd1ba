/* Pictures: size and bytes of PNG files, which is all that trays, windows and notifications are given here. */
import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Size } from 'electron';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Where a PNG's header has width and height (IHDR is its first chunk). */
const widthAt = 16;
const heightAt = 20;

function isPng(bytes: Buffer): boolean {
  return bytes.length > heightAt + 4 && bytes.subarray(0, signature.length).equals(signature);
}

export class NativeImage {
  readonly #png: Buffer | undefined;
  readonly #scale: number;
  isMacTemplateImage = false;

  constructor(png: Buffer | undefined, scale: number) {
    this.#png = png;
    this.#scale = scale;
  }

  isEmpty(): boolean {
    return this.#png === undefined;
  }

  /** In device-independent pixels. */
  getSize(): Size {
    const bytes = this.#png;
    if (!bytes) return { width: 0, height: 0 };
    return { width: bytes.readUInt32BE(widthAt) / this.#scale, height: bytes.readUInt32BE(heightAt) / this.#scale };
  }

  toPNG(): Buffer {
    return this.#png ?? Buffer.alloc(0);
  }

  toDataURL(): string {
    return `data:image/png;base64,${this.toPNG().toString('base64')}`;
  }

  setTemplateImage(option: boolean): void {
    this.isMacTemplateImage = option;
  }

  isTemplateImage(): boolean {
    return this.isMacTemplateImage;
  }
}

/** As in Electron, a file that is missing or no picture gives an empty image. */
export const nativeImage = {
  createEmpty(): NativeImage {
    return new NativeImage(undefined, 1);
  },
  createFromPath(path: string): NativeImage {
    if (!['.png', ''].includes(extname(path))) throw new Error(`The stand-in reads PNG pictures only, not ${path}.`);
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    return nativeImage.createFromBuffer(bytes, path.includes('@2x') ? { scaleFactor: 2 } : {});
  },
  createFromBuffer(buffer: Buffer, options: { readonly scaleFactor?: number } = {}): NativeImage {
    return new NativeImage(isPng(buffer) ? buffer : undefined, options.scaleFactor ?? 1);
  },
  createFromDataURL(url: string): NativeImage {
    return nativeImage.createFromBuffer(Buffer.from(url.split(',')[1] ?? '', 'base64'));
  },
};
