/** Personas of the owner's. */

import type { PersonaTable } from '../gateway/tables/setup.ts';
import type { PersonaRow } from '../gateway/context/rows.ts';
import { integer, text, upsert } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const put = upsert('persona', ['id'], ['name', 'text', 'created_at']);
const removals = [
  'UPDATE conversation SET persona = NULL WHERE persona = ?',
  'UPDATE link SET persona = NULL WHERE persona = ?',
  'DELETE FROM persona WHERE id = ?',
];

function personaFrom(row: SqlRow): PersonaRow {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    text: text(row, 'text'),
    createdAt: integer(row, 'created_at'),
  };
}

export function createPersonas(sql: Sql): PersonaTable {
  return {
    all: () => sql.all('SELECT * FROM persona ORDER BY name COLLATE NOCASE, id').map(personaFrom),
    get(id) {
      const row = sql.get('SELECT * FROM persona WHERE id = ?', [id]);
      return row ? personaFrom(row) : null;
    },
    put: ({ id, name, text: words, createdAt }) => void sql.run(put, { id, name, text: words, created_at: createdAt }),
    remove(id) {
      for (const removal of removals) sql.run(removal, [id]);
    },
  };
}
