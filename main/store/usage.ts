/** One row per call to a model, failed and retried ones too. */
import type { UsageTable } from '../gateway/storage.ts';
import type { UsageRow } from '../gateway/types.ts';
import { bit, flag, insert, integer, integerOrNull, text, textOrNull } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const add = insert('usage', [
  'id',
  'at',
  'link',
  'conversation',
  'turn',
  'model',
  'input_tokens',
  'output_tokens',
  'cost',
  'estimated',
  'outcome',
]);
const totals =
  'SELECT count(*) AS calls, ifnull(sum(input_tokens), 0) AS input, ifnull(sum(output_tokens), 0) AS output, ' +
  'ifnull(sum(cost), 0) AS cost, count(*) - count(cost) AS unpriced, ifnull(sum(estimated), 0) AS estimated ' +
  'FROM usage WHERE at >= ? AND at < ?';

function usageFrom(row: SqlRow): UsageRow {
  return {
    id: text(row, 'id'),
    at: integer(row, 'at'),
    link: text(row, 'link'),
    conversation: textOrNull(row, 'conversation'),
    turn: textOrNull(row, 'turn'),
    model: text(row, 'model'),
    inputTokens: integer(row, 'input_tokens'),
    outputTokens: integer(row, 'output_tokens'),
    cost: integerOrNull(row, 'cost'),
    estimated: flag(row, 'estimated'),
    outcome: text(row, 'outcome'),
  };
}

export function createUsage(sql: Sql): UsageTable {
  return {
    add(row) {
      sql.run(add, {
        id: row.id,
        at: row.at,
        link: row.link,
        conversation: row.conversation,
        turn: row.turn,
        model: row.model,
        input_tokens: row.inputTokens,
        output_tokens: row.outputTokens,
        cost: row.cost,
        estimated: bit(row.estimated),
        outcome: row.outcome,
      });
    },
    totals(from, to) {
      const row = sql.get(totals, [from, to]) ?? {};
      return {
        calls: integer(row, 'calls'),
        inputTokens: integer(row, 'input'),
        outputTokens: integer(row, 'output'),
        cost: integer(row, 'cost'),
        unpriced: integer(row, 'unpriced'),
        estimated: integer(row, 'estimated'),
      };
    },
    lastOf(conversation) {
      const row = sql.get('SELECT * FROM usage WHERE conversation = ? ORDER BY number DESC LIMIT 1', [conversation]);
      return row ? usageFrom(row) : null;
    },
  };
}
