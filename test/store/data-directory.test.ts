import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataDirectoryFor, defaultDataDirectory, prepareDataDirectory } from '../../main/store/data-directory.ts';
import { TemporaryDirectory } from './support.ts';

const linux = { platform: 'linux', env: {}, home: '/home/ada' } as const;

describe('the data directory', () => {
  it('is where each system keeps the data of applications', () => {
    expect(defaultDataDirectory(linux)).toBe('/home/ada/.config/Porchlight/gateway');
    expect(defaultDataDirectory({ ...linux, env: { XDG_CONFIG_HOME: '/cfg' } })).toBe('/cfg/Porchlight/gateway');
    expect(defaultDataDirectory({ ...linux, env: { XDG_CONFIG_HOME: 'relative' } })).toBe(
      '/home/ada/.config/Porchlight/gateway',
    );
    expect(defaultDataDirectory({ platform: 'darwin', env: {}, home: '/Users/ada' })).toBe(
      '/Users/ada/Library/Application Support/Porchlight/gateway',
    );
    const env = { APPDATA: 'C:\\Users\\ada\\AppData\\Roaming' };
    const windows = 'C:\\Users\\ada\\AppData\\Roaming\\Porchlight\\gateway';
    expect(defaultDataDirectory({ platform: 'win32', env, home: 'C:\\Users\\ada' })).toBe(windows);
    expect(defaultDataDirectory({ platform: 'win32', env: {}, home: 'C:\\Users\\ada' })).toBe(windows);
  });

  it('is the flag, else the variable, else the default', () => {
    const env = { PORCHLIGHT_DATA_DIR: '/var' };
    expect(dataDirectoryFor('/flag', { ...linux, env })).toBe('/flag');
    expect(dataDirectoryFor(undefined, { ...linux, env })).toBe('/var');
    expect(dataDirectoryFor(undefined, { ...linux, env: { PORCHLIGHT_DATA_DIR: '' } })).toBe(
      defaultDataDirectory(linux),
    );
    expect(dataDirectoryFor('here', linux)).toBe(join(process.cwd(), 'here'));
  });

  it('is made for its owner alone, and taken back from others when it is ours', async () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, 'new', 'deeper');
    expect(await prepareDataDirectory(path)).toEqual({ ok: true, value: undefined });
    expect(readdirSync(path).toSorted()).toEqual(['attachments', 'backups', 'links', 'logs', 'memory']);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    chmodSync(path, 0o755);
    await prepareDataDirectory(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('that holds somebody else’s files keeps its mode: it may be a home directory given by mistake', async () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, 'attachments');
    writeFileSync(join(path, 'letter.txt'), '');
    chmodSync(path, 0o755);
    await prepareDataDirectory(path);
    expect(statSync(path).mode & 0o777).toBe(0o755);
  });

  it('that cannot be made is said as a reason', async () => {
    using directory = new TemporaryDirectory();
    const file = join(directory.path, 'file');
    writeFileSync(file, '');
    const path = join(file, 'below');
    expect(await prepareDataDirectory(path)).toEqual({
      ok: false,
      failure: { code: 'host.data-gone', params: { dataDir: path } },
    });
  });
});
