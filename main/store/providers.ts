/** Providers of models, without their keys (see `secrets.ts`). */

import type { ProviderTable } from '../gateway/tables/setup.ts';
import type { ProviderRow } from '../gateway/models/rows.ts';
import { bit, flag, integer, recordFrom, text, upsert, word } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const kinds = ['openai', 'ollama'] as const satisfies readonly ProviderRow['kind'][];
const put = upsert('provider', ['id'], ['kind', 'name', 'base_url', 'compatibility', 'fixed_by_file', 'created_at']);

function providerFrom(row: SqlRow): ProviderRow {
  return {
    id: text(row, 'id'),
    kind: word(kinds, row, 'kind'),
    name: text(row, 'name'),
    baseUrl: text(row, 'base_url'),
    compatibility: recordFrom(row, 'compatibility'),
    fixedByFile: flag(row, 'fixed_by_file'),
    createdAt: integer(row, 'created_at'),
  };
}

export function createProviders(sql: Sql): ProviderTable {
  return {
    all: () => sql.all('SELECT * FROM provider ORDER BY rowid').map(providerFrom),
    get(id) {
      const row = sql.get('SELECT * FROM provider WHERE id = ?', [id]);
      return row ? providerFrom(row) : null;
    },
    put(row) {
      sql.run(put, {
        id: row.id,
        kind: row.kind,
        name: row.name,
        base_url: row.baseUrl,
        compatibility: JSON.stringify(row.compatibility),
        fixed_by_file: bit(row.fixedByFile),
        created_at: row.createdAt,
      });
    },
    remove: (id) => void sql.run('DELETE FROM provider WHERE id = ?', [id]),
  };
}
