/**
 * All writes asked for in the same turn of the event loop share one transaction.
 *
 * A batch with at least one durable job runs on the FULL connection, notes included: their order is kept and the note
 * costs nothing of its own. A batch of notes alone runs at NORMAL. Each job has its own savepoint, so that one that
 * throws undoes only itself. Promises settle after COMMIT. A failure of the disk fails the whole batch with
 * `StorageTrouble`; a lock held by another program (someone's sqlite3 shell) only delays it.
 */
import type { Clock } from '../gateway/clock.ts';
import { StorageTrouble } from '../gateway/storage.ts';
import type { Millis } from '../gateway/types.ts';
import { sqlite, sqliteCode, type Connection, type Sql } from './database.ts';
import { createTables, type StoreTables } from './tables.ts';
import type { Trouble } from './trouble.ts';

/** Jobs of one transaction: a burst larger than this lets the event loop breathe in between. */
const batchLimit = 500;
const lockedRetry: Millis = 50;

export interface CommitCounters {
  /** Transactions at FULL. */
  readonly commits: number;
  /** Transactions at NORMAL. */
  readonly notes: number;
  /** Jobs run in all of them. */
  readonly jobs: number;
}

export interface GroupCommit {
  add<T>(durable: boolean, work: (tables: StoreTables) => T): Promise<T>;
  readonly counters: CommitCounters;
  /** Runs what is queued and takes no more. */
  close(): void;
}

export interface GroupCommitOptions {
  readonly full: Connection;
  readonly normal: Connection;
  readonly trouble: Trouble;
  readonly clock: Clock;
  /** Called right before each COMMIT at FULL. */
  readonly beforeCommit?: (() => void) | undefined;
  /** Called after each transaction of either kind. */
  readonly afterTransaction?: (() => void) | undefined;
}

interface Job {
  readonly durable: boolean;
  run(tables: StoreTables): void;
  done(): void;
  fail(error: unknown): void;
}

/** One connection's tables, usable while its transaction is open. */
class Side {
  readonly connection: Connection;
  readonly tables: StoreTables;
  #open = false;

  constructor(connection: Connection) {
    this.connection = connection;
    const guarded = <Args extends readonly unknown[], Out>(call: (...args: Args) => Out) => {
      return (...args: Args): Out => {
        if (!this.#open) throw new Error('the tables of a transaction were used after it ended');
        return call(...args);
      };
    };
    const sql: Sql = {
      run: guarded((text, params) => connection.run(text, params)),
      get: guarded((text, params) => connection.get(text, params)),
      all: guarded((text, params) => connection.all(text, params)),
    };
    this.tables = createTables(sql);
  }

  begin(): void {
    this.connection.run('BEGIN IMMEDIATE');
    this.#open = true;
  }

  commit(): void {
    this.#open = false;
    this.connection.run('COMMIT');
  }

  /** SQLite has already rolled back by itself after some errors of the disk. */
  rollback(): void {
    this.#open = false;
    if (this.connection.inTransaction) this.connection.run('ROLLBACK');
  }
}

class Queue implements GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #full: Side;
  readonly #normal: Side;
  readonly #jobs: Job[] = [];
  #scheduled = false;
  #closed = false;
  #commits = 0;
  #notes = 0;
  #ran = 0;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#full = new Side(options.full);
    this.#normal = new Side(options.normal);
  }

  get counters(): CommitCounters {
    return { commits: this.#commits, notes: this.#notes, jobs: this.#ran };
  }

  add<T>(durable: boolean, work: (tables: StoreTables) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) {
        reject(new StorageTrouble({ code: 'host.stopping' }, new Error('the store is closed')));
        return;
      }
      let settle = (): void => reject(new Error('the job was not run'));
      this.#jobs.push({
        durable,
        run(tables) {
          const value = work(tables);
          settle = () => resolve(value);
        },
        done: () => settle(),
        fail: reject,
      });
      this.#schedule();
    });
  }

  /** After the poll phase: whatever arrived in this turn of the loop, on whichever socket, is in the batch. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#flush();
    });
  }

  #flush(): void {
    const batch = this.#jobs.splice(0, batchLimit);
    if (batch.length === 0) return;
    if (this.#jobs.length > 0) this.#schedule();
    const present = this.#options.trouble.present();
    if (present) {
      const error = new StorageTrouble(present, new Error('the store is in trouble'));
      for (const job of batch) job.fail(error);
      return;
    }
    const durable = batch.some((job) => job.durable);
    const side = durable ? this.#full : this.#normal;
    try {
      side.begin();
    } catch (error) {
      if (sqliteCode(error) === sqlite.busy && !this.#closed) this.#again(batch);
      else this.#lose(batch, error);
      return;
    }
    this.#transact(batch, side, durable);
  }

  /** Someone else holds the write lock: nothing was run, so the batch waits at the head of the queue. */
  #again(batch: readonly Job[]): void {
    this.#jobs.unshift(...batch);
    this.#options.clock.after(lockedRetry, () => {
      if (!this.#closed) this.#schedule();
    });
  }

  #transact(batch: readonly Job[], side: Side, durable: boolean): void {
    const failures = new Map<Job, unknown>();
    try {
      for (const job of batch) {
        const failure = this.#runJob(job, side);
        if (failure) failures.set(job, failure.error);
      }
      if (failures.size === batch.length) side.rollback();
      else {
        if (durable) this.#options.beforeCommit?.();
        side.commit();
        if (durable) this.#commits += 1;
        else this.#notes += 1;
      }
    } catch (error) {
      side.rollback();
      this.#lose(batch, error);
      return;
    }
    this.#ran += batch.length;
    for (const job of batch) {
      if (failures.has(job)) job.fail(failures.get(job));
      else job.done();
    }
    this.#options.afterTransaction?.();
  }

  /** Null when it went well. Throws only what ends the whole transaction: the disk's failures. */
  #runJob(job: Job, side: Side): { readonly error: unknown } | null {
    side.connection.run('SAVEPOINT job');
    try {
      job.run(side.tables);
      side.connection.run('RELEASE job');
      return null;
    } catch (error) {
      if (this.#options.trouble.from(error)) throw error;
      side.connection.run('ROLLBACK TO job');
      side.connection.run('RELEASE job');
      return { error };
    }
  }

  #lose(batch: readonly Job[], error: unknown): void {
    const failure = this.#options.trouble.from(error) ?? error;
    for (const job of batch) job.fail(failure);
  }

  close(): void {
    if (this.#closed) return;
    while (this.#jobs.length > 0) {
      const before = this.#jobs.length;
      this.#flush();
      if (this.#jobs.length >= before) break;
    }
    this.#closed = true;
    const error = new StorageTrouble({ code: 'host.stopping' }, new Error('the store was closed'));
    for (const job of this.#jobs.splice(0)) job.fail(error);
  }
}

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  return new Queue(options);
}
