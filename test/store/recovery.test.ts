import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pruneBackups, restoreBackup, stamp } from '../../main/store/backups.ts';
import { openConnection } from '../../main/store/database.ts';
import { migrate, migrations, schemaVersion } from '../../main/store/migrate.ts';
import { openStore } from '../../main/store/store.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import {
  conversationRow,
  countingIds,
  deliveryRow,
  newMessage,
  openTestStore,
  partRow,
  recordedLog,
  TemporaryDirectory,
  turnRow,
} from './support.ts';

/** As a bad disk does: the beginning of some pages is overwritten. */
function damage(path: string): void {
  const file = openSync(path, 'r+');
  const { size } = statSync(path);
  for (let at = 0; at < size; at += 4096) writeSync(file, Buffer.alloc(200, 0x5a), 0, 200, at === 0 ? 100 : at);
  closeSync(file);
}

async function tryToOpen(dataDir: string): ReturnType<typeof openStore> {
  return openStore({ dataDir, clock: new ManualClock(), ids: countingIds(), log: recordedLog() });
}

async function unfinishedWork(dataDir: string): Promise<void> {
  await using opened = await openTestStore(dataDir);
  await opened.store.commit(({ conversations, messages, turns, deliveries }) => {
    conversations.put(conversationRow());
    for (const id of ['waits', 'runs', 'done']) messages.add(newMessage({ id }));
    turns.add(turnRow({ id: 'running' }));
    turns.add(turnRow({ id: 'finished', state: 'done' }));
    turns.addInputs('running', ['runs']);
    turns.addInputs('finished', ['done']);
    messages.mark(['runs'], 'answering', null, 'running');
    messages.mark(['done'], 'answered', null, 'finished');
    deliveries.add(deliveryRow({ id: 'open', turn: 'running' }));
    deliveries.add(deliveryRow({ id: 'unsent', turn: 'finished', state: 'ready', readyAt: 30 }));
    deliveries.addPart(partRow({ delivery: 'unsent', state: 'sending' }));
  });
  await opened.store.backups.make();
}

describe('a damaged database', () => {
  it('is reported with the newest good backup, and nothing is overwritten', async () => {
    using directory = new TemporaryDirectory();
    await unfinishedWork(directory.path);
    const [good] = readdirSync(join(directory.path, 'backups'));
    const newer = `porchlight-${stamp(Date.UTC(2090, 0, 1))}.db`;
    writeFileSync(join(directory.path, 'backups', newer), 'a backup that went bad');
    const path = join(directory.path, 'porchlight.db');
    damage(path);
    const before = readFileSync(path);
    const opened = await tryToOpen(directory.path);
    expect(opened).toEqual({
      ok: false,
      failure: { code: 'host.database-damaged', params: { dataDir: directory.path, name: good } },
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is restored on request: the damaged file stays aside and everything unfinished is held', async () => {
    using directory = new TemporaryDirectory();
    await unfinishedWork(directory.path);
    const path = join(directory.path, 'porchlight.db');
    damage(path);
    const before = readFileSync(path);
    const [name = ''] = readdirSync(join(directory.path, 'backups'));
    await restoreBackup(directory.path, name, Date.UTC(2026, 10, 22));
    expect(readFileSync(join(directory.path, 'porchlight.damaged-2026-11-22T00-00-00-000Z.db')).equals(before)).toBe(
      true,
    );

    await using opened = await openTestStore(directory.path);
    const { read, restored } = opened.store;
    expect(restored).toBe(true);
    expect(read.messages.setAside('bot', 'held', 9)).toMatchObject([
      { id: 'runs', reason: { code: 'access.held' }, turn: null },
      { id: 'waits', reason: { code: 'access.held' } },
    ]);
    expect(read.messages.conversationsWaiting()).toEqual([]);
    expect(read.turns.running()).toEqual([]);
    expect(read.turns.get('running')).toMatchObject({ state: 'failed', reason: { code: 'turn.interrupted' } });
    expect(read.deliveries.ready()).toEqual([]);
    expect(read.deliveries.get('unsent')).toMatchObject({ state: 'held', reason: { code: 'delivery.held' } });
    expect(read.deliveries.get('open')?.state).toBe('cancelled');
    expect(read.messages.get('done')?.state).toBe('answered');
    // "Answer now" puts a held message into a new turn.
    await opened.store.commit(({ turns }) => {
      turns.add(turnRow({ id: 'later' }));
      turns.addInputs('later', ['runs', 'waits']);
    });
  });

  it('is held once only: the start after the next finds it as the owner left it', async () => {
    using directory = new TemporaryDirectory();
    await unfinishedWork(directory.path);
    const [name = ''] = readdirSync(join(directory.path, 'backups'));
    await restoreBackup(directory.path, name, 1);
    {
      await using first = await openTestStore(directory.path);
      await first.store.commit(({ messages }) => messages.mark(['waits'], 'waiting', null));
    }
    await using second = await openTestStore(directory.path);
    expect(second.store.restored).toBe(false);
    expect(second.store.read.messages.get('waits')?.state).toBe('waiting');
  });

  it('without any backup says so', async () => {
    using directory = new TemporaryDirectory();
    writeFileSync(join(directory.path, 'porchlight.db'), 'this was never a database, only some text of a person');
    expect(await tryToOpen(directory.path)).toEqual({
      ok: false,
      failure: { code: 'host.database-damaged', params: { dataDir: directory.path } },
    });
  });

  it('a name that is no backup is refused before anything is moved', async () => {
    using directory = new TemporaryDirectory();
    writeFileSync(join(directory.path, 'porchlight.db'), 'damaged');
    await expect(restoreBackup(directory.path, '../../etc/passwd', 1)).rejects.toThrow(/not the name/);
    await expect(restoreBackup(directory.path, 'porchlight-2026-11-22T00-00-00-000Z.db', 1)).rejects.toThrow(/ENOENT/);
    expect(readFileSync(join(directory.path, 'porchlight.db'), 'utf8')).toBe('damaged');
  });
});

describe('migrations', () => {
  const connect = (dataDir: string): ReturnType<typeof openConnection> =>
    openConnection(join(dataDir, 'porchlight.db'), { synchronous: 'full', busyTimeout: 0, cacheKib: 256 });

  it('back a database up before they change it, never an empty one, and stop where one fails', async () => {
    using directory = new TemporaryDirectory();
    const connection = connect(directory.path);
    const backups: number[] = [];
    const backUp = async (version: number): Promise<void> => void backups.push(version);
    await migrate(connection, backUp);
    expect(backups).toEqual([]);
    const added = [...migrations, 'CREATE TABLE extra (id INTEGER)', 'CREATE TABLE bad (id INTEGER); SELECT nothing'];
    await expect(migrate(connection, backUp, added)).rejects.toThrow(/nothing/);
    expect(backups).toEqual([migrations.length]);
    expect(schemaVersion(connection)).toBe(migrations.length + 1);
    expect(connection.all("SELECT name FROM sqlite_schema WHERE name IN ('extra', 'bad')")).toEqual([
      { name: 'extra' },
    ]);
    connection.close();
  });

  it('leave a database of a newer program alone', async () => {
    using directory = new TemporaryDirectory();
    const connection = connect(directory.path);
    connection.exec('PRAGMA user_version = 999; CREATE TABLE future (id INTEGER)');
    connection.close();
    expect(await tryToOpen(directory.path)).toEqual({ ok: false, failure: { code: 'host.database-newer' } });
    const after = connect(directory.path);
    expect(schemaVersion(after)).toBe(999);
    expect(after.all("SELECT name FROM sqlite_schema WHERE type = 'table'")).toEqual([{ name: 'future' }]);
    after.close();
  });
});

describe('backups', () => {
  it('are made daily when something was written, whole and readable on their own, for the owner only', async () => {
    using directory = new TemporaryDirectory();
    const folder = join(directory.path, 'backups');
    await using opened = await openTestStore(directory.path);
    await opened.store.commit(({ conversations }) => conversations.put(conversationRow()));
    opened.clock.advance(10 * 60_000);
    await expect
      .poll(() => readdirSync(folder), { timeout: 5000 })
      .toEqual([expect.stringMatching(/^porchlight-\d{4}-.*Z\.db$/)]);
    const [name = ''] = readdirSync(folder);
    if (process.platform !== 'win32') expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    const copy = openConnection(join(folder, name), {
      synchronous: 'full',
      busyTimeout: 0,
      cacheKib: 256,
      readOnly: true,
    });
    expect(copy.all('SELECT id FROM conversation')).toEqual([{ id: 'c1' }]);
    copy.close();
    expect(existsSync(join(folder, `${name}-wal`))).toBe(false);
  });

  it('keep the newest seven and, apart from them, the last ones before a migration', async () => {
    using directory = new TemporaryDirectory();
    const folder = join(directory.path, 'backups');
    const nameOf = (n: number, suffix = ''): string => `porchlight-${stamp(Date.UTC(2026, 0, n))}${suffix}.db`;
    for (let n = 1; n <= 9; n += 1) writeFileSync(join(folder, nameOf(n)), '');
    writeFileSync(join(folder, nameOf(1, '-v1')), '');
    writeFileSync(join(folder, 'notes of the owner.txt'), '');
    await pruneBackups(directory.path);
    const kept = [3, 4, 5, 6, 7, 8, 9].map((n) => nameOf(n));
    expect(readdirSync(folder).toSorted()).toEqual(['notes of the owner.txt', nameOf(1, '-v1'), ...kept].toSorted());
  });
});
