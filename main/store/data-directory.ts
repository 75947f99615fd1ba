/**
 * Where everything of one gateway lies, the same in both modes. The directory is for its owner alone (0700); message
 * text in it is not encrypted.
 */
import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { isAbsolute, posix, resolve, win32 } from 'node:path';
import type { Reason } from '../gateway/types.ts';
import { fileErrorCode } from './atomic-file.ts';
import { failed, ok, type Result } from '../lib/result.ts';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's home directory. */
  readonly home: string;
}

/** What we put there; a directory with none of it is somebody else's. */
const folders = ['links', 'memory', 'attachments', 'backups', 'logs'] as const;
const marks: readonly string[] = ['owner.db', 'porchlight.db', 'settings.json', 'key.file', 'key.os', ...folders];

/** `<appData>/Porchlight/gateway`, with the system's own idea of application data. */
export function defaultDataDirectory({ platform, env, home }: Surroundings): string {
  if (platform === 'win32') {
    const appData = env['APPDATA'] ?? '';
    return win32.join(appData === '' ? win32.join(home, 'AppData', 'Roaming') : appData, 'Porchlight', 'gateway');
  }
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Porchlight', 'gateway');
  const config = env['XDG_CONFIG_HOME'] ?? '';
  // The specification says that a relative path there is to be ignored.
  return posix.join(posix.isAbsolute(config) ? config : posix.join(home, '.config'), 'Porchlight', 'gateway');
}

/** `--data-dir`, else PORCHLIGHT_DATA_DIR, else the default; absolute. */
export function dataDirectoryFor(flag: string | undefined, surroundings: Surroundings): string {
  const fromEnvironment = surroundings.env['PORCHLIGHT_DATA_DIR'];
  const chosen = flag ?? (fromEnvironment === '' ? undefined : fromEnvironment) ?? defaultDataDirectory(surroundings);
  return isAbsolute(chosen) ? chosen : resolve(chosen);
}

/**
 * Makes what is missing, and takes a directory of ours back from group and world. One that holds other people's files
 * keeps its mode: it may be a home directory given by mistake. Fails with `host.disk-full` or `host.data-gone`.
 */
export async function prepareDataDirectory(path: string): Promise<Result<void, Reason>> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const names = await readdir(path);
    const ours = names.length === 0 || names.some((name) => marks.includes(name));
    if (ours && process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o700);
    for (const folder of folders) await mkdir(resolve(path, folder), { recursive: true, mode: 0o700 });
    return ok(undefined);
  } catch (error) {
    const code = fileErrorCode(error);
    const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS';
    if (code === null) throw error;
    return failed({ code: full ? 'host.disk-full' : 'host.data-gone', params: { dataDir: path } });
  }
}
