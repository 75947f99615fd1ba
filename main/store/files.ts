/** What is known of the files in `attachments/`; their bytes are `attachments.ts`'s. */
import type { Millis } from '../gateway/types.ts';
import { flag, insert, integer, text } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

export interface FileRow {
  readonly id: string;
  /** Safe as a file name on every system. */
  readonly name: string;
  /** MIME type as the sender gave it; safe in a header. */
  readonly type: string;
  /** In bytes. */
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly createdAt: Millis;
}

/** A place in the order of age. */
export type FilePlace = Pick<FileRow, 'createdAt' | 'id'>;

export interface FileTable {
  add(row: FileRow): void;
  get(id: string): FileRow | null;
  /** Takes the file out of the table and out of the messages it came with, which say so. Unknown ids are passed over. */
  remove(id: string): void;
  /**
   * Of `looks` files after `from`, oldest first and made before `before`, those that came with no message: what was put
   * there and never sent. `next`: where to go on; null: there are no more.
   */
  unsent(
    before: Millis,
    from: FilePlace | null,
    looks: number,
  ): { readonly ids: readonly string[]; readonly next: FilePlace | null };
  /** Removes those of them that no message has come to name meanwhile. */
  removeUnsent(ids: readonly string[]): void;
  /** Removes the oldest files, never the newest, until the others are at most `capacity` bytes together; answers their ids. */
  shrink(capacity: number): readonly string[];
}

const add = insert('file', ['id', 'name', 'type', 'size', 'sha256', 'created_at']);
const detach =
  "UPDATE attachment SET state = 'failed', file = NULL, " +
  "reason = json_object('code', 'media.not-fetched', 'params', json_object('name', name)) WHERE file = ?";
const aged =
  'SELECT id, created_at, EXISTS (SELECT 1 FROM attachment WHERE attachment.file = file.id) AS sent FROM file ' +
  'WHERE created_at < $before AND (created_at, id) > ($from, $id) ORDER BY created_at, id LIMIT $looks';
const removeUnsent = 'DELETE FROM file WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM attachment WHERE file = ?1)';
const total = 'SELECT ifnull(sum(size), 0) AS n FROM file';
const oldest = 'SELECT id, size FROM file ORDER BY created_at, id LIMIT 2';

function fileFrom(row: SqlRow): FileRow {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    type: text(row, 'type'),
    size: integer(row, 'size'),
    sha256: text(row, 'sha256'),
    createdAt: integer(row, 'created_at'),
  };
}

function removeFile(sql: Sql, id: string): void {
  sql.run(detach, [id]);
  sql.run('DELETE FROM file WHERE id = ?', [id]);
}

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
      return row ? fileFrom(row) : null;
    },
    remove: (id) => removeFile(sql, id),
    unsent(before, from, looks) {
      const rows = sql.all(aged, { before, from: from?.createdAt ?? -1, id: from?.id ?? '', looks });
      const last = rows.at(-1);
      return {
        ids: rows.filter((row) => !flag(row, 'sent')).map((row) => text(row, 'id')),
        next: last === undefined ? null : { createdAt: integer(last, 'created_at'), id: text(last, 'id') },
      };
    },
    removeUnsent(ids) {
      for (const id of ids) sql.run(removeUnsent, [id]);
    },
    shrink(capacity) {
      const removed: string[] = [];
      let size = integer(sql.get(total) ?? {}, 'n');
      while (size > capacity) {
        const [first, next] = sql.all(oldest);
        if (!first || !next) break;
        removed.push(text(first, 'id'));
        size -= integer(first, 'size');
        removeFile(sql, text(first, 'id'));
      }
      return removed;
    },
  };
}
