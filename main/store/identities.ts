/**
 * What links prove themselves with: `links/<id>.db`, one SQLite file per link, each value sealed under the data key with
 * its link, kind and id bound in. Not part of the store and never in a backup: a session that is rolled back is broken.
 *
 * A file is made beside its final name and renamed when it is whole, so one that is empty, short or of another shape was
 * damaged. Nothing is made anew in its place, and nothing at all where the data directory is gone.
 */
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../gateway/clock.ts';
import {
  IdentityDamaged,
  type IdentityFile,
  type IdentityFiles,
  type IdentityRow,
  type StoredIdentityRow,
} from '../gateway/identity-file.ts';
import { describeError, type Log } from '../gateway/log.ts';
import type { SecretBox } from '../gateway/secrets.ts';
import { StorageTrouble } from '../gateway/storage.ts';
import type { LinkId, Millis, Reason } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { fileErrorCode } from './atomic-file.ts';
import { bytes, integer, text } from './columns.ts';
import {
  isDamage,
  isDiskRefusal,
  openConnection,
  sqlite,
  sqliteCode,
  type Connection,
  type SqlRow,
} from './database.ts';
import { rememberPlace } from './presence.ts';

export interface IdentityFilesOptions {
  readonly dataDir: string;
  /** The data key's own, not one that notes every value for the log: there are thousands. */
  readonly box: SecretBox;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with each connection that was opened. */
  readonly onConnection?: ((connection: Connection) => void) | undefined;
}

/** In `user_version`; a file of a later shape is not touched. */
const shape = 1;
/** Ours, in `application_id`: "PLid". */
const application = 0x504c6964;
/** Half a MiB of pages in the log, then it is emptied by whoever writes: some milliseconds. */
const checkpointPages = 128;
const cacheKib = 512;
/** Somebody may have a look with a shell of their own; the event loop stands still meanwhile. */
const busyTimeout: Millis = 500;

const schema = `
  CREATE TABLE row (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (kind, id)
  ) STRICT;
  PRAGMA application_id = ${String(application)};
  PRAGMA user_version = ${String(shape)};
`;
const put =
  'INSERT INTO row (kind, id, sealed, at) VALUES ($kind, $id, $sealed, $at) ' +
  'ON CONFLICT (kind, id) DO UPDATE SET sealed = excluded.sealed, at = excluded.at';
/** Ids are looked for one by one; where there are more, a statement for the kind is cheaper to have than thousands. */
const one = 'SELECT id, sealed, at FROM row WHERE kind = ? AND id = ?';
const every = 'SELECT id, sealed, at FROM row WHERE kind = ? ORDER BY seq';

/** Ids of links are names of files: nothing that leads elsewhere is taken for one. */
const plainId = /^[\w-]{1,64}$/;
const beside = ['-wal', '-shm', '-journal'] as const;

class File implements IdentityFile {
  readonly #link: LinkId;
  readonly #connection: Connection;
  readonly #options: IdentityFilesOptions;
  readonly #inPlace: () => boolean;
  #closed = false;

  constructor(link: LinkId, path: string, connection: Connection, options: IdentityFilesOptions) {
    this.#link = link;
    this.#connection = connection;
    this.#options = options;
    this.#inPlace = rememberPlace(path);
  }

  get(kind: string, ids: readonly string[]): ReadonlyMap<string, string> {
    return this.#meaning(() => {
      const found = new Map<string, string>();
      for (const id of ids) {
        const row = this.#connection.get(one, [kind, id]);
        if (row !== undefined) found.set(id, this.#opened(kind, row).value);
      }
      return found;
    });
  }

  all(kind: string): readonly StoredIdentityRow[] {
    return this.#meaning(() => this.#connection.all(every, [kind]).map((row) => this.#opened(kind, row)));
  }

  set(rows: readonly IdentityRow[]): void {
    const at = this.#options.clock.now();
    this.#write(() => {
      for (const { kind, id, value } of rows) {
        if (value === null) this.#connection.run('DELETE FROM row WHERE kind = ? AND id = ?', [kind, id]);
        else this.#connection.run(put, { kind, id, at, sealed: this.#options.box.seal(this.#name(kind, id), value) });
      }
    });
  }

  prune(kind: string, before: Millis): void {
    this.#write(() => void this.#connection.run('DELETE FROM row WHERE kind = ? AND at < ?', [kind, before]));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.close();
  }

  #name(kind: string, id: string): string {
    return `identity/${this.#link}/${kind}/${id}`;
  }

  #opened(kind: string, row: SqlRow): StoredIdentityRow {
    const id = text(row, 'id');
    const value = this.#options.box.open(this.#name(kind, id), bytes(row, 'sealed'));
    if (value === null) throw new IdentityDamaged(`a row of kind ${kind} cannot be opened`);
    return { id, value, at: integer(row, 'at') };
  }

  #write(work: () => void): void {
    // An open file that was moved goes on working, and what is written then is lost to whoever starts next.
    if (!this.#inPlace()) throw new StorageTrouble(this.#reason('host.data-gone'), new Error('the file is not there'));
    this.#meaning(() => {
      this.#connection.run('BEGIN IMMEDIATE');
      try {
        work();
        this.#connection.run('COMMIT');
      } catch (error) {
        // After some errors of the disk SQLite has rolled back by itself.
        if (this.#connection.inTransaction) this.#connection.run('ROLLBACK');
        throw error;
      }
    });
  }

  #meaning<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (isDamage(error)) throw new IdentityDamaged('the file is damaged', { cause: error });
      // A lock that somebody else holds passes, like a full disk: what was to be written is offered again.
      if (!isDiskRefusal(error) && sqliteCode(error) !== sqlite.busy) throw error;
      throw new StorageTrouble(this.#reason(this.#inPlace() ? 'host.disk-full' : 'host.data-gone'), error);
    }
  }

  #reason(code: 'host.disk-full' | 'host.data-gone'): Reason {
    return { code, params: { dataDir: this.#options.dataDir } };
  }
}

class Folder implements IdentityFiles {
  readonly #options: IdentityFilesOptions;

  constructor(options: IdentityFilesOptions) {
    this.#options = options;
  }

  #path(link: LinkId): string {
    if (!plainId.test(link)) throw new Error(`not the id of a link: ${link}`);
    return join(this.#options.dataDir, 'links', `${link}.db`);
  }

  open(link: LinkId): Result<IdentityFile, Reason> {
    const path = this.#path(link);
    try {
      this.#prepareFolder();
      if (!existsSync(path)) this.#make(path);
      const connection = opened(path);
      this.#options.onConnection?.(connection);
      return ok(new File(link, path, connection, this.#options));
    } catch (error) {
      const reason = this.#meaning(error);
      if (reason === null) throw error;
      this.#options.log.write('error', 'identity.not-opened', {
        link,
        reason: reason.code,
        error: describeError(error),
      });
      return failed(reason);
    }
  }

  async remove(link: LinkId): Promise<void> {
    const path = this.#path(link);
    // The file itself first: a log without its file is cleared away before a new file is made.
    for (const name of [path, ...beside.map((ending) => path + ending), `${path}.new`]) await rm(name, { force: true });
  }

  /** Only the last folder is made: without the data directory there is nowhere to put anything. */
  #prepareFolder(): void {
    const folder = join(this.#options.dataDir, 'links');
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    if (process.platform !== 'win32' && (statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
  }

  #make(path: string): void {
    const partial = `${path}.new`;
    for (const name of [partial, ...beside.flatMap((ending) => [partial + ending, path + ending])]) {
      rmSync(name, { force: true });
    }
    const connection = openConnection(partial, { synchronous: 'full', busyTimeout, cacheKib });
    try {
      connection.exec('PRAGMA journal_mode = DELETE');
      connection.exec(`BEGIN; ${schema} COMMIT`);
    } finally {
      connection.close();
    }
    renameSync(partial, path);
  }

  #meaning(error: unknown): Reason | null {
    const params = { dataDir: this.#options.dataDir };
    if (error instanceof IdentityDamaged || isDamage(error)) return { code: 'link.identity-damaged' };
    const code = fileErrorCode(error) ?? '';
    if (!existsSync(this.#options.dataDir)) return { code: 'host.data-gone', params };
    if (isDiskRefusal(error) || sqliteCode(error) === sqlite.busy) return { code: 'host.disk-full', params };
    if (['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES', 'EPERM'].includes(code))
      return { code: 'host.disk-full', params };
    return ['ENOENT', 'ENOTDIR'].includes(code) ? { code: 'host.data-gone', params } : null;
  }
}

/** Opens a file that is there, once it has proved to be one of ours and whole. */
function opened(path: string): Connection {
  // SQLite takes an empty file for a new database.
  if (statSync(path).size === 0) throw new IdentityDamaged('the file is empty');
  const connection = openConnection(path, { synchronous: 'full', mustExist: true, busyTimeout, cacheKib });
  try {
    const answer = (pragma: string): unknown => Object.values(connection.get(`PRAGMA ${pragma}`) ?? {})[0];
    if (answer('application_id') !== application || answer('user_version') !== shape) {
      throw new IdentityDamaged('the file is not an identity of this shape');
    }
    const verdict = answer('quick_check(1)');
    if (verdict !== 'ok') throw new IdentityDamaged(String(verdict));
    connection.exec(`PRAGMA wal_autocheckpoint = ${String(checkpointPages)}; PRAGMA journal_size_limit = 1048576`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Opens and removes the identities in `dataDir`; see {@link IdentityFiles}. */
export function createIdentityFiles(options: IdentityFilesOptions): IdentityFiles {
  return new Folder(options);
}
