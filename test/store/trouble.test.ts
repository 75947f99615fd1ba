import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StorageTrouble } from '../../main/gateway/storage.ts';
import type { Connection } from '../../main/store/database.ts';
import { openConnection } from '../../main/store/database.ts';
import { conversationRow, linkRow, newMessage, openTestStore, TemporaryDirectory, type TestStore } from './support.ts';

const long = 'x'.repeat(50_000);

async function fill({ store }: TestStore): Promise<readonly string[]> {
  await store.commit(({ conversations }) => conversations.put(conversationRow()));
  const stored: string[] = [];
  for (let n = 0; n < 1000; n += 1) {
    const id = `m${String(n)}`;
    try {
      await store.commit(({ messages }) => messages.add(newMessage({ id, text: long })));
      stored.push(id);
    } catch (error) {
      expect(error).toBeInstanceOf(StorageTrouble);
      return stored;
    }
  }
  throw new Error('never full');
}

describe('a full disk', () => {
  it('fails every writer of the transaction, keeps what was acknowledged, and clears by itself', async () => {
    using directory = new TemporaryDirectory();
    const connections: Connection[] = [];
    const limit = (pages: number): void => {
      for (const connection of connections) connection.exec(`PRAGMA max_page_count = ${String(pages)}`);
    };
    await using opened = await openTestStore(directory.path, {
      onConnection: (connection) => connections.push(connection),
    });
    const { store, clock } = opened;
    limit(200);
    const stored = await fill(opened);
    // Nor is there room for something small: no limit is below what is there.
    limit(1);
    expect(store.trouble.value?.code).toBe('host.disk-full');
    const both = await Promise.allSettled([
      store.commit(({ links }) => links.put(linkRow())),
      store.note(({ links }) => links.put(linkRow())),
    ]);
    for (const outcome of both) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { reason: { code: 'host.disk-full' } } });
    }
    const there = store.read.messages.page('c1', 1000).map((row) => row.id);
    expect(there).toEqual(stored);

    clock.advance(2000);
    expect(store.trouble.value?.code).toBe('host.disk-full');
    const seen: unknown[] = [];
    using _watch = store.trouble.subscribe((value) => seen.push(value));
    limit(100_000);
    clock.advance(2000);
    expect(seen).toEqual([null]);
    await store.commit(({ links }) => links.put(linkRow()));
    expect(store.read.links.all()).toHaveLength(1);
    expect(opened.log.lines.map((line) => line.event)).toEqual(['store.trouble', 'store.works-again']);
  });
});

describe('a data directory that goes away while we run', () => {
  it('is not written to and not made anew; putting it back ends the trouble', async () => {
    using directory = new TemporaryDirectory();
    const home = join(directory.path, 'home');
    const away = join(directory.path, 'away');
    renameSync(join(directory.path, 'attachments'), home);
    await using opened = await openTestStore(home);
    const { store, clock } = opened;
    await store.commit(({ links }) => links.put(linkRow()));

    renameSync(home, away);
    await expect(store.commit(({ links }) => links.remove('bot'))).rejects.toMatchObject({
      reason: { code: 'host.data-gone', params: { dataDir: home } },
    });
    clock.advance(10_000);
    expect(store.trouble.value?.code).toBe('host.data-gone');
    expect(existsSync(home)).toBe(false);

    renameSync(away, home);
    clock.advance(2000);
    expect(store.trouble.value).toBeNull();
    expect(store.read.links.all()).toHaveLength(1);
    await store.commit(({ links }) => links.remove('bot'));
  });

  it('is not made anew by the worker either, nor by a file that is sent', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    const { store } = opened;
    const signal = new AbortController().signal;
    rmSync(join(directory.path, 'porchlight.db'));
    rmSync(join(directory.path, 'attachments'), { recursive: true });
    await expect(store.search('x', 1, signal)).rejects.toThrow(/not there/);
    await expect(store.backups.make()).rejects.toThrow(/not there/);
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
    }
    const sent = await store.files.put(bytes(), { name: 'a', type: 'text/plain' }, signal);
    expect(sent).toMatchObject({ ok: false, failure: { code: 'host.data-gone' } });
    expect(existsSync(join(directory.path, 'porchlight.db'))).toBe(false);
    expect(existsSync(join(directory.path, 'attachments'))).toBe(false);
  });

  it('stays gone when another database stands in its place: writing to the old one would be lost', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    const path = join(directory.path, 'porchlight.db');
    rmSync(path);
    openConnection(path, { synchronous: 'full', busyTimeout: 0, cacheKib: 64 }).close();
    await expect(opened.store.note(({ links }) => links.put(linkRow()))).rejects.toThrow(StorageTrouble);
    opened.clock.advance(10_000);
    expect(opened.store.trouble.value?.code).toBe('host.data-gone');
  });
});

describe('a lock that another program holds', () => {
  it('delays the writers and fails none of them', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    const { store, clock } = opened;
    const other = openConnection(join(directory.path, 'porchlight.db'), {
      synchronous: 'normal',
      busyTimeout: 0,
      cacheKib: 64,
    });
    other.exec('BEGIN IMMEDIATE');
    const order: number[] = [];
    const first = store.commit(() => order.push(1));
    const second = store.commit(() => order.push(2));
    await expect.poll(() => clock.pending).toBeGreaterThan(1);
    other.exec('ROLLBACK');
    other.close();
    clock.advance(50);
    await Promise.all([first, second]);
    expect(order).toEqual([1, 2]);
    expect(store.trouble.value).toBeNull();
  });
});
