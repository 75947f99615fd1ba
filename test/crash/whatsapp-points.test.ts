/**
 * A host linked with a phone of the emulated WhatsApp that ends by -9 at a named point: of a message, and of a pairing.
 * The next life goes on as if nothing had been; where an outcome could not be known the same id goes out once more.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { RpcClient } from '../lib/headless.ts';
import type { Contact } from '../emulators/whatsapp/contact.ts';
import { startWhatsApp, type WhatsAppEmulator } from '../emulators/whatsapp/server.ts';
import type { Traffic } from '../emulators/whatsapp/world.ts';
import { checkTaken } from './lib/check-whatsapp.ts';
import { checkCoverage, checkModel, finalText } from './lib/checks.ts';
import type { Point } from './lib/entry-config.ts';
import { diedAt, goOn } from './lib/go-on.ts';
import { Workplace, type HostProcess } from './lib/host-process.ts';
import { readLedger, type Ledger } from './lib/ledger.ts';
import { markerOf, startMarkedModel, type MarkedModel } from './lib/marked-model.ts';
import { passes } from './lib/random.ts';
import { linkIs, linkPhone, settledLink, shownQr } from './lib/whatsapp-link.ts';
import { linkId, whatsAppProvision } from './lib/whatsapp-way.ts';

const wait = { timeoutMs: 60_000 };
const warmUp = markerOf('4', 1);
const marker = markerOf('7', 1);
const later = markerOf('7', 2);

interface Scene {
  readonly model: MarkedModel;
  readonly server: WhatsAppEmulator;
  readonly alice: Contact;
  readonly dataDir: string;
  readonly provision: Readonly<Record<string, unknown>>;
}

describe.concurrent('killed with -9, linked with a phone', () => {
  let workplace: Workplace;
  beforeAll(() => {
    workplace = new Workplace();
  });
  afterAll(() => workplace[Symbol.dispose]());

  /** A host that is not linked yet, its owner and somebody who is allowed. */
  async function scene(play: (scene: Scene) => Promise<void>): Promise<void> {
    await using model = await startMarkedModel(1);
    await using server = await startWhatsApp({ delayMs: 10 });
    const alice = server.contact({ name: 'Alice', number: '4915550000001' });
    const people = [{ link: linkId, address: alice.number, role: 'guest' }];
    const provision = { ...model.provision, ...whatsAppProvision(server), people };
    await play({ model, server, alice, dataDir: workplace.newDataDir(), provision });
  }

  /** The built host, linked and with one answer given; it has ended in order. */
  async function linkedBefore({ server, alice, dataDir, provision }: Scene): Promise<void> {
    await using host = workplace.startBuilt(dataDir, { provision });
    const { url, token } = await host.ready();
    using window = await new RpcClient(url, token).opened();
    await linkPhone(window, server, linkId);
    await passes(1_000);
    alice.say(`Question ${warmUp}`);
    await alice.arrivals.waitFor(({ text }) => text.includes(warmUp), wait);
    await checkTaken(server);
    expect(await host.stop()).toMatchObject({ code: 0 });
  }

  async function isUp(host: HostProcess): Promise<void> {
    const { url, token } = await host.ready();
    using window = await new RpcClient(url, token).opened();
    await linkIs(window, linkId, ({ kind }) => kind === 'up');
  }

  /** The next life: what was asked is answered, and one more question too; everything under one id says the same. */
  async function answeredInTheEnd({ model, server, alice, dataDir, provision }: Scene): Promise<Ledger> {
    const { ledger, sentAgain } = await goOn(workplace, dataDir, provision, async () => {
      await alice.arrivals.waitFor(({ text }) => text.includes(marker), wait);
      alice.say(`Question ${later}`);
      await alice.arrivals.waitFor(({ text }) => text.includes(later), wait);
    });
    await checkTaken(server);
    expect(sentAgain, 'nothing is counted as sent again').toBe(0);
    checkCoverage(ledger, [warmUp, marker, later]);
    checkModel(ledger, model.calls);
    for (const turn of ledger.turns) {
      const [part, ...more] = turn.parts;
      expect({ more, state: part?.state, again: part?.again }).toEqual({ more: [], state: 'sent', again: 0 });
      const texts = alice.arrivals.items.filter(({ id }) => id === part?.ref).map(({ text }) => text);
      expect(new Set(texts)).toEqual(new Set([finalText(turn)]));
    }
    const refs = new Set(ledger.turns.map(({ parts }) => parts[0]?.ref));
    expect(new Set(alice.arrivals.items.map(({ id }) => id)), 'nothing else is said').toEqual(refs);
    expect(server.violations.items).toEqual([]);
    return ledger;
  }

  const copies = ({ alice }: Scene): number => alice.arrivals.items.filter(({ text }) => text.includes(marker)).length;

  describe('at a point of a message', () => {
    /** A message comes in to a linked host that dies at `point`; `meanwhile` is what the test does while it runs. */
    async function dying(
      point: Point,
      check: (scene: Scene, ledger: Ledger) => Promise<void>,
      meanwhile: (scene: Scene, host: HostProcess) => Promise<void> = async () => undefined,
    ): Promise<void> {
      await scene(async (given) => {
        const { alice, dataDir, provision } = given;
        await linkedBefore(given);
        const death = { point, marker };
        await using host = workplace.startEntry(dataDir, { provision: JSON.stringify(provision), death });
        await isUp(host);
        alice.say(`Question ${marker}`);
        await meanwhile(given, host);
        await check(given, await diedAt(host, dataDir));
      });
    }

    const turnsOf = ({ turns }: Ledger) => turns.slice(1);

    it('between decryption and the commit of receive: it is in the journal, and comes out of it', async () => {
      await dying('before-commit', async (given, ledger) => {
        expect(ledger.asked).toHaveLength(1);
        const after = await answeredInTheEnd(given);
        expect(after.asked.filter(({ text }) => text.includes(marker))).toHaveLength(1);
        expect(copies(given)).toBe(1);
      });
    });

    it('between the commit of receive and the journal’s note of it: offered again, and still one message', async () => {
      await dying('after-commit', async (given, ledger) => {
        expect(ledger.asked).toMatchObject([{}, { text: `Question ${marker}`, state: 'waiting' }]);
        const after = await answeredInTheEnd(given);
        expect(after.asked.filter(({ text }) => text.includes(marker))).toHaveLength(1);
        expect(copies(given)).toBe(1);
      });
    });

    it('between the note of a send and the send: it goes out once, without a label', async () => {
      await dying('before-send', async (given, ledger) => {
        expect(turnsOf(ledger)).toMatchObject([{ parts: [{ state: 'sending', again: 0 }] }]);
        expect(copies(given)).toBe(0);
        await answeredInTheEnd(given);
        expect(copies(given)).toBe(1);
      });
    });

    it('with a send under way that nobody acknowledges: the same id with the same text goes out once more', async () => {
      const never = new Promise<void>(() => undefined);
      await dying(
        'send-in-flight',
        async (given, ledger) => {
          expect(turnsOf(ledger)).toMatchObject([{ parts: [{ state: 'sending', again: 0 }] }]);
          const ids = given.server.sends.items.map(({ id }) => id);
          await answeredInTheEnd(given);
          const sent = given.server.sends.items.filter(({ id }) => id === ids.at(-1));
          expect(sent).toHaveLength(2);
          expect(copies(given), 'the first was never delivered').toBe(1);
        },
        async ({ server }, host) => {
          const before = server.sends.items.length;
          server.phone().sendFaults.queue({ kind: 'wait', until: never });
          await server.sends.waitFor((send) => server.sends.items.indexOf(send) >= before, wait);
          host.tell('now');
        },
      );
    });

    it('with the acknowledgement read and not noted: the same id arrives twice, with one text', async () => {
      await dying('sent-not-noted', async (given, ledger) => {
        expect(turnsOf(ledger)).toMatchObject([{ parts: [{ state: 'sending', again: 0 }] }]);
        expect(copies(given)).toBe(1);
        await answeredInTheEnd(given);
        expect(copies(given)).toBe(2);
      });
    });

    it.each(['turn-running', 'final-committed'] as const)('at the point %s: answered once', async (point) => {
      await dying(point, async (given) => {
        expect(copies(given)).toBe(0);
        await answeredInTheEnd(given);
        expect(copies(given)).toBe(1);
      });
    });

    it('between the write of a message and whatever the library stores after it: nobody has to ask again', async () => {
      await scene(async (given) => {
        const { server, alice, dataDir, provision } = given;
        await linkedBefore(given);
        const hook = pathToFileURL(join(import.meta.dirname, 'lib/after-write.ts')).href;
        await using host = workplace.startBuilt(dataDir, {
          provision,
          environment: { NODE_OPTIONS: `--import ${hook}` },
        });
        await isUp(host);
        // One more exchange, so that this life has a session and asks the service for nothing.
        const before = alice.arrivals.items.length;
        alice.say('Good morning');
        await alice.arrivals.waitFor((one) => alice.arrivals.items.indexOf(one) >= before, wait);
        host.process.kill('SIGUSR2');
        while (!host.said.includes('armed')) await passes(10);
        alice.say(`Question ${marker}`);
        expect(await host.ended).toMatchObject({ signal: 'SIGKILL' });
        await alice.arrivals.waitFor(({ text }) => text.includes(marker), wait);
        await using next = workplace.startBuilt(dataDir, { provision });
        await isUp(next);
        alice.say(`Question ${later}`);
        await alice.arrivals.waitFor(({ text }) => text.includes(later), wait);
        await checkTaken(server);
        expect(server.unreadable.items, 'nobody met a message he could not read').toEqual([]);
        expect(alice.receipts.items.filter(({ type }) => type === 'retry')).toEqual([]);
        expect(copies(given), 'under one id, twice').toBe(2);
        expect(await next.stop()).toMatchObject({ code: 0 });
        const { turns } = readLedger(dataDir);
        expect(turns.flatMap(({ parts }) => parts.map(({ state, again }) => `${state} ${String(again)}`))).toEqual(
          turns.map(() => 'sent 0'),
        );
      });
    });
  });

  describe('in the middle of a pairing', () => {
    /** Pairs if it has to, and asks and answers something; tells whether the link stood by itself. */
    async function linksAndAnswers({ server, alice, dataDir, provision }: Scene): Promise<boolean> {
      await using host = workplace.startBuilt(dataDir, { provision });
      const { url, token } = await host.ready();
      using window = await new RpcClient(url, token).opened();
      const { state } = await linkIs(window, linkId, ({ kind }) => kind === 'up' || kind === 'signed-out');
      const standsByItself = state.kind === 'up';
      if (standsByItself) await settledLink(window, server, linkId);
      else {
        expect(state).toMatchObject({ reason: { code: 'link.not-linked' } });
        await linkPhone(window, server, linkId);
      }
      await passes(1_000);
      alice.say(`Question ${marker}`);
      await alice.arrivals.waitFor(({ text }) => text.includes(marker), wait);
      await checkTaken(server);
      expect(server.violations.items).toEqual([]);
      expect(await host.stop()).toMatchObject({ code: 0 });
      return standsByItself;
    }

    /** Begins to pair, `act` in the window, and dies once `when` has come to pass. */
    async function cut(
      { dataDir, provision }: Scene,
      act: (window: RpcClient) => Promise<void>,
      when?: (kill: () => void) => Disposable,
    ): Promise<void> {
      await using host = workplace.startBuilt(dataDir, { provision });
      const { url, token } = await host.ready();
      using window = await new RpcClient(url, token).opened();
      using _watching = when?.(() => void host.process.kill('SIGKILL'));
      await act(window);
      if (when === undefined) await host.kill();
      expect(await host.ended).toMatchObject({ signal: 'SIGKILL' });
    }

    it('while a QR code is shown: nothing is left, and it begins again', async () => {
      await scene(async (given) => {
        await cut(given, async (window) => {
          await window.value('links.pair', { link: linkId });
          await shownQr(window, linkId);
        });
        expect(await linksAndAnswers(given)).toBe(false);
      });
    });

    it('while a code is shown that was asked for by number: what is half made is no identity', async () => {
      await scene(async (given) => {
        await cut(given, async (window) => {
          await window.value('links.pair', { link: linkId, number: given.server.phone().number });
          await linkIs(window, linkId, (state) => state.kind === 'pairing' && state.step.kind === 'show-code');
        });
        expect(await linksAndAnswers(given)).toBe(false);
      });
    });

    /** Scans, and does not wait for what becomes of it. */
    const scans = (given: Scene) => async (window: RpcClient) => {
      await window.value('links.pair', { link: linkId });
      void given.server.phone().scan(await shownQr(window, linkId));
    };

    const stanza = (
      given: Scene,
      direction: Traffic['direction'],
      tag: string,
      fits: (one: Traffic) => boolean,
      delayMs: number,
    ) => {
      return (kill: () => void): Disposable =>
        given.server.traffic.subscribe((one) => {
          if (one.direction !== direction || one.node.tag !== tag || !fits(one)) return;
          if (delayMs === 0) kill();
          else void passes(delayMs).then(kill);
        });
    };

    const holds = (name: string) => (one: Traffic) =>
      Array.isArray(one.node.content) && one.node.content.some(({ tag }) => tag === name);

    it.each([0, 3, 10, 30])(
      '%i ms after the service said that it is linked: linked, or to be linked again',
      async (ms) => {
        await scene(async (given) => {
          await cut(given, scans(given), stanza(given, 'out', 'iq', holds('pair-success'), ms));
          await linksAndAnswers(given);
        });
      },
    );

    it('right after 515: it logs in by itself, and no phone has to scan again', async () => {
      await scene(async (given) => {
        const is515 = (one: Traffic): boolean => one.node.attrs['code'] === '515';
        await cut(given, scans(given), stanza(given, 'out', 'stream:error', is515, 0));
        expect(await linksAndAnswers(given)).toBe(true);
        expect(given.server.phone().companions).toHaveLength(1);
      });
    });

    it.each([0, 15, 60])('%i ms after its first login: it goes on', async (ms) => {
      await scene(async (given) => {
        await cut(
          given,
          scans(given),
          stanza(given, 'out', 'success', () => true, ms),
        );
        expect(await linksAndAnswers(given)).toBe(true);
      });
    });
  });
});
