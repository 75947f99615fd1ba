/*
 * The built headless host and its window in a browser, as a person meets them. Whatever a spec is about, it also fails
 * when the page went against its content security policy, wrote an error to the console, threw, reached for another
 * machine, or put the token into an address that a server sees.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, expect, type Locator, type Page, test as base } from '@playwright/test';
import { gate } from '../emulators/lib/gate.ts';
import type { ReplyBehaviour } from '../emulators/lib/script.ts';
import { type Ready, ServeProcess, TemporaryFolder } from '../lib/serve-process.ts';
import { clockBehind } from './clock-behind.ts';

const pictures = join(import.meta.dirname, '../../test-results/screens');
/** They are a tenth of the time of a spec, so a run that nobody looks at takes none. */
const takesPictures = process.env['PORCHLIGHT_TEST_COUNTS'] === 'long' || process.env['PORCHLIGHT_PICTURES'] === '1';
const machine = pathToFileURL(join(import.meta.dirname, 'machine.ts')).href;
const sizes = { narrow: { width: 420, height: 640 }, wide: { width: 1280, height: 800 } };

/** One data directory and its host. */
export class HeadlessHost implements AsyncDisposable {
  readonly #folder = new TemporaryFolder();
  #process: ServeProcess | null = null;
  #ready: Ready | null = null;

  get ready(): Ready {
    if (this.#ready === null) throw new Error('The host has not been started.');
    return this.#ready;
  }

  /** The address as it is printed to a person, with the token in its fragment. */
  get address(): string {
    return `${this.ready.url}#token=${this.ready.token}`;
  }

  /** The first start; `provision` is what its file says then and later. `behind`: so many ms ago, for all it knows. */
  async start(provision: unknown = {}, behind = 0): Promise<void> {
    writeFileSync(this.#folder.at('provision.json'), JSON.stringify(provision));
    await this.#run('0', behind);
  }

  /** Once more, on the same data and the same port. */
  async startAgain(): Promise<void> {
    await this.#run(new URL(this.ready.url).port);
  }

  /** Ends it without a warning, as a power cut does. */
  async kill(): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
    this.#process = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#folder[Symbol.dispose]();
  }

  async #run(port: string, behind = 0): Promise<void> {
    const files = ['--data-dir', this.#folder.at('data'), '--provision', this.#folder.at('provision.json')];
    const environment = { NODE_OPTIONS: `--import=${machine}`, [clockBehind]: String(behind) };
    this.#process = new ServeProcess(['--json', '--port', port, ...files], environment, 'built');
    this.#ready = await this.#process.ready();
  }
}

/** What a page did that it must not. Lines of the console that fit `expected` belong to what the spec is about. */
async function watch(context: BrowserContext, host: HeadlessHost, expected: RegExp | null): Promise<string[]> {
  const seen: string[] = [];
  const note = (what: string): void => {
    if (expected?.test(what) !== true) seen.push(what);
  };
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      queueMicrotask(() => {
        throw new Error(`against the policy: ${violatedDirective} ${blockedURI}`);
      });
    });
  });
  context.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') note(`${line.type()}: ${line.text()}`);
  });
  context.on('weberror', (error) => note(`thrown: ${error.error().message}`));
  const address = (url: string): void => {
    if (!/^(data|blob):/.test(url) && new URL(url).hostname !== '127.0.0.1') note(`left the machine: ${url}`);
    if (url.split('#')[0]?.includes(host.ready.token) === true) note('the token in an address');
  };
  context.on('request', (request) => address(request.url()));
  context.on('page', (page) => page.on('websocket', (socket) => address(socket.url())));
  return seen;
}

export const test = base.extend<{ expectedNoise: RegExp | null; host: HeadlessHost; context: BrowserContext }>({
  expectedNoise: [null, { option: true }],
  locale: 'en-GB',
  timezoneId: 'UTC',
  viewport: sizes.wide,
  // The parameter is Playwright's form of a fixture that needs no other.
  host: async ({ browserName }, use) => {
    await using host = new HeadlessHost();
    if (browserName !== 'chromium') throw new Error('The window is tried in Chromium.');
    await use(host);
  },
  context: async ({ context, host, expectedNoise }, use) => {
    const seen = await watch(context, host, expectedNoise);
    await use(context);
    expect(seen, 'what the page did that it must not').toEqual([]);
  },
});

/**
 * Takes a picture of what the page shows, at two sizes, light and dark, for people to look at: with the full counts, or
 * with PORCHLIGHT_PICTURES=1, into test-results/screens.
 */
export async function picture(page: Page, name: string): Promise<void> {
  if (!takesPictures) return;
  mkdirSync(pictures, { recursive: true });
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(pictures, `${name}-${size}-${colorScheme}.png`), animations: 'disabled' });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(sizes.wide);
}

/** What axe finds, by all of its rules and those of WCAG 2.2 that it leaves out unless asked; nothing is excluded. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(settled);
  const { violations } = await new AxeBuilder({ page })
    .options({ rules: { 'target-size': { enabled: true } } })
    .analyze();
  return violations.map(({ id, help, nodes }) => `${id}, ${help}: ${nodes.map((node) => node.html).join(' ')}`);
}

/** In the page: what moves or fades has come to its end, as colours half way are nobody's choice. Spinners go on. */
async function settled(): Promise<void> {
  // What has just come begins to move with the frame after its first.
  for (let frame = 0; frame < 2; frame += 1) await new Promise((next) => requestAnimationFrame(next));
  const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
  // One that is cancelled is over too.
  await Promise.allSettled(ending.map(({ finished }) => finished));
}

/** Nothing on the page stands in the way of those who do not see it, in either theme. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violationsOf(page), `what axe finds in the ${colorScheme} theme`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' });
}

/** Goes on with Tab until `target` has the focus. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  const isThere = (): Promise<boolean> => target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 60 && !(await isThere()); presses += 1) await page.keyboard.press('Tab');
  await expect(target).toBeFocused();
}

/** A reply that leaves piece by piece, each when the test says so; the first one at once. */
export function stepped(...pieces: readonly string[]): { readonly reply: ReplyBehaviour; next: () => void } {
  const gates = pieces.slice(1).map(() => gate());
  const waiting = gates.values();
  return {
    reply: { kind: 'reply', pieces, gate: [undefined, ...gates.map(({ promise }) => promise)] },
    next: () => waiting.next().value?.open(),
  };
}

/** A double click between whose presses the window does what the first one asked for: `then` waits until it has. */
export async function doubleClick(page: Page, target: Locator, then: () => Promise<void>): Promise<void> {
  await target.hover();
  for (const clickCount of [1, 2]) {
    await page.mouse.down({ clickCount });
    await page.mouse.up({ clickCount });
    if (clickCount === 1) await then();
  }
}

export function replies(page: Page): Locator {
  return page.getByRole('article', { name: 'Reply' });
}

/** Writes a message into the open conversation. */
export async function say(page: Page, text: string): Promise<void> {
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.fill(text);
  await box.press('Enter');
  await expect(page.getByRole('article', { name: 'You wrote' }).filter({ hasText: text })).toBeVisible();
}

/** One of the places of the window. */
export type Place = 'People' | 'Channels' | 'Models' | 'Usage' | 'Tools & memory' | 'Settings' | 'Diagnostics';

export async function goTo(page: Page, place: Place): Promise<void> {
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).click();
}

/** Opens a conversation from the list. */
export async function openChat(page: Page, title: string): Promise<void> {
  await page.getByRole('list', { name: 'Conversations' }).getByRole('link', { name: title }).click();
  await expect(page.getByRole('heading', { name: title, exact: true })).toBeVisible();
}

/** Opens the window of a host whose setup is done. */
export async function openWindow(page: Page, host: HeadlessHost): Promise<void> {
  await page.goto(host.address);
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeVisible();
}
