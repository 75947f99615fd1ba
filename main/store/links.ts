/** Links, how far each was read (cursor, per account), and which of their events are known. */

import type { LinkTable } from '../gateway/tables/people.ts';
import type { LinkKind, LinkMode, LinkRow } from '../gateway/types.ts';
import { bit, flag, flagsFrom, integer, integerOrNull, text, textOrNull, upsert, word } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';

const kinds = ['window', 'api', 'telegram', 'whatsapp'] as const satisfies readonly LinkKind[];

const modes = ['only-me', 'people'] as const satisfies readonly LinkMode[];

const put = upsert(
  'link',
  ['id'],
  [
    'kind',
    'name',
    'account',
    'handle',
    'enabled',
    'api_root',
    'server_key',
    'mode',
    'device',
    'language',
    'linked_at',
    'capabilities',
    'paused_until',
    'persona',
    'fixed_by_file',
    'created_at',
  ],
);
const putCursor = upsert('cursor', ['link', 'account'], ['position', 'at']);

function linkFrom(row: SqlRow): LinkRow {
  return {
    id: text(row, 'id'),
    kind: word(kinds, row, 'kind'),
    name: text(row, 'name'),
    account: textOrNull(row, 'account'),
    handle: textOrNull(row, 'handle'),
    enabled: flag(row, 'enabled'),
    apiRoot: textOrNull(row, 'api_root'),
    serverKey: textOrNull(row, 'server_key'),
    mode: word(modes, row, 'mode'),
    device: textOrNull(row, 'device'),
    language: textOrNull(row, 'language'),
    linkedAt: integerOrNull(row, 'linked_at'),
    capabilities: flagsFrom(row, 'capabilities'),
    pausedUntil: integerOrNull(row, 'paused_until'),
    persona: textOrNull(row, 'persona'),
    fixedByFile: flag(row, 'fixed_by_file'),
    createdAt: integer(row, 'created_at'),
  };
}

/** Roles were given on this link; another one of its name is not the same one. */
const forgetRoles = ['DELETE FROM address WHERE link = ?', 'DELETE FROM group_chat WHERE link = ?'];
const clearWaiting = "UPDATE message SET state = 'cleared' WHERE conversation = ? AND state = 'waiting'";
const cancelReady = "UPDATE delivery SET state = 'cancelled' WHERE conversation = ? AND state = 'ready'";
/** No card may ask about what can no longer be answered. */
const clearAside =
  "UPDATE message SET state = 'cleared' WHERE link = ? AND state IN ('kept', 'paused', 'late', 'held')";
const cancelHeld =
  "UPDATE delivery SET state = 'cancelled' WHERE state IN ('failed', 'held') AND state = 'held' AND link = ?";
const endOwnPauses =
  'UPDATE conversation SET paused_until = NULL, paused_by = NULL WHERE link = ? AND paused_by IS NOT NULL';

export function createLinks(sql: Sql): LinkTable {
  return {
    all: () => sql.all('SELECT * FROM link ORDER BY rowid').map(linkFrom),
    get(id) {
      const row = sql.get('SELECT * FROM link WHERE id = ?', [id]);
      return row ? linkFrom(row) : null;
    },
    put(row) {
      sql.run(put, {
        id: row.id,
        kind: row.kind,
        name: row.name,
        account: row.account,
        handle: row.handle,
        enabled: bit(row.enabled),
        api_root: row.apiRoot,
        server_key: row.serverKey,
        mode: row.mode,
        device: row.device,
        language: row.language,
        linked_at: row.linkedAt,
        capabilities: JSON.stringify(row.capabilities),
        paused_until: row.pausedUntil,
        persona: row.persona,
        fixed_by_file: bit(row.fixedByFile),
        created_at: row.createdAt,
      });
    },
    remove(id) {
      sql.run('DELETE FROM cursor WHERE link = ?', [id]);
      sql.run('DELETE FROM link WHERE id = ?', [id]);
      for (const conversation of sql.all('SELECT id FROM conversation WHERE link = ?', [id])) {
        sql.run(clearWaiting, [text(conversation, 'id')]);
        sql.run(cancelReady, [text(conversation, 'id')]);
      }
      for (const statement of [clearAside, cancelHeld, endOwnPauses, ...forgetRoles]) sql.run(statement, [id]);
    },
    cursor(link, account) {
      const row = sql.get('SELECT position, at FROM cursor WHERE link = ? AND account = ?', [link, account]);
      return row ? { position: integer(row, 'position'), at: integer(row, 'at') } : null;
    },
    setCursor(link, account, position, at) {
      sql.run(putCursor, { link, account, position, at });
    },
    addEvent(link, key, at) {
      return (
        sql.run('INSERT INTO event (link, key, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', [link, key, at]).changes >
        0
      );
    },
  };
}
