/* What the system tells an app: light or dark, power. Specs change the first by themeSource and emit the second. */
import { EventEmitter } from 'node:events';
import type { Host } from './host.ts';
import { WebContents } from './web-contents.ts';

type ThemeSource = 'system' | 'light' | 'dark';

export class NativeTheme extends EventEmitter {
  readonly #host: Host;
  #source: ThemeSource = 'system';

  constructor(host: Host) {
    super();
    this.#host = host;
  }

  get themeSource(): ThemeSource {
    return this.#source;
  }

  set themeSource(source: ThemeSource) {
    this.#source = source;
    for (const contents of this.#host.pages.values()) this.#apply(contents);
    this.emit('updated');
  }

  #apply(contents: WebContents): void {
    const features = this.#source === 'system' ? [] : [{ name: 'prefers-color-scheme', value: this.#source }];
    WebContents.internals.page(contents)?.session.post('Emulation.setEmulatedMedia', { features });
  }

  /** The system of the stand-in is a light one. */
  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark';
  }

  get shouldUseHighContrastColors(): boolean {
    return false;
  }
}

export class PowerMonitor extends EventEmitter {
  get onBatteryPower(): boolean {
    return false;
  }

  isOnBatteryPower(): boolean {
    return false;
  }
}
