/*
 * A database with a million messages, made with the product's own migrations and kept in the system's temporary folder
 * for the next run. Texts are words of a made-up language whose frequencies fall as those of a real one do; there is a
 * turn, a delivery, a part, a usage row and an event for every question, as if each had been asked through Telegram.
 */
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createIds } from '../../main/api/machine.ts';
import { migrations } from '../../main/store/migrate.ts';

export interface Million {
  readonly path: string;
  readonly messages: number;
}

export interface Shape {
  readonly messages: number;
  readonly conversations: number;
  /** Of all messages, so large a part lies in the first conversation, which is somebody's years; the others share the rest. */
  readonly largest: number;
}

const mostConversations = 1_800;
const perConversation = 250;
const vocabulary = 30_000;
/** To be raised when what is made changes. */
const version = 2;

/** A word that stands in one of a thousand messages, and one that stands in nearly every second. */
export const rareWord = 'zandelurio';
export const commonWord = 'velmo';

/** Makes it, or finds it; `messages` is smaller for a quick run. Takes about a minute for a million. */
export function millionMessages(messages: number): Million {
  return filledStore({
    messages,
    conversations: Math.min(mostConversations, messages / perConversation),
    largest: 0.1,
  });
}

/** The same of another shape. The people of the conversations are called `Person 1000000` and so on; the first leads. */
export function filledStore(shape: Shape): Million {
  const { messages } = shape;
  const key = createHash('sha256')
    .update(JSON.stringify([migrations, version, shape]))
    .digest('hex')
    .slice(0, 12);
  const path = join(tmpdir(), `porchlight-bench-${String(messages)}-${key}.db`);
  if (!existsSync(path)) {
    const unfinished = `${path}.${String(process.pid)}`;
    rmSync(unfinished, { force: true });
    make(unfinished, shape);
    renameSync(unfinished, path);
  }
  return { path, messages };
}

function make(path: string, shape: Shape): void {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000');
  for (const step of migrations) database.exec(step);
  // The text index is built in one go at the end, which is many times faster than message by message.
  const trigger = database.prepare("SELECT sql FROM sqlite_schema WHERE name = 'message_fts_added'").get()?.['sql'];
  database.exec('DROP TRIGGER message_fts_added; BEGIN');
  fill(database, shape);
  database.exec("COMMIT; INSERT INTO message_fts (message_fts) VALUES ('rebuild')");
  database.exec(String(trigger));
  database.exec(`PRAGMA user_version = ${String(migrations.length)}; ANALYZE`);
  database.close();
}

function fill(database: DatabaseSync, { messages, conversations, largest }: Shape): void {
  const start = Date.UTC(2025, 0, 1);
  const step = 30_000;
  let now = start;
  const ids = createIds({ now: () => now });
  const word = words();
  const add = inserts(database);
  const chats = Array.from({ length: conversations }, (_, index) => ({
    id: ids.next(),
    chat: String(1_000_000 + index),
  }));
  for (const { id, chat } of chats) add.conversation(id, chat, `Person ${chat}`, start, start);
  for (let pair = 0; pair < messages / 2; pair++) {
    now += step;
    const isLargest = pair % Math.round(1 / largest) === 0;
    const place = isLargest ? 0 : 1 + (pair % (conversations - 1));
    const at = chats[place];
    if (at === undefined) throw new Error(`There is no conversation ${String(place)}.`);
    const [asked, answer, turn, delivery] = [ids.next(), ids.next(), ids.next(), ids.next()];
    const said = sentence(word, pair);
    const reply = sentence(word, pair);
    add.event(`4242:${String(pair + 1)}`, now);
    add.message(asked, at.id, 'person', at.chat, `Person ${at.chat}`, String(pair + 1), said, now, turn, null);
    add.turn(turn, at.id, now);
    add.input(asked, turn);
    add.delivery(delivery, turn, at.id, now);
    add.message(answer, at.id, 'assistant', null, '', null, reply, now + 1_000, turn, 'lab/gpt-test');
    add.part(ids.next(), delivery, JSON.stringify({ format: 'html', text: reply, plain: reply }), String(pair + 1));
    add.usage(ids.next(), now, at.id, turn);
  }
  // The first one leads the list, so that it is among those that are opened.
  database.prepare('UPDATE conversation SET last_at = ? + (rowid = 1)').run(now);
}

/** Numbers in [0, 1) that are the same in every run (xorshift32). */
function numbers(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Word n is drawn about as often as 1/n says. */
function words(): () => string {
  const random = numbers();
  const syllables = [
    'ba',
    'dro',
    'fe',
    'gin',
    'kal',
    'lu',
    'mer',
    'no',
    'pi',
    'ras',
    'sto',
    'ten',
    'ul',
    'ver',
    'wi',
    'xo',
  ];
  const list = Array.from({ length: vocabulary }, (_, index) => {
    let text = '';
    for (let rest = index + 17; rest > 0; rest = Math.floor(rest / 16)) text += syllables[rest % 16] ?? '';
    return text;
  });
  return () => list[Math.floor(vocabulary ** random()) - 1] ?? 'ba';
}

function sentence(word: () => string, pair: number): string {
  const text = Array.from({ length: 14 }, word);
  if (pair % 1_000 === 0) text[7] = rareWord;
  if (pair % 2 === 0) text[3] = commonWord;
  return `${text.join(' ')}.`;
}

function inserts(database: DatabaseSync) {
  const into = (sql: string) => {
    const statement = database.prepare(sql);
    return (...values: readonly (string | number | null)[]): void => void statement.run(...values);
  };
  return {
    conversation: into(
      'INSERT INTO conversation (id, link, chat, topic, kind, title, context_no, model, paused_until, undeliverable, ' +
        "unread, created_at, last_at) VALUES (?, 'bot', ?, NULL, 'private', ?, 1, NULL, NULL, NULL, 0, ?, ?)",
    ),
    event: into("INSERT INTO event (link, key, at) VALUES ('bot', ?, ?)"),
    message: into(
      'INSERT INTO message (id, conversation, link, kind, author, author_name, platform_id, revision, text, context_no, ' +
        "at, received_at, state, reason, turn, model) VALUES (?1, ?2, 'bot', ?3, ?4, ?5, ?6, 0, ?7, 1, ?8, ?8, 'answered', " +
        'NULL, ?9, ?10)',
    ),
    turn: into(
      'INSERT INTO turn (id, conversation, link, state, kind, starts, context_no, model, reason, started_at, ended_at) ' +
        "VALUES (?1, ?2, 'bot', 'done', 'reply', 1, 1, 'lab/gpt-test', NULL, ?3, ?3)",
    ),
    input: into('INSERT INTO turn_input (message, turn) VALUES (?, ?)'),
    delivery: into(
      'INSERT INTO delivery (id, turn, conversation, link, state, late, reason, created_at, ready_at, settled_at) ' +
        "VALUES (?1, ?2, ?3, 'bot', 'sent', 0, NULL, ?4, ?4, ?4)",
    ),
    part: into(
      'INSERT INTO part (id, delivery, position, part, own_id, state, attempts, again, ref, reason) ' +
        "VALUES (?, ?, 0, ?, NULL, 'sent', 1, 0, ?, NULL)",
    ),
    usage: into(
      'INSERT INTO usage (id, at, link, conversation, turn, model, input_tokens, output_tokens, cost, estimated, outcome) ' +
        "VALUES (?, ?, 'bot', ?, ?, 'lab/gpt-test', 200, 30, NULL, 0, 'ok')",
    ),
  };
}
