/** The backups as the owner sees them: what there is, one more, and which one the next start is to stand on. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../gateway/log.ts';
import type { Reason } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { fileErrorCode } from './atomic-file.ts';
import { backupFolder, type BackupInfo, type Backups } from './backups.ts';
import { sqlite } from './database.ts';
import { JobFailed } from './heavy-worker.ts';
import { plannedRestore, planRestore } from './restore-plan.ts';

export interface SizedBackup extends BackupInfo {
  /** In bytes. */
  readonly size: number;
}

export interface BackupDesk {
  /** Newest first. */
  list(): Promise<{ readonly backups: readonly SizedBackup[]; readonly planned: string | null }>;
  /** `host.disk-full` when the disk refuses. */
  make(): Promise<Result<SizedBackup, Reason>>;
  /** `input.not-found`, and `host.backup-damaged` when SQLite does not find it whole; null takes the plan back. */
  plan(name: string | null): Promise<Result<void, Reason>>;
}

const diskRefuses: readonly (number | null)[] = [sqlite.full, sqlite.ioError, sqlite.readOnly, sqlite.cannotOpen];

export function createBackupDesk({
  dataDir,
  backups,
  log,
}: {
  readonly dataDir: string;
  readonly backups: Backups;
  readonly log: Log;
}): BackupDesk {
  return {
    async list() {
      const sized = await Promise.all((await backups.list()).map((backup) => sizeOf(dataDir, backup)));
      return { backups: sized.flatMap((backup) => backup ?? []), planned: plannedRestore(dataDir) };
    },
    async make() {
      try {
        const made = await backups.make();
        log.write('info', 'backup.made', { name: made.name });
        return ok((await sizeOf(dataDir, made)) ?? { ...made, size: 0 });
      } catch (error) {
        if (!isDiskRefusal(error)) throw error;
        return failed({ code: 'host.disk-full', params: { dataDir } });
      }
    },
    async plan(name) {
      if (name !== null) {
        const known = (await backups.list()).some((backup) => backup.name === name);
        if (!known) return failed({ code: 'input.not-found', params: { name } });
        const fault = await backups.check(name);
        if (fault !== null) {
          log.write('warn', 'backup.damaged', { name, error: fault });
          return failed({ code: 'host.backup-damaged', params: { name } });
        }
      }
      planRestore(dataDir, name);
      log.write('info', 'backup.planned', { name });
      return ok(undefined);
    },
  };
}

/** Null when it went meanwhile: old ones make room for new ones. */
async function sizeOf(dataDir: string, backup: BackupInfo): Promise<SizedBackup | null> {
  try {
    return { ...backup, size: (await stat(join(backupFolder(dataDir), backup.name))).size };
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function isDiskRefusal(error: unknown): boolean {
  if (error instanceof JobFailed) return diskRefuses.includes(error.code);
  return ['ENOSPC', 'EROFS', 'EDQUOT'].includes(fileErrorCode(error) ?? '');
}
