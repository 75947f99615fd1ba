import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, PowerMonitor } from 'electron';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLoginItem } from '../../main/shell/login-item.ts';
import { Own } from '../../main/shell/own.ts';
import { ManualClock } from '../lib/manual-clock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'own-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An installed program on Linux. */
function begin(executable = '/opt/Porchlight/porchlight') {
  const entry = join(folder, 'autostart/org.porchlight.app.desktop');
  const clock = new ManualClock();
  const app = Object.assign(new EventEmitter() as App, { isPackaged: true });
  const seen = { changes: 0, restarts: 0, log: [] as string[] };
  const own = new Own({
    clock,
    version: '1.0.0',
    login: createLoginItem({ platform: 'linux', app, executable, entry, dataDir: null }),
    installed: null,
    blocker: { start: () => 1, stop: () => true },
    power: Object.assign(new EventEmitter() as PowerMonitor, { isOnBatteryPower: () => false }),
    fetch: () => Promise.reject(new Error('nothing is to be asked')),
    changed: () => void seen.changes++,
    restart: () => void seen.restarts++,
    found: () => undefined,
  });
  const gateway: Parameters<Own['begin']>[0] = {
    facts: () => {
      throw new Error('nothing is to be looked up');
    },
    log: { write: (_level, event) => void seen.log.push(event) },
    preferences: () => ({ keepAwake: false, updateUrl: '' }),
  };
  return { own, entry, clock, seen, gateway };
}

describe('what the program has of its own', () => {
  it('starts again when the window asks for it (a restored backup that waits for a reboot)', () => {
    const { own, seen } = begin();
    own.restart();
    expect(seen.restarts).toBe(1);
  });

  it('shows the start at login in tray and window as the system has it, and says each change once', () => {
    const { own, entry, seen } = begin();
    expect(own.facts().atLogin).toBe(false);
    expect(own.setLogin(true).ok).toBe(true);
    expect([own.facts().atLogin, own.view().login, seen.changes]).toEqual([true, { on: true, reason: null }, 1]);
    expect(readFileSync(entry, 'utf8')).toContain('--hidden');
    rmSync(entry);
    expect([own.view().login.on, own.facts().atLogin, seen.changes]).toEqual([false, false, 2]);
  });

  it('leads an entry that is on to the program that runs now, at its start and not before (an AppImage that moved)', () => {
    const before = begin('/home/ada/Porchlight-1.0.AppImage');
    before.own.setLogin(true);
    const { own, entry, gateway } = begin('/home/ada/Porchlight-1.1.AppImage');
    expect(readFileSync(entry, 'utf8')).toContain('1.0');
    own.begin(gateway);
    expect(readFileSync(entry, 'utf8')).toContain('Exec="/home/ada/Porchlight-1.1.AppImage" --hidden');
    own[Symbol.dispose]();
  });

  it('offers no start at login where it cannot be, but the way out of one that is on', () => {
    const impossible = begin('/home/ada/100%/porchlight');
    expect(impossible.own.facts().atLogin).toBeNull();
    expect(impossible.own.setLogin(true)).toMatchObject({ ok: false, failure: { code: 'desktop.path-unusable' } });
    const { own, entry } = begin();
    own.setLogin(true);
    const moved = begin('/home/ada/100%/porchlight').own;
    expect(moved.facts().atLogin).toBe(true);
    expect(moved.setLogin(false).ok).toBe(true);
    expect(existsSync(entry)).toBe(false);
  });

  it('asks nothing of anybody and leaves no timer while its owner wants nothing (a program that calls home)', () => {
    const { own, clock, gateway, seen } = begin();
    own.begin(gateway);
    own.look();
    clock.advance(30 * 24 * 3_600_000);
    expect([clock.pending, seen.log]).toEqual([0, []]);
    own[Symbol.dispose]();
  });

  it('logs an entry that cannot be repaired, and starts all the same', () => {
    begin('/home/ada/old').own.setLogin(true);
    const { own, entry, gateway, seen } = begin();
    rmSync(join(entry, '..'), { recursive: true });
    writeFileSync(join(entry, '..'), 'a file where a folder should be');
    own.begin(gateway);
    expect(seen.log).toEqual(['login.not-repaired']);
    expect(begin().own.view().login).toMatchObject({ on: false, reason: { code: 'desktop.login-refused' } });
    own[Symbol.dispose]();
  });
});
