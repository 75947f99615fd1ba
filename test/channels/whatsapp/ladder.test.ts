/*
 * Rungs of the ladder that no other test of the channel climbs as a whole; test/run/rungs.ts lists all of them with the
 * tests that show them.
 */
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InboundMessage, SendOutcome } from '../../../main/gateway/channel.ts';
import type { Contact } from '../../emulators/whatsapp/contact.ts';
import type { Person } from '../../emulators/whatsapp/person.ts';
import { startWhatsApp, type WhatsAppEmulator } from '../../emulators/whatsapp/server.ts';
import type { MemoryFiles } from '../../lib/memory-files.ts';
import { comesBack, isIn, isUp, linkByQr, next, SOON, startLink, startLinked, type WhatsAppLink } from './link.ts';

let server: WhatsAppEmulator;
let alice: Contact;

beforeEach(async () => {
  server = await startWhatsApp();
  alice = server.contact({ name: 'Alice' });
});

afterEach(async () => {
  expect(server.violations.items).toEqual([]);
  await server[Symbol.asyncDispose]();
});

const texts = ({ batches }: WhatsAppLink): readonly string[] =>
  batches.items.flatMap(({ events }) => events.map(({ text }) => text));

/** What became of the message with that text. */
async function heard({ batches }: WhatsAppLink, text: string): Promise<InboundMessage> {
  const isIt = (event: InboundMessage): boolean => event.text === text;
  const { events } = await batches.waitFor((batch) => batch.events.some(isIt), SOON);
  const event = events.find(isIt);
  if (event === undefined) throw new Error('It was there a moment ago.');
  return event;
}

function send(
  { channel }: WhatsAppLink,
  chat: string,
  text: string,
  ownId = channel.newPartId(),
): Promise<SendOutcome> {
  const part = { format: 'plain', text, plain: text } as const;
  const options = { ownId, label: null, replyTo: null };
  return channel.send({ chat, topic: null }, part, options, new AbortController().signal);
}

/** Said to `person` and read by him. */
async function reaches(link: WhatsAppLink, person: Person, text: string, chat = person.number) {
  const outcome = await send(link, chat, text);
  if (outcome.kind !== 'sent') throw new Error(JSON.stringify(outcome));
  return person.arrivals.waitFor(({ id, text: read }) => id === outcome.ref && read === text, SOON);
}

describe('a device that was just linked', () => {
  it('is handed what was said before, tells nobody of it, and hears what is said now at once', async () => {
    const hourAgo = Math.floor(Date.now() / 1000) - 3_600;
    const group = server.group('Friends', [server.phone(), alice]);
    server.phone().remember('an old question', { with: alice, by: alice, at: hourAgo });
    server.phone().remember('its old answer', { with: alice, at: hourAgo + 1 });
    server.phone().remember('an old note', { with: server.phone(), at: hourAgo });
    server.phone().remember('/help of old', { with: group, by: alice, at: hourAgo });
    await using link = await startLink({ at: server });
    await linkByQr(link);
    alice.say('a new question');
    // The library waits 20 s for a history that does not come, and holds all messages back for so long.
    await heard(link, 'a new question');
    expect(texts(link)).toEqual(['a new question']);
  });
});

describe('a session', () => {
  it('goes on both ways, and receipts of the contact, of delivery and of reading, change nothing', async () => {
    await using link = await startLinked({ at: server });
    alice.answers = 'reading';
    alice.say('one');
    await heard(link, 'one');
    const first = server.traffic.items.find(({ node }) => node.tag === 'message' && node.attrs['notify'] === 'Alice');
    expect(JSON.stringify(first?.node)).toContain('"type":"pkmsg"');
    for (const text of ['two', 'three', 'four']) {
      const arrival = await reaches(link, alice, `answer before ${text}`);
      const told = () =>
        server.traffic.items.filter(({ node }) => node.tag === 'receipt' && node.attrs['id'] === arrival.id);
      await server.traffic.waitFor(() => told().some(({ node }) => node.attrs['type'] === 'read'), SOON);
      alice.say(text);
      await heard(link, text);
    }
    expect(texts(link)).toEqual(['one', 'two', 'three', 'four']);
    expect(alice.arrivals.items.map(({ encryption }) => encryption).slice(1)).toEqual(['msg', 'msg']);
    expect(server.sends.items.filter(({ to }) => to === alice.numberAddress)).toHaveLength(3);
  });

  it('that the contact has lost is made anew with the keys that her wish brings, and what was said arrives', async () => {
    await using link = await startLinked({ at: server });
    await reaches(link, alice, 'before');
    alice.forgetSessions(server.phone().companions);
    // The keys come with the second wish.
    alice.unreadable = 2;
    const { id } = await reaches(link, alice, 'after she lost it');
    const wishes = server.traffic.items.filter(({ node }) => node.tag === 'receipt' && node.attrs['type'] === 'retry');
    expect(wishes.map(({ node }) => [node.attrs['id'], JSON.stringify(node).includes('"keys"')])).toEqual([
      [id, false],
      [id, true],
    ]);
    await reaches(link, alice, 'and on');
    expect(server.unreadable.items).toHaveLength(2);
  });

  it('with somebody who is addressed by LID works in both directions, and is answered where he wrote', async () => {
    await using link = await startLinked({ at: server });
    alice.say('by lid', { by: 'lid' });
    const { chat } = await heard(link, 'by lid');
    await reaches(link, alice, 'an answer', chat);
    const nora = server.contact({ name: 'Nora' });
    nora.say('without a number', { by: 'lid-only' });
    const { chat: hidden } = await heard(link, 'without a number');
    expect(await reaches(link, nora, 'an answer for you', hidden)).toMatchObject({ chat: nora.lidAddress });
    nora.say('thanks', { by: 'lid-only' });
    await heard(link, 'thanks');
    expect(server.unreadable.items).toEqual([]);
  });

  it('still works both ways after every way in which a connection ends', async () => {
    await using link = await startLinked({ at: server });
    const { companion } = server.phone();
    const ends = [
      () => companion.drop(),
      () => companion.close(),
      () => companion.endStream(),
      () => companion.streamError(503),
      () => companion.streamError(515),
      () => {
        server.upgradeFaults.queue(503);
        companion.drop();
      },
      () => {
        server.loginFaults.queue(503);
        companion.drop();
      },
    ];
    for (const [number, end] of ends.entries()) {
      const down = next(link, ({ kind }) => kind !== 'up');
      end();
      await down;
      while (link.channel.state.value.kind !== 'up') {
        const { value } = link.channel.state;
        const changed = next(link, (state) => state !== value);
        if (value.kind === 'retrying') await link.clock.elapse(Math.max(0, value.at - link.clock.now()));
        await changed;
      }
      alice.say(`question ${String(number)}`);
      await heard(link, `question ${String(number)}`);
      await reaches(link, alice, `answer ${String(number)}`);
    }
    await server.stopListening();
    await isIn(link, 'retrying');
    await server.listenAgain();
    await comesBack(link);
    companion.silence('half-open');
    const silent = next(link, ({ kind }) => kind === 'retrying');
    await link.clock.elapse(64_000);
    await silent;
    await isUp(link);
    alice.say('the last question');
    await heard(link, 'the last question');
    await reaches(link, alice, 'the last answer');
    expect(server.unreadable.items).toEqual([]);
    expect(alice.receipts.items.filter(({ type }) => type === 'retry')).toEqual([]);
  });
});

describe('the self chat', () => {
  it.each(['number', 'lid'] as const)(
    'by %s: a note on the phone is an input, the phone reads the answer there, and the answer is no input',
    async (by) => {
      await using link = await startLinked({ at: server });
      const phone = server.phone();
      phone.say('note to myself', { by });
      const event = await heard(link, 'note to myself');
      expect(event).toMatchObject({ chat: phone.number, sender: { address: phone.number } });
      expect(event).not.toHaveProperty('own');
      const { id } = await reaches(link, phone, 'an answer to myself', event.chat);
      // Both as the service hands a copy to a device that was away, and as the phone would say it.
      phone.say('an answer to myself', { by, id });
      phone.say('another note', { by });
      await heard(link, 'another note');
      expect(texts(link)).toEqual(['note to myself', 'another note']);
    },
  );
});

describe('a process that is killed', () => {
  /** A link with a session in which `nora` has answered, and nothing left to be asked of the service. */
  async function linkedWithNora(): Promise<{ readonly link: WhatsAppLink; readonly nora: Contact }> {
    const link = await startLinked({ at: server });
    // By LID, since the library begins a new session with whoever is asked for by number.
    const nora = server.contact({ name: 'Nora' });
    nora.say('good morning', { by: 'lid-only' });
    await heard(link, 'good morning');
    await reaches(link, nora, 'first', nora.lidAddress);
    nora.say('and you?', { by: 'lid-only' });
    await heard(link, 'and you?');
    return { link, nora };
  }

  /** The next life, from what the disk held. */
  async function saysThird(files: MemoryFiles, nora: Contact): Promise<void> {
    await using link = await startLink({ at: server, files });
    await isUp(link);
    await reaches(link, nora, 'third', nora.lidAddress);
  }

  it('between the write of a message and what the library stores after it can go on: the contact reads the next one', async () => {
    const { link, nora } = await linkedWithNora();
    const write = Reflect.get(Socket.prototype, 'write') as (this: Socket, ...given: readonly unknown[]) => boolean;
    const port = Number(new URL(server.url).port);
    // What the disk holds when the longest frame of the link leaves, which is the message; others are receipts.
    let longest = 0;
    let copy = link.files.copy();
    const watched = vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...given) {
      const isTaken = write.apply(this, given);
      const [bytes]: readonly unknown[] = given;
      if (this.remotePort !== port || !(bytes instanceof Uint8Array) || bytes.length <= longest) return isTaken;
      longest = bytes.length;
      copy = link.files.copy();
      return isTaken;
    });
    await reaches(link, nora, 'second', nora.lidAddress);
    watched.mockRestore();
    expect(longest).toBeGreaterThan(300);
    await link.channel.stop();
    await saysThird(copy, nora);
    expect(server.unreadable.items).toEqual([]);
    await link[Symbol.asyncDispose]();
  });

  it('whose disk has lost the session’s last step is healed by the contact’s wish for another copy', async () => {
    const { link, nora } = await linkedWithNora();
    const before = link.files.copy();
    await reaches(link, nora, 'second', nora.lidAddress);
    await link.channel.stop();
    await saysThird(before, nora);
    // The owner's phone, which gets a copy, has the same to bear.
    const people = server.unreadable.items.map(({ person }) => person);
    expect(people.toSorted()).toEqual([nora.number, server.phone().number].toSorted());
    await link[Symbol.asyncDispose]();
  });
});
