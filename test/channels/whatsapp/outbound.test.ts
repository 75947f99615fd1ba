/* What the core says goes out under an id of its own and is settled by what the server says (test/run/rungs.ts). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SendOptions, SendOutcome } from '../../../main/gateway/channel.ts';
import type { Part } from '../../../main/gateway/types.ts';
import type { Contact } from '../../emulators/whatsapp/contact.ts';
import type { Phone } from '../../emulators/whatsapp/phone.ts';
import type { Send } from '../../emulators/whatsapp/sends.ts';
import { comesBack, isUp, next, SOON, startLink, startLinked, type WhatsAppLink } from './link.ts';

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

const never = new AbortController().signal;
const plain = (text: string): Part => ({ format: 'plain', text, plain: text });

function send(
  text: string | Part,
  options: Partial<SendOptions> & { readonly to?: string } = {},
  signal = never,
  from = link,
): Promise<SendOutcome> {
  const { to = alice.number, ownId = from.channel.newPartId(), label = null, replyTo = null } = options;
  const part = typeof text === 'string' ? plain(text) : text;
  return from.channel.send({ chat: to, topic: null }, part, { ownId, label, replyTo }, signal);
}

const stanzasOf = (id: string): readonly Send[] => link.server.sends.items.filter((one) => one.id === id);

describe('a part', () => {
  it('is decrypted by the contact, copied to the own phone, and sent when the server has it', async () => {
    const ownId = link.channel.newPartId();
    expect(ownId).toMatch(/^3EB0[0-9A-F]{18}$/);
    expect(await send('hi', { ownId })).toEqual({ kind: 'sent', ref: ownId });
    expect(stanzasOf(ownId ?? '')).toMatchObject([{ ack: 'written' }]);
    const arrival = await alice.arrivals.waitFor(({ id }) => id === ownId, SOON);
    expect(arrival).toMatchObject({ text: 'hi', kind: 'text', chat: alice.numberAddress });
    expect(await phone.arrivals.waitFor(({ id }) => id === ownId, SOON)).toMatchObject({ text: 'hi', isOwnCopy: true });
  });

  it('has its marks where it was rendered for WhatsApp, and none where it was for another platform', async () => {
    const marked: Part = { format: 'whatsapp', text: '*hi*', plain: 'hi' };
    const other: Part = { format: 'html', text: '<b>hi</b>', plain: 'hi' };
    const ids = [link.channel.newPartId(), link.channel.newPartId()];
    await send(marked, { ownId: ids[0] ?? null });
    await send(other, { ownId: ids[1] ?? null });
    const read = ids.map((ownId) => alice.arrivals.items.find(({ id }) => id === ownId)?.text);
    expect(read).toEqual(['*hi*', 'hi']);
  });

  it('has its label above it', async () => {
    const outcome = await send('hello', { label: 'late' });
    const ref = outcome.kind === 'sent' ? outcome.ref : '';
    expect(alice.arrivals.items.find(({ id }) => id === ref)?.text).toBe('_late_\nhello');
  });

  it('goes to a person who is only known by his hidden id, and to the owner himself', async () => {
    const nora = link.server.contact({ name: 'Nora' });
    expect(await send('to lid', { to: nora.lidAddress })).toMatchObject({ kind: 'sent' });
    expect(nora.arrivals.items.at(-1)).toMatchObject({ text: 'to lid', chat: nora.lidAddress });
    expect(await send('to myself', { to: phone.number })).toMatchObject({ kind: 'sent' });
    expect(phone.arrivals.items.at(-1)).toMatchObject({ text: 'to myself' });
  });

  it('reaches every device of a contact, and goes on in one session', async () => {
    const bob = link.server.contact({ name: 'Bob', devices: 2 });
    for (const text of ['1', '2', '3']) {
      const said = bob.say(`from bob ${text}`);
      await link.batches.waitFor(({ events }) => events.some(({ platformId }) => platformId === said.id), SOON);
      expect(await send(text, { to: bob.number })).toMatchObject({ kind: 'sent' });
    }
    const seen = bob.arrivals.items.map(({ text, device }) => `${text} on ${String(device)}`);
    expect(seen.toSorted()).toEqual(['1', '2', '3'].flatMap((text) => [`${text} on 0`, `${text} on 1`]));
    expect(bob.arrivals.items.findLast(({ device }) => device === 0)?.encryption).toBe('msg');
  });

  it('that a contact could not read is sent to him again, under the same id', async () => {
    alice.unreadable = 1;
    const outcome = await send('again please');
    const ref = outcome.kind === 'sent' ? outcome.ref : '';
    const arrival = await alice.arrivals.waitFor(({ id }) => id === ref, SOON);
    expect(arrival.text).toBe('again please');
    expect(link.server.unreadable.items.filter(({ id }) => id === ref)).toHaveLength(1);
  });

  it('is one of a row: the next leaves when the one before it is settled', async () => {
    const until = Promise.withResolvers<undefined>();
    phone.sendFaults.queue({ kind: 'wait', until: until.promise });
    const count = link.server.sends.items.length;
    const [first, second] = [send('first'), send('second')];
    await link.server.sends.waitFor(() => link.server.sends.items.length === count + 1, SOON);
    until.resolve(undefined);
    expect(await Promise.all([first, second])).toMatchObject([{ kind: 'sent' }, { kind: 'sent' }]);
    const texts = link.server.sends.items.slice(count).map(({ arrivals }) => arrivals[0]?.text);
    expect(texts).toEqual(['first', 'second']);
  });
});

describe('in a group', () => {
  it('a part reaches all members, and the first quotes what it answers', async () => {
    const bob = link.server.contact({ name: 'Bob' });
    const group = link.server.group('Friends', [alice, bob, phone]);
    const said = alice.say('/help', { in: group });
    await link.batches.waitFor(({ events }) => events.some(({ platformId }) => platformId === said.id), SOON);
    const ownId = link.channel.newPartId();
    expect(await send('an answer', { to: group.address, ownId, replyTo: said.id })).toMatchObject({ kind: 'sent' });
    for (const person of [alice, bob]) {
      const arrival = await person.arrivals.waitFor(({ id }) => id === ownId, SOON);
      expect(arrival).toMatchObject({ text: 'an answer', encryption: 'skmsg', chat: group.address });
      expect(arrival.quoted).toMatchObject({ id: said.id, author: alice.lidAddress });
    }
  });

  it('a part asks nothing about a group that is known, and goes to those who came later', async () => {
    const bob = link.server.contact({ name: 'Bob' });
    const group = link.server.group('Growing', [alice, phone]);
    const questions = () => link.server.traffic.items.filter(({ node }) => node.attrs['xmlns'] === 'w:g2').length;
    await link.batches.waitFor(
      ({ memberships }) => (memberships ?? []).some(({ chat }) => chat === group.address),
      SOON,
    );
    const before = questions();
    expect(await send('one', { to: group.address })).toMatchObject({ kind: 'sent' });
    group.add(bob);
    bob.say('/hello', { in: group });
    await link.batches.waitFor(({ events }) => events.some(({ text }) => text === '/hello'), SOON);
    expect(await send('two', { to: group.address })).toMatchObject({ kind: 'sent' });
    expect(bob.arrivals.items.map(({ text }) => text)).toEqual(['two']);
    expect(questions()).toBe(before);
  });

  it('that is gone, or not ours any more, a part is refused for good', async () => {
    const group = link.server.group('Short', [alice, phone]);
    group.remove(phone);
    await link.batches.waitFor(({ memberships }) => (memberships ?? []).some(({ member }) => !member), SOON);
    const refused = { kind: 'rejected', reason: { code: 'delivery.chat-gone' } };
    expect(await send('anybody?', { to: group.address })).toEqual(refused);
    expect(await send('anybody?', { to: '1203630999@g.us' })).toEqual(refused);
  });
});

describe('the server', () => {
  it('that refuses with 463 is not asked again (each further try makes a restriction worse)', async () => {
    phone.sendFaults.queue({ kind: 'refuse', error: 463 });
    const ownId = link.channel.newPartId();
    expect(await send('hi', { ownId })).toEqual({ kind: 'rejected', reason: { code: 'delivery.restricted' } });
    expect(stanzasOf(ownId ?? '')).toHaveLength(1);
  });

  it('that finds the sessions stale with 479 gets it once more with new ones', async () => {
    phone.sendFaults.queue({ kind: 'refuse', error: 479 });
    const ownId = link.channel.newPartId();
    expect(await send('hi', { ownId })).toEqual({ kind: 'sent', ref: ownId });
    expect(stanzasOf(ownId ?? '')).toHaveLength(2);
    expect(alice.arrivals.items.at(-1)).toMatchObject({ id: ownId, encryption: 'pkmsg' });
    phone.sendFaults.queue({ kind: 'refuse', error: 479 }, { kind: 'refuse', error: 479 });
    expect(await send('hi')).toEqual({ kind: 'rejected', reason: { code: 'delivery.rejected' } });
  });

  it.each([
    [429, 'not-sent', 'link.rate-limited'],
    [500, 'not-sent', 'link.server-error'],
    [503, 'not-sent', 'link.server-error'],
    [406, 'rejected', 'delivery.rejected'],
  ] as const)('that refuses with %i leads to %s: %s', async (error, kind, code) => {
    phone.sendFaults.queue({ kind: 'refuse', error });
    expect(await send('hi')).toEqual({ kind, reason: { code } });
  });

  it('that cannot say which devices there are leaves the part unsent', async () => {
    const carol = link.server.contact({ name: 'Carol' });
    link.server.queryFaults.of('usync').queue({ kind: 'error', code: 500, text: 'internal-server-error' });
    expect(await send('hi', { to: carol.number })).toMatchObject({ kind: 'not-sent' });
    expect(await send('hi', { to: carol.number })).toMatchObject({ kind: 'sent' });
    expect(carol.arrivals.items).toHaveLength(1);
  });

  it('that says nothing for 30 s leaves it open; the same id again says the same and is one message', async () => {
    phone.sendFaults.queue({ kind: 'no-ack' });
    const ownId = link.channel.newPartId();
    const outcome = send('once', { ownId });
    await link.server.sends.waitFor(({ id, ack }) => id === ownId && ack === 'withheld', SOON);
    await link.clock.elapse(30_000);
    expect(await outcome).toEqual({ kind: 'unknown', reason: { code: 'delivery.unknown-after-send' } });
    expect(await send('once, in other words', { ownId, label: 'sent again' })).toEqual({ kind: 'sent', ref: ownId });
    const arrivals = alice.arrivals.items.filter(({ id }) => id === ownId);
    expect(arrivals.map(({ text }) => text)).toEqual(['once', 'once']);
    expect(arrivals[0]?.bytes.equals(arrivals[1]?.bytes ?? Buffer.of())).toBe(true);
  });
});

describe('a connection that ends', () => {
  it.each(['cut-before', 'cut-after'] as const)(
    '(%s) leaves it open at once; it goes out again after',
    async (kind) => {
      phone.sendFaults.queue({ kind });
      const ownId = link.channel.newPartId();
      expect(await send('still there?', { ownId })).toMatchObject({ kind: 'unknown' });
      expect(await send('not now')).toEqual({ kind: 'not-sent', reason: { code: 'delivery.network' } });
      await comesBack(link);
      expect(await send('still there?', { ownId })).toEqual({ kind: 'sent', ref: ownId });
      const texts = alice.arrivals.items.filter(({ id }) => id === ownId).map(({ text }) => text);
      expect(texts).toEqual(kind === 'cut-before' ? ['still there?'] : ['still there?', 'still there?']);
    },
  );

  it('before anything was written leaves nothing, not even for the row behind it', async () => {
    phone.companion.drop();
    await next(link, ({ kind }) => kind === 'retrying');
    expect(await Promise.all([send('a'), send('b')])).toMatchObject([{ kind: 'not-sent' }, { kind: 'not-sent' }]);
    await comesBack(link);
  });

  it('and a whole restart between send and answer change nothing of what the id says', async () => {
    const first = await startLinked();
    const { server, files } = first;
    const bob = server.contact({ name: 'Bob' });
    server.phone().sendFaults.queue({ kind: 'cut-after' });
    const ownId = first.channel.newPartId();
    expect(await send('before', { ownId, to: bob.number }, never, first)).toMatchObject({ kind: 'unknown' });
    await first.channel.stop();
    await using second = await startLink({ at: server, files });
    await isUp(second);
    expect(await send('after', { ownId, to: bob.number }, never, second)).toEqual({ kind: 'sent', ref: ownId });
    expect(bob.arrivals.items.map(({ text }) => text)).toEqual(['before', 'before']);
    server.phone().say('before', { id: ownId ?? '' });
    bob.say('end');
    await second.batches.waitFor(({ events }) => events.some(({ text }) => text === 'end'), SOON);
    expect(second.batches.items.flatMap(({ events }) => events.map(({ text }) => text))).toEqual(['end']);
    await first[Symbol.asyncDispose]();
  });

  it('is not waited for by whoever has given up', async () => {
    const ended = new AbortController();
    ended.abort();
    expect(await send('never', {}, ended.signal)).toMatchObject({ kind: 'not-sent' });
    phone.sendFaults.queue({ kind: 'swallow' });
    const ending = new AbortController();
    const ownId = link.channel.newPartId();
    const outcome = send('cut short', { ownId }, ending.signal);
    await link.server.sends.waitFor(({ id }) => id === ownId, SOON);
    ending.abort();
    expect(await outcome).toMatchObject({ kind: 'unknown' });
  });
});

describe('signs', () => {
  it('show typing and its end, and never that the account is online', async () => {
    const to = { chat: alice.number, topic: null };
    link.channel.presence?.(to, 'composing');
    await alice.chatstates.waitFor(({ state }) => state === 'composing', SOON);
    link.channel.presence?.(to, 'idle');
    await alice.chatstates.waitFor(({ state }) => state === 'paused', SOON);
    expect(phone.companion.presence).not.toBe('available');
  });

  it('react to a message and take that away, in this order', async () => {
    const said = alice.say('nice?');
    await link.batches.waitFor(({ events }) => events.some(({ platformId }) => platformId === said.id), SOON);
    const message = { chat: alice.number, topic: null, id: said.id };
    link.channel.react?.(message, '👀');
    link.channel.react?.(message, null);
    const seen = () => alice.arrivals.items.filter(({ kind, target }) => kind === 'reaction' && target === said.id);
    await alice.arrivals.waitFor(() => seen().length === 2, SOON);
    expect(seen().map(({ text }) => text)).toEqual(['👀', '']);
  });

  it('say that messages were read only when that is asked for', async () => {
    const said = alice.say('read this');
    await link.batches.waitFor(({ events }) => events.some(({ platformId }) => platformId === said.id), SOON);
    const receipts = () => alice.receipts.items.filter(({ id }) => id === said.id).map(({ type }) => type);
    await alice.receipts.waitFor(() => receipts().length > 0, SOON);
    expect(receipts()).toEqual(['inactive']);
    link.channel.markRead?.([{ chat: alice.number, topic: null, id: said.id, sender: alice.number }]);
    await alice.receipts.waitFor(() => receipts().length > 1, SOON);
    expect(receipts()).toEqual(['inactive', 'read']);
  });

  it('in a group name whose message it was', async () => {
    const group = link.server.group('Signs', [alice, phone]);
    const said = alice.say('/nice', { in: group });
    await link.batches.waitFor(({ events }) => events.some(({ platformId }) => platformId === said.id), SOON);
    link.channel.react?.({ chat: group.address, topic: null, id: said.id }, '👀');
    const arrival = await alice.arrivals.waitFor(({ target }) => target === said.id, SOON);
    expect(arrival).toMatchObject({ kind: 'reaction', text: '👀', chat: group.address });
    link.channel.markRead?.([{ chat: group.address, topic: null, id: said.id, sender: alice.number }]);
    await alice.receipts.waitFor(({ id, type }) => id === said.id && type === 'read', SOON);
  });

  it('are not shown by a link that is away, and fail in silence', async () => {
    phone.companion.drop();
    await next(link, ({ kind }) => kind === 'retrying');
    link.channel.presence?.({ chat: alice.number, topic: null }, 'composing');
    link.channel.react?.({ chat: alice.number, topic: null, id: 'X' }, '👀');
    link.channel.markRead?.([]);
    await comesBack(link);
    expect(await send('and on')).toMatchObject({ kind: 'sent' });
  });
});
