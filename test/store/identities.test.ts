import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { IdentityDamaged, type IdentityFile, type IdentityFiles } from '../../main/gateway/identity-file.ts';
import { StorageTrouble } from '../../main/gateway/storage.ts';
import { createSecretBox } from '../../main/store/data-key.ts';
import { openConnection, type Connection } from '../../main/store/database.ts';
import { createIdentityFiles } from '../../main/store/identities.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { Child } from './processes.ts';
import { openTestStore, recordedLog, TemporaryDirectory } from './support.ts';

class Bench implements Disposable {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'porchlight-identities-'));
  readonly clock = new ManualClock();
  readonly log = recordedLog();
  readonly connections: Connection[] = [];
  readonly files = this.under(9);

  under(key: number): IdentityFiles {
    return createIdentityFiles({
      dataDir: this.dataDir,
      box: createSecretBox(Buffer.alloc(32, key)),
      clock: this.clock,
      log: this.log,
      onConnection: (connection) => this.connections.push(connection),
    });
  }

  get path(): string {
    return join(this.dataDir, 'links', 'phone.db');
  }

  open(files = this.files): IdentityFile {
    const opened = files.open('phone');
    if (!opened.ok) throw new Error(opened.failure.code);
    return opened.value;
  }

  [Symbol.dispose](): void {
    for (const connection of this.connections) {
      try {
        connection.close();
      } catch (error) {
        expect(error).toMatchObject({ message: 'database is not open' });
      }
    }
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** A page of something else. */
function writeAt(path: string, position: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 1), 0, 4096, position);
  closeSync(file);
}

const row = (id: string, value: string | null) => ({ kind: 'key', id, value });

describe('an identity file', () => {
  it('gives back what was written, in the order of the first write, also after it was opened again', () => {
    using bench = new Bench();
    const first = bench.open();
    first.set([row('b', '1'), row('a', '2'), row('c', '3')]);
    bench.clock.advance(5000);
    first.set([row('b', 'new'), row('c', null)]);
    first.close();
    const again = bench.open();
    expect(again.all('key')).toEqual([
      { id: 'b', value: 'new', at: 1_750_000_005_000 },
      { id: 'a', value: '2', at: 1_750_000_000_000 },
    ]);
    expect([...again.get('key', ['a', 'c', 'nobody'])]).toEqual([['a', '2']]);
    expect(again.all('another kind')).toEqual([]);
    again.prune('key', 1_750_000_005_000);
    expect(again.all('key').map(({ id }) => id)).toEqual(['b']);
    again.close();
  });

  it('is for its owner alone, and so are its folder and its log', () => {
    using bench = new Bench();
    const file = bench.open();
    file.set([row('a', '1')]);
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect([mode(join(bench.path, '..')), mode(bench.path), mode(`${bench.path}-wal`)]).toEqual([0o700, 0o600, 0o600]);
    file.close();
  });

  it('holds no value that can be read without the data key, in the file or its log', () => {
    using bench = new Bench();
    const file = bench.open();
    file.set([row('a', 'the words of a secret')]);
    for (const path of [bench.path, `${bench.path}-wal`]) {
      expect(readFileSync(path).includes('the words of a secret')).toBe(false);
    }
    file.close();
  });

  it('is as before when a set fails in its middle, and works again when there is room', () => {
    using bench = new Bench();
    const file = bench.open();
    file.set([row('a', '1'), row('b', '1')]);
    const [connection] = bench.connections;
    const pages = Number(connection?.get('PRAGMA page_count')?.['page_count']);
    connection?.exec(`PRAGMA max_page_count = ${String(pages + 2)}`);
    const big = Array.from({ length: 30 }, (_, n) => row(`big ${String(n)}`, 'x'.repeat(3000)));
    const set = (): void => file.set([row('a', '2'), ...big, row('b', '2')]);
    expect(set).toThrow(StorageTrouble);
    expect(set).toThrow('host.disk-full');
    expect(file.all('key').map(({ id, value }) => [id, value])).toEqual([
      ['a', '1'],
      ['b', '1'],
    ]);
    connection?.exec('PRAGMA max_page_count = 100000');
    set();
    expect(file.get('key', ['a', 'b', 'big 29'])).toEqual(
      new Map([
        ['a', '2'],
        ['b', '2'],
        ['big 29', 'x'.repeat(3000)],
      ]),
    );
    file.close();
  });

  it('keeps its log short however much is written', () => {
    using bench = new Bench();
    const file = bench.open();
    for (let n = 0; n < 400; n += 1) file.set([row('session', `${String(n)}${'x'.repeat(3000)}`)]);
    expect(statSync(`${bench.path}-wal`).size).toBeLessThan(1_100_000);
    file.close();
  });

  it('tells a row that was put in the place of another from one that is missing', () => {
    using bench = new Bench();
    const file = bench.open();
    file.set([row('a', '1'), row('b', '2')]);
    bench.connections[0]?.exec("UPDATE row SET sealed = (SELECT sealed FROM row WHERE id = 'b') WHERE id = 'a'");
    expect(() => file.get('key', ['a'])).toThrow(IdentityDamaged);
    expect(() => file.all('key')).toThrow(IdentityDamaged);
    expect(file.get('key', ['b']).get('b')).toBe('2');
    file.close();
  });

  it('cannot be read under another data key, and is not taken for empty', () => {
    using bench = new Bench();
    const file = bench.open();
    file.set([row('a', '1')]);
    file.close();
    const other = bench.open(bench.under(8));
    expect(() => other.get('key', ['a'])).toThrow(IdentityDamaged);
    other.close();
    const own = bench.open();
    expect(own.get('key', ['a']).get('a')).toBe('1');
    own.close();
  });

  it.each([
    ['is empty', (path: string) => truncateSync(path, 0)],
    ['was cut', (path: string) => truncateSync(path, 5000)],
    ['holds something else', (path: string) => writeFileSync(path, 'not a database at all'.repeat(300))],
    ['has a torn first page', (path: string) => writeAt(path, 0)],
    ['has a torn page in its middle', (path: string) => writeAt(path, 5 * 4096)],
  ])('that %s is damaged, is left as it is, and no new one takes its place', (_how, damage) => {
    using bench = new Bench();
    const file = bench.open();
    file.set(Array.from({ length: 200 }, (_, n) => row(String(n), 'x'.repeat(300))));
    file.close();
    damage(bench.path);
    const before = readFileSync(bench.path);
    expect(bench.files.open('phone')).toEqual({ ok: false, failure: { code: 'link.identity-damaged' } });
    expect(readFileSync(bench.path)).toEqual(before);
    expect(bench.log.lines.map(({ event }) => event)).toEqual(['identity.not-opened']);
  });

  it('that is a database of somebody else is damaged, not adopted', () => {
    using bench = new Bench();
    bench.open().close();
    rmSync(bench.path);
    const stranger = openConnection(bench.path, { synchronous: 'full', busyTimeout: 0, cacheKib: 100 });
    stranger.exec('CREATE TABLE row (seq INTEGER)');
    stranger.close();
    expect(bench.files.open('phone')).toEqual({ ok: false, failure: { code: 'link.identity-damaged' } });
  });

  it('is not written to where nobody will look for it: the data directory was moved away', () => {
    using bench = new Bench();
    const file = bench.open();
    file.set([row('a', '1')]);
    const away = `${bench.dataDir}-away`;
    renameSync(bench.dataDir, away);
    expect(() => file.set([row('a', '2')])).toThrow('host.data-gone');
    expect(bench.files.open('phone')).toMatchObject({ ok: false, failure: { code: 'host.data-gone' } });
    expect(existsSync(bench.dataDir)).toBe(false);
    renameSync(away, bench.dataDir);
    file.set([row('a', '3')]);
    expect(file.get('key', ['a']).get('a')).toBe('3');
    file.close();
  });

  it('is removed with its log, and one of the same name begins empty', async () => {
    using bench = new Bench();
    const file = bench.open();
    file.set([row('a', '1')]);
    file.close();
    // As a program that died in the middle of a removal leaves it.
    writeFileSync(`${bench.path}-wal`, 'old');
    await bench.files.remove('phone');
    for (const ending of ['', '-wal', '-shm']) expect(existsSync(bench.path + ending)).toBe(false);
    await bench.files.remove('phone');
    writeFileSync(`${bench.path}-wal`, 'old');
    const again = bench.open();
    expect(again.all('key')).toEqual([]);
    again.close();
  });

  it('is never named by an id that leads elsewhere', () => {
    using bench = new Bench();
    for (const id of ['../phone', 'a/b', '', '.', 'C:x'])
      expect(() => bench.files.open(id)).toThrow('not the id of a link');
  });

  it('has both rows of a set or neither, and all that had returned, after a kill at any moment', async () => {
    using bench = new Bench();
    for (let round = 0; round < 5; round += 1) {
      await using child = new Child('identity-writer.ts', bench.dataDir);
      let returned = 0;
      const killAfter = 3 + round * 7;
      if (child.process.stdout === null) throw new Error('no output');
      for await (const line of createInterface({ input: child.process.stdout })) {
        returned = Number(line);
        // It writes on meanwhile, so that the kill falls anywhere.
        if (returned === killAfter) child.kill();
      }
      expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' });
      const file = bench.open();
      const pair = file.get('pair', ['first', 'second']);
      expect(pair.get('first')).toBe(pair.get('second'));
      expect(Number(pair.get('first'))).toBeGreaterThanOrEqual(returned);
      file.close();
    }
  });

  it('is no part of a backup', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    const { clock, log, store } = opened;
    const box = createSecretBox(Buffer.alloc(32, 9));
    const identity = createIdentityFiles({ dataDir: directory.path, box, clock, log }).open('phone');
    if (!identity.ok) throw new Error(identity.failure.code);
    identity.value.set([row('a', '1')]);
    const { name } = await store.backups.make();
    const folder = join(directory.path, 'backups');
    expect(readdirSync(folder)).toEqual([name]);
    const copy = openConnection(join(folder, name), {
      synchronous: 'full',
      busyTimeout: 0,
      cacheKib: 100,
      readOnly: true,
    });
    expect(copy.all("SELECT name FROM sqlite_schema WHERE name = 'row'")).toEqual([]);
    copy.close();
    identity.value.close();
  });
});
