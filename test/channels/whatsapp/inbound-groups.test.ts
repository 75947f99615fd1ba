/* What is said in groups: to whom, by whom, in which group, and who may take what back. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { InboundMessage } from '../../../main/gateway/channel.ts';
import type { Contact } from '../../emulators/whatsapp/contact.ts';
import type { Group } from '../../emulators/whatsapp/groups.ts';
import type { Phone } from '../../emulators/whatsapp/phone.ts';
import type { Said } from '../../emulators/whatsapp/speaker.ts';
import { SOON, startLinked, type WhatsAppLink } from './link.ts';

let link: WhatsAppLink;
let phone: Phone;
let alice: Contact;
let bob: Contact;
let group: Group;

beforeAll(async () => {
  link = await startLinked();
  phone = link.server.phone();
  alice = link.server.contact({ name: 'Alice' });
  bob = link.server.contact({ name: 'Bob' });
  group = link.server.group('Friends', [alice, bob, phone]);
  await link.batches.waitFor(({ memberships }) => (memberships ?? []).length > 0, SOON);
});

afterEach(() => {
  expect(link.server.violations.items).toEqual([]);
});

afterAll(async () => {
  await link[Symbol.asyncDispose]();
});

const events = (): readonly InboundMessage[] => link.batches.items.flatMap((batch) => batch.events);

async function heard({ id }: Said): Promise<InboundMessage> {
  const isIt = ({ key }: InboundMessage): boolean => key.includes(`|${id}|`);
  await link.batches.waitFor((batch) => batch.events.some(isIt), SOON);
  const found = events().find(isIt);
  if (found === undefined) throw new Error('It was there a moment ago.');
  return found;
}

const questions = (): number =>
  link.server.traffic.items.filter(({ direction, node }) => direction === 'in' && node.attrs['xmlns'] === 'w:g2')
    .length;

describe('a message in a group', () => {
  it('has the group with its name, and its author by number', async () => {
    const said = alice.say('hi all', { in: group });
    expect(await heard(said)).toMatchObject({
      key: `${group.address}|${said.id}|${alice.number}`,
      chat: group.address,
      chatKind: 'group',
      title: 'Friends',
      sender: { address: alice.number, name: 'Alice' },
      addressed: false,
    });
  });

  it('is for us when it mentions the account by number or hidden id, whose name in front is left out', async () => {
    for (const [name, jid] of [
      [phone.number, phone.numberAddress],
      [phone.lid, phone.lidAddress],
    ] as const) {
      const said = alice.say(`@${name}, what now?`, { in: group, mentions: [jid] });
      expect(await heard(said)).toMatchObject({ addressed: true, text: 'what now?' });
    }
    const alone = alice.say(`@${phone.lid}`, { in: group, mentions: [phone.lidAddress] });
    expect(await heard(alone)).toMatchObject({ addressed: true, text: `@${phone.lid}` });
    const late = alice.say(`ask @${phone.lid} that`, { in: group, mentions: [phone.lidAddress] });
    expect(await heard(late)).toMatchObject({ addressed: true, text: `ask @${phone.lid} that` });
  });

  it('that mentions somebody else is not for us, whatever it begins with', async () => {
    const said = alice.say(`@${bob.lid} what now?`, { in: group, mentions: [bob.lidAddress] });
    expect(await heard(said)).toMatchObject({ addressed: false, text: `@${bob.lid} what now?` });
  });

  it('is for us when it quotes us, and not when it quotes another', async () => {
    const ours = { id: 'A', author: phone.lidAddress, text: 'ours' };
    expect(await heard(alice.say('and then?', { in: group, quote: ours }))).toMatchObject({ addressed: true });
    const theirs = { id: 'B', author: bob.lidAddress, text: 'theirs' };
    expect(await heard(alice.say('and then?', { in: group, quote: theirs }))).toMatchObject({ addressed: false });
  });

  it('is for us when it is a command, also behind our name, but a path is none', async () => {
    expect(await heard(alice.say('/help', { in: group }))).toMatchObject({ addressed: true });
    const said = alice.say(`@${phone.lid} /help`, { in: group, mentions: [phone.lidAddress] });
    expect(await heard(said)).toMatchObject({ addressed: true, text: '/help' });
    expect(await heard(alice.say('/usr/bin/env', { in: group }))).toMatchObject({ addressed: false });
  });

  it('by the owner’s own phone is his own and for nobody here', async () => {
    const said = phone.say('/help', { in: group });
    expect(await heard(said)).toMatchObject({
      own: true,
      addressed: false,
      sender: { address: phone.number },
      title: 'Friends',
    });
  });
});

describe('a message of a group is taken back', () => {
  const gone = (said: Said) =>
    link.batches.waitFor((batch) => (batch.deletions ?? []).some(({ platformId }) => platformId === said.id), SOON);

  it('by its author', async () => {
    const said = bob.say('oops', { in: group });
    await heard(said);
    bob.takeBack(said.id);
    expect((await gone(said)).deletions).toMatchObject([{ chat: group.address, sender: bob.number }]);
  });

  it('by an admin, as its author’s, but not by any member', async () => {
    const [first, second] = [bob.say('rude', { in: group }), alice.say('polite', { in: group })];
    await heard(first);
    await heard(second);
    bob.takeBackOf(second, group);
    alice.takeBackOf(first, group);
    expect((await gone(first)).deletions).toMatchObject([{ chat: group.address, sender: bob.number }]);
    const all = link.batches.items.flatMap(({ deletions }) => deletions ?? []);
    expect(all.filter(({ platformId }) => platformId === second.id)).toEqual([]);
  });
});

describe('a group', () => {
  it('that we are put into or thrown out of is told, with its name; others coming and going is not', async () => {
    const carol = link.server.contact({ name: 'Carol' });
    const other = link.server.group('Before', [alice, carol]);
    const told = () => link.batches.items.flatMap(({ memberships }) => memberships ?? []);
    const count = told().length;
    other.add(phone);
    await link.batches.waitFor(() => told().length === count + 1, SOON);
    expect(told().at(-1)).toEqual({ chat: other.address, title: 'Before', member: true });
    other.remove(carol);
    other.rename('After');
    await heard(alice.say('/still here', { in: other }));
    expect(events().at(-1)?.title).toBe('After');
    other.remove(phone);
    await link.batches.waitFor(() => told().length === count + 2, SOON);
    expect(told().at(-1)).toEqual({ chat: other.address, title: 'After', member: false });
  });

  it('is asked about once, however much is said in it', async () => {
    const before = questions();
    for (const text of ['1', '2', '3', '4']) await heard(alice.say(`/n ${text}`, { in: group }));
    expect(questions()).toBe(before);
  });

  it('that cannot be asked about is called by its id, holds up nobody for long, and is not asked again at once', async () => {
    const quiet = link.server.group('Silent', [alice, link.server.contact()]);
    link.server.queryFaults.of('w:g2').queue({ kind: 'silence' });
    quiet.add(phone);
    const said = alice.say('/help', { in: quiet });
    const private_ = alice.say('and here');
    await link.server.traffic.waitFor(
      ({ direction, node }) => direction === 'in' && node.attrs['to'] === quiet.address,
      SOON,
    );
    await link.clock.elapse(11_000);
    expect(await heard(private_)).toMatchObject({ text: 'and here' });
    expect(await heard(said)).toMatchObject({ chat: quiet.address, title: quiet.address });
    const before = questions();
    expect(await heard(alice.say('/help again', { in: quiet }))).toMatchObject({ title: quiet.address });
    expect(questions()).toBe(before);
    await link.clock.elapse(10 * 60_000);
    expect(await heard(alice.say('/help once more', { in: quiet }))).toMatchObject({ title: 'Silent' });
  });
});
