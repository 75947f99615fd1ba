import { expect } from '@playwright/test';
import { test } from './launch.ts';

interface Bridge {
  readonly platform: string;
  readonly nested: { readonly list: readonly unknown[] };
  call(channel: string, ...args: readonly unknown[]): Promise<unknown>;
  send(channel: string, ...args: readonly unknown[]): void;
  on(channel: string, listener: (...args: readonly unknown[]) => void): () => void;
  fail(): void;
  require(name: string): string;
}

declare global {
  var bridge: Bridge;
  var noted: unknown[];
}

test('the bridge is there before the page runs its first script, and only what was exposed of it', async ({
  launcher,
}) => {
  const page = await (await launcher.launch()).firstWindow();
  await expect(page.locator('#early')).toHaveText('bridge was object');
  const seen = await page.evaluate(() => ({
    keys: Object.keys(bridge),
    list: bridge.nested.list,
    frozen: Object.isFrozen(bridge) && Object.isFrozen(bridge.nested.list),
    platform: bridge.platform,
    leaks: ['require', 'process', 'module', '__standInSend', '__standInReceive'].filter((name) => name in globalThis),
  }));
  expect(seen).toEqual({
    keys: ['platform', 'nested', 'call', 'send', 'on', 'fail', 'require'],
    list: [1, { two: 2 }],
    frozen: true,
    platform: process.platform,
    leaks: [],
  });
});

test('a call reaches its handler with its values and the frame it came from', async ({ launcher }) => {
  const page = await (await launcher.launch()).firstWindow();
  await expect(page.locator('#early')).toHaveText('bridge was object');
  const answer = await page.evaluate(() => bridge.call('echo', 'text "quoted" \u2028', { a: [null, undefined, 1.5] }));
  expect(answer).toEqual({
    args: ['text "quoted" \u2028', { a: [null, undefined, 1.5] }],
    fromMainFrame: true,
    frameUrl: 'app://bundle/index.html',
    frameOrigin: 'app://bundle',
  });
});

test('a handler that throws, a missing handler and a value that cannot cross are rejections with Electron’s words', async ({
  launcher,
}) => {
  const page = await (await launcher.launch()).firstWindow();
  await expect(page.locator('#early')).toHaveText('bridge was object');
  const messages = await page.evaluate(async () => {
    const message = (error: unknown): string => (error as Error).message;
    const attempt = async (run: () => unknown): Promise<unknown> => {
      try {
        return await run();
      } catch (error) {
        return message(error);
      }
    };
    return [
      await attempt(() => bridge.call('fail')),
      await attempt(() => bridge.call('nowhere')),
      await attempt(() => bridge.call('echo', Symbol('no'))),
      await attempt(() => bridge.call('echo', () => 1)),
      await attempt(() => bridge.call('echo', document.body)),
      await attempt(() => {
        bridge.fail();
      }),
    ];
  });
  expect(messages).toEqual([
    "Error invoking remote method 'fail': RangeError: not today",
    "Error invoking remote method 'nowhere': Error: No handler registered for 'nowhere'",
    'An object could not be cloned.',
    'An object could not be cloned.',
    'An object could not be cloned.',
    'thrown in the preload',
  ]);
});

test('events reach the page in order until it unsubscribes', async ({ launcher }) => {
  const app = await launcher.launch();
  const page = await app.firstWindow();
  await expect(page.locator('#early')).toHaveText('bridge was object');
  await page.evaluate(() => {
    globalThis.noted = [];
    const stop = bridge.on('tick', (value) => {
      noted.push(value);
      if (value === 3) stop();
    });
    bridge.on('noted', (value) => noted.push(value));
  });
  await app.evaluate(() => {
    for (let tick = 1; tick <= 5; tick++) fixture.window?.webContents.send('tick', tick);
  });
  await page.evaluate(() => {
    bridge.send('note', 'hello');
  });
  await expect.poll(() => page.evaluate(() => noted)).toEqual([1, 2, 3, 'hello']);
});

test('the preload can require electron and nothing else, as in a sandbox', async ({ launcher }) => {
  const page = await (await launcher.launch()).firstWindow();
  await expect(page.locator('#early')).toHaveText('bridge was object');
  const answers = await page.evaluate(() => ['electron', 'node:fs', './other.cjs'].map((name) => bridge.require(name)));
  expect(answers).toEqual(['loaded', 'module not found: node:fs', 'module not found: ./other.cjs']);
});

test('a window the sandbox would not hold, or with an option nobody knows, is refused', async ({ launcher }) => {
  const app = await launcher.launch();
  const messages = await app.evaluate(({ BrowserWindow }) => {
    const refused = (options: Electron.BrowserWindowConstructorOptions): string => {
      try {
        new BrowserWindow({ show: false, ...options }).destroy();
        return 'made';
      } catch (error) {
        return (error as Error).message;
      }
    };
    return [
      refused({ webPreferences: { nodeIntegration: true } }),
      refused({ webPreferences: { sandbox: false } }),
      refused({ webPreferences: { webviewTag: true } }),
      refused({ webPreferences: { preload: 'relative.cjs' } }),
      refused({ kiosk: true }),
    ];
  });
  expect(messages).toEqual([
    'The stand-in has no window with nodeIntegration: true.',
    'The stand-in has no window with sandbox: false.',
    'The stand-in has no window with webviewTag: true.',
    'preload script must have absolute path',
    'The stand-in does not know the option kiosk.',
  ]);
});
