/** Conversations, one per (link, chat, topic). */

import type { ConversationTable } from '../gateway/tables/messages.ts';
import type { ChatKind, ConversationRow, Thinking } from '../gateway/types.ts';
import { integer, integerOrNull, reasonFrom, reasonToJson, text, textOrNull, upsert, word } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';
import { forgetConversation } from './forget.ts';

const kinds = ['private', 'group'] as const satisfies readonly ChatKind[];
const levels = ['off', 'low', 'medium', 'high'] as const satisfies readonly Thinking[];

const put = upsert(
  'conversation',
  ['id'],
  [
    'link',
    'chat',
    'topic',
    'kind',
    'title',
    'context_no',
    'model',
    'persona',
    'thinking',
    'paused_until',
    'paused_by',
    'undeliverable',
    'unread',
    'created_at',
    'last_at',
  ],
);
const newest = 'SELECT * FROM conversation ORDER BY last_at DESC, id DESC LIMIT ?';
const before = 'SELECT * FROM conversation WHERE (last_at, id) < (?, ?) ORDER BY last_at DESC, id DESC LIMIT ?';
const newestOfLink = 'SELECT * FROM conversation WHERE link = ? ORDER BY last_at DESC, id DESC LIMIT ?';
const beforeOfLink =
  'SELECT * FROM conversation WHERE (last_at, id) < (?, ?) AND link = ? ORDER BY last_at DESC, id DESC LIMIT ?';
const ofChat = 'SELECT * FROM conversation WHERE link = ? AND chat = ? ORDER BY rowid';
const titled =
  "SELECT * FROM conversation WHERE title LIKE ? ESCAPE '\\' " +
  "ORDER BY title LIKE ? ESCAPE '\\' DESC, last_at DESC, id DESC LIMIT ?";
const pausedByItself = 'SELECT * FROM conversation WHERE paused_by IS NOT NULL ORDER BY id';

function conversationFrom(row: SqlRow): ConversationRow {
  return {
    id: text(row, 'id'),
    link: text(row, 'link'),
    chat: text(row, 'chat'),
    topic: textOrNull(row, 'topic'),
    kind: word(kinds, row, 'kind'),
    title: text(row, 'title'),
    contextNo: integer(row, 'context_no'),
    model: textOrNull(row, 'model'),
    persona: textOrNull(row, 'persona'),
    thinking: row['thinking'] === null ? null : word(levels, row, 'thinking'),
    pausedUntil: integerOrNull(row, 'paused_until'),
    pausedBy: reasonFrom(row, 'paused_by'),
    undeliverable: reasonFrom(row, 'undeliverable'),
    unread: integer(row, 'unread'),
    createdAt: integer(row, 'created_at'),
    lastAt: integer(row, 'last_at'),
  };
}

/** A letter that stands for itself in a pattern of LIKE. */
function plain(letter: string): string {
  return /[%_\\]/.test(letter) ? `\\${letter}` : letter;
}

/** What titles must be like: the letters in their order; and what the best of them are like: the words as they stand. */
function titlePatterns(query: string): readonly [letters: string, words: string] | null {
  const letters = Array.from(query.replace(/\s+/g, ''), plain);
  if (letters.length === 0) return null;
  return [`%${letters.join('%')}%`, `%${Array.from(query.trim(), plain).join('')}%`];
}

export function createConversations(sql: Sql): ConversationTable {
  return {
    get(id) {
      const row = sql.get('SELECT * FROM conversation WHERE id = ?', [id]);
      return row ? conversationFrom(row) : null;
    },
    find(link, { chat, topic }) {
      const row = sql.get("SELECT * FROM conversation WHERE link = ? AND chat = ? AND ifnull(topic, '') = ?", [
        link,
        chat,
        topic ?? '',
      ]);
      return row ? conversationFrom(row) : null;
    },
    put(row) {
      sql.run(put, {
        id: row.id,
        link: row.link,
        chat: row.chat,
        topic: row.topic,
        kind: row.kind,
        title: row.title,
        context_no: row.contextNo,
        model: row.model,
        persona: row.persona,
        thinking: row.thinking,
        paused_until: row.pausedUntil,
        paused_by: reasonToJson(row.pausedBy),
        undeliverable: reasonToJson(row.undeliverable),
        unread: row.unread,
        created_at: row.createdAt,
        last_at: row.lastAt,
      });
    },
    page(limit, last, link) {
      const rows =
        link === undefined
          ? last
            ? sql.all(before, [last.lastAt, last.id, limit])
            : sql.all(newest, [limit])
          : last
            ? sql.all(beforeOfLink, [last.lastAt, last.id, link, limit])
            : sql.all(newestOfLink, [link, limit]);
      return rows.map(conversationFrom);
    },
    titled(query, limit) {
      const patterns = titlePatterns(query);
      return patterns === null ? [] : sql.all(titled, [...patterns, limit]).map(conversationFrom);
    },
    ofChat: (link, chat) => sql.all(ofChat, [link, chat]).map(conversationFrom),
    pausedByItself: () => sql.all(pausedByItself).map(conversationFrom),
    forget: (id) => forgetConversation(sql, id),
    models: () =>
      sql
        .all('SELECT DISTINCT model FROM conversation WHERE model IS NOT NULL ORDER BY model')
        .map((row) => text(row, 'model')),
  };
}
