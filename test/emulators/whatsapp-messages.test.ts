/* Messages between the real client, contacts and the own phone: both directions, both addresses, groups, files. */
import { downloadMediaMessage } from 'baileys';
import type { WAMessage } from 'baileys';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { linkClient, muteConsole, quietLogger } from './whatsapp/client.ts';
import type { RealClient } from './whatsapp/client.ts';
import type { Contact } from './whatsapp/contact.ts';
import { EventLog } from './lib/event-log.ts';
import { compose } from './whatsapp/content.ts';
import { startWhatsApp } from './whatsapp/server.ts';
import type { WhatsAppEmulator } from './whatsapp/server.ts';
import type { Said } from './whatsapp/speaker.ts';

const wait = { timeoutMs: 10_000 };
let server: WhatsAppEmulator;
let client: RealClient;
let alice: Contact;
let ids = 0;

beforeAll(async () => {
  server = await startWhatsApp();
  ({ client } = await linkClient(server));
  alice = server.contact({ name: 'Alice' });
});

beforeEach(() => {
  muteConsole();
});

afterEach(() => {
  expect(server.violations.items).toEqual([]);
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** What the client made of something that was said. */
async function heard({ id }: Said): Promise<WAMessage> {
  const found = await client.messages.waitFor(
    ({ message }) => message.key.id === id && message.message !== null && message.message !== undefined,
    wait,
  );
  return found.message;
}

async function send(to: string, text: string): Promise<string> {
  ids += 1;
  const messageId = `3EB0TEST${String(ids)}`;
  await client.socket.sendMessage(to, { text }, { messageId });
  return messageId;
}

describe('private messages', () => {
  it('from a contact are decrypted by the client and answered with a receipt', async () => {
    const said = alice.say('hello');
    const { key, message, pushName } = await heard(said);
    expect({ from: key.remoteJid, other: key.remoteJidAlt, text: message?.conversation, pushName }).toEqual({
      from: alice.numberAddress,
      other: alice.lidAddress,
      text: 'hello',
      pushName: 'Alice',
    });
    await alice.receipts.waitFor(({ id, type }) => id === said.id && type === 'inactive', wait);
    await expect.poll(() => server.phone().companion.queue.items).toEqual([]);
  });

  it('of the client are decrypted by the contact, copied to the own phone and acknowledged', async () => {
    const id = await send(alice.numberAddress, 'hi');
    const arrival = await alice.arrivals.waitFor((one) => one.id === id, wait);
    expect(arrival).toMatchObject({
      text: 'hi',
      kind: 'text',
      chat: alice.numberAddress,
      isOwnCopy: false,
      attempt: 0,
    });
    const copy = await server.phone().arrivals.waitFor((one) => one.id === id, wait);
    expect(copy).toMatchObject({ text: 'hi', chat: alice.numberAddress, isOwnCopy: true });
    const sent = await server.sends.waitFor((one) => one.id === id && one.ack === 'written', wait);
    expect(sent.arrivals).toHaveLength(2);
    expect(server.unanswered()).toEqual([]);
  });

  it('go on in both directions within one session', async () => {
    for (const round of ['1', '2', '3']) {
      await heard(alice.say(`a${round}`));
      const id = await send(alice.numberAddress, `b${round}`);
      await alice.arrivals.waitFor((one) => one.id === id, wait);
    }
    const last = alice.arrivals.items.at(-1);
    expect(last).toMatchObject({ text: 'b3', encryption: 'msg' });
  });

  it('can be addressed by LID, and an answer to that address arrives at the same person', async () => {
    const { key } = await heard(alice.say('by lid', { by: 'lid' }));
    expect(key).toMatchObject({ remoteJid: alice.lidAddress, remoteJidAlt: alice.numberAddress });
    const id = await send(alice.lidAddress, 'to lid');
    expect(await alice.arrivals.waitFor((one) => one.id === id, wait)).toMatchObject({ chat: alice.lidAddress });
  });

  it('can come from somebody who does not tell a number', async () => {
    const { key } = await heard(alice.say('unnumbered', { by: 'lid-only' }));
    expect({ from: key.remoteJid, other: key.remoteJidAlt }).toEqual({ from: alice.lidAddress, other: undefined });
  });

  it('reach every device of a contact', async () => {
    const bob = server.contact({ name: 'Bob', devices: 2 });
    const id = await send(bob.numberAddress, 'to both');
    await bob.arrivals.waitFor((one) => one.id === id && one.device === 0, wait);
    await bob.arrivals.waitFor((one) => one.id === id && one.device === 1, wait);
  });

  it('are told to be delivered and read', async () => {
    const statuses = new EventLog<{ readonly id: string | null | undefined; readonly status: unknown }>('status');
    client.socket.ev.on('messages.update', (updates) => {
      for (const { key, update } of updates) statuses.add({ id: key.id, status: update.status });
    });
    const id = await send(alice.numberAddress, 'read me');
    await statuses.waitFor((one) => one.id === id && one.status === 3, wait);
    alice.read(id);
    await statuses.waitFor((one) => one.id === id && one.status === 4, wait);
  });

  it('quote, react, edit and take back as people do', async () => {
    const said = alice.say('first');
    await heard(said);
    const quoting = await heard(
      alice.say('about that', { quote: { id: said.id, author: said.author, text: 'first' } }),
    );
    expect(quoting.message?.extendedTextMessage?.contextInfo?.stanzaId).toBe(said.id);
    const edit = await heard(alice.edit(said.id, 'second'));
    const protocol = edit.message?.editedMessage?.message?.protocolMessage;
    expect({ id: protocol?.key?.id, text: protocol?.editedMessage?.conversation }).toEqual({
      id: said.id,
      text: 'second',
    });
    expect((await heard(alice.takeBack(said.id))).message?.protocolMessage?.key?.id).toBe(said.id);
    const id = await send(alice.numberAddress, 'nice');
    const arrival = await alice.arrivals.waitFor((one) => one.id === id, wait);
    expect((await heard(alice.react(arrival, '👍'))).message?.reactionMessage).toMatchObject({
      text: '👍',
      key: { id },
    });
  });

  it('of the client that quote, react, edit or take back are read for what they are', async () => {
    const said = alice.say('original');
    const message = await heard(said);
    const to = alice.numberAddress;
    await client.socket.sendMessage(to, { text: 'quoting' }, { quoted: message, messageId: 'Q1' });
    expect((await alice.arrivals.waitFor((one) => one.id === 'Q1', wait)).quoted).toMatchObject({
      id: said.id,
      text: 'original',
    });
    await client.socket.sendMessage(to, { react: { text: '🙂', key: message.key } }, { messageId: 'R1' });
    expect(await alice.arrivals.waitFor((one) => one.id === 'R1', wait)).toMatchObject({
      kind: 'reaction',
      text: '🙂',
      target: said.id,
    });
    const key = { remoteJid: to, fromMe: true, id: 'Q1' };
    await client.socket.sendMessage(to, { text: 'edited', edit: key }, { messageId: 'E1' });
    expect(await alice.arrivals.waitFor((one) => one.id === 'E1', wait)).toMatchObject({
      kind: 'edit',
      text: 'edited',
      target: 'Q1',
    });
    await client.socket.sendMessage(to, { delete: key }, { messageId: 'D1' });
    expect(await alice.arrivals.waitFor((one) => one.id === 'D1', wait)).toMatchObject({
      kind: 'take-back',
      target: 'Q1',
    });
  });

  it('show typing in both directions', async () => {
    const seen = new EventLog<string>('presence');
    client.socket.ev.on('presence.update', ({ presences }) => {
      for (const presence of Object.values(presences)) seen.add(presence.lastKnownPresence);
    });
    alice.type('composing');
    await seen.waitFor((state) => state === 'composing', wait);
    await client.socket.sendPresenceUpdate('composing', alice.numberAddress);
    await alice.chatstates.waitFor(({ state }) => state === 'composing', wait);
  });

  it('that are not encrypted reach the client, which is why it has to be kept from them', async () => {
    const id = alice.sayPlain(compose({ kind: 'text', text: 'plain' }, 0));
    expect((await heard({ id, chat: '', author: '' })).message?.conversation).toBe('plain');
  });
});

describe('a contact with a new phone', () => {
  it('is still understood, and understands what he is sent', async () => {
    const dave = server.contact({ name: 'Dave' });
    await heard(dave.say('old phone'));
    const first = await send(dave.numberAddress, 'to the old phone');
    await dave.arrivals.waitFor((one) => one.id === first, wait);
    dave.changePhone();
    expect((await heard(dave.say('new phone'))).message?.conversation).toBe('new phone');
    const second = await send(dave.numberAddress, 'to the new phone');
    expect(await dave.arrivals.waitFor((one) => one.id === second, wait)).toMatchObject({ text: 'to the new phone' });
  });
});

describe('the own phone', () => {
  it.each(['number', 'lid'] as const)('writes to itself by %s, and gets the answer there', async (by) => {
    const phone = server.phone();
    const { key, message } = await heard(phone.say('note', { by }));
    const address = by === 'lid' ? phone.lidAddress : phone.numberAddress;
    expect(key).toMatchObject({ fromMe: true, remoteJid: address });
    expect(message?.conversation).toBe('note');
    const id = await send(address, 'answer');
    expect(await phone.arrivals.waitFor((one) => one.id === id, wait)).toMatchObject({ text: 'answer', chat: address });
  });

  it('tells the client what it writes to a contact', async () => {
    const { key } = await heard(server.phone().say('by hand', { to: alice }));
    expect(key).toMatchObject({ fromMe: true, remoteJid: alice.numberAddress, remoteJidAlt: alice.lidAddress });
  });
});

describe('groups', () => {
  it('carry messages both ways under sender keys, to every device of every member', async () => {
    const bob = server.contact({ name: 'Bob', devices: 2 });
    const group = server.group('Friends', [alice, bob, server.phone()]);
    for (const text of ['one', 'two']) {
      const { key, message } = await heard(alice.say(text, { in: group }));
      expect(key).toMatchObject({
        remoteJid: group.address,
        participant: alice.lidAddress,
        participantAlt: alice.numberAddress,
      });
      expect(message?.conversation).toBe(text);
    }
    for (const text of ['three', 'four']) {
      const id = await send(group.address, text);
      for (const [person, device] of [
        [alice, 0],
        [bob, 0],
        [bob, 1],
      ] as const) {
        const arrival = await person.arrivals.waitFor((one) => one.id === id && one.device === device, wait);
        expect(arrival).toMatchObject({ text, chat: group.address, encryption: 'skmsg' });
      }
    }
    await alice.receipts.waitFor(({ type }) => type === 'inactive', wait);
  });

  it('tell who comes, goes and renames, and answer with what they are', async () => {
    const carol = server.contact({ name: 'Carol' });
    const group = server.group('Before', [alice, server.phone()]);
    const changes = new EventLog<string>('change of a group');
    client.socket.ev.on('group-participants.update', ({ id, action }) => {
      if (id === group.address) changes.add(action);
    });
    client.socket.ev.on('groups.update', (all) => {
      for (const { subject } of all) if (subject !== undefined) changes.add(subject);
    });
    group.add(carol);
    group.rename('After');
    await changes.waitFor((change) => change === 'add', wait);
    await changes.waitFor((change) => change === 'After', wait);
    const metadata = await client.socket.groupMetadata(group.address);
    expect(metadata).toMatchObject({ subject: 'After', addressingMode: 'lid' });
    expect(metadata.participants.map(({ id }) => id)).toEqual(
      [alice, server.phone(), carol].map((one) => one.lidAddress),
    );
    group.remove(server.phone());
    await changes.waitFor((change) => change === 'remove', wait);
    await expect(client.socket.groupMetadata(group.address)).rejects.toThrow(/forbidden/);
  });

  it('are heard when somebody posts a status, under its own address', async () => {
    const { key } = await heard(alice.postStatus('on holiday'));
    expect(key).toMatchObject({ remoteJid: 'status@broadcast', participant: alice.lidAddress });
  });
});

describe('files', () => {
  const bytes = Buffer.from('not really a picture, but long enough for several blocks of a cipher');
  const download = async (message: WAMessage) => {
    const logger = quietLogger(new EventLog('problem'));
    const options = { logger, reuploadRequest: client.socket.updateMediaMessage };
    return downloadMediaMessage(message, 'buffer', {}, options);
  };

  it.each(['image', 'voice', 'document'] as const)(
    'of kind %s are downloaded and decrypted by the client',
    async (kind) => {
      const message = await heard(
        alice.send(kind, bytes, { withDirectPath: false, caption: 'look', fileName: 'a.txt' }),
      );
      expect((await download(message)).toString()).toBe(bytes.toString());
      expect(server.media.downloads.items.at(-1)?.status).toBe(200);
    },
  );

  it('are named by path, and lie at that path under whatever host is asked', async () => {
    const { message } = await heard(alice.send('image', bytes));
    const path = message?.imageMessage?.directPath ?? '';
    const answer = await fetch(`${server.origin}${path}`);
    expect({ status: answer.status, length: (await answer.arrayBuffer()).byteLength }).toEqual({
      status: 200,
      length: 90,
    });
  });

  it('can be gone, or hold something else than the message says', async () => {
    const gone = await heard(
      alice.send('image', bytes, { withDirectPath: false, fault: { kind: 'status', status: 404 } }),
    );
    await expect(download(gone)).rejects.toThrow();
    const other = await heard(alice.send('image', bytes, { withDirectPath: false, fault: { kind: 'other-bytes' } }));
    expect((await download(other)).toString()).not.toBe(bytes.toString());
  });
});

describe('copies of a message', () => {
  it('that the client could not read are asked for and come under the same id', async () => {
    const said = alice.say('broken at first', { isBroken: true });
    expect((await heard(said)).message?.conversation).toBe('broken at first');
    expect(alice.receipts.items.filter(({ id }) => id === said.id).map(({ type }) => type)).toContain('retry');
  });

  it('that a contact could not read are asked for, also with keys of his own', async () => {
    alice.forgetSessions(server.phone().companions);
    const id = await send(alice.numberAddress, 'after a new phone');
    expect(await alice.arrivals.waitFor((one) => one.id === id, wait)).toMatchObject({ text: 'after a new phone' });
    alice.unreadable = 2;
    const second = await send(alice.numberAddress, 'third time');
    expect(await alice.arrivals.waitFor((one) => one.id === second, wait)).toMatchObject({ text: 'third time' });
    expect(server.unreadable.items.filter((one) => one.id === second)).toHaveLength(2);
  });

  it('for the own phone are asked for by it, and come as what was said to somebody else', async () => {
    const phone = server.phone();
    phone.unreadable = 1;
    const id = await send(alice.numberAddress, 'copy me again');
    expect(await phone.arrivals.waitFor((one) => one.id === id, wait)).toMatchObject({
      text: 'copy me again',
      chat: alice.numberAddress,
      isOwnCopy: true,
    });
  });

  it('in a group are asked for too', async () => {
    const group = server.group('Again', [alice, server.phone()]);
    alice.unreadable = 1;
    const id = await send(group.address, 'again please');
    expect(await alice.arrivals.waitFor((one) => one.id === id, wait)).toMatchObject({ text: 'again please' });
    const broken = alice.say('broken in a group', { in: group, isBroken: true });
    await client.messages.waitFor(
      ({ message }) => message.key.id === broken.id && message.message?.conversation === 'broken in a group',
      wait,
    );
  });

  it('that come twice as they are get refused by the client, encrypted anew they reach it twice', async () => {
    const said = alice.say('once');
    await heard(said);
    alice.redeliver(said.id);
    await server.traffic.waitFor(
      ({ direction, node }) => direction === 'in' && node.attrs['id'] === said.id && node.attrs['error'] === '487',
      wait,
    );
    alice.repeat(said.id);
    await expect.poll(() => client.messages.items.filter(({ message }) => message.key.id === said.id).length).toBe(2);
  });
});
