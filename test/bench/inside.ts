/*
 * Loaded into the desktop with `-r`, before the app: notes when the app had been read and run, when Electron was ready,
 * when the gateway answered, and when the page had painted its first content. Prints them as one line of JSON, in ms
 * since the process began. From the moment the gateway answers it watches the event loop, and does what it is asked over
 * its channel: a command of the contract, given by the page, or what it has seen of the loop.
 */
import { monitorEventLoopDelay, type ELDHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { app, ipcMain, type BrowserWindow } from 'electron';

export interface Marks {
  readonly evaluated: number;
  readonly ready: number;
  /** The gateway runs, and answers the window from then on. */
  readonly gateway: number;
  readonly painted: number;
  /** What the page says on its first screen, to see that there is one. */
  readonly text: string;
}

/** What the loop did since the last time this was asked, in ms. */
export interface LoopDelays {
  /**
   * The longest time between two runs of a timer of 1 ms: no synchronous piece of work was longer, whoever it belongs
   * to, collections of garbage and times without a processor included.
   */
  readonly longest: number;
  /** The most processor time that the main thread took between two runs of such a timer: others cannot prolong it. */
  readonly work: number;
  /** How late a timer of 10 ms ran: 99 of 100 were not later. */
  readonly p99: number;
  readonly median: number;
  /** How often that timer ran. */
  readonly count: number;
}

export type Asked =
  | { readonly id: number; readonly kind: 'call'; readonly name: string; readonly params: unknown }
  | { readonly id: number; readonly kind: 'delays' }
  /** Does nothing for so long, in ms, and lets nothing else be done. */
  | { readonly id: number; readonly kind: 'halt'; readonly ms: number };

export type Answered = { readonly id: number } & ({ readonly value: unknown } | { readonly problem: string });

const seen = { evaluated: 0, ready: 0, gateway: 0 };
const fine: ELDHistogram = monitorEventLoopDelay({ resolution: 1 });
const usual: ELDHistogram = monitorEventLoopDelay({ resolution: 10 });
const windows: BrowserWindow[] = [];
const work = { until: 0, most: 0 };
const sleeper = new Int32Array(new SharedArrayBuffer(4));

function lookAtWork(): void {
  const { user, system } = process.threadCpuUsage();
  const until = (user + system) / 1e3;
  work.most = Math.max(work.most, until - work.until);
  work.until = until;
}

/** Calls `after` whenever a method of an object has returned. */
function watch(target: object, name: string, after: () => void): void {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== 'function') throw new Error(`${name} is no method (any more).`);
  Reflect.set(target, name, (...args: unknown[]): unknown => {
    const result: unknown = Reflect.apply(original, target, args);
    after();
    return result;
  });
}

// The entry's last act but two; what follows it takes no time.
watch(app, 'requestSingleInstanceLock', () => {
  seen.evaluated = performance.now();
});
// The first thing that is done with a gateway that runs.
watch(ipcMain, 'handle', () => {
  if (seen.gateway > 0) return;
  seen.gateway = performance.now();
  fine.enable();
  usual.enable();
  lookAtWork();
  work.most = 0;
  setInterval(lookAtWork, 1).unref();
});
app.once('ready', () => {
  seen.ready = performance.now();
});
app.once('browser-window-created', (_event, window) => {
  windows.push(window);
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

async function delays(): Promise<LoopDelays> {
  // A halt is seen by the next runs of the timers.
  await sleep(30);
  const ms = (nanoseconds: number): number => nanoseconds / 1e6;
  const late = (share: number): number => Math.max(0, ms(usual.percentile(share)) - 10);
  const found = { longest: ms(fine.max), work: work.most, p99: late(99), median: late(50), count: usual.count };
  fine.reset();
  work.most = 0;
  usual.reset();
  return found;
}

async function answerTo(asked: Asked): Promise<unknown> {
  if (asked.kind === 'delays') return delays();
  if (asked.kind === 'halt') return Atomics.wait(sleeper, 0, 0, asked.ms);
  const [window] = windows;
  if (window === undefined) throw new Error('There is no window.');
  const given = `${JSON.stringify(asked.name)}, ${JSON.stringify(asked.params)}`;
  const outcome: unknown = await window.webContents.executeJavaScript(`globalThis.bridge.call(${given})`);
  return outcome;
}

process.on('message', (asked: Asked) => {
  const reply = (answer: object): void => void process.send?.({ id: asked.id, ...answer });
  answerTo(asked).then(
    (value) => reply({ value }),
    (error: unknown) => reply({ problem: String(error) }),
  );
});
process.channel?.unref();
