/**
 * Which backup the next start puts in the place of the database: its name in the file `restore-next` of the data
 * directory. The running process cannot change the database under itself, so it leaves a note and the next start,
 * which has not opened it yet, follows it. The note goes once it was followed or could not be: a start never depends
 * on it, and one that is cut short follows it again.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, type Log } from '../gateway/log.ts';
import type { Millis, Reason } from '../gateway/types.ts';
import { fileErrorCode, replaceFile } from './atomic-file.ts';
import { listBackups, restoreBackup } from './backups.ts';

const noteOf = (dataDir: string): string => join(dataDir, 'restore-next');

/** Null when nothing is planned. Throws when the disk refuses. */
export function plannedRestore(dataDir: string): string | null {
  try {
    return readFileSync(noteOf(dataDir), 'utf8').trim() || null;
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Null takes the plan back. Throws when the disk refuses. */
export function planRestore(dataDir: string, name: string | null): void {
  if (name === null) rmSync(noteOf(dataDir), { force: true });
  else replaceFile(noteOf(dataDir), `${name}\n`);
}

/**
 * Follows the plan, if there is one; to be called by the holder of the lock before the store is opened. What could not
 * be done is the answer, for the owner: the database is then where it was.
 */
export async function followRestorePlan(dataDir: string, now: Millis, log: Log): Promise<Reason | null> {
  const name = plannedRestore(dataDir);
  if (name === null) return null;
  try {
    const known = (await listBackups(dataDir)).some((backup) => backup.name === name);
    if (!known) throw new Error('there is no such backup');
    await restoreBackup(dataDir, name, now);
    log.write('info', 'backup.restored', { name });
    planRestore(dataDir, null);
    return null;
  } catch (error) {
    log.write('error', 'backup.not-restored', { name, error: describeError(error) });
    planRestore(dataDir, null);
    return { code: 'host.restore-failed', params: { name } };
  }
}
