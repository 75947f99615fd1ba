/**
 * Forgetting a conversation: every row that is about it goes in one transaction, deepest first (foreign keys are on).
 * What a call cost stays, without saying where it was made. The text index loses its entries through triggers at once;
 * its words stay in pages that nothing points at until `tidy.ts` has rewritten them. Costs about 20 µs a message.
 */
import { integer, text } from './columns.ts';
import type { Sql } from './database.ts';

/** Key in `meta`: how many repeated sends were counted in conversations that are forgotten. */
export const forgottenAgain = 'forgotten-again';
/** Key in `meta`: pages of the text index hold words of forgotten messages. */
export const indexStale = 'index-stale';

const messages = 'SELECT id FROM message WHERE conversation = $id';
const turns = 'SELECT id FROM turn WHERE conversation = $id';
const deliveries = `SELECT id FROM delivery WHERE conversation = $id OR turn IN (${turns})`;

const files = `SELECT DISTINCT file FROM attachment WHERE file IS NOT NULL AND message IN (${messages})`;
const keepCount =
  'INSERT INTO meta (key, value) ' +
  `SELECT $key, ifnull(sum(again), 0) FROM part WHERE again > 0 AND delivery IN (${deliveries}) ` +
  'ON CONFLICT (key) DO UPDATE SET value = value + excluded.value';
const markIndex = 'INSERT INTO meta (key, value) VALUES (?, 1) ON CONFLICT DO NOTHING';

const removals = [
  `DELETE FROM part WHERE delivery IN (${deliveries})`,
  `DELETE FROM delivery WHERE conversation = $id OR turn IN (${turns})`,
  `DELETE FROM tool_call WHERE conversation = $id OR turn IN (${turns})`,
  `DELETE FROM step WHERE turn IN (${turns})`,
  `DELETE FROM turn_input WHERE turn IN (${turns}) OR message IN (${messages})`,
  `DELETE FROM revision WHERE message IN (${messages})`,
  `DELETE FROM attachment WHERE message IN (${messages})`,
  'DELETE FROM message WHERE conversation = $id',
  'DELETE FROM summary WHERE conversation = $id',
  'DELETE FROM frame WHERE conversation = $id',
  'DELETE FROM turn WHERE conversation = $id',
  'UPDATE usage SET conversation = NULL, turn = NULL WHERE conversation = $id',
  'UPDATE reservation SET conversation = NULL, turn = NULL WHERE conversation = $id',
  "DELETE FROM cap WHERE scope = 'conversation' AND id = $id",
  'DELETE FROM schedule_run WHERE schedule IN (SELECT id FROM schedule WHERE conversation = $id)',
  'DELETE FROM schedule WHERE conversation = $id',
  'DELETE FROM conversation WHERE id = $id',
];

/** Answers the ids of the files that no attachment names any more; their rows are gone, their bytes still lie there. */
export function forgetConversation(sql: Sql, id: string): readonly string[] {
  const named = sql.all(files, { id }).map((row) => text(row, 'file'));
  sql.run(keepCount, { key: forgottenAgain, id });
  for (const removal of removals) sql.run(removal, { id });
  sql.run(markIndex, [indexStale]);
  const unused = named.filter(
    (file) => integer(sql.get('SELECT count(*) AS n FROM attachment WHERE file = ?', [file]) ?? { n: 0 }, 'n') === 0,
  );
  for (const file of unused) sql.run('DELETE FROM file WHERE id = ?', [file]);
  return unused;
}
