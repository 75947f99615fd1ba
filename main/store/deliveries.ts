/** Deliveries, one per turn, and the parts that go out one after the other. */

import type { DeliveryTable } from '../gateway/tables/turns.ts';
import type { DeliveryRow, DeliveryState, PartRow, PartState } from '../gateway/types.ts';
import {
  bit,
  flag,
  insert,
  integer,
  integerOrNull,
  partFrom,
  partToJson,
  reasonFrom,
  reasonToJson,
  text,
  textOrNull,
  upsert,
  word,
} from './columns.ts';
import type { Sql, SqlParams, SqlRow } from './database.ts';
import { forgottenAgain } from './forget.ts';

const states = ['open', 'ready', 'sent', 'failed', 'held', 'cancelled'] as const satisfies readonly DeliveryState[];
const partStates = ['pending', 'sending', 'sent', 'unknown', 'failed'] as const satisfies readonly PartState[];

const columns = ['turn', 'conversation', 'link', 'state', 'late', 'reason', 'created_at', 'ready_at', 'settled_at'];
const add = insert('delivery', ['id', ...columns]);
const put = upsert('delivery', ['id'], columns);
const partColumns = ['delivery', 'position', 'part', 'own_id', 'state', 'attempts', 'again', 'ref', 'reason'];
const addPart = insert('part', ['id', ...partColumns]);
const putPart = upsert('part', ['id'], partColumns);
const ready = "SELECT * FROM delivery WHERE state = 'ready' ORDER BY number";
const readyOfLink = "SELECT * FROM delivery WHERE link = ? AND state = 'ready' ORDER BY number";
const nextReady = "SELECT * FROM delivery WHERE conversation = ? AND state = 'ready' ORDER BY number LIMIT 1";
const troubled = "SELECT * FROM delivery WHERE state IN ('failed', 'held') ORDER BY number DESC LIMIT ?";
const againCount =
  'SELECT ifnull((SELECT sum(again) FROM part WHERE again > 0), 0) + ' +
  'ifnull((SELECT value FROM meta WHERE key = ?), 0) AS n';
const repliesSince =
  'SELECT count(*) AS n FROM delivery JOIN turn ON turn.id = delivery.turn ' +
  "WHERE delivery.conversation = ? AND delivery.ready_at >= ? AND turn.kind = 'reply'";

function deliveryFrom(row: SqlRow): DeliveryRow {
  return {
    id: text(row, 'id'),
    turn: text(row, 'turn'),
    conversation: text(row, 'conversation'),
    link: text(row, 'link'),
    state: word(states, row, 'state'),
    late: flag(row, 'late'),
    reason: reasonFrom(row, 'reason'),
    createdAt: integer(row, 'created_at'),
    readyAt: integerOrNull(row, 'ready_at'),
    settledAt: integerOrNull(row, 'settled_at'),
  };
}

function valuesOf(row: DeliveryRow): SqlParams {
  return {
    id: row.id,
    turn: row.turn,
    conversation: row.conversation,
    link: row.link,
    state: row.state,
    late: bit(row.late),
    reason: reasonToJson(row.reason),
    created_at: row.createdAt,
    ready_at: row.readyAt,
    settled_at: row.settledAt,
  };
}

function partRowFrom(row: SqlRow): PartRow {
  return {
    id: text(row, 'id'),
    delivery: text(row, 'delivery'),
    position: integer(row, 'position'),
    part: partFrom(row, 'part'),
    ownId: textOrNull(row, 'own_id'),
    state: word(partStates, row, 'state'),
    attempts: integer(row, 'attempts'),
    again: integer(row, 'again'),
    ref: textOrNull(row, 'ref'),
    reason: reasonFrom(row, 'reason'),
  };
}

function valuesOfPart(row: PartRow): SqlParams {
  return {
    id: row.id,
    delivery: row.delivery,
    position: row.position,
    part: partToJson(row.part),
    own_id: row.ownId,
    state: row.state,
    attempts: row.attempts,
    again: row.again,
    ref: row.ref,
    reason: reasonToJson(row.reason),
  };
}

export function createDeliveries(sql: Sql): DeliveryTable {
  const one = (row: SqlRow | undefined): DeliveryRow | null => (row ? deliveryFrom(row) : null);
  return {
    add: (row) => void sql.run(add, valuesOf(row)),
    put: (row) => void sql.run(put, valuesOf(row)),
    get: (id) => one(sql.get('SELECT * FROM delivery WHERE id = ?', [id])),
    ofTurn: (turn) => one(sql.get('SELECT * FROM delivery WHERE turn = ?', [turn])),
    setState(id, state, reason, settledAt) {
      sql.run('UPDATE delivery SET state = ?, reason = ?, settled_at = ? WHERE id = ?', [
        state,
        reasonToJson(reason),
        settledAt,
        id,
      ]);
    },
    ready: (link) => (link === undefined ? sql.all(ready) : sql.all(readyOfLink, [link])).map(deliveryFrom),
    nextReady: (conversation) => one(sql.get(nextReady, [conversation])),
    troubled: (limit) => sql.all(troubled, [limit]).map(deliveryFrom),
    addPart: (row) => void sql.run(addPart, valuesOfPart(row)),
    putPart: (row) => void sql.run(putPart, valuesOfPart(row)),
    parts: (delivery) =>
      sql.all('SELECT * FROM part WHERE delivery = ? ORDER BY position', [delivery]).map(partRowFrom),
    part(id) {
      const row = sql.get('SELECT * FROM part WHERE id = ?', [id]);
      return row ? partRowFrom(row) : null;
    },
    againCount: () => integer(sql.get(againCount, [forgottenAgain]) ?? { n: 0 }, 'n'),
    repliesSince: (conversation, since) => integer(sql.get(repliesSince, [conversation, since]) ?? { n: 0 }, 'n'),
  };
}
