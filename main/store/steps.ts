/** What a turn did before its answer: one row per answer of the model that called tools, or that thought aloud. */
import type { CallTally, StepRow, TurnTally } from '../gateway/agent/types.ts';
import type { StepTable } from '../gateway/tables/turns.ts';
import type { TurnId } from '../gateway/types.ts';
import { flag, insert, integer, text, word } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';
import { callStates } from './tool-calls.ts';

const add = insert('step', ['turn', 'position', 'model', 'text', 'reasoning', 'at']);

const among = 'turn IN (SELECT value FROM json_each(?))';
const steps = `SELECT turn, count(*) AS steps, max(reasoning <> '') AS thought FROM step WHERE ${among} GROUP BY turn`;
/** A reason lies behind the result, which may be long: it is looked at only where a call was refused. */
const calls =
  "SELECT turn, name, state, state = 'refused' AND coalesce(reason ->> '$.code', '') = 'tool.unanswered' AS unanswered, " +
  `count(*) AS calls FROM tool_call WHERE ${among} GROUP BY turn, name, state, unanswered ORDER BY min(number)`;

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

function tallyFrom(row: SqlRow): CallTally {
  return {
    name: text(row, 'name'),
    state: word(callStates, row, 'state'),
    unanswered: flag(row, 'unanswered'),
    count: integer(row, 'calls'),
  };
}

export function createSteps(sql: Sql): StepTable {
  return {
    add: (row) => void sql.run(add, { ...row }),
    ofTurn: (turn) => sql.all('SELECT * FROM step WHERE turn = ? ORDER BY position', [turn]).map(stepFrom),
    tallies(turns) {
      const wanted = [JSON.stringify(turns)];
      const made = Map.groupBy(turns.length === 0 ? [] : sql.all(calls, wanted), (row) => text(row, 'turn'));
      const found = turns.length === 0 ? [] : sql.all(steps, wanted);
      return new Map<TurnId, TurnTally>(
        found.map((row) => {
          const turn = text(row, 'turn');
          const tally = { steps: integer(row, 'steps'), thought: flag(row, 'thought') };
          return [turn, { ...tally, calls: (made.get(turn) ?? []).map(tallyFrom) }];
        }),
      );
    },
    has: (turn) => sql.get('SELECT 1 FROM step WHERE turn = ? LIMIT 1', [turn]) !== undefined,
  };
}
