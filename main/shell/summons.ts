/**
 * Everything outside of the tray that wants to see the window: a second start, a click in the Dock, an address of ours.
 * Addresses open a view and never act.
 */
import type { App } from 'electron';
import { deepScheme, placeOfArguments, placeOfLink } from './deep-link.ts';
import type { Place } from './ports.ts';

/** Calls `show` with where the window is to open, null being where it is. To be called before Electron is ready. */
export function heedSummons(app: App, show: (place: Place | null) => void): void {
  app.on('second-instance', (_event, argv) => {
    const place = placeOfArguments(argv);
    // An address that names no view of ours opens nothing, not even the window.
    if (place === null && argv.at(-1)?.startsWith(`${deepScheme}:`) === true) return;
    if (place !== null || !argv.includes('--hidden')) show(place);
  });
  app.on('open-url', (event, url) => {
    event.preventDefault();
    const place = placeOfLink(url);
    if (place !== null) show(place);
  });
  app.on('activate', () => show(null));
}
