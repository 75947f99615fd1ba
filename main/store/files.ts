/** What is known of the files in `attachments/`; their bytes are `attachments.ts`'s. */
import type { Millis } from '../gateway/types.ts';
import { insert, integer, text } from './columns.ts';
import type { Sql } from './database.ts';

export interface FileRow {
  readonly id: string;
  /** Safe as a file name on every system. */
  readonly name: string;
  /** MIME type as the sender gave it. */
  readonly type: string;
  /** In bytes. */
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly createdAt: Millis;
}

export interface FileTable {
  add(row: FileRow): void;
  get(id: string): FileRow | null;
}

const add = insert('file', ['id', 'name', 'type', 'size', 'sha256', 'created_at']);

export function createFiles(sql: Sql): FileTable {
  return {
    add(row) {
      sql.run(add, {
        id: row.id,
        name: row.name,
        type: row.type,
        size: row.size,
        sha256: row.sha256,
        created_at: row.createdAt,
      });
    },
    get(id) {
      const row = sql.get('SELECT * FROM file WHERE id = ?', [id]);
      if (!row) return null;
      return {
        id: text(row, 'id'),
        name: text(row, 'name'),
        type: text(row, 'type'),
        size: integer(row, 'size'),
        sha256: text(row, 'sha256'),
        createdAt: integer(row, 'created_at'),
      };
    },
  };
}
