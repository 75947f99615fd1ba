/*
 * The built host against somebody who wants to find what was never to be there: words, names and numbers of people in a
 * link that is its owner's alone, answers to what is older than the link, signs of life to whoever was not allowed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Watch } from '../channels/whatsapp/watch.ts';
import { sealedRows, searchDisk } from '../lib/disk-search.ts';
import { ends, hears, phoneLink, soon, WhatsAppStage, type Life } from '../lib/whatsapp-serve.ts';
import type { Contact } from '../emulators/whatsapp/contact.ts';

const limit = 120_000;

/** Everything that somebody may notice of us, beside that his message was delivered to a device. */
function signs(person: Contact): readonly string[] {
  return [
    ...person.arrivals.items.map(({ kind, text }) => `${kind} ${text}`),
    ...person.chatstates.items.map(({ state }) => state),
    ...person.receipts.items.map(({ type }) => type).filter((type) => type === 'read' || type === 'played'),
  ];
}

const conversations = async ({ window }: Life): Promise<readonly string[]> => {
  const page = await window.value('conversations.page', { limit: 100 });
  return page.map(({ title }) => title);
};

describe('only me', { timeout: limit }, () => {
  it('leaves nothing of anybody else on the disk, in no file and no form, whatever he sends and whenever', async () => {
    await using stage = await WhatsAppStage.open();
    const { server } = stage;
    const mallory = server.contact({ name: 'Malloryname', number: '4915122334455' });
    const nora = server.contact({ name: 'Noraname' });
    const group = server.group('Groupsubject', [server.phone(), mallory]);
    server.phone().remember('pastwords', { with: mallory, by: mallory, at: 1_700_000_000 });
    {
      await using life = await stage.start();
      await stage.link(life, 'only-me');
      const said = mallory.say('pineapplewords');
      mallory.say('bylidwords', { by: 'lid' });
      mallory.say('brokenwords', { isBroken: true });
      mallory.say('groupwords', { in: group, mentions: [server.phone().lidAddress] });
      mallory.send('image', Buffer.from('picturebytes'.repeat(20)), {
        caption: 'captionwords',
        fileName: 'secretfile.jpg',
      });
      mallory.edit(said.id, 'editedwords');
      mallory.takeBack(said.id);
      mallory.postStatus('statuswords');
      nora.say('hiddenwords', { by: 'lid-only' });
      server.phone().say('handwrittenwords', { to: mallory });
      await stage.answersOwner('a note');
      await life.window.value('backups.make', {});
      expect((await life.window.value('people.list', {})).map(({ address }) => address)).toEqual([
        server.phone().number,
      ]);
      expect(await life.window.value('groups.list', {})).toEqual([]);
      expect(await life.window.value('cards.list', {})).toEqual([]);
      // The owner's own, by his name or, while that is not known, by his number.
      expect(await conversations(life)).toEqual([expect.stringMatching(/^(?:Ada|\+4915100000001)$/)]);
      const report = await life.window.value('host.report', {});
      expect(report.text).not.toMatch(/Mallory|4915122334455|words/);
      // Killed in the middle: what was decrypted lies in the journal until the core has said that it does not want it.
      for (let number = 0; number < 10; number += 1) mallory.say(`killedwords ${String(number)}`);
      life.host.child.kill('SIGKILL');
      await life.host.ended;
    }
    for (let number = 0; number < 5; number += 1) mallory.say(`awaywords ${String(number)}`);
    {
      await using life = await stage.start();
      await stage.answersOwner('another note');
      await life.window.value('backups.make', {});
      await ends(life);
    }
    const words = [
      ...['pineapple', 'bylid', 'broken', 'group', 'caption', 'edited', 'status', 'hidden', 'handwritten', 'killed'],
      ...['away', 'past'],
    ].map((word) => `${word}words`);
    const names = ['picturebytes', 'secretfile', 'Malloryname', 'Noraname', 'Groupsubject'];
    expect(searchDisk(stage.dataDir, [...words, ...names])).toEqual([]);
    // Sessions are kept by number: decryption needs them. Nothing else is.
    const numbers = searchDisk(stage.dataDir, [mallory.number, mallory.lid, nora.number, nora.lid, group.address]);
    const elsewhere = numbers.filter(
      ({ where }) => !/^links\/phone\.db(?:-wal|-shm)?(?: row\.id| sealed key .*)?$/.test(where),
    );
    expect(elsewhere).toEqual([]);
    const [note, sealed] = [searchDisk(stage.dataDir, ['a note']), searchDisk(stage.dataDir, [server.phone().number])];
    expect(note, 'what is to be found is found').not.toEqual([]);
    expect(sealed.map(({ where }) => where)).toContain('links/phone.db sealed credentials own');
    for (const person of [mallory, nora]) expect(signs(person)).toEqual([]);
    expect(stage.printed.join('')).not.toMatch(/words|Mallory|4915122334455/);
    const prompts = stage.lab.chats.map(({ body }) => (body as { readonly messages: unknown }).messages);
    expect(prompts.length).toBeGreaterThan(0);
    expect(JSON.stringify(prompts)).not.toMatch(/\w+words/);
    expect(server.violations.items).toEqual([]);
  });
});

describe('people', { timeout: limit }, () => {
  it('get no answer to what is older than the link, though it comes as new', async () => {
    await using stage = await WhatsAppStage.open();
    const { server } = stage;
    const alice = server.contact({ name: 'Alice', number: '4915122334455' });
    const old = Math.floor(Date.now() / 1000) - 600;
    server.phone().remember('history of the phone', { with: alice, by: alice, at: old });
    await using life = await stage.start();
    await stage.link(life);
    await life.window.value('people.setRole', { link: phoneLink, address: alice.number, role: 'guest' });
    alice.say('came late', { at: old });
    server.phone().say('my own old note', { at: old });
    alice.say('and now?');
    await hears(alice, 'Echo: and now?');
    await stage.answersOwner('a note');
    expect(signs(alice).filter((sign) => sign.startsWith('text'))).toEqual(['text Echo: and now?']);
    const asked = JSON.stringify(stage.lab.chats.map(({ body }) => body));
    expect(asked).not.toMatch(/history of the phone|came late|my own old note/);
  });

  it('see that they were read only when that is switched on, and strangers never', async () => {
    await using stage = await WhatsAppStage.open();
    const { server } = stage;
    const alice = server.contact({ name: 'Alice', number: '4915122334455' });
    const stranger = server.contact({ name: 'Stranger' });
    await using life = await stage.start();
    await stage.link(life);
    const { window } = life;
    await window.value('people.setRole', { link: phoneLink, address: alice.number, role: 'guest' });
    alice.say('first');
    await hears(alice, 'Echo: first');
    await stage.answersOwner('a note');
    expect(alice.receipts.items.map(({ type }) => type)).not.toContain('read');
    // Whatever the setting says, a file of the host fixes none of it here.
    await window.value('settings.set', { key: 'delivery.readReceipts', value: true });
    const second = alice.say('second');
    const unread = stranger.say('may I?');
    await hears(alice, 'Echo: second');
    await alice.receipts.waitFor(({ id, type }) => id === second.id && type === 'read', soon);
    await stage.answersOwner('another note');
    expect(stranger.receipts.items.filter(({ id }) => id === unread.id).map(({ type }) => type)).toEqual(['inactive']);
    expect(signs(stranger)).toEqual([]);
    await window.value('settings.set', { key: 'delivery.readReceipts', value: false });
    const third = alice.say('third');
    await hears(alice, 'Echo: third');
    await stage.answersOwner('the last note');
    const types = alice.receipts.items.filter(({ id }) => id === third.id).map(({ type }) => type);
    expect(types).toEqual(['inactive']);
  });

  it('who are blocked while they are being answered hear nothing more', async () => {
    await using stage = await WhatsAppStage.open();
    const { server, lab } = stage;
    const alice = server.contact({ name: 'Alice', number: '4915122334455' });
    await using life = await stage.start();
    await stage.link(life);
    const { window } = life;
    await window.value('people.setRole', { link: phoneLink, address: alice.number, role: 'guest' });
    const gate = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    lab.script(({ lastUserText }) => {
      if (lastUserText.includes('note')) return { kind: 'reply', text: `Echo: ${lastUserText}` };
      begun.resolve(undefined);
      return { kind: 'reply', pieces: ['never', ' to be heard'], gate: [undefined, gate.promise] };
    });
    alice.say('a question');
    await begun.promise;
    await window.value('people.setRole', { link: phoneLink, address: alice.number, role: 'blocked' });
    gate.resolve(undefined);
    alice.say('are you there?');
    await stage.answersOwner('a note');
    expect(alice.arrivals.items).toEqual([]);
    const typing = alice.chatstates.items.length;
    alice.say('hello?');
    await stage.answersOwner('another note');
    expect(alice.arrivals.items).toEqual([]);
    expect(alice.chatstates.items).toHaveLength(typing);
  });

  it('in groups hear nothing until the group is allowed, however they ask', async () => {
    await using stage = await WhatsAppStage.open();
    const { server } = stage;
    const alice = server.contact({ name: 'Alice', number: '4915122334455' });
    await using life = await stage.start({ 'delivery.readReceipts': true });
    await stage.link(life);
    const { window } = life;
    await window.value('people.setRole', { link: phoneLink, address: alice.number, role: 'guest' });
    const group = server.group('Friends', [alice, server.phone()]);
    const mentions = [server.phone().lidAddress];
    alice.say('hello', { in: group });
    alice.say(`@${server.phone().lid} hello`, { in: group, mentions });
    alice.say('/help', { in: group });
    await stage.answersOwner('a note');
    expect(signs(alice)).toEqual([]);
    expect((await window.value('groups.list', {})).map(({ title, answer }) => `${title} ${answer}`)).toEqual([
      'Friends unknown',
    ]);
    await window.value('groups.set', { link: phoneLink, chat: group.address, answer: 'mention' });
    alice.say('nobody in particular', { in: group });
    alice.say(`@${server.phone().lid} now?`, { in: group, mentions });
    await hears(alice, 'now?');
    await stage.answersOwner('another note');
    const heard = alice.arrivals.items.map(({ text }) => text);
    expect(heard.join('\n')).not.toContain('nobody in particular');
  });
});

describe('what is printed and logged', { timeout: limit }, () => {
  it('holds neither a key nor a message nor a whole number, whatever goes wrong between them', async () => {
    await using stage = await WhatsAppStage.open();
    const { server } = stage;
    const alice = server.contact({ name: 'Alice', number: '4915122334455' });
    const group = server.group('Friends', [alice, server.phone()]);
    await using life = await stage.start();
    await stage.link(life);
    await life.window.value('people.setRole', { link: phoneLink, address: alice.number, role: 'guest' });
    await life.window.value('groups.set', { link: phoneLink, chat: group.address, answer: 'always' });
    const keys: string[] = sealedRows(stage.dataDir, phoneLink).map(({ value }) => value);
    for (const round of ['first', 'second', 'third']) {
      alice.say(`question of the ${round} round`);
      await hears(alice, `Echo: question of the ${round} round`);
      keys.push(...sealedRows(stage.dataDir, phoneLink).map(({ value }) => value));
      // Keys change, copies are broken, the service refuses, the model too.
      alice.changePhone();
      alice.say(`broken in the ${round} round`, { isBroken: true });
      alice.say(`in the group, ${round} round`, { in: group });
      server.phone().sendFaults.queue({ kind: 'refuse', error: 479 }, { kind: 'refuse', error: 500 });
      await stage.answersOwner(`note of the ${round} round`);
      alice.forgetSessions(server.phone().companions);
      server.phone().companion.drop();
    }
    await stage.answersOwner('the very last note');
    const report = await life.window.value('host.report', {});
    const shown = await life.window.value('host.log', { limit: 1_000 });
    keys.push(...sealedRows(stage.dataDir, phoneLink).map(({ value }) => value));
    await ends(life);
    const watch = new Watch();
    for (const key of keys) watch.secret(key);
    watch.service(server);
    watch.heard([]);
    const logs = join(stage.dataDir, 'logs');
    for (const name of readdirSync(logs)) watch.printed(readFileSync(join(logs, name), 'utf8'));
    for (const text of [life.host.stdout, life.host.stderr, report.text, JSON.stringify(shown)]) watch.printed(text);
    expect(watch.findings()).toEqual([]);
    expect(readFileSync(join(logs, 'porchlight.log'), 'utf8')).toContain('whatsapp.library');
  });
});
