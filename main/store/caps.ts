/** Limits of single providers and conversations. */

import type { CapTable } from '../gateway/tables/money.ts';
import type { CapRow } from '../gateway/budget/rows.ts';
import { integerOrNull, text, upsert, word } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const kinds = ['provider', 'conversation'] as const;
const put = upsert('cap', ['scope', 'id'], ['day_cost', 'day_tokens', 'month_cost', 'month_tokens']);

function capFrom(row: SqlRow): CapRow {
  return {
    scope: { kind: word(kinds, row, 'scope'), id: text(row, 'id') },
    dayCost: integerOrNull(row, 'day_cost'),
    dayTokens: integerOrNull(row, 'day_tokens'),
    monthCost: integerOrNull(row, 'month_cost'),
    monthTokens: integerOrNull(row, 'month_tokens'),
  };
}

export function createCaps(sql: Sql): CapTable {
  return {
    all: () => sql.all('SELECT * FROM cap ORDER BY scope DESC, id').map(capFrom),
    put({ scope, dayCost, dayTokens, monthCost, monthTokens }) {
      const amounts = { day_cost: dayCost, day_tokens: dayTokens, month_cost: monthCost, month_tokens: monthTokens };
      sql.run(put, { scope: scope.kind, id: scope.id, ...amounts });
    },
    remove: ({ kind, id }) => void sql.run('DELETE FROM cap WHERE scope = ? AND id = ?', [kind, id]),
  };
}
