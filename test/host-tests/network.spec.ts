import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from '@playwright/test';
import { test } from './launch.ts';

declare global {
  var violations: string[];
}

test('the app’s own scheme is answered by its handler, and its content-security policy is in force', async ({
  launcher,
}) => {
  const app = await launcher.launch();
  const page = await app.firstWindow();
  await expect(page.locator('#early')).toHaveText('bridge was object');
  await expect(page.locator('html')).not.toHaveAttribute('data-inline');
  expect(await page.evaluate(() => violations)).toEqual(['script-src-elem']);
  expect(await page.evaluate(() => isSecureContext)).toBe(true);
  const log = await app.evaluate(() => fixture.log);
  expect(log).toEqual(expect.arrayContaining(['GET bundle/index.html', 'GET bundle/early.js', 'GET bundle/late.js']));
  expect(await app.evaluate(() => fixture.window?.webContents.getURL())).toBe('app://bundle/index.html');
});

test('method, body, status and headers pass through the scheme; a handler that throws is a failed request', async ({
  launcher,
}) => {
  const page = await (await launcher.launch()).firstWindow();
  await expect(page.locator('#early')).toHaveText('bridge was object');
  const echo = await page.evaluate(async () => {
    const response = await fetch('/echo', { method: 'PUT', body: 'grüße' });
    return [response.status, response.headers.get('x-kind'), await response.text()];
  });
  expect(echo).toEqual([201, 'echo', 'grüße']);
  await expect(page.evaluate(() => fetch('/broken'))).rejects.toThrow('Failed to fetch');
});

test('a page reaches loopback when its policy lets it, and no other host: such requests fail and are written down', async ({
  launcher,
}) => {
  const server = createServer((_request, response) => response.end('here'));
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
  const app = await launcher.launch();
  const seen = await app.evaluate(
    async ({ BrowserWindow }, url) => {
      const window = new BrowserWindow({ show: false });
      await window.loadURL(url);
      const body: unknown = await window.webContents.executeJavaScript('document.body.innerText');
      await window.webContents.executeJavaScript('fetch("https://example.com/out").catch(() => 0)');
      const socket = 'new Promise((done) => (new WebSocket("ws://192.0.2.1/").onerror = () => done("failed")))';
      const webSocket: unknown = await window.webContents.executeJavaScript(socket);
      window.destroy();
      return [body, webSocket];
    },
    `http://127.0.0.1:${String(port)}/`,
  );
  server.close();
  expect(seen).toEqual(['here', 'failed']);
  const blocked = await app.evaluate(() => standInRecord.blockedRequests);
  expect(blocked).toEqual(['https://example.com/out', 'ws://192.0.2.1/']);
});

test('leaving the app’s pages is asked about and can be prevented; a page of its own is let through', async ({
  launcher,
}) => {
  const app = await launcher.launch();
  const page = await app.firstWindow();
  await expect(page.locator('#early')).toHaveText('bridge was object');
  await page.click('#outside');
  await page.click('#mail');
  await page.click('#native');
  await expect(page.getByRole('heading')).toHaveText('Other');
  const log = await app.evaluate(() => fixture.log.filter((line) => line.startsWith('navigate')));
  expect(log).toEqual([
    'navigate https://example.com/outside',
    'navigate mailto:someone@example.com',
    'navigate app://bundle/other.html',
  ]);
  expect(await app.evaluate(() => standInRecord.blockedRequests)).toEqual([]);
});

test('new windows, by script, by link and by a held key, are asked about and denied', async ({ launcher }) => {
  const app = await launcher.launch();
  const page = await app.firstWindow();
  await expect(page.locator('#early')).toHaveText('bridge was object');
  expect(await page.evaluate(() => window.open('https://example.com/script'))).toBeNull();
  await page.click('#blank');
  await page.click('#outside', { modifiers: ['Control'] });
  await expect
    .poll(() => app.evaluate(() => fixture.log.filter((line) => line.startsWith('window'))))
    .toEqual([
      'window new-window https://example.com/script',
      'window new-window https://example.com/blank',
      'window foreground-tab https://example.com/outside',
    ]);
  expect(app.windows()).toHaveLength(1);
});

for (const [name, environment, expected] of [
  ['refused when the app’s handlers refuse', {}, 'denied'],
  ['granted when the app forgot its handlers, as real Electron would', { FIXTURE_PERMISSIVE: '1' }, 'granted'],
] as const) {
  test(`permissions are ${name}`, async ({ launcher }) => {
    const page = await (await launcher.launch(environment)).firstWindow();
    await expect(page.locator('#early')).toHaveText('bridge was object');
    const states = await page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'microphone', 'clipboard-read'] as PermissionName[];
      const found = await Promise.all(names.map((permission) => navigator.permissions.query({ name: permission })));
      return found.map(({ state }) => state);
    });
    expect(new Set(states)).toEqual(new Set([expected]));
  });
}

test('a handler for a scheme that was not announced, or announced too late, is refused', async ({ launcher }) => {
  const app = await launcher.launch();
  await app.firstWindow();
  const messages = await app.evaluate(({ protocol }) => {
    const attempt = (run: () => void): string => {
      try {
        run();
        return 'done';
      } catch (error) {
        return (error as Error).message;
      }
    };
    return [
      attempt(() => {
        protocol.registerSchemesAsPrivileged([]);
      }),
      attempt(() => {
        protocol.handle('other', () => new Response());
      }),
      attempt(() => {
        protocol.handle('app', () => new Response());
      }),
    ];
  });
  expect(messages).toEqual([
    'protocol.registerSchemesAsPrivileged should be called before app is ready',
    'The stand-in needs other in protocol.registerSchemesAsPrivileged.',
    'The scheme app has been handled already.',
  ]);
});
