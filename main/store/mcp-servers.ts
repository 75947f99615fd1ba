/** Servers of tools that the owner connected, without their secrets (see `secrets.ts`). */
import type { ToolServerRow, ToolServerTable, ToolServerValue } from '../gateway/tool.ts';
import { bit, flag, integer, recordFrom, text, upsert } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const put = upsert('mcp_server', ['id'], ['name', 'enabled', 'endpoint', 'created_at']);

export function createToolServers(sql: Sql): ToolServerTable {
  return {
    // Ids rise with the time.
    all: () => sql.all('SELECT * FROM mcp_server ORDER BY id').map(serverFrom),
    get(id) {
      const row = sql.get('SELECT * FROM mcp_server WHERE id = ?', [id]);
      return row ? serverFrom(row) : null;
    },
    put(row) {
      sql.run(put, {
        id: row.id,
        name: row.name,
        enabled: bit(row.enabled),
        endpoint: JSON.stringify(row.endpoint),
        created_at: row.createdAt,
      });
    },
    remove: (id) => void sql.run('DELETE FROM mcp_server WHERE id = ?', [id]),
  };
}

function serverFrom(row: SqlRow): ToolServerRow {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    enabled: flag(row, 'enabled'),
    endpoint: endpointFrom(recordFrom(row, 'endpoint')),
    createdAt: integer(row, 'created_at'),
  };
}

function endpointFrom(endpoint: Readonly<Record<string, unknown>>): ToolServerRow['endpoint'] {
  const { kind, command, args, env, url, headers } = endpoint;
  if (kind === 'stdio' && typeof command === 'string') {
    return { kind, command, args: list(args).filter((arg) => typeof arg === 'string'), env: valuesFrom(env) };
  }
  if (kind === 'http' && typeof url === 'string') return { kind, url, headers: valuesFrom(headers) };
  throw new TypeError('column endpoint: expected a command or an address');
}

function valuesFrom(values: unknown): readonly ToolServerValue[] {
  return list(values).map((each) => {
    const { name, value } = typeof each === 'object' && each !== null ? (each as Record<string, unknown>) : {};
    if (typeof name !== 'string') throw new TypeError('column endpoint: expected names of values');
    return { name, value: typeof value === 'string' ? value : null };
  });
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
