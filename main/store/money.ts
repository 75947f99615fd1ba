/** Prices that the owner entered, and what calls under way may cost at most. */

import type { PriceTable, ReservationTable } from '../gateway/tables/money.ts';
import type { PriceRow, ReservationRow } from '../gateway/budget/rows.ts';
import { integer, text, textOrNull, upsert } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const putPrice = upsert('price', ['model'], ['input', 'output', 'at']);
const putReservation = upsert(
  'reservation',
  ['id'],
  ['at', 'link', 'conversation', 'turn', 'model', 'input_tokens', 'output_tokens', 'cost'],
);

function priceFrom(row: SqlRow): PriceRow {
  return {
    model: text(row, 'model'),
    input: integer(row, 'input'),
    output: integer(row, 'output'),
    at: integer(row, 'at'),
  };
}

function reservationFrom(row: SqlRow): ReservationRow {
  return {
    id: text(row, 'id'),
    at: integer(row, 'at'),
    link: text(row, 'link'),
    conversation: textOrNull(row, 'conversation'),
    turn: textOrNull(row, 'turn'),
    model: text(row, 'model'),
    inputTokens: integer(row, 'input_tokens'),
    outputTokens: integer(row, 'output_tokens'),
    cost: integer(row, 'cost'),
  };
}

export function createPrices(sql: Sql): PriceTable {
  return {
    all: () => sql.all('SELECT * FROM price ORDER BY model').map(priceFrom),
    get(model) {
      const row = sql.get('SELECT * FROM price WHERE model = ?', [model]);
      return row ? priceFrom(row) : null;
    },
    put: ({ model, input, output, at }) => void sql.run(putPrice, { model, input, output, at }),
    remove: (model) => void sql.run('DELETE FROM price WHERE model = ?', [model]),
  };
}

export function createReservations(sql: Sql): ReservationTable {
  return {
    all: () => sql.all('SELECT * FROM reservation ORDER BY rowid').map(reservationFrom),
    put(row) {
      sql.run(putReservation, {
        id: row.id,
        at: row.at,
        link: row.link,
        conversation: row.conversation,
        turn: row.turn,
        model: row.model,
        input_tokens: row.inputTokens,
        output_tokens: row.outputTokens,
        cost: row.cost,
      });
    },
    remove: (id) => void sql.run('DELETE FROM reservation WHERE id = ?', [id]),
  };
}
