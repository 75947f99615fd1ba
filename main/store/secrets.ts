/** Sealed secrets by name; what seals them is `data-key.ts`. */

import type { SecretTable } from '../gateway/tables/setup.ts';
import { bytes, upsert } from './columns.ts';
import type { Sql } from './database.ts';

const put = upsert('secret', ['name'], ['sealed']);

export function createSecrets(sql: Sql): SecretTable {
  return {
    get(name) {
      const row = sql.get('SELECT sealed FROM secret WHERE name = ?', [name]);
      return row ? bytes(row, 'sealed') : null;
    },
    put: (name, sealed) => void sql.run(put, { name, sealed }),
    remove: (name) => void sql.run('DELETE FROM secret WHERE name = ?', [name]),
  };
}
