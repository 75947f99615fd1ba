import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSecretBox,
  openDataKey,
  parseKey,
  type DataKey,
  type DataKeyOptions,
} from '../../main/store/data-key.ts';
import { counts } from '../counts.ts';
import { openTestStore, recordedLog, TemporaryDirectory, type TestStore } from './support.ts';

const key = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

/** A keychain of one machine: it turns the bytes round. */
const keychain = {
  wrap: async (text: string) => Uint8Array.from(Buffer.from(text).toReversed()),
  unwrap: async (wrapped: Uint8Array) => Buffer.from(wrapped.toReversed()).toString(),
};
const otherMachine = {
  ...keychain,
  unwrap: async (): Promise<string> => {
    throw new Error('not this account');
  },
};

async function open(opened: TestStore, over: Partial<DataKeyOptions> = {}): ReturnType<typeof openDataKey> {
  const { dataDir, store } = opened;
  return openDataKey({ dataDir, store, given: undefined, wrapping: null, log: recordedLog(), ...over });
}

async function mustOpen(opened: TestStore, over: Partial<DataKeyOptions> = {}): Promise<DataKey> {
  const result = await open(opened, over);
  if (!result.ok) throw new Error(result.failure.code);
  return result.value;
}

async function keep(opened: TestStore, { box }: DataKey): Promise<void> {
  await opened.store.commit(({ secrets }) => secrets.put('link/bot/token', box.seal('link/bot/token', 'geheim')));
}

const kept = (opened: TestStore): Uint8Array => opened.store.read.secrets.get('link/bot/token') ?? new Uint8Array();

describe('the secret box', () => {
  it('opens what it sealed, and nothing under another name, key or with a changed byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.nat(), (secret, name, at) => {
        const box = createSecretBox(key(1));
        const sealed = box.seal(name, secret.toWellFormed());
        expect(box.open(name, sealed)).toBe(secret.toWellFormed());
        expect(box.open(`${name}x`, sealed)).toBeNull();
        expect(createSecretBox(key(2)).open(name, sealed)).toBeNull();
        const changed = Uint8Array.from(sealed);
        const index = at % changed.length;
        changed[index] = (changed[index] ?? 0) ^ 1;
        expect(box.open(name, changed)).toBeNull();
        expect(box.open(name, sealed.subarray(0, index))).toBeNull();
      }),
      { numRuns: counts.propertyRuns },
    );
  }, 60_000);

  it('takes a key in hexadecimal and base64 and no other', () => {
    const bytes = key(0xfb);
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(parseKey(`${Buffer.from(bytes).toString(encoding)}\n`)).toEqual(bytes);
    }
    for (const wrong of ['', 'x', 'a'.repeat(32), 'zz'.repeat(32), Buffer.alloc(31).toString('base64')]) {
      expect(parseKey(wrong)).toBeNull();
    }
  });
});

describe('the data key', () => {
  it('is made once, readable by its owner alone, and the same at the next start', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    await keep(opened, await mustOpen(opened));
    const path = join(directory.path, 'key.file');
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = await mustOpen(opened);
    expect(again.box.open('link/bot/token', kept(opened))).toBe('geheim');
  });

  it('missing while secrets are sealed is said, and no new one takes its place', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    const { recoveryKey, box } = await mustOpen(opened);
    await keep(opened, { recoveryKey, box });
    const path = join(directory.path, 'key.file');
    rmSync(path);
    expect(await open(opened)).toEqual({ ok: false, failure: { code: 'host.key-missing', params: { path } } });
    expect(readdirSync(directory.path)).not.toContain('key.file');
    // The first way out: the recovery key.
    const back = await mustOpen(opened, { given: recoveryKey() });
    expect(back.box.open('link/bot/token', kept(opened))).toBe('geheim');
  });

  it('missing while nothing is sealed yet is simply made: nobody is locked out of an empty house', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    await mustOpen(opened);
    rmSync(join(directory.path, 'key.file'));
    await mustOpen(opened);
    await mustOpen(opened);
  });

  it('of another directory, or malformed, is refused and left as it is', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    await keep(opened, await mustOpen(opened));
    const path = join(directory.path, 'key.file');
    for (const content of [Buffer.from(key(9)).toString('base64'), 'half a k']) {
      writeFileSync(path, content);
      expect(await open(opened)).toEqual({ ok: false, failure: { code: 'host.key-unreadable', params: { path } } });
      expect(readFileSync(path, 'utf8')).toBe(content);
    }
    const given = Buffer.from(key(9)).toString('hex');
    expect(await open(opened, { given })).toMatchObject({ failure: { params: { path: 'PORCHLIGHT_KEY' } } });
  });

  it('wrapped by the keychain opens there only, and says so elsewhere and on the headless host', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    await keep(opened, await mustOpen(opened, { wrapping: keychain }));
    expect(readdirSync(directory.path)).toContain('key.os');
    expect(readdirSync(directory.path)).not.toContain('key.file');
    const again = await mustOpen(opened, { wrapping: keychain });
    expect(again.box.open('link/bot/token', kept(opened))).toBe('geheim');
    const failure = { code: 'host.key-unreadable', params: { path: join(directory.path, 'key.os') } };
    expect(await open(opened, { wrapping: otherMachine })).toEqual({ ok: false, failure });
    expect(await open(opened, { wrapping: null })).toEqual({ ok: false, failure });
  });

  it('given by the owner is used without writing any file', async () => {
    using directory = new TemporaryDirectory();
    await using opened = await openTestStore(directory.path);
    await keep(opened, await mustOpen(opened, { given: Buffer.from(key(3)).toString('hex') }));
    expect(readdirSync(directory.path).filter((name) => name.startsWith('key.'))).toEqual([]);
  });
});
