/** Which tools the owner lets be used, and how. */
import type { ToolPermission } from '../gateway/agent/types.ts';
import type { ToolPermissionTable } from '../gateway/tables/setup.ts';
import { upsert, word } from './columns.ts';
import type { Sql } from './database.ts';

const permissions = ['always', 'ask', 'never'] as const satisfies readonly ToolPermission[];
const put = upsert('tool_permission', ['name'], ['permission', 'at']);

export function createToolPermissions(sql: Sql): ToolPermissionTable {
  return {
    get(name) {
      const row = sql.get('SELECT permission FROM tool_permission WHERE name = ?', [name]);
      return row ? word(permissions, row, 'permission') : null;
    },
    put: (name, permission, at) => void sql.run(put, { name, permission, at }),
    remove: (name) => void sql.run('DELETE FROM tool_permission WHERE name = ?', [name]),
    removeOf: (beginning) =>
      void sql.run('DELETE FROM tool_permission WHERE substr(name, 1, length(?)) = ?', [beginning, beginning]),
  };
}
