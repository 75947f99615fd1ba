/** What came with messages; the bytes of what was fetched are `attachments.ts`'s. */

import type { AttachmentTable } from '../gateway/tables/messages.ts';
import type { AttachmentRow } from '../gateway/types.ts';
import { insert, integer, integerOrNull, reasonFrom, reasonToJson, text, textOrNull, upsert, word } from './columns.ts';
import type { Sql, SqlParams, SqlRow } from './database.ts';

const states = ['pending', 'stored', 'failed'] as const satisfies readonly AttachmentRow['state'][];

const columns = [
  'message',
  'position',
  'kind',
  'platform_ref',
  'name',
  'type',
  'size',
  'seconds',
  'state',
  'file',
  'reason',
];
const add = insert('attachment', ['id', ...columns]);
const put = upsert('attachment', ['id'], columns);
const ofMessage = 'SELECT * FROM attachment WHERE message = ? ORDER BY position';
const one = 'SELECT * FROM attachment WHERE id = ?';
const said = 'SELECT substr(transcript, 1, ?) AS text, length(transcript) AS length FROM attachment WHERE id = ?';
const putSaid = 'UPDATE attachment SET transcript = ?, indexed = 0 WHERE id = ?';
const firstPiece = 'INSERT INTO words_piece (attachment, position) SELECT number, 0 FROM attachment WHERE id = ?';
/** More than any text that is kept. */
const whole = 100_000_000;
const pending = "SELECT * FROM attachment WHERE state = 'pending' ORDER BY number LIMIT ?";

function attachmentFrom(row: SqlRow): AttachmentRow {
  return {
    id: text(row, 'id'),
    message: text(row, 'message'),
    position: integer(row, 'position'),
    kind: text(row, 'kind'),
    platformRef: text(row, 'platform_ref'),
    name: text(row, 'name'),
    type: text(row, 'type'),
    size: integerOrNull(row, 'size'),
    seconds: integerOrNull(row, 'seconds'),
    state: word(states, row, 'state'),
    file: textOrNull(row, 'file'),
    reason: reasonFrom(row, 'reason'),
  };
}

function valuesOf(row: AttachmentRow): SqlParams {
  return {
    id: row.id,
    message: row.message,
    position: row.position,
    kind: row.kind,
    platform_ref: row.platformRef,
    name: row.name,
    type: row.type,
    size: row.size,
    seconds: row.seconds,
    state: row.state,
    file: row.file,
    reason: reasonToJson(row.reason),
  };
}

export function createAttachments(sql: Sql): AttachmentTable {
  return {
    add: (row) => void sql.run(add, valuesOf(row)),
    put: (row) => void sql.run(put, valuesOf(row)),
    get(id) {
      const row = sql.get(one, [id]);
      return row ? attachmentFrom(row) : null;
    },
    words(id, most = whole) {
      const row = sql.get(said, [most, id]);
      const words = row ? textOrNull(row, 'text') : null;
      return row === undefined || words === null ? null : { text: words, length: integer(row, 'length') };
    },
    putWords(id, words) {
      sql.run(putSaid, [words, id]);
      // Of most texts this is all. The rest of a long one is found after the next round of tidying.
      sql.run(firstPiece, [id]);
    },
    ofMessage: (message) => sql.all(ofMessage, [message]).map(attachmentFrom),
    pending: (limit) => sql.all(pending, [limit]).map(attachmentFrom),
  };
}
