/** How the newest rows of a table with a state and a reason ended. */
import type { EndingCount } from '../gateway/tables/turns.ts';
import { integer, reasonFrom, text } from './columns.ts';
import type { Sql } from './database.ts';

/** Looks at `limit` rows and no more, however many there are. */
export function endingsOf(sql: Sql, table: 'turn' | 'tool_call', limit: number): readonly EndingCount[] {
  const newest = `SELECT state, iif(json_valid(reason), json_extract(reason, '$.code'), NULL) AS code, reason FROM ${table} ORDER BY number DESC LIMIT ?`;
  const counts = `SELECT state, max(reason) AS reason, count(*) AS n FROM (${newest}) GROUP BY state, code ORDER BY n DESC, state, code`;
  return sql.all(counts, [limit]).map((row) => ({
    state: text(row, 'state'),
    code: reasonFrom(row, 'reason')?.code ?? null,
    count: integer(row, 'n'),
  }));
}
