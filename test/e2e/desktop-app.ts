/*
 * The product on the desktop, as a person starts it: `electron .` on the build, in a home of its own. Where Electron is
 * not on the machine it is the stand-in of test/host. Whatever a spec is about, it also fails when a page reached for
 * another machine or went against its content security policy.
 *
 * The same specs run in real Electron, but those with the tag `@stand-in`: only they can read `standInRecord` (which
 * dialogs, notifications and `STAND_IN_MACHINE` need); for all others it does not exist here either. Those with `@posix`
 * are about what Windows does not have.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, test as base, expect } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';
import type {} from '../../main/shell/desk-tray.ts';
import { defaultDataDirectory } from '../../main/store/data-directory.ts';
import { recordSymbol, type StandInRecord } from '../host/record.ts';
import { pidOf, processTree } from '../host-tests/launch.ts';

const root = join(import.meta.dirname, '../..');

export interface ShownDialog {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

export interface Running {
  readonly app: ElectronApplication;
  readonly process: ChildProcess;
  /** The window, once there is one. */
  page(): Promise<Page>;
  /** The process and everything below it, now. */
  pids(): readonly number[];
  /** As a person chooses it from the tray's menu, by its id. */
  choose(action: string): Promise<void>;
  clickTray(): Promise<void>;
  trayLines(): Promise<readonly string[]>;
  /** What a person sees of the first dialog there is; null when there is none. */
  dialog(): Promise<ShownDialog | null>;
  /** Presses a button of that dialog. */
  press(button: string): Promise<void>;
  notifications(): Promise<readonly string[]>;
  isShown(): Promise<boolean>;
  /** Resolves with the exit code when the process has ended. */
  ended(): Promise<number | null>;
}

export interface Desktop {
  readonly home: string;
  /** Where the gateway keeps everything. */
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** `environment` is added to that of the home. */
  start(args?: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Running>;
  /** Starts it once more the way `npm start` does, without anybody looking inside; resolves when it has ended. */
  startAgain(args?: readonly string[]): Promise<{ readonly code: number | null; readonly pid: number }>;
  log(): string;
}

function environmentIn(home: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(LANG|LC_|XDG_|DBUS_|WAYLAND_|NO_PROXY|no_proxy|https?_proxy|HTTPS?_PROXY|PORCHLIGHT_(?!CHROMIUM))/.test(name),
  );
  const own = { HOME: home, USERPROFILE: home, APPDATA: join(home, 'AppData/Roaming'), LANG: 'en_US.UTF-8' };
  return { ...Object.fromEntries(kept.map(([name, value]) => [name, value ?? ''])), ...own };
}

/** The tag of specs that read what only the stand-in writes down. */
const standInTag = '@stand-in';

function electronPath(): string {
  const path: unknown = createRequire(import.meta.url)('electron');
  if (typeof path !== 'string') throw new Error('The package electron did not name its executable.');
  return path;
}

/** `look` sees to what its pages did; called before whatever may end it. */
function running(app: ElectronApplication, look: () => Promise<void>): Running {
  const child = app.process();
  const whenEnded = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
  return {
    app,
    process: child,
    async page() {
      const page = await app.firstWindow();
      // A window begins with an empty page: what is done to that one is gone with it.
      await page.locator('#root > *').first().waitFor();
      return page;
    },
    pids: () => processTree(pidOf(app)),
    async choose(action) {
      if (action === 'quit') await look();
      // Not awaited in there: quitting ends the process before it could answer.
      await app.evaluate((_electron, id) => {
        setImmediate(() => {
          globalThis.porchlightTest?.menu?.getMenuItemById(id)?.click();
        });
      }, action);
    },
    clickTray: () => app.evaluate(() => void globalThis.porchlightTest?.tray?.emit('click')),
    trayLines: () =>
      app.evaluate(() => (globalThis.porchlightTest?.menu?.items ?? []).flatMap(({ label }) => (label ? [label] : []))),
    dialog: () =>
      app.evaluate(() => {
        const shown = standInRecord.dialogs.find(({ kind }) => kind === 'message');
        if (shown?.kind !== 'message') return null;
        const { message, detail = '', buttons = [] } = shown.options;
        return { message, detail, buttons };
      }),
    async press(button) {
      await look();
      await app.evaluate((_electron, wanted) => {
        const shown = standInRecord.dialogs.find(({ kind }) => kind === 'message');
        const index = shown?.kind === 'message' ? (shown.options.buttons ?? []).indexOf(wanted) : -1;
        if (shown?.kind !== 'message' || index < 0) throw new Error(`No dialog has the button ${wanted}.`);
        // Not answered in there: the answer may end the process.
        setImmediate(() => shown.answer(index));
      }, button);
    },
    notifications: () => app.evaluate(() => standInRecord.notifications.map(({ title }) => title)),
    isShown: () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((one) => one.isVisible())),
    async ended() {
      await whenEnded;
      return child.exitCode;
    },
  };
}

/** What a page's own policy refused since it was loaded, by directive. */
function violationsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const observer = new ReportingObserver(() => undefined, { types: ['csp-violation'], buffered: true });
    observer.observe();
    const records = observer.takeRecords() as readonly { readonly body: unknown }[];
    return records.map(({ body }) => (body as { readonly effectiveDirective: string }).effectiveDirective);
  });
}

async function looks(
  app: ElectronApplication,
): Promise<{ readonly blocked: readonly string[]; readonly against: readonly string[] }> {
  const blocked = await app.evaluate((_electron, name) => {
    const record = Reflect.get(globalThis, Symbol.for(name)) as StandInRecord | undefined;
    return record?.blockedRequests ?? [];
  }, recordSymbol);
  const against = await Promise.all(app.windows().map(violationsOf));
  return { blocked, against: against.flat().sort() };
}

export const test = base.extend<{ desktop: Desktop; expectedViolations: readonly string[] }>({
  expectedViolations: [[], { option: true }],
  desktop: async ({ expectedViolations }, use, { tags }) => {
    const home = mkdtempSync(join(tmpdir(), 'desktop-'));
    const unseen: Readonly<Record<string, string>> = tags.includes(standInTag) ? {} : { STAND_IN_UNSEEN: '1' };
    const environment = { ...environmentIn(home), ...unseen };
    const started: Running[] = [];
    const look = async (app: ElectronApplication): Promise<void> => {
      const wanted = { blocked: [], against: expectedViolations.toSorted() };
      expect(await looks(app), 'what pages did that they must not').toEqual(wanted);
    };
    const dataDir = defaultDataDirectory({ platform: process.platform, env: environment, home });
    await use({
      home,
      dataDir,
      environment,
      async start(args = [], more = {}) {
        const env = { ...environment, ...more };
        const app = await _electron.launch({ args: ['.', ...args], cwd: root, env });
        const one = running(app, () => look(app));
        started.push(one);
        return one;
      },
      async startAgain(args = []) {
        const child = spawn(electronPath(), ['.', ...args], { cwd: root, env: environment, stdio: 'ignore' });
        await once(child, 'exit');
        return { code: child.exitCode, pid: child.pid ?? 0 };
      },
      log: () => readFileSync(join(dataDir, 'logs/porchlight.log'), 'utf8'),
    });
    for (const { app, process: child } of started) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      await look(app);
      await app.close();
    }
    rmSync(home, { recursive: true, force: true });
  },
});

/** Leaves the setup and says something in the window; resolves when the practice model has answered. */
export async function talk(page: Page, text: string): Promise<void> {
  const leave = page.getByRole('button', { name: 'Skip setup' });
  const box = page.getByRole('textbox', { name: 'Message' });
  await expect(leave.or(box)).toBeVisible();
  if (await leave.isVisible()) await leave.click();
  await box.fill(text);
  await box.press('Enter');
  await expect(page.getByRole('article', { name: 'Reply' }).last()).toContainText(`You wrote: ${text}`);
}
