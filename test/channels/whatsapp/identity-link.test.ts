/* An identity under the real library: what survives a connection that ends, a disk that is full, a process that dies. */
import { copyFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWhatsApp, type WhatsAppEmulator } from '../../emulators/whatsapp/server.ts';
import type { Identity, Library } from '../../../main/channels/whatsapp/parts.ts';
import { connect, Home, link, mended, textOf, wait, type OwnSocket } from './own-socket.ts';

let server: WhatsAppEmulator;
let library: Library;
let home: Home;

beforeEach(async () => {
  library = await mended();
  home = new Home();
  server = await startWhatsApp();
});

afterEach(async () => {
  expect(server.violations.items).toEqual([]);
  await server[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

/** All that was told is the core's, whatever it is. */
function settleAll(identity: Identity, socket: OwnSocket): void {
  for (const message of socket.messages.items) identity.journal.note(message);
  identity.journal.settle(socket.messages.items);
}

describe('an identity', () => {
  it('is linked, and another process logs in with what is in the file', async () => {
    const identity = home.identity(library);
    expect(identity.isLinked).toBe(false);
    const first = await link({ library, identity, server });
    expect(identity.isLinked).toBe(true);
    const alice = server.contact();
    alice.say('hello');
    await first.messages.waitFor((message) => textOf(message) === 'hello', wait);
    await first[Symbol.asyncDispose]();
    identity.close();
    const later = home.identity(library);
    await using again = connect({ library, identity: later, server });
    await again.opened();
    alice.say('again');
    await again.messages.waitFor((message) => textOf(message) === 'again', wait);
    await again.socket.sendMessage(alice.numberAddress, { text: 'yes' }, { messageId: 'YES' });
    await alice.arrivals.waitFor(({ id, text }) => id === 'YES' && text === 'yes', wait);
    expect(server.unreadable.items).toEqual([]);
    later.close();
  });

  it('tells a message whose socket ended between decryption and receipt', async () => {
    const identity = home.identity(library);
    const place = { library, identity, server };
    const alice = server.contact();
    const first = await link(place);
    alice.say('first');
    await first.messages.waitFor((message) => textOf(message) === 'first', wait);
    settleAll(identity, first);
    const lost = alice.say('not lost');
    server.phone().companion.close();
    await first.ended();
    expect(first.messages.items.map(textOf)).not.toContain('not lost');
    await using again = connect(place);
    await again.opened();
    const message = await again.messages.waitFor(({ key }) => key.id === lost.id, wait);
    expect(textOf(message)).toBe('not lost');
    settleAll(identity, again);
    expect(identity.journal.open()).toEqual([]);
    await expect.poll(() => server.phone().companion.queue.items).toEqual([]);
    identity.close();
  });

  it('offers it at once after a crash, as the library would have told it, and takes the repetition for settled', async () => {
    const identity = home.identity(library);
    const alice = server.contact({ name: 'Alice' });
    const first = await link({ library, identity, server });
    const heard = alice.say('heard');
    const like = await first.messages.waitFor(({ key }) => key.id === heard.id, wait);
    settleAll(identity, first);
    const lost = alice.say('not lost');
    server.phone().companion.close();
    await first.ended();
    identity.close();
    const later = home.identity(library);
    const open = later.journal.open();
    expect(open).toHaveLength(1);
    const [offered] = open;
    expect(offered).toMatchObject({
      key: { ...like.key, id: lost.id },
      pushName: like.pushName,
      message: { conversation: 'not lost' },
    });
    later.journal.settle(open);
    await using again = connect({ library, identity: later, server });
    await again.opened();
    // The receipt for the repetition: it left the server's queue without anybody hearing it twice.
    await alice.receipts.waitFor(({ id }) => id === lost.id, wait);
    await expect.poll(() => server.phone().companion.queue.items).toEqual([]);
    const repeated = await again.messages.waitFor(({ key }) => key.id === lost.id, wait);
    expect(textOf(repeated)).toBeNull();
    expect(repeated.messageStubType ?? null).toBeNull();
    later.close();
  });

  it('offers a message of a group with the key that came before it in the same stanza', async () => {
    const identity = home.identity(library);
    const [alice, bob] = [server.contact({ name: 'Alice' }), server.contact({ name: 'Bob' })];
    const first = await link({ library, identity, server });
    const group = server.group('Three', [server.phone(), alice, bob]);
    const heard = alice.say('heard', { in: group });
    const like = await first.messages.waitFor(({ key }) => key.id === heard.id, wait);
    settleAll(identity, first);
    const lost = bob.say('not lost', { in: group });
    server.phone().companion.close();
    await first.ended();
    identity.close();
    const later = home.identity(library);
    const open = later.journal.open();
    expect(open.map(textOf)).toEqual(['not lost']);
    expect(open[0]?.key).toMatchObject({ id: lost.id, remoteJid: like.key.remoteJid, fromMe: false });
    later.journal.settle(open);
    await using again = connect({ library, identity: later, server });
    await again.opened();
    const next = bob.say('next', { in: group });
    const message = await again.messages.waitFor(({ key }) => key.id === next.id, wait);
    expect(textOf(message)).toBe('next');
    expect(server.unreadable.items).toEqual([]);
    later.close();
  });

  it('goes on with the next message after a kill right behind a send, without another copy', async () => {
    const identity = home.identity(library);
    const place = { library, identity, server };
    const alice = server.contact();
    const first = await link(place);
    alice.say('hello', { by: 'lid' });
    await first.messages.waitFor((message) => textOf(message) === 'hello', wait);
    await first.socket.sendMessage(alice.lidAddress, { text: 'first' }, { messageId: 'FIRST' });
    await alice.arrivals.waitFor(({ id }) => id === 'FIRST', wait);
    const copy = new Home();
    // What the disk holds when the stanza has come to the server.
    const copied = server.sends
      .waitFor(({ id }) => id === 'SECOND', wait)
      .then(() => {
        for (const ending of ['', '-wal']) copyFileSync(home.path('phone') + ending, copy.path('phone') + ending);
      });
    await first.socket.sendMessage(alice.lidAddress, { text: 'second' }, { messageId: 'SECOND' });
    await copied;
    await alice.arrivals.waitFor(({ id }) => id === 'SECOND', wait);
    await first[Symbol.asyncDispose]();
    identity.close();
    const later = copy.identity(library);
    await using again = connect({ library, identity: later, server });
    await again.opened();
    await again.socket.sendMessage(alice.lidAddress, { text: 'third' }, { messageId: 'THIRD' });
    await alice.arrivals.waitFor(({ id, text }) => id === 'THIRD' && text === 'third', wait);
    expect(server.unreadable.items).toEqual([]);
    later.close();
    copy[Symbol.dispose]();
  });

  it('refuses nothing and loses nothing while the disk is full: the message waits at the server', async () => {
    const identity = home.identity(library);
    const place = { library, identity, server };
    const alice = server.contact();
    const first = await link(place);
    alice.say('first');
    await first.messages.waitFor((message) => textOf(message) === 'first', wait);
    settleAll(identity, first);
    home.limit(0);
    const text = 'x'.repeat(30_000);
    const said = alice.say(text);
    expect(await first.ended()).toEqual(new Error('host.disk-full'));
    expect(identity.trouble.value?.code).toBe('host.disk-full');
    const answers = server.traffic.items.filter(
      ({ direction, node }) => direction === 'in' && node.attrs['id'] === said.id,
    );
    expect(answers).toEqual([]);
    expect(server.phone().companion.queue.items.map(({ attrs }) => attrs['id'])).toEqual([said.id]);
    home.limit(null);
    await using again = connect(place);
    await again.opened();
    const message = await again.messages.waitFor(({ key }) => key.id === said.id, wait);
    expect(textOf(message)).toBe(text);
    expect(identity.trouble.value).toBeNull();
    await again.socket.sendMessage(alice.numberAddress, { text: 'yes' }, { messageId: 'YES' });
    await alice.arrivals.waitFor(({ id, text: arrived }) => id === 'YES' && arrived === 'yes', wait);
    expect(server.unreadable.items).toEqual([]);
    identity.close();
  });

  it('does not let the phone believe in a link that could not be written down', async () => {
    const identity = home.identity(library);
    const place = { library, identity, server };
    const first = connect(place);
    const qr = await first.qrs.waitFor(() => true, wait);
    // So that there is no room left in the pages that are there.
    identity.facts.put('ballast', 'x'.repeat(3000));
    home.limit(0);
    const scanned = server.phone().scan(qr);
    expect(await first.ended()).toEqual(new Error('host.disk-full'));
    expect(await scanned).not.toMatchObject({ kind: 'linked' });
    expect(home.row('phone', 'credentials', 'own')).toBeUndefined();
    home.limit(null);
    identity.startAfresh();
    const again = await link(place);
    expect(identity.isLinked).toBe(true);
    await again[Symbol.asyncDispose]();
    identity.close();
  });
});
