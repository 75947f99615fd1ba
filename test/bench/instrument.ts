/*
 * Loaded into the built host with `--import`, where a row needs to see or slow down what the product does not tell.
 * It stands at the border to SQLite, so nothing in the product has to know of a bench:
 *
 *   every COMMIT on a connection with synchronous = FULL is counted, and takes PORCHLIGHT_BENCH_COMMIT_MS longer
 *   a message `counters` is answered with the counts, `memory` (with --expose-gc) with sizes after a forced collection
 */
import { DatabaseSync, StatementSync } from 'node:sqlite';

/** What the host answers over its channel. */
export interface InstrumentCounters {
  /** Commits at FULL, and those of the other connection. */
  readonly full: number;
  readonly normal: number;
}

export interface InstrumentMemory {
  /** MiB, after the collection. */
  readonly rss: number;
  readonly heap: number;
  readonly outside: number;
}

const slower = Number(process.env['PORCHLIGHT_BENCH_COMMIT_MS'] ?? '0');
const sleeper = new Int32Array(new SharedArrayBuffer(4));
const fullOnes = new WeakSet<DatabaseSync>();
const commits = new WeakMap<StatementSync, DatabaseSync>();
const counts = { full: 0, normal: 0 };
const { exec, prepare } = DatabaseSync.prototype;
const { run } = StatementSync.prototype;

DatabaseSync.prototype.exec = function (sql) {
  if (/synchronous\s*=\s*full/i.test(sql)) fullOnes.add(this);
  exec.call(this, sql);
};

DatabaseSync.prototype.prepare = function (...args) {
  const statement = prepare.apply(this, args);
  if (args[0].trim().toUpperCase() === 'COMMIT') commits.set(statement, this);
  return statement;
};

StatementSync.prototype.run = function (this: StatementSync, ...args: Parameters<typeof run>) {
  const database = commits.get(this);
  if (database !== undefined) {
    const full = fullOnes.has(database);
    counts[full ? 'full' : 'normal'] += 1;
    if (full && slower > 0) Atomics.wait(sleeper, 0, 0, slower);
  }
  return run.apply(this, args);
};

function memory(): InstrumentMemory {
  // Twice: what the first collection lets go may hold on to buffers that only the second one frees.
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const mib = 1024 * 1024;
  return { rss: rss / mib, heap: heapUsed / mib, outside: external / mib };
}

process.on('message', (asked) => {
  if (asked === 'counters') process.send?.({ ...counts });
  if (asked === 'memory') process.send?.(memory());
});
process.channel?.unref();
