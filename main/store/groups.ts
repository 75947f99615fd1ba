/** What the owner decided about group chats, and what follows when a platform calls one differently. */

import type { GroupTable } from '../gateway/tables/people.ts';
import type { GroupAnswer, GroupRow } from '../gateway/types.ts';
import { integerOrNull, text, textOrNull, upsert, word } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const answers = ['unknown', 'off', 'mention', 'always'] as const satisfies readonly GroupAnswer[];
const origins = ['owner', 'file', 'message'] as const satisfies readonly GroupRow['origin'][];

const get = 'SELECT * FROM group_chat WHERE link = ? AND chat = ?';
const put = upsert('group_chat', ['link', 'chat'], ['title', 'answer', 'origin', 'last_seen_at']);
const remove = 'DELETE FROM group_chat WHERE link = ? AND chat = ?';

function groupFrom(row: SqlRow): GroupRow {
  return {
    link: text(row, 'link'),
    chat: text(row, 'chat'),
    title: text(row, 'title'),
    answer: word(answers, row, 'answer'),
    origin: word(origins, row, 'origin'),
    lastSeenAt: integerOrNull(row, 'last_seen_at'),
  };
}

function putGroup(sql: Sql, row: GroupRow): void {
  sql.run(put, {
    link: row.link,
    chat: row.chat,
    title: row.title,
    answer: row.answer,
    origin: row.origin,
    last_seen_at: row.lastSeenAt,
  });
}

/** A decision already made about the new chat stands; only an undecided one takes over the old one's. */
function moveDecision(sql: Sql, link: string, from: string, to: string): void {
  const row = sql.get(get, [link, from]);
  if (!row) return;
  const old = groupFrom(row);
  const known = sql.get(get, [link, to]);
  const next = known ? groupFrom(known) : null;
  if (next === null) putGroup(sql, { ...old, chat: to });
  else if (next.answer === 'unknown') putGroup(sql, { ...next, answer: old.answer, origin: old.origin });
  sql.run(remove, [link, from]);
}

const topics =
  'SELECT old.id AS id, new.id AS heir FROM conversation AS old LEFT JOIN conversation AS new ' +
  "ON new.link = old.link AND new.chat = $to AND ifnull(new.topic, '') = ifnull(old.topic, '') " +
  'WHERE old.link = $link AND old.chat = $from';

/** Message ids of the old chat mean other messages in the new one: nothing may be found, quoted or edited by them. */
const dropIds = 'UPDATE message SET platform_id = NULL WHERE conversation = ? AND platform_id IS NOT NULL';
const dropRefs =
  "UPDATE part SET ref = NULL WHERE ref IS NOT NULL AND state <> 'sent' AND delivery IN " +
  '(SELECT id FROM delivery WHERE conversation = ?)';
const rename = 'UPDATE conversation SET chat = ?, undeliverable = NULL WHERE id = ?';

/** Finished turns whose reply still waits go over whole: question, answer, delivery. A running one follows when it ends. */
const unsent =
  "SELECT turn FROM delivery WHERE conversation = $id AND state IN ('ready', 'held') AND turn IN " +
  "(SELECT id FROM turn WHERE state <> 'running')";
const context = '(SELECT context_no FROM conversation WHERE id = $heir)';
const moveMessages =
  `UPDATE message SET conversation = $heir, context_no = ${context}, platform_id = NULL WHERE conversation = $id AND ` +
  `(state IN ('waiting', 'kept', 'paused', 'late', 'held') OR turn IN (${unsent}))`;
const moveTurns = `UPDATE turn SET conversation = $heir, context_no = ${context} WHERE id IN (${unsent})`;
const moveCalls =
  'UPDATE tool_call SET conversation = $heir WHERE conversation = $id AND turn IN ' +
  '(SELECT id FROM turn WHERE conversation = $heir)';
const moveDeliveries =
  "UPDATE delivery SET conversation = $heir WHERE conversation = $id AND state IN ('ready', 'held') AND turn IN " +
  '(SELECT id FROM turn WHERE conversation = $heir)';
/** The longer pause counts, with its reason. */
const movePause =
  'UPDATE conversation SET paused_until = old.paused_until, paused_by = old.paused_by ' +
  'FROM (SELECT paused_until, paused_by FROM conversation WHERE id = $id) AS old ' +
  'WHERE conversation.id = $heir AND old.paused_until > ifnull(conversation.paused_until, 0)';
const moveUnread =
  'UPDATE conversation SET unread = unread + (SELECT unread FROM conversation WHERE id = $id) WHERE id = $heir';
const moves = [moveMessages, moveTurns, moveCalls, moveDeliveries, movePause, moveUnread];
const atRest = 'UPDATE conversation SET unread = 0, paused_until = NULL, paused_by = NULL WHERE id = ?';

function moveConversations(sql: Sql, link: string, from: string, to: string): void {
  for (const row of sql.all(topics, { link, from, to })) {
    const id = text(row, 'id');
    const heir = textOrNull(row, 'heir');
    sql.run(dropRefs, [id]);
    if (heir === null) {
      sql.run(dropIds, [id]);
      sql.run(rename, [to, id]);
    } else {
      for (const move of moves) sql.run(move, { id, heir });
      sql.run(atRest, [id]);
    }
  }
}

export function createGroups(sql: Sql): GroupTable {
  return {
    get(link, chat) {
      const row = sql.get(get, [link, chat]);
      return row ? groupFrom(row) : null;
    },
    ofLink: (link) =>
      sql
        .all('SELECT * FROM group_chat WHERE link = ? ORDER BY ifnull(last_seen_at, 0) DESC, rowid DESC', [link])
        .map(groupFrom),
    put: (row) => putGroup(sql, row),
    remove: (link, chat) => void sql.run(remove, [link, chat]),
    migrate(link, from, to) {
      if (from === to) return;
      moveDecision(sql, link, from, to);
      moveConversations(sql, link, from, to);
    },
  };
}
