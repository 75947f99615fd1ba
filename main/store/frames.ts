/** The part of a conversation's prompt that stays the same as long as its context, its day and its summary do. */

import type { FrameTable } from '../gateway/tables/turns.ts';
import type { FrameRow } from '../gateway/context/rows.ts';
import { integer, text, textOrNull, upsert } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const put = upsert('frame', ['conversation'], ['context_no', 'day', 'summary', 'memory', 'tried']);

function frameFrom(row: SqlRow): FrameRow {
  return {
    conversation: text(row, 'conversation'),
    contextNo: integer(row, 'context_no'),
    day: text(row, 'day'),
    summary: textOrNull(row, 'summary'),
    memory: textOrNull(row, 'memory'),
    tried: textOrNull(row, 'tried'),
  };
}

export function createFrames(sql: Sql): FrameTable {
  return {
    get(conversation) {
      const row = sql.get('SELECT * FROM frame WHERE conversation = ?', [conversation]);
      return row ? frameFrom(row) : null;
    },
    put(row) {
      sql.run(put, {
        conversation: row.conversation,
        context_no: row.contextNo,
        day: row.day,
        summary: row.summary,
        memory: row.memory,
        tried: row.tried,
      });
    },
  };
}
