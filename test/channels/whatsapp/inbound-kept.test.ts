/* What was said is never lost and never changed on the way: cut connections, a full disk, a bug, a restart. */
import { describe, expect, it } from 'vitest';
import type { InboundBatch, Receive } from '../../../main/gateway/channel.ts';
import { StorageTrouble } from '../../../main/gateway/storage.ts';
import { EventLog } from '../../emulators/lib/event-log.ts';
import { comesBack, isUp, next, SOON, startLink, startLinked, type WhatsAppLink } from './link.ts';

const texts = ({ batches }: Pick<WhatsAppLink, 'batches'>): readonly string[] =>
  batches.items.flatMap(({ events }) => events.map(({ text }) => text));

/** Resolves when the core has been given that text. */
const told = ({ batches }: Pick<WhatsAppLink, 'batches'>, text: string): Promise<InboundBatch> =>
  batches.waitFor(({ events }) => events.some((event) => event.text === text), SOON);

/** A core that takes nothing as long as `refuses` gives it an error. */
function moodyCore(): { readonly receive: Receive; readonly offers: EventLog<InboundBatch>; refuses: Refusal } {
  const offers = new EventLog<InboundBatch>('offer');
  const core = {
    offers,
    refuses: ((): Error | null => null) as Refusal,
    receive: async (batch: InboundBatch): Promise<void> => {
      offers.add(batch);
      const error = core.refuses(batch);
      if (error !== null) throw error;
    },
  };
  return core;
}

type Refusal = (batch: InboundBatch) => Error | null;

const full = (): Error => new StorageTrouble({ code: 'host.disk-full', params: { dataDir: '/' } }, new Error('full'));

describe('while the link was away', () => {
  it('what was said waits, and comes in order and together', async () => {
    await using link = await startLinked();
    const [alice, bob] = [link.server.contact({ name: 'Alice' }), link.server.contact({ name: 'Bob' })];
    link.server.phone().companion.drop();
    await next(link, ({ kind }) => kind === 'retrying', 0);
    for (const number of ['1', '2', '3', '4', '5', '6']) (Number(number) % 2 === 0 ? bob : alice).say(number);
    await comesBack(link);
    await told(link, '6');
    expect(texts(link)).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(link.batches.items).toHaveLength(1);
  });

  it('an edit by somebody else does not touch what a member of a group wrote (the library’s buffer would let it)', async () => {
    await using link = await startLinked();
    const [alice, mallory] = [link.server.contact({ name: 'Alice' }), link.server.contact({ name: 'Mallory' })];
    const group = link.server.group('Friends', [link.server.phone(), alice, mallory]);
    link.server.phone().companion.drop();
    await next(link, ({ kind }) => kind === 'retrying', 0);
    const said = alice.say('/help', { in: group });
    mallory.say('/help me too', { in: group, id: said.id });
    mallory.edit(said.id, '/pay mallory');
    await comesBack(link);
    await told(link, '/pay mallory');
    const events = link.batches.items.flatMap((batch) => batch.events);
    expect(events.map(({ text, sender, edited }) => [text, sender.name, edited])).toEqual([
      ['/help', 'Alice', undefined],
      ['/help me too', 'Mallory', undefined],
      ['/pay mallory', 'Mallory', true],
    ]);
  });

  it('a taking back finds the message that it takes back', async () => {
    await using link = await startLinked();
    const alice = link.server.contact({ name: 'Alice' });
    link.server.phone().companion.drop();
    await next(link, ({ kind }) => kind === 'retrying', 0);
    const said = alice.say('forget this');
    alice.takeBack(said.id);
    alice.say('end');
    await comesBack(link);
    await told(link, 'end');
    expect(texts(link)).toEqual(['forget this', 'end']);
    expect(link.batches.items.flatMap((batch) => batch.deletions ?? [])).toMatchObject([{ platformId: said.id }]);
  });
});

describe('a message that comes with the end of its connection', () => {
  it.each(['close', 'drop', 'endStream'] as const)('(%s) is told after the next one is up', async (how) => {
    await using link = await startLinked();
    const alice = link.server.contact({ name: 'Alice' });
    for (const number of ['1', '2', '3']) {
      alice.say(`before ${number}`);
      link.server.phone().companion[how]();
      await comesBack(link);
      alice.say(`after ${number}`);
      await told(link, `after ${number}`);
    }
    const once = [
      ...new Set(link.batches.items.flatMap(({ events }) => events.map(({ key, text }) => `${key} ${text}`))),
    ];
    expect(once.map((line) => line.split(' ').slice(1).join(' ')).toSorted()).toEqual(
      ['1', '2', '3'].flatMap((number) => [`after ${number}`, `before ${number}`]).toSorted(),
    );
  });
});

describe('a core that cannot store', () => {
  it('is offered the same again after a pause, in order, and what comes behind waits', async () => {
    const core = moodyCore();
    await using link = await startLinked({ receive: core.receive });
    const alice = link.server.contact({ name: 'Alice' });
    core.refuses = full;
    alice.say('one');
    await core.offers.waitFor(() => true, SOON);
    alice.say('two');
    await link.clock.elapse(3_000);
    await core.offers.waitFor(() => core.offers.items.length >= 2, SOON);
    expect(core.offers.items.map(({ events }) => events.map(({ text }) => text))).toEqual([['one'], ['one']]);
    core.refuses = () => null;
    await alice.receipts.waitFor(() => alice.receipts.items.length >= 2, SOON);
    await link.clock.elapse(3_000);
    await told(link, 'two');
    expect(texts(link)).toEqual(['one', 'two']);
  });

  it('until the end of the process is offered it at the next start, before anything new', async () => {
    const core = moodyCore();
    core.refuses = full;
    const first = await startLinked({ receive: core.receive });
    const { server, files } = first;
    const alice = server.contact({ name: 'Alice' });
    alice.say('kept');
    await core.offers.waitFor(() => true, SOON);
    await first.channel.stop();
    alice.say('new');
    await using second = await startLink({ at: server, files });
    await isUp(second);
    await told(second, 'new');
    expect(texts(second)).toEqual(['kept', 'new']);
    await second.channel.stop();
    await using third = await startLink({ at: server, files });
    await isUp(third);
    alice.say('last');
    await told(third, 'last');
    expect(texts(third)).toEqual(['last']);
    await first[Symbol.asyncDispose]();
  });

  it('with one message because of a bug gets the others all the same', async () => {
    const core = moodyCore();
    await using link = await startLinked({ receive: core.receive });
    const alice = link.server.contact({ name: 'Alice' });
    core.refuses = ({ events }) => (events.some(({ text }) => text === 'poison') ? new TypeError('bug') : null);
    link.server.phone().companion.drop();
    await next(link, ({ kind }) => kind === 'retrying', 0);
    for (const text of ['one', 'poison', 'two']) alice.say(text);
    await comesBack(link);
    await told(link, 'two');
    expect(texts(link)).toEqual(['one', 'two']);
    expect(link.lines.items.filter(({ event }) => event === 'whatsapp.left-out')).toHaveLength(1);
  });
});

describe('what was handled', () => {
  it('is not told again by the next connection or the next start', async () => {
    const first = await startLinked();
    const { server, files } = first;
    const alice = server.contact({ name: 'Alice' });
    const said = alice.say('once');
    await told(first, 'once');
    server.phone().companion.drop();
    await comesBack(first);
    alice.redeliver(said.id);
    alice.say('twice');
    await told(first, 'twice');
    expect(texts(first)).toEqual(['once', 'twice']);
    await first.channel.stop();
    alice.redeliver(said.id);
    await using second = await startLink({ at: server, files });
    await isUp(second);
    alice.say('three');
    await told(second, 'three');
    expect(texts(second)).toEqual(['three']);
    await first[Symbol.asyncDispose]();
  });
});

describe('one person', () => {
  it('who writes by number and by hidden id in turn is heard in order (a known address is decrypted sooner)', async () => {
    await using link = await startLinked();
    const alice = link.server.contact({ name: 'Alice' });
    const said = Array.from({ length: 20 }, (_, number) => String(number));
    for (const text of said) alice.say(text, { by: Number(text) % 2 === 0 ? 'lid' : 'number' });
    await told(link, '19');
    expect(texts(link)).toEqual(said);
  });
});

describe('two contacts and a group at once', () => {
  it('are told all of 200 messages, each chat in order', async () => {
    await using link = await startLinked();
    const [alice, bob] = [link.server.contact({ name: 'Alice' }), link.server.contact({ name: 'Bob' })];
    const group = link.server.group('Friends', [link.server.phone(), alice, bob]);
    for (let number = 0; number < 200; number += 1) {
      const text = `/n ${String(number)}`;
      if (number % 4 === 0) alice.say(text);
      else if (number % 4 === 1) bob.say(text, { by: 'lid' });
      else (number % 4 === 2 ? alice : bob).say(text, { in: group });
      if (number === 90) link.server.phone().companion.drop();
      if (number === 120) await comesBack(link);
    }
    await link.batches.waitFor(() => new Set(texts(link)).size === 200, SOON);
    const events = link.batches.items.flatMap((batch) => batch.events);
    const chats = Map.groupBy(events, ({ chat }) => chat);
    expect([...chats.keys()].toSorted()).toEqual([alice.number, bob.number, group.address].toSorted());
    for (const all of chats.values()) {
      const order = [...new Set(all.map(({ text }) => Number(text.slice(3))))];
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });
});
