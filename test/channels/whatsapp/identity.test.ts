/* What an identity keeps and when, without a server. The same under the real library: identity-link.test.ts. */
import { readFileSync } from 'node:fs';
import type { WAMessage } from 'baileys';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openIdentity } from '../../../main/channels/whatsapp/identity.ts';
import type { Library } from '../../../main/channels/whatsapp/parts.ts';
import { createRetryCounters } from '../../../main/channels/whatsapp/retry-counters.ts';
import { StorageTrouble } from '../../../main/gateway/storage.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { systemClock } from '../../store/processes.ts';
import { dataKey, Home, mended } from './own-socket.ts';
import { lineOf, Peer } from './peers.ts';

let library: Library;
let home: Home;

beforeAll(async () => {
  library = await mended();
});

beforeEach(() => {
  home = new Home();
});

afterEach(() => {
  home[Symbol.dispose]();
});

async function acquainted(): Promise<{ readonly alice: Peer; readonly bob: Peer }> {
  const alice = new Peer(library, home, 'alice', '15551');
  const bob = new Peer(library, home, 'bob', '15552');
  await alice.knows(bob);
  return { alice, bob };
}

function messageOf(id: string, text: string, remoteJid: string): WAMessage {
  return {
    key: { id, remoteJid, participant: '', fromMe: false },
    message: { conversation: text },
    messageTimestamp: 5,
  };
}

describe('credentials', () => {
  it('are new in memory and nowhere else until a phone has agreed', () => {
    const identity = home.identity(library);
    expect(identity.isLinked).toBe(false);
    identity.auth.creds.me = { id: '1:1@s.whatsapp.net' };
    identity.saveCredentials();
    expect(identity.isLinked).toBe(false);
    identity.close();
    expect(home.row('phone', 'credentials', 'own')).toBeUndefined();
  });

  it('are the same again in another process, with every key in its kind', async () => {
    const peer = new Peer(library, home, 'phone', '15551');
    const { own } = peer.line;
    const synced = library.proto.Message.AppStateSyncKeyData.fromObject({ keyData: Buffer.alloc(32, 3), timestamp: 7 });
    const hash = { version: 2, hash: Buffer.alloc(128, 1), indexValueMap: { a: { valueMac: Buffer.from('b') } } };
    await own.auth.keys.set({
      'app-state-sync-key': { first: synced },
      'app-state-sync-version': { regular: hash },
      'lid-mapping': { '15552': '99' },
      'device-list': { '15552': ['0', '4'] },
      'sender-key': { group: Buffer.from('key') },
    });
    const { noiseKey, registrationId, me } = peer.identity.auth.creds;
    peer.identity.close();
    const again = home.identity(library);
    expect(again.isLinked).toBe(true);
    expect(again.auth.creds).toMatchObject({ registrationId, me });
    expect(Buffer.from(again.auth.creds.noiseKey.private)).toEqual(noiseKey.private);
    const { keys } = again.auth;
    const revived = (await keys.get('app-state-sync-key', ['first']))['first'];
    expect(revived).toBeInstanceOf(library.proto.Message.AppStateSyncKeyData);
    expect(revived?.keyData).toEqual(Buffer.alloc(32, 3));
    expect(await keys.get('app-state-sync-version', ['regular'])).toEqual({ regular: hash });
    expect(await keys.get('lid-mapping', ['15552', '15553'])).toEqual({ '15552': '99' });
    expect(await keys.get('device-list', ['15552'])).toEqual({ '15552': ['0', '4'] });
    expect(await keys.get('sender-key', ['group'])).toEqual({ group: Buffer.from('key') });
    again.close();
  });

  it('are written with the keys that were made under them, so that a number is never given twice', async () => {
    const peer = new Peer(library, home, 'phone', '15551');
    // In place and without an event, as the library counts pre-keys up inside a transaction.
    peer.line.own.auth.creds.nextPreKeyId = 813;
    await peer.line.own.auth.keys.set({ 'pre-key': { 812: library.Curve.generateKeyPair() } });
    expect(home.row('phone', 'credentials', 'own')).toContain('"nextPreKeyId":813');
    peer.identity.close();
  });

  it('that cannot be opened are damage, and no new ones are made', () => {
    new Peer(library, home, 'phone', '15551').identity.close();
    const before = readFileSync(home.path('phone'));
    const deps = { identities: home.filesUnder(Buffer.alloc(32, 1)), clock: systemClock, log: home.log };
    expect(openIdentity(deps, library, 'phone')).toEqual({ ok: false, failure: { code: 'link.identity-damaged' } });
    expect(readFileSync(home.path('phone'))).toEqual(before);
    const own = home.identity(library);
    expect(own.isLinked).toBe(true);
    own.close();
  });

  it.each([
    ['are cut', '{"noiseKey":'],
    ['lack a key', '{"registrationId":1,"nextPreKeyId":1}'],
    ['are nothing', 'null'],
  ])('that %s are damage', (_what, value) => {
    new Peer(library, home, 'phone', '15551').identity.close();
    const opened = home.filesUnder(dataKey).open('phone');
    if (!opened.ok) throw new Error(opened.failure.code);
    opened.value.set([{ kind: 'credentials', id: 'own', value }]);
    opened.value.close();
    const deps = { identities: home.files, clock: systemClock, log: home.log };
    expect(openIdentity(deps, library, 'phone')).toEqual({ ok: false, failure: { code: 'link.identity-damaged' } });
  });

  it('that are missing beside keys are damage, not a new beginning', async () => {
    const peer = new Peer(library, home, 'phone', '15551');
    await peer.bundle();
    peer.identity.close();
    const opened = home.files.open('phone');
    if (!opened.ok) throw new Error(opened.failure.code);
    opened.value.set([{ kind: 'credentials', id: 'own', value: null }]);
    opened.value.close();
    const deps = { identities: home.files, clock: systemClock, log: home.log };
    expect(openIdentity(deps, library, 'phone')).toEqual({ ok: false, failure: { code: 'link.identity-damaged' } });
  });
});

describe('a pairing over a standing identity', () => {
  it('that is given up leaves the standing one as it was', async () => {
    const peer = new Peer(library, home, 'phone', '15551');
    await peer.bundle();
    const { identity } = peer;
    const { registrationId } = identity.auth.creds;
    identity.startAfresh();
    expect(identity.isLinked).toBe(false);
    expect(identity.auth.creds.me).toBeUndefined();
    identity.auth.creds.me = { id: '1:1@s.whatsapp.net' };
    await identity.auth.keys.set({ 'pre-key': { 1: library.Curve.generateKeyPair() } });
    expect(Object.keys(await identity.auth.keys.get('pre-key', ['1', '7']))).toEqual(['1']);
    identity.giveUp();
    expect(identity.auth.creds.registrationId).toBe(registrationId);
    expect(Object.keys(await identity.auth.keys.get('pre-key', ['1', '7']))).toEqual(['7']);
    identity.close();
  });

  it('that went well replaces all of it at once, facts excepted', async () => {
    const { alice, bob } = await acquainted();
    await bob.read(alice, await alice.write(bob, 'hello', 'A1'));
    bob.identity.sent.put({ id: 'B1', to: alice.jid, content: Buffer.from('x'), at: 5 });
    bob.identity.facts.put('version', 'kept');
    bob.identity.close();
    const identity = home.identity(library, 'bob');
    identity.startAfresh();
    const { creds, keys } = identity.auth;
    await keys.set({ 'pre-key': { 9: library.Curve.generateKeyPair() } });
    creds.me = { id: '2:1@s.whatsapp.net' };
    creds.account = library.proto.ADVSignedDeviceIdentity.create({});
    identity.saveCredentials();
    identity.close();
    const again = home.identity(library, 'bob');
    expect(again.auth.creds.me?.id).toBe('2:1@s.whatsapp.net');
    expect(again.journal.open()).toEqual([]);
    expect(again.sent.has('B1')).toBe(false);
    expect(Object.keys(await again.auth.keys.get('pre-key', ['7', '9']))).toEqual(['9']);
    expect(await again.auth.keys.get('session', ['15551.0'])).toEqual({});
    expect(again.facts.get('version')).toBe('kept');
    again.close();
    alice.identity.close();
  });
});

describe('sessions', () => {
  it('are on disk before a stanza leaves, while the transaction of the send is still open', async () => {
    const { alice, bob } = await acquainted();
    const before = home.row('alice', 'key', 'session/15552.0');
    await alice.line.keys.transaction(async () => {
      await alice.write(bob, 'hello', 'A1');
      const then = home.row('alice', 'key', 'session/15552.0');
      expect(then).not.toBe(before);
      await alice.line.repository.encryptGroupMessage({ group: '1@g.us', data: Buffer.from('x'), meId: alice.jid });
      expect(home.row('alice', 'key', 'sender-key/1@g.us::15551::0')).toBeDefined();
    }, 'send');
    alice.identity.close();
    bob.identity.close();
  });

  it('that advanced while a send was under way are not put back by it', async () => {
    const { alice, bob } = await acquainted();
    expect(await bob.read(alice, await alice.write(bob, 'one', 'A1'))).toBe('one');
    expect(await alice.read(bob, await bob.write(alice, 'two', 'B1'))).toBe('two');
    const [third, fourth] = [await bob.write(alice, 'three', 'B2'), await bob.write(alice, 'four', 'B3')];
    const session = Promise.withResolvers<undefined>();
    const isRead = Promise.withResolvers<undefined>();
    const sending = alice.line.keys.transaction(async () => {
      // The library looks whether there is a session long before it encrypts.
      await alice.line.repository.validateSession(bob.jid);
      session.resolve(undefined);
      await isRead.promise;
      return alice.write(bob, 'five', 'A2');
    }, 'send');
    await session.promise;
    expect(await alice.read(bob, third)).toBe('three');
    isRead.resolve(undefined);
    expect(await bob.read(alice, await sending)).toBe('five');
    // A session that was put back could decrypt this a second time.
    home.connections[0]?.exec("DELETE FROM row WHERE kind = 'journal'");
    await expect(alice.read(bob, third)).rejects.toThrow('No matching sessions');
    expect(await alice.read(bob, fourth)).toBe('four');
    alice.identity.close();
    bob.identity.close();
  });

  it('stay as they are when a message cannot be decrypted', async () => {
    const { alice, bob } = await acquainted();
    await bob.read(alice, await alice.write(bob, 'one', 'A1'));
    const before = home.row('bob', 'key', 'session/15551.0');
    const forged = await alice.write(bob, 'two', 'A2');
    const broken = {
      ...forged,
      ciphertext: Buffer.from(forged.ciphertext.map((byte, at) => (at === 40 ? byte ^ 1 : byte))),
    };
    await expect(bob.read(alice, broken)).rejects.toThrow();
    expect(home.row('bob', 'key', 'session/15551.0')).toBe(before);
    expect(await bob.read(alice, forged)).toBe('two');
    alice.identity.close();
    bob.identity.close();
  });

  it('of a socket that another has followed are neither read on nor written', async () => {
    const { alice, bob } = await acquainted();
    const old = bob.line;
    const first = await alice.write(bob, 'one', 'A1');
    bob.line = lineOf(library, bob.identity);
    const { type, ciphertext } = first;
    await expect(old.repository.decryptMessage({ jid: alice.jid, type, ciphertext })).rejects.toThrow();
    await old.own.auth.keys.set({ session: { '15551.0': Buffer.from('old') } });
    old.own.auth.creds.nextPreKeyId = 9999;
    expect(home.row('bob', 'key', 'session/15551.0')).toBeUndefined();
    expect(await bob.read(alice, first)).toBe('one');
    expect(bob.identity.auth.creds.nextPreKeyId).not.toBe(9999);
    alice.identity.close();
    bob.identity.close();
  });
});

describe('the journal', () => {
  it('gives the same text for a ciphertext that comes twice, which its ratchet could not', async () => {
    const { alice, bob } = await acquainted();
    const first = await alice.write(bob, 'once', 'A1');
    expect([await bob.read(alice, first), await bob.read(alice, first)]).toEqual(['once', 'once']);
    alice.identity.close();
    bob.identity.close();
  });

  it('is written in one transaction with the session: a disk that is full leaves neither', async () => {
    const { alice, bob } = await acquainted();
    const big = await alice.write(bob, 'x'.repeat(100_000), 'A1');
    home.limit(0);
    await expect(bob.read(alice, big)).rejects.toThrow(StorageTrouble);
    expect(bob.identity.trouble.value?.code).toBe('host.disk-full');
    expect(bob.line.ends).toEqual([new Error('host.disk-full')]);
    expect(home.row('bob', 'key', 'session/15551.0')).toBeUndefined();
    home.limit(null);
    bob.line = lineOf(library, bob.identity);
    expect((await bob.read(alice, big)).length).toBe(100_000);
    expect(bob.identity.trouble.value).toBeNull();
    alice.identity.close();
    bob.identity.close();
  });

  it('offers after a crash what was decrypted and never told, with all that its stanza said', async () => {
    const { alice, bob } = await acquainted();
    await bob.read(alice, await alice.write(bob, 'first', 'A1'));
    await bob.read(alice, await alice.write(bob, 'second', 'A2'));
    expect(bob.identity.journal.open()).toEqual([]);
    bob.identity.close();
    const again = home.identity(library, 'bob');
    expect(again.journal.open()).toMatchObject([
      { key: { id: 'A1', remoteJid: alice.jid, fromMe: false }, message: { conversation: 'first' }, pushName: 'Peer' },
      { key: { id: 'A2', remoteJid: alice.jid, fromMe: false }, message: { conversation: 'second' } },
    ]);
    again.journal.settle(again.journal.open());
    expect(again.journal.open()).toEqual([]);
    again.close();
    alice.identity.close();
  });

  it('offers with the next socket what the one before did not come to tell', async () => {
    const { alice, bob } = await acquainted();
    await bob.read(alice, await alice.write(bob, 'untold', 'A1'));
    bob.line = lineOf(library, bob.identity);
    expect(bob.identity.journal.open()).toMatchObject([{ message: { conversation: 'untold' } }]);
    alice.identity.close();
    bob.identity.close();
  });

  it('offers again what was told and could not be handed on, but not what is just on its way', async () => {
    const { alice, bob } = await acquainted();
    await bob.read(alice, await alice.write(bob, 'told', 'A1'));
    await bob.read(alice, await alice.write(bob, 'on its way', 'A2'));
    bob.identity.journal.note(messageOf('A1', 'told', alice.jid));
    expect(bob.identity.journal.open()).toMatchObject([{ key: { id: 'A1' } }]);
    alice.identity.close();
    bob.identity.close();
  });

  it('keeps no word of a settled message, and a repetition of it decrypts to an empty one', async () => {
    const { alice, bob } = await acquainted();
    const first = await alice.write(bob, 'settled', 'A1');
    await bob.read(alice, first);
    const hash = library.sha256(first.ciphertext).toString('hex');
    expect(home.row('bob', 'journal', hash)).toBeDefined();
    bob.identity.journal.settle([messageOf('A1', 'settled', alice.jid)]);
    expect([home.row('bob', 'journal', hash), home.row('bob', 'settled', hash)]).toEqual([undefined, 'true']);
    bob.identity.close();
    bob.line = lineOf(library, home.identity(library, 'bob'));
    expect(await bob.read(alice, first)).toBe('');
    alice.identity.close();
  });

  it('does not settle the message of somebody else who chose the same id', async () => {
    const { alice, bob } = await acquainted();
    const carol = new Peer(library, home, 'carol', '15553');
    await carol.knows(bob);
    await bob.read(alice, await alice.write(bob, 'from alice', 'SAME'));
    await bob.read(carol, await carol.write(bob, 'from carol', 'SAME'));
    bob.identity.journal.settle([messageOf('SAME', 'from carol', carol.jid)]);
    bob.line = lineOf(library, bob.identity);
    expect(bob.identity.journal.open()).toMatchObject([{ message: { conversation: 'from alice' } }]);
    for (const peer of [alice, bob, carol]) peer.identity.close();
  });

  it('keeps what was told without ever having been a ciphertext of ours', () => {
    const peer = new Peer(library, home, 'phone', '15551');
    const message = messageOf('P1', 'from the phone', '15552@s.whatsapp.net');
    peer.identity.journal.note(message);
    peer.identity.journal.note({ ...message, key: { ...message.key, id: 'EMPTY' }, message: {} });
    peer.identity.close();
    const again = home.identity(library);
    const open = again.journal.open();
    expect(open).toMatchObject([
      { key: { id: 'P1' }, message: { conversation: 'from the phone' }, messageTimestamp: 5 },
    ]);
    again.journal.settle(open);
    expect(again.journal.open()).toEqual([]);
    again.close();
  });

  it('forgets after a week', async () => {
    const { alice, bob } = await acquainted();
    const first = await alice.write(bob, 'old', 'A1');
    await bob.read(alice, first);
    bob.identity.sent.put({ id: 'B1', to: alice.jid, content: Buffer.from('x'), at: 5 });
    const day = 24 * 60 * 60_000;
    bob.identity.prune(Date.now() + 6 * day);
    expect(bob.identity.sent.has('B1')).toBe(true);
    bob.identity.prune(Date.now() + 8 * day);
    expect(bob.identity.sent.has('B1')).toBe(false);
    bob.line = lineOf(library, bob.identity);
    expect(bob.identity.journal.open()).toEqual([]);
    alice.identity.close();
    bob.identity.close();
  });
});

describe('a row that cannot be read', () => {
  it('ends the socket and is told as damage, instead of passing for a session that is not there', async () => {
    const { alice, bob } = await acquainted();
    await bob.read(alice, await alice.write(bob, 'one', 'A1'));
    // Alice's file was opened first, Bob's second.
    home.connections[1]?.exec("UPDATE row SET sealed = x'00' WHERE id = 'session/15551.0'");
    await expect(bob.read(alice, await alice.write(bob, 'two', 'A2'))).rejects.toThrow();
    expect(bob.identity.trouble.value).toEqual({ code: 'link.identity-damaged' });
    expect(bob.line.ends).toEqual([new Error('link.identity-damaged')]);
    alice.identity.close();
    bob.identity.close();
  });
});

describe('copies of own messages', () => {
  it('are given out for an hour, to the chat they were sent to, by whichever of its two names', async () => {
    const clock = new ManualClock();
    const deps = { identities: home.files, clock, log: home.log };
    new Peer(library, home, 'phone', '15551').identity.close();
    const opened = openIdentity(deps, library, 'phone');
    if (!opened.ok) throw new Error(opened.failure.code);
    const { own } = lineOf(library, opened.value);
    const content = library.proto.Message.encode({ conversation: 'mine' }).finish();
    opened.value.sent.put({ id: 'M1', to: '15552@s.whatsapp.net', content, at: clock.now() });
    await own.auth.keys.set({ 'lid-mapping': { '15552': '99' } });
    const asked = async (remoteJid: string, id = 'M1') => (await own.getMessage({ id, remoteJid }))?.conversation;
    expect(await asked('15552@s.whatsapp.net')).toBe('mine');
    expect(await asked('15552:3@s.whatsapp.net')).toBe('mine');
    expect(await asked('99@lid')).toBe('mine');
    expect(await asked('15553@s.whatsapp.net')).toBeUndefined();
    expect(await asked('15552@s.whatsapp.net', 'M2')).toBeUndefined();
    clock.advance(60 * 60_000 - 1);
    expect(await asked('99@lid')).toBe('mine');
    clock.advance(1);
    expect(await asked('99@lid')).toBeUndefined();
    expect(opened.value.sent.has('M1')).toBe(true);
    opened.value.close();
  });

  it('are counted over reconnections, for an hour', async () => {
    const identity = home.identity(library);
    const first = lineOf(library, identity).own.msgRetryCounterCache;
    await first.set('M1:bob', 3);
    expect(await lineOf(library, identity).own.msgRetryCounterCache.get('M1:bob')).toBe(3);
    identity.close();
    const clock = new ManualClock();
    const counters = createRetryCounters(clock);
    await counters.set('a', 1);
    clock.advance(60 * 60_000);
    expect(await counters.get('a')).toBeUndefined();
  });
});
