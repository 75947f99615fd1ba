/** Turns and the messages each one covers (`turn_input`, unique on the message). */

import type { TurnTable } from '../gateway/tables/turns.ts';
import type { TurnRow, TurnState } from '../gateway/types.ts';
import { insert, integer, integerOrNull, reasonFrom, reasonToJson, text, textOrNull, upsert, word } from './columns.ts';
import type { Sql, SqlParams, SqlRow } from './database.ts';
import { endingsOf } from './endings.ts';
import { messageFrom } from './messages.ts';

const states = ['running', 'done', 'stopped', 'failed', 'dead'] as const satisfies readonly TurnState[];
const kinds = ['reply', 'command', 'card', 'said'] as const satisfies readonly TurnRow['kind'][];

const columns = [
  'conversation',
  'link',
  'state',
  'kind',
  'starts',
  'context_no',
  'model',
  'reason',
  'worked',
  'started_at',
  'ended_at',
];
const add = insert('turn', ['id', ...columns]);
const put = upsert('turn', ['id'], columns);
const lastReply = "SELECT * FROM turn WHERE conversation = ? AND kind = 'reply' ORDER BY number DESC LIMIT 1";
const inputs =
  'SELECT message.* FROM turn_input JOIN message ON message.id = turn_input.message ' +
  'WHERE turn_input.turn = ? ORDER BY message.seq';
// What was asked again has moved its inputs to another turn.
const dead =
  "SELECT * FROM turn WHERE state = 'dead' AND EXISTS (SELECT 1 FROM turn_input WHERE turn_input.turn = turn.id) " +
  'ORDER BY number DESC LIMIT ?';

function turnFrom(row: SqlRow): TurnRow {
  return {
    id: text(row, 'id'),
    conversation: text(row, 'conversation'),
    link: text(row, 'link'),
    state: word(states, row, 'state'),
    kind: word(kinds, row, 'kind'),
    starts: integer(row, 'starts'),
    contextNo: integer(row, 'context_no'),
    model: textOrNull(row, 'model'),
    reason: reasonFrom(row, 'reason'),
    worked: integer(row, 'worked'),
    startedAt: integer(row, 'started_at'),
    endedAt: integerOrNull(row, 'ended_at'),
  };
}

function valuesOf(row: TurnRow): SqlParams {
  return {
    id: row.id,
    conversation: row.conversation,
    link: row.link,
    state: row.state,
    kind: row.kind,
    starts: row.starts,
    context_no: row.contextNo,
    model: row.model,
    reason: reasonToJson(row.reason),
    worked: row.worked,
    started_at: row.startedAt,
    ended_at: row.endedAt,
  };
}

export function createTurns(sql: Sql): TurnTable {
  return {
    add: (row) => void sql.run(add, valuesOf(row)),
    put: (row) => void sql.run(put, valuesOf(row)),
    get(id) {
      const row = sql.get('SELECT * FROM turn WHERE id = ?', [id]);
      return row ? turnFrom(row) : null;
    },
    running: () => sql.all("SELECT * FROM turn WHERE state = 'running' ORDER BY number").map(turnFrom),
    lastReply(conversation) {
      const row = sql.get(lastReply, [conversation]);
      return row ? turnFrom(row) : null;
    },
    addInputs(turn, messages) {
      for (const message of messages) sql.run('INSERT INTO turn_input (message, turn) VALUES (?, ?)', [message, turn]);
    },
    moveInputs(messages, to) {
      for (const message of messages) sql.run('UPDATE turn_input SET turn = ? WHERE message = ?', [to, message]);
    },
    inputs: (turn) => sql.all(inputs, [turn]).map(messageFrom),
    endings: (limit) => endingsOf(sql, 'turn', limit),
    dead: (limit) => sql.all(dead, [limit]).map(turnFrom),
  };
}
