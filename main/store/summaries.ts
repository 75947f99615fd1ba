/** Summaries of contexts. A trigger removes those that cover a message which its author took back or changed. */

import type { SummaryTable } from '../gateway/tables/turns.ts';
import type { SummaryRow } from '../gateway/context/rows.ts';
import { bit, flag, insert, integer, text } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const add = insert('summary', [
  'id',
  'conversation',
  'context_no',
  'upto',
  'text',
  'model',
  'turns',
  'tokens_before',
  'tokens_after',
  'outside',
  'at',
]);
const latest = 'SELECT * FROM summary WHERE conversation = ? AND context_no = ? ORDER BY number DESC LIMIT 1';
const ofConversation = 'SELECT * FROM summary WHERE conversation = ? ORDER BY context_no, number';

function summaryFrom(row: SqlRow): SummaryRow {
  return {
    id: text(row, 'id'),
    conversation: text(row, 'conversation'),
    contextNo: integer(row, 'context_no'),
    upto: integer(row, 'upto'),
    text: text(row, 'text'),
    model: text(row, 'model'),
    turns: integer(row, 'turns'),
    tokensBefore: integer(row, 'tokens_before'),
    tokensAfter: integer(row, 'tokens_after'),
    outside: flag(row, 'outside'),
    at: integer(row, 'at'),
  };
}

export function createSummaries(sql: Sql): SummaryTable {
  return {
    add(row) {
      sql.run(add, {
        id: row.id,
        conversation: row.conversation,
        context_no: row.contextNo,
        upto: row.upto,
        text: row.text,
        model: row.model,
        turns: row.turns,
        tokens_before: row.tokensBefore,
        tokens_after: row.tokensAfter,
        outside: bit(row.outside),
        at: row.at,
      });
    },
    latest(conversation, contextNo) {
      const row = sql.get(latest, [conversation, contextNo]);
      return row ? summaryFrom(row) : null;
    },
    ofConversation: (conversation) => sql.all(ofConversation, [conversation]).map(summaryFrom),
  };
}
