/** Messages of both directions, the inbox among them. `seq` is the rowid: order, paging and key of the text index. */

import type { MessageTable, NewMessage } from '../gateway/tables/messages.ts';
import type { MessageRow, MessageState } from '../gateway/types.ts';
import { bit, flag, insert, integer, reasonFrom, reasonToJson, text, textOrNull, word } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const kinds = ['person', 'assistant', 'notice'] as const satisfies readonly MessageRow['kind'][];
const states = [
  'waiting',
  'answering',
  'answered',
  'kept',
  'paused',
  'late',
  'held',
  'ignored',
  'cleared',
  'overheard',
  'deleted',
] as const satisfies readonly MessageState[];

const add = insert('message', [
  'id',
  'conversation',
  'link',
  'kind',
  'author',
  'author_name',
  'platform_id',
  'revision',
  'text',
  'context_no',
  'at',
  'received_at',
  'state',
  'reason',
  'turn',
  'model',
  'forwarded',
]);
const byPlatformId =
  "SELECT * FROM message WHERE conversation = ? AND ifnull(author, '') = ? AND platform_id = ? " +
  'ORDER BY revision DESC LIMIT 1';
const newest = 'SELECT * FROM message WHERE conversation = ? ORDER BY seq DESC LIMIT ?';
const before = 'SELECT * FROM message WHERE conversation = ? AND seq < ? ORDER BY seq DESC LIMIT ?';
const after = 'SELECT * FROM message WHERE conversation = ? AND seq > ? ORDER BY seq LIMIT ?';
const ofContext =
  'SELECT * FROM message WHERE conversation = ? AND context_no = ? AND seq > ? ORDER BY seq DESC LIMIT ?';
const inPart = (name: string): string =>
  `${name}.conversation = $conversation AND ${name}.context_no = $context AND ${name}.seq > $after AND ${name}.seq <= $upto`;
/** A question may be older than the part, or of the context before: it is found by its answer. */
const byAnswer = (others: string): string =>
  `EXISTS (SELECT 1 FROM message AS answer CROSS JOIN ${others} ` +
  "WHERE answer.kind = 'assistant' AND answer.state <> 'cleared' AND answer.turn <> $except " +
  `AND ${inPart('answer')})`;
const withFile =
  "EXISTS (SELECT 1 FROM attachment WHERE attachment.message = passed.id AND attachment.kind <> 'voice')";
/** Each part walks through small indexes alone; rows, which hold long texts, are read where something is found. */
const hasOthers =
  `SELECT ${byAnswer('tool_call ON tool_call.turn = answer.turn AND tool_call.outside = 1 AND tool_call.result IS NOT NULL')} ` +
  `OR ${byAnswer('message AS asked ON asked.turn = answer.turn AND asked.forwarded = 1')} ` +
  `OR ${byAnswer("turn_input ON turn_input.turn = answer.turn JOIN attachment ON attachment.message = turn_input.message AND attachment.kind <> 'voice'")} ` +
  // What came while the owner had taken over is told before the next question.
  "OR EXISTS (SELECT 1 FROM message AS passed WHERE passed.kind = 'person' AND passed.state = 'paused' " +
  `AND ${inPart('passed')} AND (passed.forwarded = 1 OR ${withFile})) AS n`;
const firstOfContext = 'SELECT * FROM message WHERE conversation = ? AND context_no = ? ORDER BY seq LIMIT 1';
const waiting = "SELECT * FROM message WHERE conversation = ? AND state = 'waiting' ORDER BY seq LIMIT ?";
const conversationsWaiting =
  "SELECT conversation FROM message WHERE state = 'waiting' GROUP BY conversation ORDER BY min(seq)";
const countWaiting = "SELECT count(*) AS n FROM message WHERE state = 'waiting'";
/** The `IN` lets SQLite see that the partial index covers it. */
const setAside =
  "SELECT * FROM message WHERE link = ? AND state = ? AND state IN ('kept', 'paused', 'late', 'held') " +
  'ORDER BY seq DESC LIMIT ?';
const countAside =
  "SELECT count(*) AS n FROM message WHERE link = ? AND state = ? AND state IN ('kept', 'paused', 'late', 'held')";
/** A text is as old as the change that brought it, the first one as the message. */
const keepText =
  'INSERT INTO revision (message, revision, text, at) ' +
  'SELECT id, revision, text, ifnull(revised_at, at) FROM message WHERE id = ?';
const changeText = 'UPDATE message SET text = ?, revision = revision + 1, revised_at = ? WHERE id = ?';
const revisions = 'SELECT revision, text, at FROM revision WHERE message = ? ORDER BY revision';

export function messageFrom(row: SqlRow): MessageRow {
  return {
    id: text(row, 'id'),
    seq: integer(row, 'seq'),
    conversation: text(row, 'conversation'),
    link: text(row, 'link'),
    kind: word(kinds, row, 'kind'),
    author: textOrNull(row, 'author'),
    authorName: text(row, 'author_name'),
    platformId: textOrNull(row, 'platform_id'),
    revision: integer(row, 'revision'),
    text: text(row, 'text'),
    forwarded: flag(row, 'forwarded'),
    contextNo: integer(row, 'context_no'),
    at: integer(row, 'at'),
    receivedAt: integer(row, 'received_at'),
    state: word(states, row, 'state'),
    reason: reasonFrom(row, 'reason'),
    turn: textOrNull(row, 'turn'),
    model: textOrNull(row, 'model'),
  };
}

function addMessage(sql: Sql, message: NewMessage): MessageRow {
  const { forwarded = false } = message;
  const { lastId } = sql.run(add, {
    id: message.id,
    conversation: message.conversation,
    link: message.link,
    kind: message.kind,
    author: message.author,
    author_name: message.authorName,
    platform_id: message.platformId,
    revision: message.revision,
    text: message.text,
    context_no: message.contextNo,
    at: message.at,
    received_at: message.receivedAt,
    state: message.state,
    reason: reasonToJson(message.reason),
    turn: message.turn,
    model: message.model,
    forwarded: bit(forwarded),
  });
  return { ...message, forwarded, seq: lastId };
}

export function createMessages(sql: Sql): MessageTable {
  const one = (row: SqlRow | undefined): MessageRow | null => (row ? messageFrom(row) : null);
  return {
    add: (message) => addMessage(sql, message),
    get: (id) => one(sql.get('SELECT * FROM message WHERE id = ?', [id])),
    byPlatformId: (conversation, author, platformId) =>
      one(sql.get(byPlatformId, [conversation, author ?? '', platformId])),
    mark(ids, state, reason, turn) {
      const why = reasonToJson(reason);
      for (const id of ids) {
        if (turn === undefined) sql.run('UPDATE message SET state = ?, reason = ? WHERE id = ?', [state, why, id]);
        else sql.run('UPDATE message SET state = ?, reason = ?, turn = ? WHERE id = ?', [state, why, turn, id]);
      }
    },
    page(conversation, limit, at) {
      if (at && 'afterSeq' in at) return sql.all(after, [conversation, at.afterSeq, limit]).map(messageFrom);
      const rows = at ? sql.all(before, [conversation, at.beforeSeq, limit]) : sql.all(newest, [conversation, limit]);
      return rows.map(messageFrom).reverse();
    },
    ofContext: (conversation, contextNo, limit, afterSeq = 0) =>
      sql.all(ofContext, [conversation, contextNo, afterSeq, limit]).map(messageFrom).reverse(),
    hasOthers({ conversation, contextNo, after: from, upto, except }) {
      const row = sql.get(hasOthers, { conversation, context: contextNo, after: from, upto, except });
      return row !== undefined && flag(row, 'n');
    },
    firstOfContext: (conversation, contextNo) => one(sql.get(firstOfContext, [conversation, contextNo])),
    waiting: (conversation, limit) => sql.all(waiting, [conversation, limit]).map(messageFrom),
    conversationsWaiting: () => sql.all(conversationsWaiting).map((row) => text(row, 'conversation')),
    setAside: (link, state, limit) => sql.all(setAside, [link, state, limit]).map(messageFrom),
    countAside: (link, state) => integer(sql.get(countAside, [link, state]) ?? { n: 0 }, 'n'),
    revise(id, changed, at) {
      sql.run(keepText, [id]);
      sql.run(changeText, [changed, at, id]);
    },
    revisions: (id) =>
      sql.all(revisions, [id]).map((row) => ({
        revision: integer(row, 'revision'),
        text: text(row, 'text'),
        at: integer(row, 'at'),
      })),
    countWaiting: () => integer(sql.get(countWaiting) ?? { n: 0 }, 'n'),
    ofTurn: (turn) => sql.all('SELECT * FROM message WHERE turn = ? ORDER BY seq', [turn]).map(messageFrom),
  };
}
