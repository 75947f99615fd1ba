/**
 * The port `Settings` on `settings.json`, written by electron-store.
 *
 * Read once at start; from then on the values in memory are the truth and each change is written through atomically.
 * Keys we do not know and values that do not fit stay in the file untouched and have no effect. A file that is no JSON
 * object is set aside as `settings.broken-<time>.json` and the last good copy (`settings.good.json`) takes its place.
 * What a provision file fixes lies over the file and is never written into it.
 */
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type ElectronStore from 'electron-store';
import type { Clock } from '../gateway/clock.ts';
import { describeError, type Log } from '../gateway/log.ts';
import {
  checkSetting,
  isSettingKey,
  settingSchemas,
  type SettingKey,
  type Settings,
  type SettingValue,
} from '../gateway/settings.ts';
import type { Reason } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { fileErrorCode, replaceFile } from './atomic-file.ts';
import { stamp } from './backups.ts';
import { rememberPlace } from './presence.ts';

type Contents = Readonly<Record<string, unknown>>;
type StoreClass = typeof ElectronStore;

export interface SettingsOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * Where electron-store comes from; the installed one when left out. It imports `electron`, which the build and the
   * test runner put an empty module in the place of.
   */
  readonly loadStore?: () => Promise<StoreClass>;
}

export interface SettingsFile extends Settings {
  /** What was found at start: the file was broken, keys that mean nothing, values that do not fit. */
  readonly notices: readonly Reason[];
  /** Sets keys from a provision file, for this run; they win over the file and `set` refuses them. All or none. */
  fix(values: Readonly<Record<string, unknown>>): Result<void, Reason>;
}

function readContents(path: string): Contents | 'absent' | 'broken' {
  let json: string;
  try {
    json = readFileSync(path, 'utf8');
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return 'absent';
    throw error;
  }
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Contents) : 'broken';
  } catch {
    // What is wrong with it is for its author to see: the file is kept beside.
    return 'broken';
  }
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

interface Found {
  readonly contents: Contents;
  readonly notices: readonly Reason[];
}

/** Leaves a good `settings.json`, or none when there was none. */
function recover(dataDir: string, clock: Clock): Found {
  const path = join(dataDir, 'settings.json');
  const goodPath = join(dataDir, 'settings.good.json');
  const found = readContents(path);
  if (found === 'absent') return { contents: {}, notices: [] };
  const good = readContents(goodPath);
  if (found !== 'broken') {
    if (typeof good === 'string' || toJson(good) !== toJson(found)) replaceFile(goodPath, toJson(found));
    return { contents: found, notices: [] };
  }
  const name = `settings.broken-${stamp(clock.now())}.json`;
  renameSync(path, join(dataDir, name));
  const contents = typeof good === 'string' ? {} : good;
  replaceFile(path, toJson(contents));
  return { contents, notices: [{ code: 'settings.restored', params: { name } }] };
}

/** Splits what the file holds into values that count and reasons for those that do not. */
function take(contents: Contents): { readonly values: Map<string, unknown>; readonly notices: readonly Reason[] } {
  const values = new Map<string, unknown>();
  const notices: Reason[] = [];
  for (const [key, value] of Object.entries(contents)) {
    if (!isSettingKey(key)) {
      notices.push({ code: 'settings.unknown-key', params: { key } });
      continue;
    }
    const checked = checkSetting(key, value);
    if (checked.ok) values.set(key, checked.value);
    else notices.push(checked.failure);
  }
  return { values, notices };
}

function fits<Key extends SettingKey>(key: Key, value: unknown): value is SettingValue<Key> {
  return checkSetting(key, value).ok;
}

class ElectronSettings implements SettingsFile {
  readonly notices: readonly Reason[];
  readonly #store: ElectronStore;
  readonly #goodPath: string;
  readonly #dataDir: string;
  readonly #inPlace: () => boolean;
  readonly #log: Log;
  readonly #values: Map<string, unknown>;
  readonly #fixed = new Map<string, unknown>();
  readonly #watchers = new Set<{ readonly call: (key: SettingKey) => void }>();

  constructor(store: ElectronStore, dataDir: string, found: Found, log: Log) {
    const taken = take(found.contents);
    this.#store = store;
    this.#dataDir = dataDir;
    this.#inPlace = rememberPlace(dataDir);
    this.#goodPath = join(dataDir, 'settings.good.json');
    this.#log = log;
    this.#values = taken.values;
    this.notices = [...found.notices, ...taken.notices];
  }

  get<Key extends SettingKey>(key: Key): SettingValue<Key> {
    const value = this.#fixed.has(key) ? this.#fixed.get(key) : this.#values.get(key);
    if (value !== undefined && fits(key, value)) return value;
    const standard: unknown = settingSchemas[key].default;
    if (fits(key, standard)) return standard;
    throw new TypeError(`the default of ${key} does not fit its schema`);
  }

  set(key: SettingKey, value: unknown): Result<void, Reason> {
    if (this.#fixed.has(key)) return failed({ code: 'settings.fixed-by-file', params: { key } });
    const checked = checkSetting(key, value);
    if (!checked.ok) return checked;
    // electron-store would make a moved directory anew.
    if (!this.#inPlace()) return failed({ code: 'host.data-gone', params: { dataDir: this.#dataDir } });
    try {
      this.#store.set(key, checked.value);
    } catch (error) {
      this.#log.write('error', 'settings.not-written', { key, error: describeError(error) });
      return failed({ code: 'host.disk-full', params: { dataDir: this.#dataDir } });
    }
    this.#values.set(key, checked.value);
    this.#keepGood();
    for (const watcher of [...this.#watchers]) watcher.call(key);
    return ok(undefined);
  }

  /** The copy may be one change behind when it cannot be written; the settings themselves are safe. */
  #keepGood(): void {
    try {
      replaceFile(this.#goodPath, toJson(this.#store.store));
    } catch (error) {
      this.#log.write('warn', 'settings.copy-not-written', { error: describeError(error) });
    }
  }

  fixed(): ReadonlySet<string> {
    return new Set(this.#fixed.keys());
  }

  fix(values: Contents): Result<void, Reason> {
    const fixed = new Map<SettingKey, unknown>();
    for (const [key, value] of Object.entries(values)) {
      if (!isSettingKey(key)) return failed({ code: 'settings.unknown-key', params: { key } });
      const checked = checkSetting(key, value);
      if (!checked.ok) return checked;
      fixed.set(key, checked.value);
    }
    for (const [key, value] of fixed) this.#fixed.set(key, value);
    for (const key of fixed.keys()) for (const watcher of [...this.#watchers]) watcher.call(key);
    return ok(undefined);
  }

  subscribe(watch: (key: SettingKey) => void): Disposable {
    const watcher = { call: watch };
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) };
  }
}

/** Rejects when the directory cannot be read or written. */
export async function openSettings(options: SettingsOptions): Promise<SettingsFile> {
  const { dataDir, clock, log } = options;
  const found = recover(dataDir, clock);
  for (const { code, params } of found.notices) log.write('warn', code, params);
  const Store = await (options.loadStore ?? installedStore)();
  const store = new Store({
    cwd: dataDir,
    name: 'settings',
    accessPropertiesByDotNotation: false,
    clearInvalidConfig: false,
    configFileMode: 0o600,
    serialize: toJson,
  });
  return new ElectronSettings(store, dataDir, found, log);
}

async function installedStore(): Promise<StoreClass> {
  return (await import('electron-store')).default;
}
