/**
 * One row per call to a model, failed and retried ones too. Sums read whole hours from `usage_hour`, which a trigger
 * keeps, and single calls only where a stretch begins or ends within an hour.
 */

import type { UsageSlice, UsageTable, UsageTotals } from '../gateway/tables/money.ts';
import type { Millis } from '../gateway/types.ts';
import type { CapScope, UsageRow } from '../gateway/budget/rows.ts';
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
  'local',
  'estimated',
  'outcome',
]);

const hour: Millis = 3_600_000;
const mostBounds = 400;

/** Stretches as `[number, from, to]`: `$hours` in whole hours, `$rest` for the calls outside of them. */
const counted =
  'SELECT span.value ->> 0 AS slice, model, local, calls, input_tokens, output_tokens, cost, unpriced, estimated ' +
  'FROM json_each($hours) AS span CROSS JOIN usage_hour ' +
  'WHERE hour >= span.value ->> 1 AND hour < span.value ->> 2 ' +
  'UNION ALL ' +
  'SELECT span.value ->> 0, model, local, 1, input_tokens, output_tokens, ifnull(cost, 0), cost IS NULL, estimated ' +
  'FROM json_each($rest) AS span CROSS JOIN usage WHERE at >= span.value ->> 1 AND at < span.value ->> 2';
const sums =
  'ifnull(sum(calls), 0) AS calls, ifnull(sum(input_tokens), 0) AS input, ifnull(sum(output_tokens), 0) AS output, ' +
  'ifnull(sum(cost), 0) AS cost, ifnull(sum(unpriced), 0) AS unpriced, ifnull(sum(estimated), 0) AS estimated';
const totals = `SELECT ${sums} FROM (${counted})`;
const charged = `SELECT ${sums} FROM (${counted}) WHERE local = 0`;
const series = `SELECT slice, model, ${sums} FROM (${counted}) GROUP BY slice, model ORDER BY slice, model`;

const ofProvider = `${charged} AND substr(model, 1, length($prefix)) = $prefix`;
const single =
  'SELECT count(*) AS calls, ifnull(sum(input_tokens), 0) AS input, ifnull(sum(output_tokens), 0) AS output, ' +
  'ifnull(sum(cost), 0) AS cost, count(*) - count(cost) AS unpriced, ifnull(sum(estimated), 0) AS estimated FROM usage ';
const ofConversation = `${single} WHERE conversation = $id AND at >= $from`;
const replies =
  'SELECT count(DISTINCT ifnull(turn, id)) AS replies, ' +
  'count(DISTINCT CASE WHEN cost IS NULL THEN ifnull(turn, id) END) AS unpriced ' +
  "FROM usage WHERE at >= $from AND at < $to AND (outcome = 'ok' OR cost IS NULL)";
const chargedThere = `${ofConversation} AND at < $to AND local = 0`;

type Span = readonly [slice: number, from: Millis, to: Millis];

/** The parameters of {@link counted} for the stretches between neighbouring `bounds`. */
function spansOf(bounds: readonly Millis[]): { readonly hours: string; readonly rest: string } {
  const hours: Span[] = [];
  const rest: Span[] = [];
  for (const [index, to] of bounds.slice(1).entries()) {
    const from = bounds[index] ?? to;
    const first = Math.ceil(from / hour) * hour;
    const end = Math.floor(to / hour) * hour;
    if (first < end) {
      hours.push([index, first, end]);
      rest.push([index, from, first], [index, end, to]);
    } else rest.push([index, from, to]);
  }
  return { hours: JSON.stringify(hours), rest: JSON.stringify(rest.filter(([, from, to]) => from < to)) };
}

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
    local: flag(row, 'local'),
    estimated: flag(row, 'estimated'),
    outcome: text(row, 'outcome'),
  };
}

function totalsFrom(row: SqlRow): UsageTotals {
  return {
    calls: integer(row, 'calls'),
    inputTokens: integer(row, 'input'),
    outputTokens: integer(row, 'output'),
    cost: integer(row, 'cost'),
    unpriced: integer(row, 'unpriced'),
    estimated: integer(row, 'estimated'),
  };
}

/** The hours know models, and so providers; only single calls know conversations. */
function chargedRow(sql: Sql, from: Millis, to: Millis, scope: CapScope | undefined): SqlRow | undefined {
  switch (scope?.kind) {
    case undefined:
      return sql.get(charged, spansOf([from, to]));
    case 'provider':
      return sql.get(ofProvider, { ...spansOf([from, to]), prefix: `${scope.id}/` });
    case 'conversation':
      return sql.get(chargedThere, { id: scope.id, from, to });
  }
}

function seriesOf(sql: Sql, bounds: readonly Millis[]): readonly UsageSlice[] {
  if (bounds.length > mostBounds) throw new RangeError(`at most ${String(mostBounds)} bounds`);
  return sql.all(series, spansOf(bounds)).map((row) => ({
    ...totalsFrom(row),
    from: bounds[integer(row, 'slice')] ?? 0,
    model: text(row, 'model'),
  }));
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
        local: bit(row.local),
        estimated: bit(row.estimated),
        outcome: row.outcome,
      });
    },
    totals: (from, to) => totalsFrom(sql.get(totals, spansOf([from, to])) ?? {}),
    charged(from, to, scope) {
      const sum = totalsFrom(chargedRow(sql, from, to, scope) ?? {});
      return { tokens: sum.inputTokens + sum.outputTokens, cost: sum.cost };
    },
    ofConversation: (id, from) => totalsFrom(sql.get(ofConversation, { id, from }) ?? {}),
    replies(from, to) {
      const row = sql.get(replies, { from, to }) ?? { replies: 0, unpriced: 0 };
      return { replies: integer(row, 'replies'), unpriced: integer(row, 'unpriced') };
    },
    ofTurn(turn) {
      const sum = totalsFrom(sql.get(`${single} WHERE turn = ?`, [turn]) ?? {});
      return sum.calls === 0 ? null : sum;
    },
    series: (bounds) => seriesOf(sql, bounds),
    lastOf(conversation) {
      const row = sql.get('SELECT * FROM usage WHERE conversation = ? ORDER BY number DESC LIMIT 1', [conversation]);
      return row ? usageFrom(row) : null;
    },
  };
}
