/**
 * Copies of the database in `backups/`: daily (the newest seven stay), on demand, and before each migration. A copy is
 * made beside its final name and checked before it gets it, so that every file called `porchlight-….db` was good once.
 */
import { constants } from 'node:fs';
import { copyFile, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../gateway/clock.ts';
import { describeError, type Log } from '../gateway/log.ts';
import type { Millis } from '../gateway/types.ts';
import { fileErrorCode } from './atomic-file.ts';
import { openConnection } from './database.ts';
import type { HeavyWorker } from './heavy-worker.ts';

const kept = 7;
const keptBeforeMigration = 3;
const day: Millis = 86_400_000;
/** Not in the first minutes, when everything else starts; then looked at every hour. */
const firstLook: Millis = 10 * 60_000;
const lookEvery: Millis = 60 * 60_000;

const pattern = /^porchlight-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)(-v\d+)?\.db$/;

export interface BackupInfo {
  /** The file's name in `backups/`. */
  readonly name: string;
  readonly at: Millis;
  /** Made before a migration. */
  readonly beforeMigration: boolean;
}

export interface Backups {
  /** Newest first. */
  list(): Promise<readonly BackupInfo[]>;
  /** Makes one now. */
  make(): Promise<BackupInfo>;
  /** What SQLite finds wrong with one of them; null when it is whole. */
  check(name: string): Promise<string | null>;
}

export const backupFolder = (dataDir: string): string => join(dataDir, 'backups');

/** A moment as part of a file name on every system: colons and dots become dashes. */
export function stamp(at: Millis): string {
  return new Date(at).toISOString().replaceAll(/[:.]/g, '-');
}

function infoOf(name: string): BackupInfo | null {
  const match = pattern.exec(name);
  const stamped = match?.[1];
  if (!match || stamped === undefined) return null;
  const iso = stamped.replace(/T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z$/, 'T$1:$2:$3.$4Z');
  const at = Date.parse(iso);
  return Number.isNaN(at) ? null : { name, at, beforeMigration: match[2] !== undefined };
}

/** Newest first. A directory that is not there holds none. */
export async function listBackups(dataDir: string): Promise<readonly BackupInfo[]> {
  let names: readonly string[];
  try {
    names = await readdir(backupFolder(dataDir));
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
  return names.flatMap((name) => infoOf(name) ?? []).sort((a, b) => b.at - a.at);
}

/** Only what was made in the same way is counted: a week of daily ones never pushes out the one before a migration. */
export async function pruneBackups(dataDir: string): Promise<void> {
  const all = await listBackups(dataDir);
  const daily = all.filter((backup) => !backup.beforeMigration).slice(kept);
  const migrations = all.filter((backup) => backup.beforeMigration).slice(keptBeforeMigration);
  for (const { name } of [...daily, ...migrations]) await rm(join(backupFolder(dataDir), name), { force: true });
}

/** `write` puts a checked copy at the path it is given, which does not exist yet. */
export async function makeBackup(
  dataDir: string,
  at: Millis,
  version: number | null,
  write: (target: string) => Promise<unknown>,
): Promise<BackupInfo> {
  const name = `porchlight-${stamp(at)}${version === null ? '' : `-v${String(version)}`}.db`;
  const target = join(backupFolder(dataDir), name);
  const partial = `${target}.partial`;
  await rm(partial, { force: true });
  try {
    await write(partial);
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await pruneBackups(dataDir);
  return { name, at, beforeMigration: version !== null };
}

/** The newest backup that SQLite finds whole; null when there is none. */
export async function newestGoodBackup(dataDir: string, worker: HeavyWorker): Promise<BackupInfo | null> {
  for (const backup of await listBackups(dataDir)) {
    const fault = await worker.ask({ kind: 'check', path: join(backupFolder(dataDir), backup.name) });
    if (fault === null) return backup;
  }
  return null;
}

/**
 * Puts a backup in the place of the database, which is kept aside as `porchlight.damaged-<time>.db` with its log.
 * The next start sets everything unfinished in it to `held`. Only for the holder of the directory's lock, with the
 * store closed. Throws when the backup is not there or the disk refuses; the database is then where it was.
 */
export async function restoreBackup(dataDir: string, name: string, at: Millis): Promise<void> {
  if (!infoOf(name)) throw new Error(`not the name of a backup: ${name}`);
  const path = join(dataDir, 'porchlight.db');
  const incoming = `${path}.restoring`;
  await rm(incoming, { force: true });
  await copyFile(join(backupFolder(dataDir), name), incoming, constants.COPYFILE_EXCL);
  const copy = openConnection(incoming, { synchronous: 'full', busyTimeout: 0, cacheKib: 1024 });
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
    copy.run("INSERT INTO meta (key, value) VALUES ('restored', ?) ON CONFLICT DO UPDATE SET value = excluded.value", [
      at,
    ]);
  } finally {
    copy.close();
  }
  const aside = join(dataDir, `porchlight.damaged-${stamp(at)}.db`);
  for (const suffix of ['-wal', '-shm', '']) {
    try {
      await rename(path + suffix, aside + suffix);
    } catch (error) {
      if (fileErrorCode(error) !== 'ENOENT') throw error;
    }
  }
  await rename(incoming, path);
  await syncFolder(dataDir);
}

/** Makes renames durable; Windows cannot open folders and needs it not. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes a backup when the newest is a day old and `writes` has risen since. Ends when disposed of. */
export function scheduleBackups(backups: Backups, writes: () => number, clock: Clock, log: Log): Disposable {
  let timer: Disposable | null = null;
  let disposed = false;
  let saved = 0;
  const look = async (): Promise<void> => {
    try {
      const newest = (await backups.list()).find((backup) => !backup.beforeMigration);
      const now = writes();
      if (now > saved && (!newest || clock.now() - newest.at >= day)) {
        const made = await backups.make();
        saved = now;
        log.write('info', 'backup.made', { name: made.name });
      }
    } catch (error) {
      log.write('error', 'backup.failed', { error: describeError(error) });
    }
    arm(lookEvery);
  };
  const arm = (delay: Millis): void => {
    if (!disposed) timer = clock.after(delay, () => void look());
  };
  arm(firstLook);
  return {
    [Symbol.dispose]() {
      disposed = true;
      timer?.[Symbol.dispose]();
    },
  };
}
