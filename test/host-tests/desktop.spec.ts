import { expect } from '@playwright/test';
import type { ElectronApplication } from '@playwright/test';
import { test } from './launch.ts';

function clickItem(app: ElectronApplication, id: string): Promise<void> {
  return app.evaluate((_electron, wanted) => {
    fixture.menu?.getMenuItemById(wanted)?.click();
  }, id);
}

test('a click on the tray shows the window, and its menu can be read and clicked', async ({ launcher }) => {
  const app = await launcher.launch();
  await app.firstWindow();
  await app.evaluate(() => fixture.window?.hide());
  await app.evaluate(() => fixture.tray?.emit('click'));
  expect(await app.evaluate(() => fixture.window?.isVisible())).toBe(true);
  expect(await app.evaluate(() => standInRecord.trays)).toEqual([{ picture: null, toolTip: '' }]);
  await app.evaluate(() => fixture.tray?.setToolTip('a word about it'));
  expect(await app.evaluate(() => standInRecord.trays)).toEqual([{ picture: null, toolTip: 'a word about it' }]);
  const items = await app.evaluate(() => fixture.menu?.items.map(({ label, type, checked }) => [label, type, checked]));
  expect(items).toEqual([
    ['Open', 'normal', false],
    ['', 'separator', false],
    ['Sounds', 'checkbox', true],
    ['Quit', 'normal', false],
  ]);
  await app.evaluate(() => fixture.window?.hide());
  await clickItem(app, 'open');
  await clickItem(app, 'sounds');
  expect(await app.evaluate(() => fixture.window?.isVisible())).toBe(true);
  expect(await app.evaluate(() => fixture.menu?.getMenuItemById('sounds')?.checked)).toBe(false);
  const closed = app.waitForEvent('close');
  await app.evaluate(() => {
    setImmediate(() => {
      fixture.menu?.getMenuItemById('quit')?.click();
    });
  });
  await closed;
});

test('window, title, bounds and focus follow what is asked of them', async ({ launcher }) => {
  const app = await launcher.launch();
  const page = await app.firstWindow();
  await expect.poll(() => app.evaluate(() => fixture.window?.isFocused())).toBe(true);
  await expect.poll(() => app.evaluate(() => fixture.window?.getTitle())).toBe('Fixture page');
  expect(await page.evaluate(() => [innerWidth, innerHeight])).toEqual([900, 700]);
  await app.evaluate(() => fixture.window?.setBounds({ width: 640, height: 480 }));
  await expect.poll(() => page.evaluate(() => [innerWidth, innerHeight])).toEqual([640, 480]);
  const handle = await app.browserWindow(page);
  expect(await handle.evaluate((window: Electron.BrowserWindow) => window.getBounds())).toEqual({
    x: 0,
    y: 0,
    width: 640,
    height: 480,
  });
});

test('another place of the page that is there is shown without loading it again', async ({ launcher }) => {
  const app = await launcher.launch();
  const page = await app.firstWindow();
  await expect(page.locator('#early')).toHaveText('bridge was object');
  await expect.poll(() => app.evaluate(() => fixture.window?.webContents.isLoading())).toBe(false);
  await page.evaluate(() => {
    addEventListener('hashchange', () => {
      document.title = `at ${location.hash}`;
    });
  });
  await app.evaluate(() => fixture.window?.loadURL('app://bundle/index.html#/people'));
  await expect(page).toHaveTitle('at #/people');
  await expect
    .poll(() => app.evaluate(() => fixture.window?.webContents.getURL()))
    .toBe('app://bundle/index.html#/people');
  const seen = await app.evaluate(() => ({ loading: fixture.window?.webContents.isLoading(), log: fixture.log }));
  expect(seen.loading).toBe(false);
  expect(seen.log.filter((line) => line === 'GET bundle/index.html')).toHaveLength(1);
  expect(seen.log.filter((line) => line.startsWith('navigate'))).toEqual([]);
});

test('a crashed page is told to the app', async ({ launcher }) => {
  const app = await launcher.launch();
  await expect((await app.firstWindow()).locator('#early')).toHaveText('bridge was object');
  await app.evaluate(() => fixture.window?.webContents.forcefullyCrashRenderer());
  await expect.poll(() => app.evaluate(() => fixture.log)).toContain('gone crashed');
});

test('dialogs wait for an answer; links and notifications are written down, and can be clicked', async ({
  launcher,
}) => {
  const app = await launcher.launch();
  await app.firstWindow();
  const results = await app.evaluate(async ({ dialog, shell, Notification }) => {
    const answered = dialog.showMessageBox({ message: 'Sure?', buttons: ['No', 'Yes'] });
    const [shown] = standInRecord.dialogs;
    if (shown?.kind === 'message') shown.answer(1);
    await shell.openExternal('https://example.com/help');
    const notification = new Notification({ title: 'Somebody new', body: 'wrote' });
    const clicked = new Promise((resolve) => notification.once('click', () => resolve('clicked')));
    notification.show();
    standInRecord.notifications[0]?.emit('click', {});
    return { answer: await answered, click: await clicked, left: standInRecord.dialogs.length };
  });
  expect(results).toEqual({ answer: { response: 1, checkboxChecked: false }, click: 'clicked', left: 0 });
  expect(await app.evaluate(() => standInRecord.openedExternal)).toEqual(['https://example.com/help']);
  expect(await app.evaluate(() => standInRecord.notifications.map(({ title }) => title))).toEqual(['Somebody new']);
});

test('light and dark reach the page', async ({ launcher }) => {
  const app = await launcher.launch();
  const page = await app.firstWindow();
  await expect(page.locator('#early')).toHaveText('bridge was object');
  const dark = (): Promise<boolean> => page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  expect(await dark()).toBe(false);
  await app.evaluate(({ nativeTheme }) => {
    nativeTheme.themeSource = 'dark';
  });
  await expect.poll(dark).toBe(true);
  expect(await app.evaluate(({ nativeTheme }) => nativeTheme.shouldUseDarkColors)).toBe(true);
});

test('without a keyring secrets are sealed with a known key and say so; with one they survive a restart', async ({
  launcher,
}) => {
  const first = await launcher.launch();
  const plain = await first.evaluate(async ({ safeStorage }) => ({
    backend: safeStorage.getSelectedStorageBackend(),
    available: await safeStorage.isAsyncEncryptionAvailable(),
    sealed: (await safeStorage.encryptStringAsync('secret')).toString('base64'),
  }));
  expect(plain).toMatchObject({ backend: 'basic_text', available: true });
  await first.close();

  const withKeyring = (sealed: string) => async (): Promise<unknown> => {
    const app = await launcher.launch();
    const opened = await app.evaluate(async ({ app: electron, safeStorage }, text) => {
      electron.commandLine.appendSwitch('password-store', 'gnome-libsecret');
      const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(text, 'base64'));
      const again = (await safeStorage.encryptStringAsync(result)).toString('base64');
      return { backend: safeStorage.getSelectedStorageBackend(), result, shouldReEncrypt, again };
    }, sealed);
    await app.close();
    return opened;
  };
  const moved = (await withKeyring(plain.sealed)()) as { readonly again: string };
  expect(moved).toMatchObject({ backend: 'gnome_libsecret', result: 'secret', shouldReEncrypt: true });
  expect(await withKeyring(moved.again)()).toMatchObject({ result: 'secret', shouldReEncrypt: false });
});

test('a broken seal is an error, not a wrong text', async ({ launcher }) => {
  const app = await launcher.launch();
  await app.firstWindow();
  const message = await app.evaluate(async ({ safeStorage }) => {
    const sealed = await safeStorage.encryptStringAsync('secret');
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    try {
      return (await safeStorage.decryptStringAsync(sealed)).result;
    } catch (error) {
      return `refused: ${error instanceof Error}`;
    }
  });
  expect(message).toBe('refused: true');
});

test('what the stand-in lacks does not exist', async ({ launcher }) => {
  const app = await launcher.launch();
  const missing = await app.evaluate((electron) =>
    ['autoUpdater', 'desktopCapturer', 'globalShortcut', 'utilityProcess'].filter((name) => name in electron),
  );
  expect(missing).toEqual([]);
  // These are of macOS alone.
  expect(
    await app.evaluate(({ app: electron }) =>
      ['dock', 'setActivationPolicy', 'show', 'hide'].filter((name) => name in electron),
    ),
  ).toEqual([]);
});
