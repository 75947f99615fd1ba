/**
 * A person who is called differently now (on WhatsApp, when a number becomes known): the role, the private chat and the
 * authorship of every message go with him. Ids of messages stay what they are: they are the same chat's, so that an edit,
 * a quote or a repetition still finds them.
 */
import type { AddressRow, Role } from '../gateway/types.ts';
import { text, textOrNull } from './columns.ts';
import type { Sql } from './database.ts';

/** The one further left wins. */
const strength: readonly Role[] = ['blocked', 'owner', 'guest', 'unknown'];

/** One row out of two for the same person. */
export function mergedAddress(old: AddressRow, known: AddressRow | null, address: string): AddressRow {
  if (known === null) return { ...old, address, name: old.name === old.address ? address : old.name };
  const isStronger = strength.indexOf(old.role) < strength.indexOf(known.role);
  const { role, origin } = isStronger ? old : known;
  const seen = [old.lastSeenAt, known.lastSeenAt].filter((at) => at !== null);
  const named = known.name !== '' && known.name !== address;
  return {
    ...known,
    role,
    origin,
    person: known.person ?? old.person,
    name: named || old.name === old.address ? known.name : old.name,
    lastSeenAt: seen.length === 0 ? null : Math.max(...seen),
  };
}

/** By the index of platform ids, which everything that came in has. */
const written =
  'conversation IN (SELECT id FROM conversation WHERE link = $link) AND ' +
  "ifnull(author, '') = $from AND platform_id IS NOT NULL";
/** The same message stored under both names: the older copy loses its id, since an id names one message. */
const dropTwins =
  `UPDATE message SET platform_id = NULL, author = $to WHERE ${written} AND EXISTS (SELECT 1 FROM message AS twin ` +
  "WHERE twin.conversation = message.conversation AND ifnull(twin.author, '') = $to AND " +
  'twin.platform_id = message.platform_id AND twin.revision = message.revision)';
const renameAuthor = `UPDATE message SET author = $to WHERE ${written}`;

const chats =
  'SELECT old.id AS id, new.id AS heir FROM conversation AS old LEFT JOIN conversation AS new ' +
  "ON new.link = old.link AND new.chat = $to AND ifnull(new.topic, '') = ifnull(old.topic, '') " +
  "WHERE old.link = $link AND old.chat = $from AND old.kind = 'private'";
const rename = 'UPDATE conversation SET chat = ?, undeliverable = NULL WHERE id = ?';

const running = "(SELECT id FROM turn WHERE conversation = $id AND state = 'running')";
/** What is past stays past: present contexts become one, all before them comes before it. */
const context =
  'CASE WHEN context_no = (SELECT context_no FROM conversation WHERE id = $id) ' +
  'THEN (SELECT context_no FROM conversation WHERE id = $heir) ELSE 0 END';
const merge: readonly string[] = [
  'UPDATE message SET platform_id = NULL WHERE conversation = $id AND platform_id IS NOT NULL AND EXISTS (' +
    'SELECT 1 FROM message AS twin WHERE twin.conversation = $heir AND ' +
    "ifnull(twin.author, '') = ifnull(message.author, '') AND twin.platform_id = message.platform_id)",
  `UPDATE message SET conversation = $heir, context_no = ${context} ` +
    `WHERE conversation = $id AND (turn IS NULL OR turn NOT IN ${running})`,
  `UPDATE delivery SET conversation = $heir WHERE conversation = $id AND turn NOT IN ${running}`,
  `UPDATE usage SET conversation = $heir WHERE conversation = $id`,
  `UPDATE reservation SET conversation = $heir WHERE conversation = $id`,
  'UPDATE schedule SET conversation = $heir WHERE conversation = $id',
  `UPDATE turn SET conversation = $heir, context_no = ${context} WHERE conversation = $id AND state <> 'running'`,
  `UPDATE tool_call SET conversation = $heir WHERE conversation = $id AND turn NOT IN ${running}`,
  // Both were made of one half of what is one conversation now.
  'DELETE FROM summary WHERE conversation IN ($id, $heir)',
  'DELETE FROM frame WHERE conversation IN ($id, $heir)',
  'UPDATE conversation SET paused_until = old.paused_until, paused_by = old.paused_by ' +
    'FROM (SELECT paused_until, paused_by FROM conversation WHERE id = $id) AS old ' +
    'WHERE conversation.id = $heir AND old.paused_until > ifnull(conversation.paused_until, 0)',
  'UPDATE conversation SET unread = conversation.unread + old.unread, model = ifnull(conversation.model, old.model), ' +
    'created_at = min(conversation.created_at, old.created_at), last_at = max(conversation.last_at, old.last_at), ' +
    'undeliverable = NULL FROM (SELECT * FROM conversation WHERE id = $id) AS old WHERE conversation.id = $heir',
];
const atRest = 'UPDATE conversation SET unread = 0, paused_until = NULL, paused_by = NULL WHERE id = $id';
const remove = `DELETE FROM conversation WHERE id = $id AND NOT EXISTS ${running}`;

/** Everything but the address rows. */
export function movePerson(sql: Sql, link: string, from: string, to: string): void {
  for (const statement of [dropTwins, renameAuthor]) sql.run(statement, { link, from, to });
  for (const row of sql.all(chats, { link, from, to })) {
    const id = text(row, 'id');
    const heir = textOrNull(row, 'heir');
    if (heir === null) {
      sql.run(rename, [to, id]);
      continue;
    }
    for (const statement of merge) sql.run(statement, { id, heir });
    for (const statement of [atRest, remove]) sql.run(statement, { id });
  }
}
