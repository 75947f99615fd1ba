/** Calls of tools, from the model's wish to their results. */
import type { ToolCallRow, ToolCallState } from '../gateway/agent/types.ts';
import type { ToolCallTable } from '../gateway/tables/turns.ts';
import {
  bit,
  flag,
  insert,
  integer,
  integerOrNull,
  reasonFrom,
  reasonToJson,
  text,
  textOrNull,
  upsert,
  word,
} from './columns.ts';
import type { Sql, SqlParams, SqlRow } from './database.ts';
import { endingsOf } from './endings.ts';

export const callStates = [
  'pending',
  'asking',
  'allowed',
  'running',
  'done',
  'failed',
  'refused',
  'unsure',
] as const satisfies readonly ToolCallState[];

const columns = [
  'turn',
  'conversation',
  'step',
  'position',
  'call_id',
  'name',
  'arguments',
  'state',
  'outside',
  'result',
  'reason',
  'asked_at',
  'begun_at',
  'ended_at',
];
const add = insert('tool_call', ['id', ...columns]);
const put = upsert('tool_call', ['id'], columns);
const asking =
  "SELECT tool_call.* FROM tool_call JOIN turn ON turn.id = tool_call.turn AND turn.state = 'running' " +
  "WHERE tool_call.state = 'asking' ORDER BY tool_call.number";

function callFrom(row: SqlRow): ToolCallRow {
  return {
    id: text(row, 'id'),
    turn: text(row, 'turn'),
    conversation: text(row, 'conversation'),
    step: integer(row, 'step'),
    position: integer(row, 'position'),
    callId: text(row, 'call_id'),
    name: text(row, 'name'),
    arguments: text(row, 'arguments'),
    state: word(callStates, row, 'state'),
    outside: flag(row, 'outside'),
    result: textOrNull(row, 'result'),
    reason: reasonFrom(row, 'reason'),
    askedAt: integerOrNull(row, 'asked_at'),
    begunAt: integerOrNull(row, 'begun_at'),
    endedAt: integerOrNull(row, 'ended_at'),
  };
}

function valuesOf(row: ToolCallRow): SqlParams {
  return {
    id: row.id,
    turn: row.turn,
    conversation: row.conversation,
    step: row.step,
    position: row.position,
    call_id: row.callId,
    name: row.name,
    arguments: row.arguments,
    state: row.state,
    outside: bit(row.outside),
    result: row.result,
    reason: reasonToJson(row.reason),
    asked_at: row.askedAt,
    begun_at: row.begunAt,
    ended_at: row.endedAt,
  };
}

export function createToolCalls(sql: Sql): ToolCallTable {
  return {
    add: (row) => void sql.run(add, valuesOf(row)),
    put: (row) => void sql.run(put, valuesOf(row)),
    get(id) {
      const row = sql.get('SELECT * FROM tool_call WHERE id = ?', [id]);
      return row ? callFrom(row) : null;
    },
    ofTurn: (turn) => sql.all('SELECT * FROM tool_call WHERE turn = ? ORDER BY step, position', [turn]).map(callFrom),
    asking: () => sql.all(asking).map(callFrom),
    endings: (limit) => endingsOf(sql, 'tool_call', limit),
  };
}
