/* What is said to a link reaches the core as it was said, once, from whoever said it (test/run/rungs.ts). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { InboundDeletion, InboundMessage } from '../../../main/gateway/channel.ts';
import type { Contact } from '../../emulators/whatsapp/contact.ts';
import { compose } from '../../emulators/whatsapp/content.ts';
import type { Phone } from '../../emulators/whatsapp/phone.ts';
import type { Said } from '../../emulators/whatsapp/speaker.ts';
import { SOON, startLinked, type WhatsAppLink } from './link.ts';

let link: WhatsAppLink;
let phone: Phone;
let alice: Contact;

beforeAll(async () => {
  link = await startLinked();
  phone = link.server.phone();
  alice = link.server.contact({ name: 'Alice' });
});

afterEach(() => {
  expect(link.server.violations.items).toEqual([]);
});

afterAll(async () => {
  await link[Symbol.asyncDispose]();
});

const events = (): readonly InboundMessage[] => link.batches.items.flatMap((batch) => batch.events);
const deletions = (): readonly InboundDeletion[] => link.batches.items.flatMap((batch) => batch.deletions ?? []);

/** What became of something that was said, by the id of its stanza. */
async function heard({ id }: Pick<Said, 'id'>): Promise<InboundMessage> {
  const isIt = ({ key }: InboundMessage): boolean => key.includes(`|${id}|`);
  await link.batches.waitFor((batch) => batch.events.some(isIt), SOON);
  const found = events().find(isIt);
  if (found === undefined) throw new Error('It was there a moment ago.');
  return found;
}

/** Everything said before has been handled, because what is said now has. */
async function quiet(): Promise<void> {
  await heard(alice.say('are you there?'));
}

describe('a private message', () => {
  it('has its author, words and time, and is a message to the owner’s account by number', async () => {
    const said = alice.say('hello', { at: 1_700_000_000 });
    expect(await heard(said)).toEqual({
      key: `${alice.number}|${said.id}|${alice.number}`,
      chat: alice.number,
      topic: null,
      chatKind: 'private',
      title: 'Alice',
      sender: { address: alice.number, name: 'Alice' },
      platformId: said.id,
      text: 'hello',
      media: null,
      at: 1_700_000_000_000,
    });
  });

  it('by hidden id with the number is from the same person, who is told to be called so', async () => {
    const said = alice.say('by lid', { by: 'lid' });
    expect(await heard(said)).toMatchObject({ chat: alice.number, sender: { address: alice.number } });
    const moved = link.batches.items.flatMap(({ migrations }) => migrations ?? []);
    expect(moved).toEqual([{ from: alice.lidAddress, to: alice.number }]);
    await heard(alice.say('by lid again', { by: 'lid' }));
    expect(link.batches.items.flatMap(({ migrations }) => migrations ?? [])).toHaveLength(1);
  });

  it('of somebody without a number is from his hidden id, until the number is known', async () => {
    const nora = link.server.contact({ name: 'Nora' });
    const first = await heard(nora.say('who am I?', { by: 'lid-only' }));
    expect(first).toMatchObject({ chat: nora.lidAddress, title: 'Nora', sender: { address: nora.lidAddress } });
    expect(await heard(nora.say('now you know', { by: 'lid' }))).toMatchObject({ chat: nora.number });
    const moved = link.batches.items.find(({ events: all }) => all.some(({ text }) => text === 'now you know'));
    expect(moved?.migrations).toEqual([{ from: nora.lidAddress, to: nora.number }]);
    expect(await heard(nora.say('and again', { by: 'lid-only' }))).toMatchObject({ chat: nora.number });
  });

  it('that could not be read comes when its second copy can, and the stub before it is nothing', async () => {
    const said = alice.say('broken at first', { isBroken: true });
    expect(await heard(said)).toMatchObject({ text: 'broken at first' });
    expect(events().filter(({ platformId }) => platformId === said.id)).toHaveLength(1);
  });

  it('that comes again as it was is not told again; encrypted anew it has the same key', async () => {
    const said = alice.say('once');
    const { key } = await heard(said);
    alice.redeliver(said.id);
    await quiet();
    expect(events().filter((event) => event.key === key)).toHaveLength(1);
    alice.repeat(said.id);
    await quiet();
    expect(
      new Set(
        events()
          .filter(({ platformId }) => platformId === said.id)
          .map((event) => event.key),
      ).size,
    ).toBe(1);
  });

  it('that is not encrypted is nobody’s (words put into a mouth by whoever holds the connection)', async () => {
    const id = alice.sayPlain(compose({ kind: 'text', text: 'pay me' }, 0));
    await quiet();
    expect(events().filter(({ platformId }) => platformId === id)).toEqual([]);
    expect(link.lines.items.map(({ event }) => event)).toContain('whatsapp.unencrypted');
  });

  it('quotes without being anything else than its words', async () => {
    const quote = { id: 'X', author: alice.numberAddress, text: 'first' };
    expect(await heard(alice.say('about that', { quote }))).toMatchObject({ text: 'about that', media: null });
  });
});

describe('what is no message to anybody', () => {
  it('is passed over: status posts, reactions, typing', async () => {
    const count = events().length;
    alice.postStatus('on holiday');
    alice.type('composing');
    const outcome = await link.channel.send(
      { chat: alice.number, topic: null },
      { format: 'plain', text: 'nice', plain: 'nice' },
      { ownId: null, label: null, replyTo: null },
      new AbortController().signal,
    );
    if (outcome.kind !== 'sent') throw new Error(outcome.kind);
    const arrival = await alice.arrivals.waitFor(({ id }) => id === outcome.ref, SOON);
    alice.react(arrival, '👍');
    await quiet();
    expect(events()).toHaveLength(count + 1);
  });
});

describe('a change', () => {
  it('is a revision of the message, from its author', async () => {
    const said = alice.say('first');
    await heard(said);
    const edit = await heard(alice.edit(said.id, 'second'));
    expect(edit).toMatchObject({
      text: 'second',
      edited: true,
      platformId: said.id,
      sender: { address: alice.number },
    });
    expect(edit.key).not.toContain(`|${said.id}|`);
  });

  it('right behind its message does not change what was said before (the library’s buffer would)', async () => {
    const said = alice.say('original words');
    const edit = alice.edit(said.id, 'other words');
    expect(await heard(said)).toMatchObject({ text: 'original words', platformId: said.id });
    expect(await heard(edit)).toMatchObject({ text: 'other words', platformId: said.id });
  });

  it('takes a message back, by whoever wrote it', async () => {
    const said = alice.say('forget this');
    await heard(said);
    alice.takeBack(said.id);
    await link.batches.waitFor((batch) => (batch.deletions ?? []).length > 0, SOON);
    expect(deletions().at(-1)).toMatchObject({ chat: alice.number, sender: alice.number, platformId: said.id });
  });
});

describe('a file', () => {
  it.each([
    ['image', 'photo', 'image/jpeg'],
    ['voice', 'voice', 'audio/ogg'],
    ['document', 'document', 'text/plain'],
  ] as const)('of kind %s comes with its words and where to fetch it', async (kind, word, type) => {
    const said = alice.send(kind, Buffer.from('some bytes'), { caption: 'look', fileName: 'a.txt', mime: type });
    const event = await heard(said);
    expect(event.media).toBe(word);
    if (kind !== 'voice') expect(event.text).toBe('look');
    expect(event.files).toMatchObject([{ kind: word, size: 10 }]);
    const [file] = event.files ?? [];
    const fetched = await link.channel.download?.(file?.platformRef ?? '', new AbortController().signal);
    if (fetched?.ok !== true) throw new Error('It was not fetched.');
    const chunks: Uint8Array[] = [];
    for await (const chunk of fetched.value) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('some bytes');
  });
});

describe('the owner’s own phone', () => {
  it.each(['number', 'lid'] as const)('writes to itself by %s: that is the owner speaking to us', async (by) => {
    const said = phone.say('note to myself', { by });
    const event = await heard(said);
    expect(event).toMatchObject({ chat: phone.number, chatKind: 'private', sender: { address: phone.number } });
    expect(event).not.toHaveProperty('own');
  });

  it('answers a contact by hand: recorded as his own, in that contact’s chat', async () => {
    await heard(alice.say('hello owner'));
    const said = phone.say('by hand', { to: alice });
    expect(await heard(said)).toMatchObject({
      chat: alice.number,
      title: 'Alice',
      own: true,
      sender: { address: phone.number },
      text: 'by hand',
    });
  });

  it('is told what we say, which is an echo and no input', async () => {
    const to = { chat: phone.number, topic: null };
    const options = { ownId: link.channel.newPartId(), label: null, replyTo: null };
    const part = { format: 'plain', text: 'an answer', plain: 'an answer' } as const;
    const outcome = await link.channel.send(to, part, options, new AbortController().signal);
    expect(outcome).toEqual({ kind: 'sent', ref: options.ownId });
    expect(await phone.arrivals.waitFor(({ id }) => id === options.ownId, SOON)).toMatchObject({ text: 'an answer' });
    // As it looks to us after a restart: the same id, from our own account.
    phone.say('an answer', { id: options.ownId ?? '' });
    await quiet();
    expect(events().filter(({ platformId }) => platformId === options.ownId)).toEqual([]);
  });

  it('edits and takes back for everybody what it wrote, but what we wrote is no input by that', async () => {
    const said = phone.say('typo', { to: alice });
    await heard(said);
    expect(await heard(phone.edit(said.id, 'fixed'))).toMatchObject({ own: true, edited: true, platformId: said.id });
    phone.takeBack(said.id);
    await link.batches.waitFor(() => deletions().some(({ platformId }) => platformId === said.id), SOON);
    expect(deletions().at(-1)).toMatchObject({ chat: alice.number, sender: phone.number });
  });
});
