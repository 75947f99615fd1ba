/*
 * What the installed client does wrong (docs/whatsapp-protocol.md, What the library gets wrong), shown against the
 * emulated service, so that remedies can be shown there too. A test that fails after an update of the client means that
 * a remedy may have become needless.
 */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectClient, linkClient, memory, muteConsole } from './whatsapp/client.ts';
import { secretOf } from './whatsapp/registration.ts';
import { startWhatsApp } from './whatsapp/server.ts';
import type { WhatsAppEmulator } from './whatsapp/server.ts';

const wait = { timeoutMs: 15_000 };
let server: WhatsAppEmulator;

beforeEach(async () => {
  muteConsole();
  server = await startWhatsApp();
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

describe('the installed client without remedies', () => {
  it('loses a message when its connection ends before it has sent the receipt', async () => {
    const { client, memory: mine } = await linkClient(server);
    const alice = server.contact();
    const first = alice.say('first');
    await client.messages.waitFor(({ message }) => message.key.id === first.id, wait);
    const lost = alice.say('lost');
    server.phone().companion.close();
    expect(await client.ended()).toBe(428);
    await using again = connectClient(server, mine);
    await again.opened();
    const refusal = await server.traffic.waitFor(
      ({ direction, node }) => direction === 'in' && node.tag === 'ack' && node.attrs['id'] === lost.id,
      wait,
    );
    const read = [client, again].flatMap(({ messages }) =>
      messages.items.map(({ message }) => message.message?.conversation),
    );
    expect(refusal.node.attrs['error']).toBe('487');
    expect(read).not.toContain('lost');
    expect(server.phone().companion.queue.items).toEqual([]);
  });

  it('stays connecting for ever when the upgrade is refused, until it is ended from outside', async () => {
    server.upgradeFaults.queue(503);
    await using client = connectClient(server, memory());
    await once(client.socket.ws, 'unexpected-response');
    expect(client.updates.items.some(({ connection }) => connection === 'close')).toBe(false);
    await client.socket.end(new Error('HTTP 503'));
    await client.ended();
  });

  it('takes certificates of a stranger for good', async () => {
    await using stranger = await startWhatsApp();
    await using client = connectClient({ url: stranger.url, rootKey: server.rootKey }, memory(), {}, 'stock');
    await client.qrs.waitFor(() => true, wait);
  });

  it('uses a key of a session again when its store lost the step, which another copy heals', async () => {
    const { client, memory: mine } = await linkClient(server);
    const alice = server.contact();
    // By LID, since a new process begins a new session with who is asked for by number.
    const said = alice.say('hello', { by: 'lid' });
    await client.messages.waitFor(({ message }) => message.key.id === said.id, wait);
    await client.socket.sendMessage(alice.lidAddress, { text: 'first' }, { messageId: 'FIRST' });
    await alice.arrivals.waitFor(({ id }) => id === 'FIRST', wait);
    const before = mine.copy();
    await client.socket.sendMessage(alice.lidAddress, { text: 'second' }, { messageId: 'SECOND' });
    await alice.arrivals.waitFor(({ id }) => id === 'SECOND', wait);
    await client[Symbol.asyncDispose]();
    // A copy from before the second message: the process was killed between the send and the write.
    await using again = connectClient(server, before);
    await again.opened();
    await again.socket.sendMessage(alice.lidAddress, { text: 'third' }, { messageId: 'THIRD' });
    await alice.arrivals.waitFor(({ id, text }) => id === 'THIRD' && text === 'third', wait);
    const unread = server.unreadable.items.filter(({ person }) => person === alice.number);
    expect(unread.map(({ id, text }) => [id, text])).toEqual([['THIRD', 'Message 1 was read before.']]);
  });

  it.each(['companion_reg_refresh', 'pair-device-rotate-qr'] as const)(
    'neither acknowledges a %s nor shows another secret after it, so that no code it shows can be scanned',
    async (kind) => {
      await using client = connectClient(server, memory(), { qrTimeout: 100 });
      const first = await client.qrs.waitFor(() => true, wait);
      server.registration.refresh(kind, first);
      const [, , third = ''] = await client.qrs
        .waitFor((qr) => qr !== first && client.qrs.items.length >= 3, wait)
        .then(() => client.qrs.items);
      expect(secretOf(third)).toBe(secretOf(first));
      expect(server.registration.refreshes.items).toMatchObject([{ kind, isAcknowledged: false }]);
      expect(await server.phone().scan(third)).toEqual({ kind: 'refused', reason: 'retired-secret' });
    },
  );

  it('prints whole sessions with their private keys to the console', async () => {
    const { client } = await linkClient(server);
    const alice = server.contact();
    const said = alice.say('hello');
    await client.messages.waitFor(({ message }) => message.key.id === said.id, wait);
    await client.socket.sendMessage(alice.numberAddress, { text: 'hi' }, { messageId: 'PRINTED' });
    await alice.arrivals.waitFor(({ id }) => id === 'PRINTED', wait);
    expect(printed()).toContain('SessionEntry');
    await client[Symbol.asyncDispose]();
  });
});

/** The names of what was printed with console.info. */
function printed(): readonly string[] {
  // Already a spy; this only gets hold of it.
  const { calls } = vi.spyOn(console, 'info').mock;
  return calls
    .flat()
    .map((value: unknown) => (typeof value === 'object' && value !== null ? value.constructor.name : ''));
}
