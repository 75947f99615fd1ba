/*
 * Loaded into the desktop with `-r`, before the app: notes when the app had been read and run, when Electron was ready,
 * and when the page had painted its first content. Prints them as one line of JSON, in ms since the process began.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { app, type BrowserWindow } from 'electron';

export interface Marks {
  readonly evaluated: number;
  readonly ready: number;
  readonly painted: number;
  /** What the page says on its first screen, to see that there is one. */
  readonly text: string;
}

const seen = { evaluated: 0, ready: 0 };
const lock: unknown = Reflect.get(app, 'requestSingleInstanceLock');
if (typeof lock !== 'function') throw new Error('The app takes no lock (any more).');
// The entry's last act but two; what follows it takes no time.
Reflect.set(app, 'requestSingleInstanceLock', (...args: unknown[]): unknown => {
  const taken: unknown = Reflect.apply(lock, app, args);
  seen.evaluated = performance.now();
  return taken;
});
app.once('ready', () => {
  seen.ready = performance.now();
});
app.once('browser-window-created', (_event, window) => {
  window.webContents.once('did-finish-load', () => void tell(window));
});

/** Time of the first paint on the clock of this process, once there is something of ours on the page. */
async function tell(window: BrowserWindow): Promise<void> {
  const look =
    "({ at: performance.timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN), " +
    "text: document.querySelector('#root')?.innerText ?? '' })";
  for (;;) {
    const { at, text } = (await window.webContents.executeJavaScript(look)) as { at: number | null; text: string };
    if (at !== null && Number.isFinite(at) && text !== '') {
      const marks: Marks = { ...seen, painted: at - performance.timeOrigin, text: text.slice(0, 200) };
      process.stdout.write(`${JSON.stringify(marks)}\n`);
      return;
    }
    await sleep(20);
  }
}
