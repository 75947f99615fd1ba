/**
 * The worker for whatever is heavy: search, export, backup, checkpoint, integrity check. It has its own connection, opened with
 * the first job that needs it, and ends when it is told to. One job at a time, in the order asked.
 */
import { rmSync } from 'node:fs';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { SearchHit } from '../../gateway/storage.ts';
import { integer, text } from '../columns.ts';
import { createConversations } from '../conversations.ts';
import { openConnection, sqliteCode, type Connection, type SqlRow } from '../database.ts';
import { exportPiece, type ExportSource } from '../export-text.ts';
import type { Answered, Asked, Job, WorkerStart } from '../jobs.ts';
import { createAttachments } from '../message-files.ts';
import { createMessages } from '../messages.ts';
import { searchExpression } from '../search-query.ts';

/** A text without spaces is one token to SQLite and would come back whole. */
const longestExcerpt = 240;
const before = 60;

const search =
  'SELECT message.id, message.conversation, message.seq, message.at, ' +
  "snippet(message_fts, 0, char(2), char(3), '…', 20) AS excerpt " +
  'FROM message_fts JOIN message ON message.seq = message_fts.rowid ' +
  'WHERE message_fts MATCH ? AND (?2 IS NULL OR message.link = ?2) ORDER BY message_fts.rowid DESC LIMIT ?3';

/** Cuts an overlong excerpt to the surroundings of its first hit, and closes a hit that the cut opened. */
function shortened(excerpt: string): string {
  if (excerpt.length <= longestExcerpt) return excerpt;
  const start = Math.max(0, excerpt.indexOf('\u0002') - before);
  const piece = excerpt.slice(start, start + longestExcerpt).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
  const open = piece.lastIndexOf('\u0002') > piece.lastIndexOf('\u0003') ? '\u0003' : '';
  return `${start > 0 ? '…' : ''}${piece}${open}…`;
}

/** In what was read in files: without excerpts, which cost a look at the whole text of each. */
const searchFiles =
  'SELECT message.id, message.conversation, message.seq, message.at, attachment.name, words_piece.id AS piece ' +
  'FROM words_fts JOIN words_piece ON words_piece.id = words_fts.rowid ' +
  'JOIN attachment ON attachment.number = words_piece.attachment JOIN message ON message.id = attachment.message ' +
  "WHERE words_fts MATCH ? AND message.state <> 'deleted' AND (?2 IS NULL OR message.link = ?2) " +
  'ORDER BY message.seq DESC, words_piece.id';
/** Numbers arrive as floating point, which FTS5 does not take for a rowid: it would pass the condition over. */
const excerptOf =
  "SELECT snippet(words_fts, 0, char(2), char(3), '…', 20) AS excerpt FROM words_fts " +
  'WHERE words_fts MATCH ? AND rowid = CAST(? AS INTEGER)';

function find(connection: Connection, job: Extract<Job, { kind: 'search' }>): readonly SearchHit[] {
  const expression = searchExpression(job.query);
  if (expression === null) return [];
  const cancelled = new Int32Array(job.cancelled);
  const isCancelled = (): boolean => Atomics.load(cancelled, 0) !== 0;
  const hits = new Map<string, SearchHit>();
  for (const row of connection.iterate(search, [expression, job.link, job.limit])) {
    if (isCancelled()) break;
    hits.set(text(row, 'id'), { ...placeOf(row), excerpt: shortened(text(row, 'excerpt')) });
  }
  let more = 0;
  for (const row of connection.iterate(searchFiles, [expression, job.link])) {
    if (isCancelled() || more >= job.limit) break;
    // A message tells by its own text, or by the first place in its files.
    if (hits.has(text(row, 'id'))) continue;
    const excerpt = connection.get(excerptOf, [expression, integer(row, 'piece')]);
    const file = text(row, 'name');
    hits.set(text(row, 'id'), { ...placeOf(row), excerpt: shortened(excerpt ? text(excerpt, 'excerpt') : ''), file });
    more++;
  }
  return [...hits.values()].sort((one, other) => other.seq - one.seq).slice(0, job.limit);
}

function placeOf(row: SqlRow): Omit<SearchHit, 'excerpt' | 'file'> {
  return {
    message: text(row, 'id'),
    conversation: text(row, 'conversation'),
    seq: integer(row, 'seq'),
    at: integer(row, 'at'),
  };
}

function exportSource(connection: Connection): ExportSource {
  const conversations = createConversations(connection);
  const messages = createMessages(connection);
  const attachments = createAttachments(connection);
  const count = (sql: string, params: readonly (string | number)[]): number =>
    integer(connection.get(sql, params) ?? { n: 0 }, 'n');
  return {
    get: (id) => conversations.get(id),
    after(id) {
      const row = connection.get('SELECT id FROM conversation WHERE id > ? ORDER BY id LIMIT 1', [id]);
      return row ? conversations.get(text(row, 'id')) : null;
    },
    messages: (conversation, afterSeq, limit) =>
      messages.page(conversation, limit, { afterSeq }).map((message) => ({
        ...message,
        attachments: attachments.ofMessage(message.id),
        earlier: message.revision > 0 ? messages.revisions(message.id) : [],
      })),
    count: (conversation, until) =>
      conversation === null
        ? count('SELECT count(*) AS n FROM message WHERE seq <= ?', [until])
        : count('SELECT count(*) AS n FROM message WHERE conversation = ? AND seq <= ?', [conversation, until]),
    newestSeq: () => count('SELECT ifnull(max(seq), 0) AS n FROM message', []),
  };
}

function faultOf(connection: Connection): string | null {
  const first = connection.get('PRAGMA quick_check(1)');
  const said = first ? text(first, 'quick_check') : 'no answer';
  return said === 'ok' ? null : said;
}

function checkFile(path: string): string | null {
  try {
    const connection = openConnection(path, { synchronous: 'normal', busyTimeout: 0, cacheKib: 2048, readOnly: true });
    try {
      return faultOf(connection);
    } finally {
      connection.close();
    }
  } catch (error) {
    // Not a database at all, or damaged so that it cannot be read: that is the answer, not a failure of the check.
    return error instanceof Error ? error.message : String(error);
  }
}

/** A copy is one plain file: no write-ahead log has to lie beside it. */
async function copy(connection: Connection, target: string): Promise<null> {
  await connection.copyTo(target);
  const made = openConnection(target, { synchronous: 'full', busyTimeout: 0, cacheKib: 2048 });
  let fault: string | null;
  try {
    made.exec('PRAGMA journal_mode = DELETE');
    fault = faultOf(made);
  } finally {
    made.close();
  }
  if (fault === null) return null;
  rmSync(target, { force: true });
  throw new Error(`the copy is damaged: ${fault}`);
}

function serve(port: MessagePort, path: string): void {
  let connection: Connection | null = null;
  const own = (): Connection =>
    (connection ??= openConnection(path, {
      synchronous: 'normal',
      busyTimeout: 2000,
      cacheKib: 4096,
      mustExist: true,
    }));

  const run = async (job: Job): Promise<unknown> => {
    switch (job.kind) {
      case 'search':
        return find(own(), job);
      case 'export':
        return exportPiece(exportSource(own()), job.request);
      case 'backup':
        return copy(own(), job.target);
      case 'checkpoint':
        own().get('PRAGMA wal_checkpoint(PASSIVE)');
        return null;
      case 'check':
        return job.path === null ? faultOf(own()) : checkFile(job.path);
    }
  };

  let queue = Promise.resolve();
  port.on('message', (asked: Asked) => {
    queue = queue.then(async () => {
      if (asked === 'end') {
        connection?.close();
        port.close();
        return;
      }
      const { id, job } = asked;
      let answer: Answered;
      try {
        answer = { id, ok: true, value: await run(job) };
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        answer = { id, ok: false, message, code: sqliteCode(error) };
      }
      port.postMessage(answer);
    });
  });
}

if (parentPort) {
  const start = workerData as WorkerStart;
  serve(parentPort, start.path);
}
