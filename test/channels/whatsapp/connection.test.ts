/* Every way a connection ends, against the emulated service with the real library (test/run/rungs.ts). */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { keyPair } from '../../emulators/whatsapp/crypto/curve.ts';
import { startWhatsApp } from '../../emulators/whatsapp/server.ts';
import {
  LINK,
  SOON,
  comesBack,
  isIn,
  isUp,
  linkByQr,
  next,
  startLink,
  startLinked,
  type WhatsAppLink,
} from './link.ts';

/** Resolves when the core was given it; time goes on meanwhile, since what waited is gathered. */
async function receives(link: WhatsAppLink, text: string): Promise<void> {
  const given = link.batches.waitFor(({ events }) => events.some((event) => event.text === text), SOON);
  while (!isGiven(link, text)) {
    await link.clock.elapse(100);
    if (!isGiven(link, text)) await Promise.race([given, link.server.traffic.waitFor(isNew(link), SOON)]);
  }
  await given;
}

const isGiven = ({ batches }: WhatsAppLink, text: string): boolean =>
  batches.items.some(({ events }) => events.some((event) => event.text === text));

/** Something is on the wire that was not there before. */
function isNew({ server }: WhatsAppLink): () => boolean {
  const before = server.traffic.items.length;
  return () => server.traffic.items.length > before;
}

const connections = ({ server }: WhatsAppLink): number => server.connections.items.length;
const isRetrying = ({ kind }: { readonly kind: string }): boolean => kind === 'retrying';

describe('a link that stands', () => {
  it.each([
    ['is cut', 'link.network', (link: WhatsAppLink) => link.server.phone().companion.drop()],
    ['is closed in order', 'link.network', (link: WhatsAppLink) => link.server.phone().companion.close()],
    ['has its stream ended', 'link.network', (link: WhatsAppLink) => link.server.phone().companion.endStream()],
    ['is told 503', 'link.server-error', (link: WhatsAppLink) => link.server.phone().companion.streamError(503)],
    ['is told 500', 'link.server-error', (link: WhatsAppLink) => link.server.phone().companion.streamError(500)],
  ] as const)('and %s waits a second and comes back by itself', async (_how, why, happen) => {
    await using link = await startLinked();
    const retrying = next(link, isRetrying);
    happen(link);
    const at = link.clock.now() + 1000;
    expect(await retrying).toEqual({ kind: 'retrying', at, attempt: 1, reason: { code: why } });
    await comesBack(link);
  });

  it('and is told 515 comes back at once, and only a second time within a minute waits', async () => {
    await using link = await startLinked();
    const { companion } = link.server.phone();
    const restarting = next(link, isRetrying);
    companion.streamError(515);
    expect(await restarting).toMatchObject({ at: link.clock.now(), reason: { code: 'link.restarting' } });
    await isUp(link);
    const again = next(link, isRetrying);
    companion.streamError(515);
    expect(await again).toMatchObject({ at: link.clock.now() + 1000, reason: { code: 'link.restarting' } });
    await comesBack(link);
    await link.clock.elapse(61_000);
    const calm = next(link, isRetrying);
    companion.streamError(515);
    expect(await calm).toMatchObject({ at: link.clock.now() });
  });

  it('gets what was said while it was away', async () => {
    await using link = await startLinked();
    const down = next(link, isRetrying);
    link.server.phone().companion.drop();
    await down;
    link.server.contact().say('while you were away');
    await comesBack(link);
    await receives(link, 'while you were away');
  });

  it.each(['server-hangs', 'half-open'] as const)(
    'and falls silent (%s) is given up after a minute without a frame, and made again at once',
    async (how) => {
      await using link = await startLinked();
      link.server.phone().companion.silence(how);
      await link.clock.elapse(59_000);
      expect(link.channel.state.value.kind).toBe('up');
      const retrying = next(link, isRetrying);
      // What was on its way at the first moment counts; the close is not answered, and waited for a second.
      await link.clock.elapse(4_000);
      expect(await retrying).toMatchObject({ reason: { code: 'link.poll-hung' }, attempt: 1 });
      await isUp(link);
    },
  );

  it('keeps itself alive by asking, so that a quiet day is no dead one', async () => {
    await using link = await startLinked();
    const pings = (): number =>
      link.server.traffic.items.filter(({ direction, node }) => direction === 'in' && node.attrs['xmlns'] === 'w:p')
        .length;
    const before = pings();
    for (let count = 1; count <= 4; count += 1) {
      const at = link.clock.now() + 25_000;
      const proven = next(link, (state) => state.kind === 'up' && state.provenAt >= at);
      await link.clock.elapse(26_000);
      await proven;
      expect(pings()).toBe(before + count);
    }
    expect(connections(link)).toBe(2);
  });

  it('begins its waits anew after it stood for a minute, and not before', async () => {
    await using link = await startLinked();
    const attempts: number[] = [];
    for (const standing of [0, 0, 61_000, 0]) {
      await link.clock.elapse(standing);
      const retrying = next(link, isRetrying);
      link.server.phone().companion.drop();
      const state = await retrying;
      if (state.kind === 'retrying') attempts.push(state.attempt);
      await comesBack(link);
    }
    expect(attempts).toEqual([1, 2, 1, 2]);
  });

  it('brings more pre-keys when the server asks for them', async () => {
    await using link = await startLinked();
    link.server.phone().companion.tellPreKeysLow(2);
    await link.server.phone().companion.uploads.waitFor((count) => count === 5, SOON);
  });
});

describe('a connection that does not come about', () => {
  it('because nothing listens is tried for ever, with longer waits, until something does', async () => {
    await using link = await startLinked();
    await link.server.stopListening();
    const waits: number[] = [];
    for (let count = 1; count <= 7; count += 1) {
      const state = await next(link, (one) => one.kind === 'retrying' && one.attempt === count, 0);
      if (state.kind !== 'retrying') throw new Error('unreachable');
      expect(state.reason.code).toBe('link.network');
      waits.push(state.at - link.clock.now());
      if (count < 7) await link.clock.elapse(state.at - link.clock.now());
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    await link.server.listenAgain();
    await comesBack(link);
  });

  it.each([
    [401, 'link.network'],
    [403, 'link.network'],
    [405, 'link.network'],
    [503, 'link.server-error'],
  ] as const)(
    'because the upgrade is answered with HTTP %i is tried again, and nothing is taken for a logout',
    async (status, why) => {
      await using link = await startLinked();
      const before = link.files.device(LINK);
      link.server.upgradeFaults.queue(status);
      const first = next(link, isRetrying);
      link.server.phone().companion.drop();
      await first;
      const refused = next(link, isRetrying);
      await link.clock.elapse(1000);
      expect(await refused).toMatchObject({ attempt: 2, reason: { code: why } });
      expect(link.files.device(LINK)).toBe(before);
      await comesBack(link);
    },
  );

  it('because the server says nothing after the upgrade is given up after a minute', async () => {
    const mute = createServer();
    mute.on('upgrade', (_request, socket) => {
      socket.on('error', () => undefined);
    });
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    await using link = await startLinked();
    const { files } = link;
    await using stalled = await startLink({ apiRoot: `ws://127.0.0.1:${String(port)}/ws/chat`, files });
    await once(mute, 'upgrade');
    await stalled.clock.elapse(59_000);
    expect(stalled.channel.state.value).toEqual({ kind: 'connecting' });
    const retrying = next(stalled, isRetrying);
    await stalled.clock.elapse(1000);
    expect(await retrying).toMatchObject({ reason: { code: 'link.poll-hung' } });
    const stopped = stalled.channel.stop();
    mute.closeAllConnections();
    mute.close();
    await stopped;
  });

  it('because a proxy refuses to let it through is tried again, and is no logout', async () => {
    await using linked = await startLinked();
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${String(port)}` };
    const apiRoot = 'wss://wa.example:8443/ws/chat';
    await using link = await startLink({ apiRoot, files: linked.files, deps: { environment } });
    expect(await isIn(link, 'retrying')).toMatchObject({ reason: { code: 'link.network' } });
    expect(asked).toEqual(['wa.example:8443']);
    proxy.close();
  });

  it('to a server that cannot prove who it is stops, and tells it nothing', async () => {
    await using linked = await startLinked();
    await using stranger = await startWhatsApp({ root: keyPair() });
    const [serverKey, files] = [linked.server.rootKey.toString('hex'), linked.files];
    await using link = await startLink({ at: stranger, serverKey, files });
    expect(await isIn(link, 'signed-out')).toEqual({ kind: 'signed-out', reason: { code: 'link.server-unproven' } });
    await link.clock.elapse(3_600_000);
    link.channel.reconnect('wake');
    expect(connections(link)).toBe(1);
    expect(stranger.connections.items.map(({ stage }) => stage)).not.toContain('login');
    link.channel.reconnect('owner');
    await isIn(link, 'connecting');
    await isIn(link, 'signed-out');
    expect(connections(link)).toBe(2);
  });
});

describe('a login that is refused', () => {
  it.each([500, 503])('with %i is tried again', async (code) => {
    await using link = await startLinked();
    link.server.loginFaults.queue(code);
    link.server.phone().companion.drop();
    await isIn(link, 'retrying');
    const refused = next(link, isRetrying);
    await link.clock.elapse(1000);
    expect(await refused).toMatchObject({ attempt: 2, reason: { code: 'link.server-error' } });
    await comesBack(link);
  });

  it('with 403 stops and keeps the credentials, so that the owner can try again', async () => {
    await using link = await startLinked();
    const before = link.files.device(LINK);
    const over = isIn(link, 'signed-out');
    link.server.phone().companion.fail(403);
    expect(await over).toEqual({ kind: 'signed-out', reason: { code: 'link.account-refused' } });
    expect(link.files.device(LINK)).toBe(before);
    link.channel.reconnect('network');
    expect(connections(link)).toBe(2);
    link.channel.reconnect('owner');
    await isUp(link);
  });

  it('with 411 stops and keeps the credentials', async () => {
    await using link = await startLinked();
    const over = isIn(link, 'signed-out');
    link.server.phone().companion.downgrade();
    expect(await over).toEqual({ kind: 'signed-out', reason: { code: 'link.devices-unsupported' } });
    expect(link.files.device(LINK)).not.toBeNull();
  });

  it('with 405 is tried at once with a newer version, then every five minutes and more, with a sentence', async () => {
    await using link = await startLinked();
    link.server.loginFaults.queue(405, 405, 405);
    link.server.phone().companion.drop();
    await isIn(link, 'retrying');
    const five = next(link, (state) => state.kind === 'retrying' && state.reason.params?.['minutes'] === '5');
    await link.clock.elapse(1000);
    expect(await five).toMatchObject({ at: link.clock.now() + 300_000, reason: { code: 'link.client-refused' } });
    const ten = next(link, (state) => state.kind === 'retrying' && state.reason.params?.['minutes'] === '10');
    await link.clock.elapse(300_000);
    expect(await ten).toMatchObject({ at: link.clock.now() + 600_000 });
    await comesBack(link);
  });

  it('with 401 wipes what it proved itself with, tries nothing more, and can be linked again', async () => {
    await using link = await startLinked();
    const over = isIn(link, 'signed-out');
    const { companion } = link.server.phone();
    link.server.phone().unlink(companion);
    expect(await over).toEqual({ kind: 'signed-out', reason: { code: 'link.logged-out' } });
    expect(link.files.has(LINK)).toBe(false);
    await link.clock.elapse(3_600_000);
    link.channel.reconnect('wake');
    link.channel.reconnect('network');
    expect(connections(link)).toBe(2);
    await linkByQr(link);
    expect(link.channel.state.value.kind).toBe('up');
  });

  it('with 401 after it was removed while it was away is the same', async () => {
    await using link = await startLinked();
    await link.channel.stop();
    link.server.phone().unlink(link.server.phone().companion);
    await using later = await startLink({ at: link.server, files: link.files });
    expect(await isIn(later, 'signed-out')).toEqual({ kind: 'signed-out', reason: { code: 'link.logged-out' } });
    expect(link.files.has(LINK)).toBe(false);
  });
});

describe('another program with the same credentials', () => {
  it('has the link until the owner takes over; sleep and networks do not fight for it', async () => {
    await using link = await startLinked();
    const conflict = isIn(link, 'conflict');
    link.server.phone().companion.conflict();
    expect(await conflict).toEqual({ kind: 'conflict', reason: { code: 'link.replaced' } });
    expect(link.files.device(LINK)).not.toBeNull();
    await link.clock.elapse(3_600_000);
    link.channel.reconnect('wake');
    link.channel.reconnect('network');
    expect(connections(link)).toBe(2);
    link.channel.reconnect('owner');
    await isUp(link);
    expect(connections(link)).toBe(3);
  });
});

describe('a link that is woken', () => {
  it('keeps a connection that answers within ten seconds', async () => {
    await using link = await startLinked();
    await link.clock.elapse(5_000);
    const now = link.clock.now();
    const proven = next(link, (state) => state.kind === 'up' && state.provenAt === now);
    link.channel.reconnect('wake');
    await proven;
    await link.clock.elapse(11_000);
    expect(connections(link)).toBe(2);
  });

  it('makes a new connection when the old one does not answer in ten seconds', async () => {
    await using link = await startLinked();
    link.server.phone().companion.silence('half-open');
    const retrying = next(link, isRetrying);
    link.channel.reconnect('wake');
    link.channel.reconnect('network');
    await link.clock.elapse(9_000);
    expect(link.channel.state.value.kind).toBe('up');
    await link.clock.elapse(2_000);
    // What was on its way when the server went silent has answered the first of them.
    link.channel.reconnect('wake');
    await link.clock.elapse(11_000);
    await retrying;
    await isUp(link);
    expect(connections(link)).toBe(3);
  });

  it('does not wait out its pause between two tries', async () => {
    await using link = await startLinked();
    link.server.phone().companion.drop();
    await isIn(link, 'retrying');
    link.channel.reconnect('network');
    await isUp(link);
  });
});

describe('a link that is stopped', () => {
  it('is gone from the server, and leaves no timer and no open file', async () => {
    await using link = await startLinked();
    const { companion } = link.server.phone();
    await link.channel.stop();
    expect(link.channel.state.value).toEqual({ kind: 'off' });
    await expect.poll(() => companion.connection).toBeUndefined();
    expect([link.clock.pending, link.files.opened]).toEqual([0, 0]);
  });

  it('while it waits for another try has no more tries', async () => {
    await using link = await startLinked();
    link.server.phone().companion.drop();
    await isIn(link, 'retrying');
    await link.channel.stop();
    await link.clock.elapse(60_000);
    expect([connections(link), link.clock.pending]).toEqual([2, 0]);
  });

  it('while its connection is being made is never connected afterwards', async () => {
    await using link = await startLinked();
    await link.channel.stop();
    await using later = await startLink({ at: link.server, files: link.files });
    await later.channel.stop();
    expect(later.channel.state.value).toEqual({ kind: 'off' });
    await later.clock.elapse(60_000);
    expect([later.clock.pending, later.files.opened]).toEqual([0, 0]);
  });

  it('is up again in another process with what is in its file', async () => {
    await using link = await startLinked();
    await link.channel.stop();
    await using later = await startLink({ at: link.server, files: link.files });
    await isUp(later);
    expect(later.identities.items).toEqual(link.identities.items);
    link.server.contact().say('hello again');
    await receives(later, 'hello again');
    expect(link.server.violations.items).toEqual([]);
  });
});

describe('a link that has nothing to connect with', () => {
  it('waits for its owner without a connection and without a file', async () => {
    await using link = await startLink();
    expect(await isIn(link, 'signed-out')).toEqual({ kind: 'signed-out', reason: { code: 'link.not-linked' } });
    await link.clock.elapse(0);
    expect([connections(link), link.files.device(LINK), link.clock.pending]).toEqual([0, null, 0]);
  });

  it('because its identity is damaged says so and keeps what is there', async () => {
    await using link = await startLinked();
    await link.channel.stop();
    const before = link.files.device(LINK);
    link.files.isDamaged = true;
    await using later = await startLink({ at: link.server, files: link.files });
    expect(await isIn(later, 'signed-out')).toEqual({ kind: 'signed-out', reason: { code: 'link.identity-damaged' } });
    expect(link.files.device(LINK)).toBe(before);
    expect(connections(link)).toBe(2);
  });

  it('because the server is the owner’s own and has no key says so and connects nowhere', async () => {
    await using link = await startLink({ serverKey: null });
    expect(await isIn(link, 'signed-out')).toEqual({ kind: 'signed-out', reason: { code: 'link.server-key-needed' } });
    link.channel.pair?.({ number: null });
    await isIn(link, 'signed-out');
    expect(connections(link)).toBe(0);
  });
});

describe('a link that is given up', () => {
  it('is removed at the phone and forgotten here', async () => {
    await using link = await startLinked();
    await link.channel.signOut?.();
    expect(link.server.phone().companions).toEqual([]);
    expect([link.channel.state.value, link.files.device(LINK)]).toEqual([
      { kind: 'signed-out', reason: { code: 'link.not-linked' } },
      null,
    ]);
  });

  it('is forgotten here though the server does not answer', async () => {
    await using link = await startLinked();
    link.server.phone().companion.silence();
    const over = link.channel.signOut?.();
    await link.clock.elapse(10_000);
    await link.clock.elapse(1_000);
    await over;
    expect(link.files.has(LINK)).toBe(false);
  });
});

describe('who the link is', () => {
  it('is told with number, name and the device as the phone lists it', async () => {
    await using link = await startLinked();
    const { number, companion } = link.server.phone();
    expect(link.channel.identity.value).toEqual({
      account: number,
      name: `+${number}`,
      handle: `+${number}`,
      device: `Google Chrome (${companion.who.os})`,
    });
  });
});
