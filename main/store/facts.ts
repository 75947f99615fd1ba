/** Small facts as JSON by key. One that cannot be read is as good as none. */

import type { FactTable } from '../gateway/tables/setup.ts';
import { parsed, text, upsert } from './columns.ts';
import type { Sql } from './database.ts';

const put = upsert('fact', ['key'], ['value']);
/** Sorts after every key that begins alike. */
const last = '\u{10ffff}';

export function createFacts(sql: Sql): FactTable {
  return {
    get(key) {
      const row = sql.get('SELECT value FROM fact WHERE key = ?', [key]);
      return row ? parsed(text(row, 'value')) : undefined;
    },
    put(key, value) {
      if (value === undefined) sql.run('DELETE FROM fact WHERE key = ?', [key]);
      else sql.run(put, { key, value: JSON.stringify(value) });
    },
    all: (prefix) =>
      sql
        .all('SELECT key, value FROM fact WHERE key >= ? AND key < ? ORDER BY key', [prefix, prefix + last])
        .map((row) => ({ key: text(row, 'key'), value: parsed(text(row, 'value')) })),
  };
}
