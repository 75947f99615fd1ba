/**
 * What follows from standing on a backup: the platforms and the people have moved on since it was made, so nothing
 * that was unfinished in it may run or go out by itself. The owner is asked instead.
 */
import type { Millis, Reason } from '../gateway/types.ts';
import type { Connection } from './database.ts';

const json = (reason: Reason): string => JSON.stringify(reason);

/**
 * In one transaction, once after a restore: unfinished messages and deliveries become `held`; turns that ran in it end
 * as interrupted and let go of their messages, so that "Answer now" can put them into a new turn; schedules make up for
 * nothing that was due before. True when it did.
 */
export function holdAfterRestore(connection: Connection, now: Millis): boolean {
  if (!connection.get("SELECT 1 FROM meta WHERE key = 'restored'")) return false;
  connection.run('BEGIN IMMEDIATE');
  try {
    connection.run("DELETE FROM turn_input WHERE turn IN (SELECT id FROM turn WHERE state = 'running')");
    connection.run(
      "UPDATE message SET state = 'held', reason = ?, turn = NULL WHERE state IN ('waiting', 'answering')",
      [json({ code: 'access.held' })],
    );
    connection.run("UPDATE delivery SET state = 'cancelled', settled_at = ? WHERE state = 'open'", [now]);
    connection.run("UPDATE delivery SET state = 'held', reason = ? WHERE state = 'ready'", [
      json({ code: 'delivery.held' }),
    ]);
    connection.run("UPDATE turn SET state = 'failed', reason = ?, ended_at = ? WHERE state = 'running'", [
      json({ code: 'turn.interrupted' }),
      now,
    ]);
    // Whether they ran since the backup was made, nobody knows any more.
    connection.run('UPDATE schedule SET handled = max(handled, ?)', [now]);
    connection.run("DELETE FROM meta WHERE key = 'restored'");
    connection.run('COMMIT');
  } catch (error) {
    if (connection.inTransaction) connection.run('ROLLBACK');
    throw error;
  }
  return true;
}
