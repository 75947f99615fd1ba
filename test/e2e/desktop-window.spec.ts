/* Where the window is, and what becomes of it where there is no tray to get it back from. */
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { startSessionBus } from '../emulators/session-bus.ts';
import { alive } from '../host-tests/launch.ts';
import { type Running, test } from './desktop-app.ts';

interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function bounds(running: Running): Promise<Bounds | undefined> {
  return running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
}

function close(running: Running): Promise<void> {
  return running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().forEach((window) => window.close()));
}

test(
  'the window opens where it was left, and on a display that is there',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    const first = await desktop.start();
    await first.page();
    const left = { x: 1000, y: 500, width: 640, height: 560 };
    await first.app.evaluate(({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted), left);
    await first.choose('quit');
    expect(await first.ended()).toBe(0);

    const again = await desktop.start();
    await again.page();
    expect(await bounds(again)).toEqual(left);
    await again.choose('quit');
    expect(await again.ended()).toBe(0);

    const screen = { x: 0, y: 0, width: 900, height: 600 };
    const small = await desktop.start();
    await small.page();
    await expect.poll(() => small.isShown()).toBe(true);
    await close(small);
    await expect.poll(() => small.isShown()).toBe(false);
    await small.app.evaluate((_electron, area) => {
      const [display] = standInRecord.machine.displays;
      if (!display) throw new Error('no display');
      standInRecord.machine.displays = [{ ...display, bounds: area, workArea: area }];
    }, screen);
    await small.choose('open');
    await expect.poll(() => small.isShown()).toBe(true);
    const { x, y, width, height } = (await bounds(small)) ?? left;
    expect(x + width).toBeLessThanOrEqual(screen.width);
    expect(y + height).toBeLessThanOrEqual(screen.height);
  },
);

test(
  'the first window opens beside the tray, where the system says where that is',
  { tag: '@stand-in' },
  async ({ desktop }) => {
    const machine = { trayBounds: { x: 1700, y: 4, width: 24, height: 24 } };
    const running = await desktop.start([], { STAND_IN_MACHINE: JSON.stringify(machine) });
    await running.page();
    expect(await bounds(running)).toEqual({ x: 800, y: 40, width: 1120, height: 780 });
  },
);

test.describe('without a tray', { tag: '@stand-in' }, () => {
  const gnome = { XDG_CURRENT_DESKTOP: 'GNOME', XDG_SESSION_TYPE: 'wayland' };

  test('closing asks: going on is one answer, quitting another, and nothing happens by itself', async ({ desktop }) => {
    await using bus = await startSessionBus(join(desktop.home, 'bus'));
    const running = await desktop.start([], { ...gnome, DBUS_SESSION_BUS_ADDRESS: bus.address });
    await running.page();
    const pids = running.pids();
    await close(running);
    await expect
      .poll(() => running.dialog())
      .toMatchObject({
        message: 'Go on answering without a window?',
        buttons: ['Go on answering', 'Quit Porchlight', 'Cancel'],
      });
    expect(await running.isShown()).toBe(true);
    await running.press('Cancel');
    await expect.poll(() => running.dialog()).toBeNull();
    expect(await running.isShown()).toBe(true);

    await close(running);
    await expect.poll(() => running.dialog()).not.toBeNull();
    await running.press('Go on answering');
    await expect.poll(() => running.isShown()).toBe(false);
    expect((await desktop.startAgain()).code).toBe(0);
    await expect.poll(() => running.isShown()).toBe(true);

    await close(running);
    await expect.poll(() => running.dialog()).not.toBeNull();
    await running.press('Quit Porchlight');
    expect(await running.ended()).toBe(0);
    await expect.poll(() => alive(pids)).toEqual([]);
  });

  test('a hidden start leaves the window among the others, or nobody could ever reach it', async ({ desktop }) => {
    await using bus = await startSessionBus(join(desktop.home, 'bus'));
    const running = await desktop.start(['--hidden'], { ...gnome, DBUS_SESSION_BUS_ADDRESS: bus.address });
    const minimized = (): Promise<boolean> =>
      running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((one) => one.isMinimized()));
    await expect.poll(minimized, { timeout: 20_000 }).toBe(true);
    expect(await running.isShown()).toBe(false);
  });

  test('an extension that is switched on later is seen: closing hides again', async ({ desktop }) => {
    await using bus = await startSessionBus(join(desktop.home, 'bus'));
    const running = await desktop.start([], { ...gnome, DBUS_SESSION_BUS_ADDRESS: bus.address });
    await running.page();
    bus.names.add('org.kde.StatusNotifierWatcher');
    const before = bus.calls.length;
    await running.choose('open');
    await expect.poll(() => bus.calls.length).toBeGreaterThan(before + 1);
    await expect
      .poll(async () => {
        await close(running);
        return running.isShown();
      })
      .toBe(false);
    expect(await running.dialog()).toBeNull();
  });
});
