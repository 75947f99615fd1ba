/**
 * Numbered migrations, each in a transaction of its own; `user_version` says how far a database is. Before the first
 * one that changes an existing database a backup is made. A database of a newer program is left untouched.
 */
import type { Reason } from '../gateway/types.ts';
import { failed, ok, type Result } from '../lib/result.ts';
import { integer } from './columns.ts';
import type { Connection } from './database.ts';
import { begin } from './migrations/001-begin.ts';
import { telegramWhole } from './migrations/002-telegram-whole.ts';
import { whatsapp } from './migrations/003-whatsapp.ts';
import { agent } from './migrations/004-agent.ts';
import { forwarded } from './migrations/005-forwarded.ts';
import { askedBy } from './migrations/006-asked-by.ts';
import { wordsOfFiles } from './migrations/007-words-of-files.ts';

/** The SQL of each step: the first one makes version 1 of an empty database. */
export const migrations: readonly string[] = [begin, telegramWhole, whatsapp, agent, forwarded, askedBy, wordsOfFiles];

export function schemaVersion(connection: Connection): number {
  return integer(connection.get('PRAGMA user_version') ?? {}, 'user_version');
}

/**
 * Brings the database up to the newest version. `backUp` is called with the version found, before anything changes and
 * only when there is something to lose. Answers how many steps ran; throws SQLite's errors.
 */
export async function migrate(
  connection: Connection,
  backUp: (version: number) => Promise<void>,
  steps: readonly string[] = migrations,
): Promise<Result<number, Reason>> {
  const found = schemaVersion(connection);
  if (found > steps.length) return failed({ code: 'host.database-newer' });
  if (found > 0 && found < steps.length) await backUp(found);
  for (const [index, step] of steps.entries()) {
    if (index < found) continue;
    connection.exec('BEGIN IMMEDIATE');
    try {
      connection.exec(step);
      connection.exec(`PRAGMA user_version = ${String(index + 1)}`);
      connection.exec('COMMIT');
    } catch (error) {
      if (connection.inTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  }
  return ok(steps.length - found);
}
