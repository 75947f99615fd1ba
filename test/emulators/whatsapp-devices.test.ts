/*
 * More than one linked device, what a new one is told of the past, and in which order what waited comes. The client works
 * off what waited one by one and takes what comes meanwhile at once (Utils/offline-node-processor.js), so that a message
 * of now can overtake one of before in the same chat.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventLog } from './lib/event-log.ts';
import { connectClient, linkClient, memory, muteConsole } from './whatsapp/client.ts';
import type { RealClient } from './whatsapp/client.ts';
import { startWhatsApp } from './whatsapp/server.ts';
import type { WhatsAppEmulator } from './whatsapp/server.ts';

const wait = { timeoutMs: 15_000 };
let server: WhatsAppEmulator;

beforeEach(async () => {
  muteConsole();
  server = await startWhatsApp();
});

afterEach(async () => {
  expect(server.violations.items).toEqual([]);
  await server[Symbol.asyncDispose]();
});

/** The first that is more than a sign that something could not be read. */
const heard = (client: RealClient, id: string) =>
  client.messages.waitFor(({ message }) => message.key.id === id && (message.message ?? undefined) !== undefined, wait);

describe('what was said before the link', () => {
  it('reaches a new device as history, in the order it was said, and never as a message', async () => {
    const alice = server.contact({ name: 'Alice' });
    const group = server.group('Old', [alice, server.phone()]);
    const phone = server.phone();
    phone.remember('first', { with: alice, by: alice, at: 1_700_000_000 });
    phone.remember('second', { with: alice, at: 1_700_000_060 });
    const last = phone.remember('third', { with: alice, by: alice, at: 1_700_000_120 });
    phone.remember('in the group', { with: group, by: alice, at: 1_700_000_180 });
    const mine = memory();
    {
      await using pairing = connectClient(server, mine);
      await phone.scan(await pairing.qrs.waitFor(() => true, wait));
      await pairing.ended();
    }
    await using client = connectClient(server, mine);
    const told = new EventLog<readonly [chat: unknown, text: unknown, at: number]>('old message');
    client.socket.ev.on('messaging-history.set', ({ messages }) => {
      for (const { key, message, messageTimestamp } of messages) {
        told.add([key.remoteJid, message?.conversation, Number(messageTimestamp)]);
      }
    });
    await client.opened();
    await told.waitFor(([, text]) => text === 'second', wait);
    expect(told.items).toEqual([
      [alice.numberAddress, 'third', 1_700_000_120],
      [group.address, 'in the group', 1_700_000_180],
      [alice.numberAddress, 'first', 1_700_000_000],
      [alice.numberAddress, 'second', 1_700_000_060],
    ]);
    expect(client.messages.items.filter(({ message }) => message.key.id === last.id)).toEqual([]);
  });
});

describe('two linked devices', () => {
  let one: RealClient;
  let two: RealClient;

  beforeEach(async () => {
    ({ client: one } = await linkClient(server));
    ({ client: two } = await linkClient(server));
  });

  afterEach(async () => {
    await one[Symbol.asyncDispose]();
    await two[Symbol.asyncDispose]();
  });

  it('both get what a contact says, privately and in a group', async () => {
    const alice = server.contact();
    const group = server.group('Both', [alice, server.phone()]);
    for (const { id } of [alice.say('hello'), alice.say('hello all', { in: group })]) {
      await heard(one, id);
      await heard(two, id);
    }
  });

  it('hear from each other what one of them says', async () => {
    const alice = server.contact();
    await one.socket.sendMessage(alice.numberAddress, { text: 'from one' }, { messageId: 'ONE' });
    expect((await alice.arrivals.waitFor(({ id }) => id === 'ONE', wait)).text).toBe('from one');
    const { message } = await heard(two, 'ONE');
    expect({ own: message.key.fromMe, chat: message.key.remoteJid }).toEqual({ own: true, chat: alice.numberAddress });
    expect(message.message?.extendedTextMessage?.text).toBe('from one');
    await two.socket.sendMessage(alice.numberAddress, { text: 'from two' }, { messageId: 'TWO' });
    await heard(one, 'TWO');
    await expect.poll(() => server.phone().companions.flatMap(({ queue }) => queue.items)).toEqual([]);
  });

  it('hear from each other what one of them says in a group, and to the owner himself', async () => {
    const alice = server.contact();
    const group = server.group('Own', [alice, server.phone()]);
    for (const [round, text] of ['first', 'second'].entries()) {
      const messageId = `GROUP${String(round)}`;
      await one.socket.sendMessage(group.address, { text }, { messageId });
      const { message } = await heard(two, messageId);
      expect({ own: message.key.fromMe, chat: message.key.remoteJid }).toEqual({ own: true, chat: group.address });
    }
    const self = server.phone().numberAddress;
    await one.socket.sendMessage(self, { text: 'to myself' }, { messageId: 'SELF' });
    const { message } = await heard(two, 'SELF');
    expect({ own: message.key.fromMe, chat: message.key.remoteJid }).toEqual({ own: true, chat: self });
  });

  it('are removed one by one', async () => {
    const [first] = server.phone().companions;
    if (first === undefined) throw new Error('Two devices are linked.');
    server.phone().unlink(first);
    expect(await one.ended()).toBe(401);
    await heard(two, server.contact().say('still there').id);
    expect(server.phone().companions).toHaveLength(1);
  });
});

describe('a device that comes back', () => {
  it('is given what waited in the order it was said, over all chats; what is said then may overtake it', async () => {
    const { client, memory: mine } = await linkClient(server);
    const [alice, bob] = [server.contact(), server.contact()];
    const group = server.group('Later', [alice, bob, server.phone()]);
    await heard(client, alice.say('to begin', { in: group }).id);
    await expect.poll(() => server.phone().companion.queue.items).toEqual([]);
    server.phone().companion.drop();
    await client.ended();
    await client[Symbol.asyncDispose]();
    const said = Array.from({ length: 12 }, (_none, round) => {
      const speaker = [alice, bob][round % 2] ?? alice;
      return speaker.say(`round ${String(round)}`, round % 3 === 0 ? { in: group } : {}).id;
    });
    await using again = connectClient(server, mine);
    await again.opened();
    await heard(again, bob.say('now').id);
    await heard(again, said.at(-1) ?? '');
    const came = again.messages.items.filter(({ type }) => type === 'append').map(({ message }) => message.key.id);
    expect(came).toEqual(said);
  });

  it('asks for the app state when that has changed elsewhere, and goes on with the empty answer', async () => {
    const { client } = await linkClient(server);
    const { companion } = server.phone();
    const before = server.traffic.items.length;
    companion.tellAppState('regular_low');
    await server.traffic.waitFor(
      (stanza) =>
        server.traffic.items.indexOf(stanza) >= before &&
        stanza.direction === 'in' &&
        stanza.node.attrs['xmlns'] === 'w:sync:app:state',
      wait,
    );
    await heard(client, server.contact().say('and on').id);
    await expect.poll(() => companion.queue.items).toEqual([]);
    await client[Symbol.asyncDispose]();
  });
});

describe('a group', () => {
  it('has an admin who may take back what others said', async () => {
    const { client } = await linkClient(server);
    const [alice, bob] = [server.contact(), server.contact()];
    const group = server.group('Orderly', [alice, bob, server.phone()]);
    const said = bob.say('rude', { in: group });
    await heard(client, said.id);
    const taken = alice.takeBackOf(said, group);
    const { message } = await heard(client, taken.id);
    expect(message.message?.protocolMessage?.key).toMatchObject({ id: said.id, participant: bob.lidAddress });
    await client[Symbol.asyncDispose]();
  });
});
