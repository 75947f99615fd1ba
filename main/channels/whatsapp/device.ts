/** What this device calls itself. The library's own sets are taken, since the service is used to them. */
import type { WABrowserDescription } from 'baileys';
import type { Library } from './parts.ts';

const BROWSER = 'Chrome';

/** For this machine. A browser and not a desktop app (docs/whatsapp-protocol.md, Introducing ourselves). */
export function browserOf({ Browsers }: Pick<Library, 'Browsers'>, platform: NodeJS.Platform): WABrowserDescription {
  if (platform === 'darwin') return Browsers.macOS(BROWSER);
  return platform === 'win32' ? Browsers.windows(BROWSER) : Browsers.ubuntu(BROWSER);
}

/**
 * As the phone lists it: the library sends the system's name and the number of the browser in the registration, and the
 * phone puts the name it has for that number before it.
 */
export function deviceName([system, browser]: WABrowserDescription): string {
  return `Google ${browser} (${system})`;
}
