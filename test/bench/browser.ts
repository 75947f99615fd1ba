/* A real browser before the built host, and what is measured inside of its page. */
import { chromium, type Browser, type Page } from 'playwright-core';
import { findBrowser } from '../lib/browser.ts';
import type { RunningHost } from './host.ts';
import { WrongAnswer } from './rows.ts';

/** What {@link probes} puts into the page. */
export interface Probes {
  /** When the place to write and the list of conversations were first on the screen, in ms since the navigation. */
  usableAt: number | null;
  /** Durations of tasks of the main thread that took 50 ms or more, in ms (Long Tasks API), since they were cleared. */
  readonly longTasks: number[];
  /** From a key until the frame that shows its letter was handed over, in ms, since they were cleared. */
  readonly keys: number[];
  /** Resolves with the time from the next click or input until `shows` is on the screen, in ms. */
  readonly until: (event: 'click' | 'input', shows: () => boolean) => Promise<number>;
}

declare global {
  interface Window {
    probes: Probes;
  }
}

/** Runs in the page before its first script. */
function probes(): void {
  const longTasks: number[] = [];
  const keys: number[] = [];
  /** After the frame that is drawn next: a task that is posted from within it. */
  const painted = (then: (now: number) => void): void => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => then(performance.now());
      port2.postMessage(null);
    });
  };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
  addEventListener(
    'input',
    ({ timeStamp }) => {
      painted((now) => keys.push(now - timeStamp));
    },
    { capture: true },
  );
  const watch = (shows: () => boolean, then: (now: number) => void): void => {
    const observer = new MutationObserver(() => {
      if (!shows()) return;
      observer.disconnect();
      painted(then);
    });
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  };
  window.probes = {
    usableAt: null,
    longTasks,
    keys,
    until: (event, shows) =>
      new Promise((resolve) => {
        addEventListener(
          event,
          ({ timeStamp }) => {
            watch(shows, (now) => resolve(now - timeStamp));
          },
          { capture: true, once: true },
        );
      }),
  };
  watch(
    () => document.querySelector('textarea:enabled') !== null && document.querySelector('.conversation') !== null,
    (now) => {
      window.probes.usableAt = now;
    },
  );
}

export interface Screen extends AsyncDisposable {
  readonly browser: Browser;
  /** A page that knows nothing yet, with an empty cache, at the host's address. */
  readonly open: () => Promise<Page>;
  /** Throws {@link WrongAnswer} when a page threw or wrote an error to its console. */
  readonly check: () => void;
}

const size = { width: 1280, height: 800 };

/** Starts the browser; `PORCHLIGHT_CHROMIUM` names another than the one that is found. */
export async function startScreen(host: RunningHost): Promise<Screen> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error('There is no browser on this machine.');
  const args = ['--no-sandbox', '--enable-precise-memory-info'];
  const browser = await chromium.launch({ executablePath, args });
  const troubles: string[] = [];
  return {
    browser,
    async open() {
      const context = await browser.newContext({ viewport: size, locale: 'en-GB', timezoneId: 'UTC' });
      await context.addInitScript(probes);
      const page = await context.newPage();
      page.on('pageerror', (error) => void troubles.push(error.message));
      page.on('console', (line) => {
        if (line.type() === 'error') troubles.push(line.text());
      });
      await page.goto(`${host.url}#token=${host.token}`);
      return page;
    },
    check() {
      if (troubles.length > 0) throw new WrongAnswer(`the page said: ${troubles.slice(0, 3).join('; ')}`);
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** When the page could be used, in ms since its navigation. */
export async function usableAt(page: Page): Promise<number> {
  const handle = await page.waitForFunction(() => window.probes.usableAt);
  return Number(await handle.jsonValue());
}

/** The longest task of the main thread while `work` ran, in ms; 50 stands for none of 50 ms or more. */
export async function longestTask(page: Page, work: () => Promise<void>): Promise<number> {
  await page.evaluate(() => window.probes.longTasks.splice(0));
  await work();
  // The observer is told in a task of its own, some time after.
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve, { timeout: 500 })));
  const tasks = await page.evaluate(() => window.probes.longTasks);
  return Math.max(50, ...tasks);
}

/** A watch that misses a halt would praise any page. */
export async function checkWatch(page: Page): Promise<void> {
  const halt = 130;
  const seen = await longestTask(page, () =>
    page.evaluate(
      (ms) =>
        // In a task of the page's own: what a debugger runs is none.
        new Promise<void>((resolve) => {
          setTimeout(() => {
            const end = performance.now() + ms;
            while (performance.now() < end);
            resolve();
          });
        }),
      halt,
    ),
  );
  if (seen < halt) throw new WrongAnswer(`a halt of ${String(halt)} ms was seen as one of ${seen.toFixed(0)} ms`);
}
