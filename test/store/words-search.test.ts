/** Search in what was heard in sounds and read in documents. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openConnection, type Connection } from '../../main/store/database.ts';
import { migrate, migrations } from '../../main/store/migrate.ts';
import {
  attachmentRow,
  conversationRow,
  newMessage,
  openTestStore,
  TemporaryDirectory,
  type TestStore,
} from './support.ts';

const never = new AbortController().signal;
const firstRound = 10 * 60_000;
const poll = { interval: 2, timeout: 15_000 };

interface Sent {
  readonly text?: string;
  readonly words?: string;
  readonly name?: string;
  readonly conversation?: string;
  readonly link?: string;
}

/** Messages with one file each, of which `words` is told. */
async function send({ store }: TestStore, messages: Readonly<Record<string, Sent>>): Promise<void> {
  await store.commit((tables) => {
    for (const [
      id,
      { text = '[document]', words, name = `${id}.txt`, conversation = 'c1', link = 'bot' },
    ] of Object.entries(messages)) {
      if (tables.conversations.get(conversation) === null) {
        tables.conversations.put(conversationRow({ id: conversation, link, chat: conversation }));
      }
      tables.messages.add(newMessage({ id, text, conversation, link }));
      tables.attachments.add(attachmentRow({ id: `file-${id}`, message: id, name, kind: 'document', state: 'stored' }));
      if (words !== undefined) tables.attachments.putWords(`file-${id}`, words);
    }
  });
}

async function found({ store }: TestStore, query: string, limit = 10, link?: string): Promise<readonly string[]> {
  const hits = await store.search(query, limit, never, link);
  return hits.map(({ message, file }) => (file === undefined ? message : `${message} in ${file}`));
}

/** Until everything that is put in order by itself is done. */
async function tidied({ store, clock }: TestStore, done: () => Promise<boolean>): Promise<void> {
  clock.advance(firstRound);
  await expect
    .poll(async () => {
      clock.advance(250);
      return done();
    }, poll)
    .toBe(true);
  expect(store.trouble.value).toBeNull();
}

function withDatabase<Value>(dataDir: string, look: (connection: Connection) => Value): Value {
  const path = join(dataDir, 'porchlight.db');
  const connection = openConnection(path, { synchronous: 'full', busyTimeout: 1000, cacheKib: 1024 });
  try {
    return look(connection);
  } finally {
    connection.close();
  }
}

/** Throws where the index and what it is about differ (https://www.sqlite.org/fts5.html#the_integrity_check_command). */
function checkIndex(dataDir: string): void {
  withDatabase(dataDir, (connection) => {
    connection.exec("INSERT INTO words_fts (words_fts, rank) VALUES ('integrity-check', 1)");
  });
}

describe('search', () => {
  it('finds what was said in a voice message and what a document says, newest first, with the place in it', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    await send(opened, {
      first: { words: 'The ferry leaves at noon from the old harbour', name: 'voice-1.ogg' },
      second: { text: 'which ferry?' },
      third: { words: 'A letter about the ferry.', text: '[document] the ferry letter' },
      fourth: { words: 'Fähre und Frühstück', name: 'reise.txt' },
    });
    expect(await found(opened, 'ferry')).toEqual(['third', 'second', 'first in voice-1.ogg']);
    expect(await found(opened, 'ferry', 2)).toEqual(['third', 'second']);
    expect(await found(opened, '"old harbour"')).toEqual(['first in voice-1.ogg']);
    expect(await found(opened, 'fruhstu')).toEqual(['fourth in reise.txt']);
    await send(opened, { fifth: { words: 'The train leaves at noon' } });
    const hits = await opened.store.search('noon', 10, never);
    expect(hits.map(({ excerpt }) => excerpt)).toEqual([
      'The train leaves at \u0002noon\u0003',
      'The ferry leaves at \u0002noon\u0003 from the old harbour',
    ]);
  });

  it('keeps to a link, and finds nothing that was taken back or has other words now', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    await send(opened, {
      here: { words: 'lantern' },
      there: { words: 'lantern', conversation: 'c2', link: 'other' },
      gone: { words: 'lantern' },
      changed: { words: 'lantern' },
    });
    await opened.store.commit(({ messages, attachments }) => {
      messages.mark(['gone'], 'deleted', null);
      attachments.putWords('file-changed', 'candle');
    });
    expect(await found(opened, 'lantern')).toEqual(['there in there.txt', 'here in here.txt']);
    expect(await found(opened, 'lantern', 10, 'other')).toEqual(['there in there.txt']);
    expect(await found(opened, 'candle')).toEqual(['changed in changed.txt']);
    checkIndex(directory.path);
  });

  it('finds the beginning of a long document at once and all of it later, words between two pieces too', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    const filler = (length: number): string => 'word '.repeat(length / 5);
    // The first piece ends in the middle of it.
    const words = `beginning ${filler(19_985)}inbetween ${filler(25_000)}ending`;
    expect(words.indexOf('inbetween')).toBe(19_995);
    await send(opened, { long: { words, name: 'long.txt' }, short: { words: '', name: 'empty.txt' } });
    expect(await found(opened, 'beginning')).toEqual(['long in long.txt']);
    expect(await found(opened, 'inbetween')).toEqual(['long in long.txt']);
    expect(await found(opened, 'ending')).toEqual([]);
    await tidied(opened, async () => (await found(opened, 'ending')).length === 1);
    expect(await found(opened, 'word')).toEqual(['long in long.txt']);
    checkIndex(directory.path);
    expect(withDatabase(directory.path, (all) => all.get('SELECT count(*) AS n FROM words_piece'))).toEqual({ n: 4 });
  });

  it('finds what older versions have read and heard, some time after the start, which does nothing for it', async () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, 'porchlight.db');
    const old = openConnection(path, { synchronous: 'full', busyTimeout: 0, cacheKib: 256 });
    await migrate(old, () => Promise.resolve(), migrations.slice(0, 6));
    old.exec(`
      INSERT INTO conversation (id, link, chat, kind, title, context_no, unread, created_at, last_at)
        VALUES ('c1', 'bot', '42', 'private', 'Ada', 1, 0, 1, 1);
      INSERT INTO message (id, conversation, link, kind, author_name, revision, text, context_no, at, received_at, state)
        VALUES ('m1', 'c1', 'bot', 'person', 'Ada', 0, '[voice]', 1, 1, 1, 'answered');`);
    for (let number = 0; number < 30; number++) {
      old.run(
        'INSERT INTO attachment (id, message, position, kind, platform_ref, name, type, state, transcript) ' +
          "VALUES (?, 'm1', ?, 'voice', '', 'v.ogg', 'audio/ogg', 'stored', ?)",
        [`a${String(number)}`, number, number === 7 ? 'a lighthouse of old' : `other words ${String(number)}`],
      );
    }
    old.close();
    await using opened = await openTestStore(directory.path);
    expect(await found(opened, 'lighthouse')).toEqual([]);
    expect(opened.store.counters.notes).toBe(0);
    const pieces = (): unknown =>
      withDatabase(directory.path, (all) => all.get('SELECT count(*) AS n FROM words_piece')?.['n']);
    await tidied(opened, () => Promise.resolve(pieces() === 30));
    expect(await found(opened, 'lighthouse')).toEqual(['m1 in v.ogg']);
    checkIndex(directory.path);
  });

  it('finds nothing of a conversation that is forgotten, and its words are gone from the index’s pages', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    await send(opened, {
      gone: { words: 'a vanishing secret' },
      stays: { words: 'something else', conversation: 'c2' },
    });
    await opened.store.commit(({ conversations }) => conversations.forget('c1'));
    expect(await found(opened, 'vanishing')).toEqual([]);
    expect(await found(opened, 'else')).toEqual(['stays in stays.txt']);
    const pages = (): readonly string[] =>
      withDatabase(directory.path, (all) =>
        all
          .all('SELECT block FROM words_fts_data')
          .map(({ block }) => Buffer.from(block as Uint8Array).toString('latin1')),
      );
    await tidied(opened, () => Promise.resolve(pages().every((page) => !page.includes('vanish'))));
    checkIndex(directory.path);
  });
});
