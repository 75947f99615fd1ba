/* Linking a device: what is on the screen at each moment, and what is left of a pairing that came to nothing. */
import { describe, expect, it } from 'vitest';
import { keyPair } from '../../emulators/whatsapp/crypto/curve.ts';
import { secretOf } from '../../emulators/whatsapp/registration.ts';
import {
  LINK,
  SOON,
  isIn,
  isUp,
  linkByQr,
  next,
  nextQr,
  shownQr,
  startLink,
  startLinked,
  step,
  type WhatsAppLink,
} from './link.ts';

const refreshes = ['companion_reg_refresh', 'pair-device-rotate-qr'] as const;

/** The kinds of states and steps in order, each once in a row. */
function story({ states }: WhatsAppLink): readonly string[] {
  const told = states.items.map((state) => (state.kind === 'pairing' ? state.step.kind : state.kind));
  return told.filter((what, index) => what !== told[index - 1]);
}

/** A channel that is not linked, and stands still. */
async function startUnlinked(options: Parameters<typeof startLink>[0] = {}): Promise<WhatsAppLink> {
  const link = await startLink(options);
  await isIn(link, 'signed-out');
  return link;
}

describe('a QR code', () => {
  it('that is scanned leads through finishing and the restart to a link, with nothing in between', async () => {
    await using link = await startUnlinked();
    await linkByQr(link);
    expect(story(link)).toEqual(['connecting', 'signed-out', 'starting', 'show-qr', 'finishing', 'up']);
    const { companion } = link.server.phone();
    expect(companion.uploads.items).toEqual([812]);
    expect(link.server.violations.items).toEqual([]);
    expect(link.files.device(LINK)).not.toBeNull();
  });

  it('is good for a minute, the next ones for 20 s, and then it says that it has expired', async () => {
    await using link = await startUnlinked();
    const codes = [await shownQr(link)];
    for (const lifetime of [60_000, 20_000, 20_000, 20_000, 20_000]) {
      expect((codes.at(-1)?.until ?? 0) - link.clock.now()).toBe(lifetime);
      const shown = nextQr(link);
      await link.clock.elapse(lifetime);
      codes.push(await shown);
    }
    expect(new Set(codes.map(({ text }) => text)).size).toBe(6);
    expect(codes.some(({ again }) => again)).toBe(false);
    await link.clock.elapse(20_000);
    await step(link, 'expired');
    expect(link.files.has(LINK)).toBe(false);
    // Another one begins anew, by itself it does not.
    await link.clock.elapse(3_600_000);
    expect(link.server.connections.items).toHaveLength(1);
    await linkByQr(link);
  });

  it('is refused by the phone once its time is over, and the one on the screen is taken', async () => {
    const times = { firstMs: 60_000, nextMs: 20_000 };
    let now = (): number => Date.now();
    await using link = await startUnlinked({ server: { qrTimes: times, now: () => now() } });
    now = () => link.clock.now();
    const first = await shownQr(link);
    const shown = nextQr(link);
    await link.clock.elapse(60_001);
    const second = await shown;
    const phone = link.server.phone();
    expect(await phone.scan(first.text)).toEqual({ kind: 'refused', reason: 'expired-reference' });
    expect((await phone.scan(second.text)).kind).toBe('linked');
    await isUp(link);
  });

  it.each(refreshes)(
    'is drawn anew with the new secret at once after a %s, and so is every later one',
    async (kind) => {
      await using link = await startUnlinked();
      const first = await shownQr(link);
      const drawn = nextQr(link);
      const refresh = link.server.registration.refresh(kind, first.text);
      const second = await drawn;
      await link.server.registration.refreshes.waitFor((one) => one.id === refresh.id && one.isAcknowledged, SOON);
      expect(secretOf(second.text)).not.toBe(secretOf(first.text));
      expect(second.until).toBe(first.until);
      const rotated = nextQr(link);
      await link.clock.elapse(60_000);
      const third = await rotated;
      expect(secretOf(third.text)).toBe(secretOf(second.text));
      const phone = link.server.phone();
      expect(await phone.scan(first.text)).toEqual({ kind: 'refused', reason: 'retired-secret' });
      expect((await phone.scan(third.text)).kind).toBe('linked');
      await isUp(link);
    },
  );

  it.each(refreshes)('whose scan is answered with a %s asks for one scan more, which links', async (kind) => {
    await using link = await startUnlinked();
    const first = await shownQr(link);
    expect(first.again).toBe(false);
    const drawn = nextQr(link);
    const phone = link.server.phone();
    expect(await phone.scan(first.text, { refresh: kind })).toEqual({ kind: 'refused', reason: 'retired-secret' });
    const second = await drawn;
    expect(second.again).toBe(true);
    await link.server.registration.refreshes.waitFor(({ isAcknowledged }) => isAcknowledged, SOON);
    expect((await phone.scan(second.text)).kind).toBe('linked');
    await isUp(link);
    expect(link.server.violations.items).toEqual([]);
  });

  it('is right after two refreshes in a row, one of them just before it turns', async () => {
    await using link = await startUnlinked();
    const first = await shownQr(link);
    await link.clock.elapse(59_999);
    const { registration } = link.server;
    const twice = next(link, (state) => state === link.states.items[link.states.items.length - 1] && qrs(link) >= 3);
    registration.refresh('companion_reg_refresh', first.text);
    registration.refresh('pair-device-rotate-qr');
    await twice;
    const shown = nextQr(link);
    await link.clock.elapse(1);
    const turned = await shown;
    expect(new Set(link.states.items.map(textOf).map(secretOf)).size).toBe(4);
    await registration.refreshes.waitFor(() => registration.refreshes.items.every((one) => one.isAcknowledged), SOON);
    expect((await link.server.phone().scan(turned.text)).kind).toBe('linked');
    await isUp(link);
  });

  it('after refreshes leaves nothing behind when it is cancelled', async () => {
    await using link = await startUnlinked();
    const first = await shownQr(link);
    const drawn = nextQr(link);
    link.server.registration.refresh('companion_reg_refresh', first.text);
    await drawn;
    await link.channel.cancelPairing?.();
    expect(link.channel.state.value).toEqual({ kind: 'signed-out', reason: { code: 'link.not-linked' } });
    expect([link.files.has(LINK), link.files.opened, link.clock.pending]).toEqual([false, 0, 0]);
    await expect.poll(() => link.server.connections.items.map(({ stage }) => stage)).toEqual(['closed']);
  });
});

const textOf = (state: WhatsAppLink['states']['items'][number]): string =>
  state.kind === 'pairing' && state.step.kind === 'show-qr' ? state.step.text : '';
const qrs = ({ states }: WhatsAppLink): number => states.items.filter((state) => textOf(state) !== '').length;

describe('a code to type', () => {
  const codeFor = async (link: WhatsAppLink, number: string) => {
    const shown = step(link, 'show-code');
    link.channel.pair?.({ number });
    return shown;
  };

  it('links when the owner types it into the phone', async () => {
    await using link = await startUnlinked();
    const phone = link.server.phone();
    const { code, until } = await codeFor(link, phone.number);
    expect(code).toMatch(/^[0-9A-Z]{8}$/);
    expect(until - link.clock.now()).toBe(160_000);
    expect((await phone.enterCode(code)).kind).toBe('linked');
    await isUp(link);
    expect(story(link)).toEqual(['connecting', 'signed-out', 'starting', 'show-code', 'finishing', 'up']);
    expect(link.server.violations.items).toEqual([]);
  });

  it('is not shown before the server has taken it, and a server that says nothing ends the wait', async () => {
    await using link = await startUnlinked();
    link.server.queryFaults.of('md').queue({ kind: 'silence' });
    link.channel.pair?.({ number: link.server.phone().number });
    const isAsked = ({ direction, node }: { direction: string; node: { attrs: Readonly<Record<string, string>> } }) =>
      direction === 'in' && node.attrs['xmlns'] === 'md';
    await link.server.traffic.waitFor(isAsked, SOON);
    await link.clock.elapse(20_000);
    expect(await step(link, 'failed')).toMatchObject({ reason: { code: 'link.pairing-cut' } });
    expect(story(link)).not.toContain('show-code');
    expect(link.files.has(LINK)).toBe(false);
  });

  it('is not given for a number that the service does not know', async () => {
    await using link = await startUnlinked();
    link.channel.pair?.({ number: '4999999' });
    expect(await step(link, 'failed')).toMatchObject({ reason: { code: 'link.pairing-number' } });
    expect(link.files.has(LINK)).toBe(false);
  });

  it.each(['', '0151234567', '+', 'my number', '123456', '1234567890123456'])(
    'is not even asked for with "%s" for a number',
    async (number) => {
      await using link = await startUnlinked();
      link.channel.pair?.({ number });
      expect(await step(link, 'failed')).toMatchObject({ reason: { code: 'link.pairing-number' } });
      expect(link.server.connections.items).toEqual([]);
    },
  );

  it('is given for a number as people type it', async () => {
    await using link = await startUnlinked();
    const { number } = link.server.phone();
    await codeFor(link, `+${number.slice(0, 1)} (${number.slice(1, 4)}) ${number.slice(4)}`);
  });

  it('expires when nobody types it', async () => {
    await using link = await startUnlinked();
    await codeFor(link, link.server.phone().number);
    await link.clock.elapse(160_000);
    await step(link, 'expired');
    expect([link.files.has(LINK), link.clock.pending]).toEqual([false, 0]);
  });

  it('is dead with its connection, and the half-made account with it, so that the next pairing is no login', async () => {
    await using link = await startUnlinked();
    const phone = link.server.phone();
    await codeFor(link, phone.number);
    link.server.registration.connection.drop();
    expect(await step(link, 'failed')).toMatchObject({ reason: { code: 'link.pairing-cut' } });
    expect(link.files.has(LINK)).toBe(false);
    const { code } = await codeFor(link, phone.number);
    expect((await phone.enterCode(code)).kind).toBe('linked');
    await isUp(link);
  });

  it('stays on the screen when another is typed', async () => {
    await using link = await startUnlinked();
    const { code } = await codeFor(link, link.server.phone().number);
    expect(await link.server.phone().enterCode('ABCDEFGH')).toEqual({ kind: 'refused', reason: 'wrong-code' });
    expect(link.channel.state.value).toMatchObject({ kind: 'pairing', step: { kind: 'show-code', code } });
  });
});

describe('a pairing that goes wrong', () => {
  it.each(['hmac', 'account-signature'] as const)('because the phone forges the %s is refused', async (forge) => {
    await using link = await startUnlinked();
    const { text } = await shownQr(link);
    expect(await link.server.phone().scan(text, { forge })).toEqual({ kind: 'refused', reason: 'client-gone' });
    expect(await step(link, 'failed')).toMatchObject({ reason: { code: 'link.pairing-refused' } });
    expect([link.files.has(LINK), link.server.phone().companions.length]).toEqual([false, 0]);
  });

  it('because its connection breaks begins again by itself, with a code of the new connection', async () => {
    await using link = await startUnlinked();
    const first = await shownQr(link);
    const again = nextQr(link);
    link.server.registration.connection.drop();
    await step(link, 'starting');
    await link.clock.elapse(1000);
    const second = await again;
    const phone = link.server.phone();
    expect(await phone.scan(first.text)).toEqual({ kind: 'refused', reason: 'unknown-reference' });
    expect((await phone.scan(second.text)).kind).toBe('linked');
    await isUp(link);
  });

  it('because nothing can be reached says so after some minutes, and not never', async () => {
    await using link = await startUnlinked();
    await link.server.stopListening();
    link.channel.pair?.({ number: null });
    const failed = step(link, 'failed');
    let isOver = false;
    void failed.then(() => (isOver = true));
    for (let passed = 0; !isOver && passed < 600; passed += 1) {
      await link.clock.elapse(1000);
      await new Promise((resolve) => void setImmediate(resolve));
    }
    expect(await failed).toMatchObject({ reason: { code: 'link.pairing-cut' } });
  });

  it('because the server cannot prove who it is tells it nothing', async () => {
    await using link = await startUnlinked({ serverKey: keyPair().publicKey.toString('hex') });
    link.channel.pair?.({ number: null });
    expect(await step(link, 'failed')).toMatchObject({ reason: { code: 'link.server-unproven' } });
    expect(link.server.registrations.items).toEqual([]);
  });

  it('because the version is refused asks for another once, and then says so', async () => {
    await using link = await startUnlinked();
    link.server.loginFaults.queue(405);
    await shownQr(link);
    await link.channel.cancelPairing?.();
    link.server.loginFaults.queue(405, 405);
    link.channel.pair?.({ number: null });
    expect(await step(link, 'failed')).toMatchObject({ reason: { code: 'link.client-refused' } });
  });

  it('because the disk is full when the phone agrees is not believed by the phone either', async () => {
    await using link = await startUnlinked();
    const { text } = await shownQr(link);
    link.files.isFull = true;
    expect(await link.server.phone().scan(text)).toEqual({ kind: 'refused', reason: 'client-gone' });
    expect(await step(link, 'failed')).toMatchObject({ reason: { code: 'host.disk-full' } });
    link.files.isFull = false;
    await linkByQr(link);
  });

  it('because its connection breaks before the server hears our answer is no device that was removed', async () => {
    await using link = await startUnlinked();
    const { text } = await shownQr(link);
    const cutting = link.states.subscribe((state) => {
      if (state.kind === 'pairing' && state.step.kind === 'finishing') link.server.registration.connection.drop();
    });
    expect(await link.server.phone().scan(text)).toEqual({ kind: 'refused', reason: 'client-gone' });
    expect(await step(link, 'failed')).toMatchObject({ reason: { code: 'link.pairing-cut' } });
    expect(link.files.has(LINK)).toBe(false);
    cutting[Symbol.dispose]();
    await linkByQr(link);
  });
});

describe('a pairing over a link that stands', () => {
  it('that is cancelled brings back the old one as it was', async () => {
    await using link = await startLinked();
    const before = link.files.device(LINK);
    await shownQr(link);
    expect(link.files.device(LINK)).toBe(before);
    await link.channel.cancelPairing?.();
    await isUp(link);
    expect(link.files.device(LINK)).toBe(before);
  });

  it('that nobody finishes leaves the old one untouched, also for the next start', async () => {
    await using link = await startLinked();
    const before = link.files.device(LINK);
    await shownQr(link);
    await link.clock.elapse(170_000);
    await step(link, 'expired');
    await link.channel.stop();
    expect(link.files.device(LINK)).toBe(before);
    await using later = await startLink({ at: link.server, files: link.files });
    await isUp(later);
  });

  it('that is finished takes its place', async () => {
    await using link = await startLinked();
    const before = link.files.device(LINK);
    await linkByQr(link);
    expect(link.files.device(LINK)).not.toBe(before);
    expect(link.server.phone().companions).toHaveLength(2);
    expect(link.server.phone().companion.connection).toBeDefined();
  });

  it('that another program took over gives the conflict back when it is cancelled', async () => {
    await using link = await startLinked();
    const conflict = isIn(link, 'conflict');
    link.server.phone().companion.conflict();
    const state = await conflict;
    await shownQr(link);
    await link.channel.cancelPairing?.();
    expect(link.channel.state.value).toEqual(state);
  });

  it('whose identity is damaged gives that up, since nothing can be read of it', async () => {
    await using link = await startLinked();
    await link.channel.stop();
    link.files.isDamaged = true;
    await using later = await startLink({ at: link.server, files: link.files });
    await isIn(later, 'signed-out');
    await linkByQr(later);
    expect(later.files.device(LINK)).not.toBeNull();
  });
});

describe('who asks again', () => {
  it('begins from the start, and the code before is void', async () => {
    await using link = await startUnlinked();
    const first = await shownQr(link);
    const second = await shownQr(link);
    const phone = link.server.phone();
    expect(await phone.scan(first.text)).toEqual({ kind: 'refused', reason: 'unknown-reference' });
    expect((await phone.scan(second.text)).kind).toBe('linked');
    await isUp(link);
  });

  it('may change from a picture to a code to type', async () => {
    await using link = await startUnlinked();
    await shownQr(link);
    link.channel.pair?.({ number: link.server.phone().number });
    const { code } = await step(link, 'show-code');
    expect((await link.server.phone().enterCode(code)).kind).toBe('linked');
    await isUp(link);
  });

  it('and cancels while the phone is just agreeing has no half of a link afterwards', async () => {
    await using link = await startUnlinked();
    const { text } = await shownQr(link);
    const finishing = step(link, 'finishing');
    void link.server.phone().scan(text);
    await finishing;
    await link.channel.cancelPairing?.();
    expect(await isIn(link, 'signed-out')).toEqual({ kind: 'signed-out', reason: { code: 'link.not-linked' } });
    await link.clock.elapse(0);
    expect([link.files.has(LINK), link.files.opened]).toEqual([false, 0]);
  });

  it('and stops in the middle leaves nothing', async () => {
    await using link = await startUnlinked();
    await shownQr(link);
    await link.channel.stop();
    expect([link.files.has(LINK), link.files.opened, link.clock.pending]).toEqual([false, 0, 0]);
  });
});
