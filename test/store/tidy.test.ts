import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoreTables } from '../../main/store/tables.ts';
import {
  attachmentRow,
  conversationRow,
  newMessage,
  openTestStore,
  TemporaryDirectory,
  type TestStore,
} from './support.ts';

const day = 86_400_000;
const firstRound = 10 * 60_000;

async function addEvents({ store }: TestStore, keys: readonly string[], at: number): Promise<void> {
  await store.commit(({ links }) => keys.forEach((key) => links.addEvent('bot', key, at)));
}

/** Those of `keys` that would be taken for new. */
async function unknown({ store }: TestStore, keys: readonly string[]): Promise<readonly string[]> {
  return store
    .commit(({ links }) => {
      const found = keys.filter((key) => links.addEvent('bot', key, 0));
      throw new Probe(found);
    })
    .catch((error: unknown) => {
      if (error instanceof Probe) return error.found;
      throw error;
    });
}

/** Thrown to undo the writes of a look. */
class Probe extends Error {
  readonly found: readonly string[];
  constructor(found: readonly string[]) {
    super('undone');
    this.found = found;
  }
}

describe('known events', () => {
  it('go after thirty days, many in small steps, and never while a platform may still repeat them', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    const old = Array.from({ length: 1700 }, (_, n) => `old-${String(n)}`);
    const now = opened.clock.now();
    await addEvents(opened, old, now - 31 * day);
    await addEvents(opened, ['young'], now - 29 * day);
    const notes = opened.store.counters.notes;
    opened.clock.advance(firstRound);
    await expect
      .poll(() => {
        opened.clock.advance(250);
        return opened.log.lines.filter(({ event }) => event === 'store.tidied');
      })
      .toMatchObject([{ fields: { events: 1700, files: 0 } }]);
    expect(opened.store.counters.notes - notes).toBe(4);
    expect(await unknown(opened, [...old.slice(0, 3), 'young'])).toEqual(old.slice(0, 3));
  });

  it('go on a machine that stays on for weeks too, not only after a start', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    await addEvents(opened, ['today'], opened.clock.now());
    const notes = opened.store.counters.notes;
    opened.clock.advance(firstRound);
    await expect.poll(() => opened.store.counters.notes).toBe(notes + 1);
    expect(await unknown(opened, ['today'])).toEqual([]);
    await expect
      .poll(async () => {
        opened.clock.advance(10 * day);
        return unknown(opened, ['today']);
      })
      .toEqual(['today']);
  });

  it('are left to the next round by a store that closes in the middle', async () => {
    using directory = new TemporaryDirectory();
    const opened = await openTestStore(directory.path);
    const old = Array.from({ length: 1200 }, (_, n) => `old-${String(n)}`);
    await addEvents(opened, old, opened.clock.now() - 31 * day);
    const notes = opened.store.counters.notes;
    opened.clock.advance(firstRound);
    await expect.poll(() => opened.store.counters.notes).toBe(notes + 1);
    await opened[Symbol.asyncDispose]();
    expect(opened.clock.pending).toBe(0);
    expect(opened.log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
    await using again = await openTestStore(directory.path);
    expect(await unknown(again, old)).toHaveLength(500);
  });
});

describe('a file that was put into the window', () => {
  it('goes a day later when it was never sent, among many that were, and stays with its message', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    const { store, clock } = opened;
    const put = async (name: string): Promise<string> => {
      const bytes = (async function* () {
        yield await Promise.resolve(new TextEncoder().encode(name));
      })();
      const stored = await store.files.put(bytes, { name, type: 'text/plain' }, new AbortController().signal);
      if (!stored.ok) throw new Error(stored.failure.code);
      return stored.value.id;
    };
    const [forgotten, sent] = [await put('forgotten.txt'), await put('sent.txt')];
    // More than are looked at in one step.
    const many = Array.from({ length: 450 }, (_, number) => `old-${String(number)}`);
    await store.commit(({ conversations, messages, attachments }) => {
      conversations.put(conversationRow());
      messages.add(newMessage());
      for (const [position, file] of [sent, ...many].entries()) {
        attachments.add(attachmentRow({ id: `a-${file}`, position, state: 'stored', file }));
      }
    });
    await store.note((tables) => {
      const { files } = tables as StoreTables;
      for (const id of many) files.add({ id, name: id, type: 'a/b', size: 1, sha256: id, createdAt: clock.now() });
    });
    const there = (): readonly boolean[] => [forgotten, sent].map((id) => store.files.find(id) !== null);
    const lies = (): readonly boolean[] => {
      const names = readdirSync(join(directory.path, 'attachments'));
      return [forgotten, sent].map((id) => names.includes(id));
    };
    writeFileSync(join(directory.path, 'attachments', 'swept-at-the-end'), 'x');
    clock.advance(23 * 3_600_000);
    await expect
      .poll(() => {
        clock.advance(250);
        return readdirSync(join(directory.path, 'attachments')).includes('swept-at-the-end');
      })
      .toBe(false);
    expect(there()).toEqual([true, true]);
    const young = await put('young.txt');
    await expect
      .poll(() => {
        clock.advance(20 * 60_000);
        return lies();
      })
      .toEqual([false, true]);
    expect(there()).toEqual([false, true]);
    expect(store.files.find(young)).not.toBeNull();
  });
});

describe('the folder of attachments', () => {
  it('loses what a crash left without a row, and keeps every file that has one', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('kept');
    }
    const signal = new AbortController().signal;
    const stored = await opened.store.files.put(bytes(), { name: 'a.txt', type: 'text/plain' }, signal);
    if (!stored.ok) throw new Error(stored.failure.code);
    const folder = join(directory.path, 'attachments');
    for (const name of ['left-behind', '.left.partial']) writeFileSync(join(folder, name), 'x');
    opened.clock.advance(firstRound);
    await expect.poll(() => readdirSync(folder)).toEqual([stored.value.id]);
  });
});
