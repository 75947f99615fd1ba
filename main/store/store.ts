/**
 * The store as a whole: opens `porchlight.db` in a data directory this process holds the lock of, migrates it, and
 * joins the parts. Start: two connections (FULL and NORMAL), migrations with a backup before them, after a restore
 * everything unfinished is held. Nothing heavy runs before it resolves: an integrity check after an unclean end, daily
 * backups and checkpoints are the worker's, later.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Ids } from '../gateway/clock.ts';
import { describeError, type Log } from '../gateway/log.ts';
import type { Storage } from '../gateway/storage.ts';
import type { Reason } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { createFileStore, type FileStore } from './attachments.ts';
import { backupFolder, listBackups, makeBackup, newestGoodBackup, scheduleBackups, type Backups } from './backups.ts';
import { integer } from './columns.ts';
import { isDamage, isDiskRefusal, openConnection, type Connection, type Sql } from './database.ts';
import { createGroupCommit, type CommitCounters } from './group-commit.ts';
import { createHeavyWorker, type HeavyWorker } from './heavy-worker.ts';
import { migrate } from './migrate.ts';
import { holdAfterRestore } from './restored.ts';
import { searchMessages } from './search.ts';
import { createTables, type StoreTables } from './tables.ts';
import { watchTrouble, type Trouble } from './trouble.ts';
import { tidyHourly } from './tidy.ts';
import { checkLater, watchWriteAheadLog } from './upkeep.ts';

export interface StoreOptions {
  /** Made ready by `prepareDataDirectory`, its lock held by this process. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Bytes for all attachments together; see `roomForFiles`. */
  readonly roomForFiles?: number;
  /** Called right before each COMMIT at FULL. */
  readonly beforeCommit?: () => void;
  /** Called with each of the two connections before anything runs on it. */
  readonly onConnection?: (connection: Connection, kind: 'full' | 'normal') => void;
}

export interface Store extends Storage {
  readonly files: FileStore;
  readonly backups: Backups;
  readonly counters: CommitCounters;
  /** Sealed secrets, apart from the data key's own check value. */
  countSecrets(): number;
  /** Whether this start stood on a restored backup, so that everything unfinished was held. */
  readonly restored: boolean;
  /** Writes what is queued, ends the worker, empties the write-ahead log into the database and closes it. */
  close(): Promise<void>;
}

/** The name under which `data-key.ts` keeps its check value among the secrets. */
export const keyCheckName = 'data-key/check';

const tableNames = [
  'link',
  'address',
  'group_chat',
  'conversation',
  'message',
  'attachment',
  'words_piece',
  'turn',
  'step',
  'tool_call',
  'tool_permission',
  'summary',
  'frame',
  'schedule',
  'schedule_run',
  'persona',
  'cap',
  'delivery',
  'part',
  'usage',
  'usage_hour',
  'reservation',
  'fact',
  'secret',
  'mcp_server',
];

interface Opened {
  readonly full: Connection;
  readonly normal: Connection;
  readonly restored: boolean;
  /** The last process did not close the database. */
  readonly unclean: boolean;
}

async function openBoth(path: string, options: StoreOptions): Promise<Result<Opened, Reason>> {
  const unclean = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const full = openConnection(path, { synchronous: 'full', busyTimeout: 250, cacheKib: 4096 });
  let normal: Connection | null = null;
  try {
    options.onConnection?.(full, 'full');
    const migrated = await migrate(full, async (version) => {
      await makeBackup(options.dataDir, options.clock.now(), version, (target) => full.copyTo(target));
    });
    if (!migrated.ok) {
      full.close();
      return migrated;
    }
    // Touches each table once, so that gross damage is found before anything is accepted.
    for (const table of tableNames) full.get(`SELECT 1 FROM ${table} LIMIT 1`);
    const restored = holdAfterRestore(full, options.clock.now());
    normal = openConnection(path, { synchronous: 'normal', busyTimeout: 250, cacheKib: 1024 });
    options.onConnection?.(normal, 'normal');
    return ok({ full, normal, restored, unclean });
  } catch (error) {
    normal?.close();
    full.close();
    throw error;
  }
}

/**
 * Failures: `host.database-damaged` with the newest good backup in `name` (none there: without it), to be given to
 * `restoreBackup`; `host.database-newer`; `host.disk-full`. A failed opening loses nothing that is on disk.
 */
export async function openStore(options: StoreOptions): Promise<Result<Store, Reason>> {
  const { dataDir, clock, log } = options;
  const path = join(dataDir, 'porchlight.db');
  const worker = createHeavyWorker({ path }, clock, log);
  try {
    const opened = await openBoth(path, options);
    return opened.ok ? ok(assemble(path, options, opened.value, worker)) : opened;
  } catch (error) {
    log.write('error', 'store.open-failed', { error: describeError(error) });
    if (isDiskRefusal(error)) return failed({ code: 'host.disk-full', params: { dataDir } });
    if (!isDamage(error)) throw error;
    const good = await newestGoodBackup(dataDir, worker);
    await worker.close();
    return failed({ code: 'host.database-damaged', params: good ? { dataDir, name: good.name } : { dataDir } });
  }
}

/** Reads of what is committed: writing throws, and damage found while reading becomes the store's trouble. */
function readOnly(connection: Connection, trouble: Trouble): Sql {
  const guarded = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw trouble.from(error) ?? error;
    }
  };
  return {
    run() {
      throw new Error('`read` does not write: use commit or note');
    },
    get: (sql, params) => guarded(() => connection.get(sql, params)),
    all: (sql, params) => guarded(() => connection.all(sql, params)),
  };
}

/** A real durable write of 64 KiB, so that a disk with a few bytes left is not taken for a good one. */
function probe(connection: Connection): void {
  if (connection.inTransaction) connection.run('ROLLBACK');
  connection.run(
    "INSERT INTO meta (key, value) VALUES ('probe', zeroblob(65536)) ON CONFLICT DO UPDATE SET value = excluded.value",
  );
  connection.run("DELETE FROM meta WHERE key = 'probe'");
}

function createBackups({ dataDir, clock }: StoreOptions, worker: HeavyWorker): Backups {
  return {
    list: () => listBackups(dataDir),
    make: () => makeBackup(dataDir, clock.now(), null, (target) => worker.ask({ kind: 'backup', target })),
    check: (name) => worker.ask({ kind: 'check', path: join(backupFolder(dataDir), name) }),
  };
}

function assemble(path: string, options: StoreOptions, opened: Opened, worker: HeavyWorker): Store {
  const { dataDir, clock, ids, log } = options;
  const { full, normal } = opened;
  const trouble = watchTrouble(path, () => probe(full), clock, log);
  const queue = createGroupCommit({
    full,
    normal,
    trouble,
    clock,
    beforeCommit: options.beforeCommit,
    afterTransaction: watchWriteAheadLog(path, worker, log),
  });
  const read: StoreTables = createTables(readOnly(full, trouble));
  const backups = createBackups(options, worker);
  const files = createFileStore({
    folder: join(dataDir, 'attachments'),
    commit: (work) => queue.add(true, work),
    read,
    clock,
    ids,
    log,
    room: options.roomForFiles,
  });
  const upkeep = [
    scheduleBackups(backups, () => queue.counters.commits, clock, log),
    tidyHourly({ note: (work) => queue.add(false, work), read, files, clock, log }),
    trouble,
  ];
  if (opened.unclean) upkeep.push(checkLater(worker, trouble, clock, log));
  const close = async (): Promise<void> => {
    queue.close();
    for (const task of upkeep) task[Symbol.dispose]();
    await worker.close();
    normal.close();
    full.close();
  };
  let closing: Promise<void> | null = null;
  return {
    commit: (work) => queue.add(true, work),
    note: (work) => queue.add(false, work),
    read,
    trouble: trouble.state,
    search: (query, limit, signal, link) => searchMessages(worker, trouble, query, limit, signal, link ?? null),
    exportPiece: (request) => worker.ask({ kind: 'export', request }),
    files,
    backups,
    get counters() {
      return queue.counters;
    },
    countSecrets: () =>
      integer(full.get('SELECT count(*) AS n FROM secret WHERE name <> ?', [keyCheckName]) ?? { n: 0 }, 'n'),
    restored: opened.restored,
    close: () => (closing ??= close()),
  };
}
