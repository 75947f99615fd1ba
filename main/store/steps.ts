/** What a turn did before its answer: one row per answer of the model that called tools, or that thought aloud. */
import type { StepRow } from '../gateway/agent/types.ts';
import type { StepTable } from '../gateway/storage.ts';
import { insert, integer, text } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const add = insert('step', ['turn', 'position', 'model', 'text', 'reasoning', 'at']);

function stepFrom(row: SqlRow): StepRow {
  return {
    turn: text(row, 'turn'),
    position: integer(row, 'position'),
    model: text(row, 'model'),
    text: text(row, 'text'),
    reasoning: text(row, 'reasoning'),
    at: integer(row, 'at'),
  };
}

export function createSteps(sql: Sql): StepTable {
  return {
    add: (row) => void sql.run(add, { ...row }),
    ofTurn: (turn) => sql.all('SELECT * FROM step WHERE turn = ? ORDER BY position', [turn]).map(stepFrom),
    has: (turn) => sql.get('SELECT 1 FROM step WHERE turn = ? LIMIT 1', [turn]) !== undefined,
  };
}
