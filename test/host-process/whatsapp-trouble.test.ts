/*
 * The built host and its WhatsApp links when something is against them: a restriction of the account, files that lead
 * elsewhere, two services at once, a data directory that is moved, a clock that is wrong, and an end in mid-pairing.
 */
import { once } from 'node:events';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { linkIs, linkPhone, shownQr } from '../crash/lib/whatsapp-link.ts';
import { clockBehind } from '../e2e/clock-behind.ts';
import { startWhatsApp } from '../emulators/whatsapp/server.ts';
import { ends, hears, nextSecond, phoneLink, soon, WhatsAppStage, type Life } from '../lib/whatsapp-serve.ts';

const limit = 120_000;
const aliceNumber = '4915122334455';

async function allow({ window }: Life, address = aliceNumber, link = phoneLink): Promise<void> {
  await window.value('people.setRole', { link, address, role: 'guest' });
}

/** What there is of links in the data directory. */
function linkFiles({ dataDir }: WhatsAppStage): readonly string[] {
  const folder = join(dataDir, 'links');
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}

async function links({ window }: Life): Promise<readonly string[]> {
  const all = await window.value('links.list', {});
  return all.filter(({ kind }) => kind === 'whatsapp').map(({ id }) => id);
}

describe('a reply', { timeout: limit }, () => {
  it('that is refused with 463 goes out once and never again, not at the next start either, and the owner is told', async () => {
    await using stage = await WhatsAppStage.open();
    const { server } = stage;
    const alice = server.contact({ name: 'Alice', number: aliceNumber });
    const toAlice = () =>
      server.sends.items.filter(({ to, stanza }) => to.startsWith(alice.number) && stanza.tag === 'message');
    {
      await using life = await stage.start();
      await stage.link(life);
      await allow(life);
      server.phone().sendFaults.queue({ kind: 'refuse', error: 463 });
      alice.say('a question');
      await server.sends.waitFor(({ error }) => error === 463, soon);
      await stage.answersOwner('a note');
      const refused = toAlice().filter(({ error }) => error === 463);
      expect(refused).toHaveLength(1);
      const troubled = await life.window.value('deliveries.troubled', { limit: 10 });
      expect(JSON.stringify(troubled)).toContain('delivery.restricted');
      server.phone().companion.drop();
      await linkIs(life.window, phoneLink, ({ kind }) => kind === 'retrying');
      await linkIs(life.window, phoneLink, ({ kind }) => kind === 'up');
      await stage.answersOwner('another note');
      expect(toAlice()).toHaveLength(1);
      await ends(life);
    }
    await using life = await stage.start();
    await stage.answersOwner('the last note');
    expect(toAlice()).toHaveLength(1);
    // Whoever writes again shows that he may be written to.
    alice.say('still there?');
    await hears(alice, 'Echo: still there?');
    expect(life.host.stderr).toBe('');
  });
});

describe('a file', { timeout: limit }, () => {
  it('is never asked for at a host that its sender chose, wherever he hides it', async () => {
    await using stage = await WhatsAppStage.open();
    const { server } = stage;
    const alice = server.contact({ name: 'Alice', number: aliceNumber });
    const asked: string[] = [];
    const trap = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('caught');
    });
    trap.on('connection', (socket) => asked.push(`connection ${String(socket.remotePort)}`));
    trap.listen(0, '127.0.0.1');
    await once(trap, 'listening');
    const host = `127.0.0.1:${String((trap.address() as AddressInfo).port)}`;
    await using life = await stage.start();
    await stage.link(life);
    await allow(life);
    const bytes = Buffer.from('a picture');
    alice.send('image', bytes, { caption: 'by url', host: `http://${host}`, withDirectPath: false });
    alice.send('image', bytes, { caption: 'by url beside a path', host: `http://${host}` });
    for (const path of [
      `//${host}/v/x`,
      `/\\${host}/v/x`,
      `\\\\${host}\\v`,
      `@${host}/v/x`,
      `.${host}/v/x`,
      `:80@${host}/v/x`,
      `http://${host}/v/x`,
      `/\t/${host}/v/x`,
      `/..//${host}/v/x`,
    ]) {
      alice.send('document', bytes, { caption: `by path ${String(path.length)}`, directPath: path });
    }
    await hears(alice, 'by url beside a path');
    await server.media.downloads.waitFor(({ status }) => status === 200, soon);
    alice.say('the end');
    await hears(alice, 'the end');
    await stage.answersOwner('a note');
    await ends(life);
    trap.close();
    expect(asked).toEqual([]);
  });
});

describe('two links', { timeout: limit }, () => {
  it('to services with different keys stand at once, and neither takes the other for its own', async () => {
    await using stage = await WhatsAppStage.open();
    await using other = await startWhatsApp({ delayMs: 10 });
    other.phone({ name: 'Bea', number: '4915100000099' });
    const [alice, bob] = [
      stage.server.contact({ name: 'Alice', number: aliceNumber }),
      other.contact({ name: 'Bob', number: '4915166778899' }),
    ];
    await using life = await stage.start();
    await stage.link(life);
    await stage.link(life, 'people', other, 'second');
    await allow(life);
    await allow(life, bob.number, 'second');
    for (let round = 0; round < 3; round += 1) {
      alice.say(`to the first ${String(round)}`);
      bob.say(`to the second ${String(round)}`);
      await Promise.all([
        hears(alice, `Echo: to the first ${String(round)}`),
        hears(bob, `Echo: to the second ${String(round)}`),
      ]);
      for (const { connections, phone } of [
        { connections: stage.server.connections, phone: stage.server.phone() },
        { connections: other.connections, phone: other.phone() },
      ]) {
        const before = connections.items.length;
        phone.companion.drop();
        await connections.waitFor(() => connections.items.length > before, soon);
      }
      for (const link of [phoneLink, 'second']) await linkIs(life.window, link, ({ kind }) => kind === 'up');
    }
    // Cut before the acknowledgement an answer comes once more, under the same id.
    for (const person of [alice, bob]) expect(new Set(person.arrivals.items.map(({ id }) => id)).size).toBe(3);
    // The key of one and the address of the other: nothing is told to it.
    const before = other.registrations.items.length;
    const crossed = { id: 'crossed', webSocketUrl: other.url, serverKey: stage.server.rootKey.toString('hex') };
    await life.window.value('links.addWhatsApp', crossed);
    const { state } = await linkIs(
      life.window,
      'crossed',
      (one) => one.kind === 'pairing' && one.step.kind === 'failed',
    );
    expect(JSON.stringify(state)).toContain('link.server-unproven');
    expect(other.registrations.items).toHaveLength(before);
    await life.window.value('links.cancelPairing', { link: 'crossed' });
    await expect
      .poll(() => linkFiles(stage).filter((name) => name.startsWith('crossed')), { timeout: 15_000 })
      .toEqual([]);
  });
});

describe('a link that is removed', { timeout: limit }, () => {
  it('is gone at the service and from the disk, its log files included', async () => {
    await using stage = await WhatsAppStage.open();
    await using life = await stage.start();
    await stage.link(life);
    await stage.answersOwner('a note');
    expect(linkFiles(stage)).toContain('phone.db');
    await life.window.value('links.remove', { link: phoneLink });
    expect(stage.server.phone().companions).toEqual([]);
    expect(linkFiles(stage)).toEqual([]);
    expect(await links(life)).toEqual([]);
    await ends(life);
    await using later = await stage.start();
    expect(await links(later)).toEqual([]);
    expect(linkFiles(stage)).toEqual([]);
  });

  it('while it has no connection is gone from the disk all the same, and does not come back', async () => {
    await using stage = await WhatsAppStage.open();
    await using life = await stage.start();
    await stage.link(life);
    await stage.server.stopListening();
    await linkIs(life.window, phoneLink, ({ kind }) => kind === 'retrying');
    await life.window.value('links.remove', { link: phoneLink });
    expect(linkFiles(stage)).toEqual([]);
    await stage.server.listenAgain();
    expect(await links(life)).toEqual([]);
  });
});

describe('the data directory', { timeout: limit }, () => {
  it('that is moved away and back: nothing is acknowledged, made anew or lost meanwhile', async () => {
    await using stage = await WhatsAppStage.open();
    const { server, dataDir } = stage;
    const alice = server.contact({ name: 'Alice', number: aliceNumber });
    await using life = await stage.start();
    await stage.link(life);
    await allow(life);
    alice.say('before');
    await hears(alice, 'Echo: before');
    renameSync(dataDir, `${dataDir}-moved`);
    const said = alice.say('meanwhile');
    const { state } = await linkIs(life.window, phoneLink, ({ kind }) => kind !== 'up');
    expect(JSON.stringify(state)).toContain('host.data-gone');
    expect(alice.receipts.items.filter(({ id }) => id === said.id)).toEqual([]);
    expect(existsSync(dataDir)).toBe(false);
    renameSync(`${dataDir}-moved`, dataDir);
    await life.window.value('links.reconnect', { link: phoneLink });
    await hears(alice, 'Echo: meanwhile');
    alice.say('after');
    await hears(alice, 'Echo: after');
    // What went out right before the move could not be noted any more: it goes out again under the same id.
    const heard = new Set(alice.arrivals.items.map(({ id, text }) => `${id} ${text}`));
    expect([...heard].map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      'Echo: before',
      'Echo: meanwhile',
      'Echo: after',
    ]);
    expect(server.unreadable.items).toEqual([]);
    expect(server.phone().companions).toHaveLength(1);
  });
});

describe('a clock', { timeout: limit }, () => {
  const machine = pathToFileURL(join(import.meta.dirname, '../e2e/machine.ts')).href;
  const hour = 3_600_000;

  it.each([
    ['an hour fast', -hour],
    ['two days fast', -48 * hour],
    ['an hour slow', hour],
    ['two days slow', 48 * hour],
  ])('that is %s keeps nobody from being answered right after the link was made', async (_how, behind) => {
    await using stage = await WhatsAppStage.open();
    const alice = stage.server.contact({ name: 'Alice', number: aliceNumber });
    const environment = { NODE_OPTIONS: `--import=${machine}`, [clockBehind]: String(behind) };
    await using life = await stage.start({}, environment);
    await stage.link(life);
    await allow(life);
    await stage.answersOwner('a note');
    alice.say('a question');
    await hears(alice, 'Echo: a question');
    // What is older than the link stays so.
    alice.say('of yesterday', { at: Math.floor(Date.now() / 1000) - 60 });
    alice.say('the end');
    await hears(alice, 'Echo: the end');
    expect(alice.arrivals.items.map(({ text }) => text)).not.toContain('Echo: of yesterday');
  });
});

describe('a host that is asked to end', { timeout: limit }, () => {
  it.each(['QR code', 'code by number', 'scanned code'] as const)(
    'with a %s on the screen leaves no half of a device',
    async (how) => {
      await using stage = await WhatsAppStage.open();
      const { server } = stage;
      {
        await using life = await stage.start();
        const serverKey = server.rootKey.toString('hex');
        const number = how === 'code by number' ? { number: server.phone().number } : {};
        await life.window.value('links.addWhatsApp', { id: phoneLink, webSocketUrl: server.url, serverKey, ...number });
        if (how === 'code by number') {
          await linkIs(life.window, phoneLink, (state) => state.kind === 'pairing' && state.step.kind === 'show-code');
        } else {
          const qr = await shownQr(life.window, phoneLink);
          if (how === 'scanned code') void server.phone().scan(qr);
        }
        if (how === 'scanned code')
          await server.traffic.waitFor(({ node }) => JSON.stringify(node).includes('pair-success'), soon);
        await ends(life);
        if (how !== 'scanned code') expect(linkFiles(stage)).toEqual([]);
      }
      await using life = await stage.start();
      // A device that the phone believes in is one here too; anything else begins from nothing.
      const { state } = await linkIs(life.window, phoneLink, ({ kind }) => kind === 'up' || kind === 'signed-out');
      if (server.phone().companions.length === 0 || state.kind === 'signed-out') {
        expect(state).toMatchObject({ kind: 'signed-out', reason: { code: 'link.not-linked' } });
        await linkPhone(life.window, server, phoneLink);
      }
      await nextSecond();
      await stage.answersOwner('a note');
      expect(server.violations.items).toEqual([]);
    },
  );
});
