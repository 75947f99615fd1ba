/*
 * A link that is cut again and again: by the network, by the service's word, and by a connection that stands and carries
 * nothing any more. After each it is up again, and afterwards nothing of all those sockets is left.
 */
import { expect, it } from 'vitest';
import { createWhatsAppChannel } from '../../../main/channels/whatsapp/index.ts';
import type { Channel, InboundBatch, LinkState } from '../../../main/gateway/channel.ts';
import { counts } from '../../counts.ts';
import { EventLog } from '../../emulators/lib/event-log.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { MemoryFiles } from '../../lib/memory-files.ts';
import { linkRow } from '../../store/support.ts';
import { startFarServer, type FarServer } from './far-server.ts';
import { heapAfterCollection, held, timers, timersRunOut } from './held.ts';

const wait = { timeoutMs: 20_000 };
const mib = 1024 * 1024;
/** What a heap may grow by over all reconnects: a socket that stays has some hundred kilobytes. */
const mostGrowth = 10 * mib;

class Link {
  readonly clock = new ManualClock(Date.now());
  readonly states = new EventLog<LinkState>('state', 50);
  readonly batches = new EventLog<InboundBatch>('batch', 50);
  readonly channel: Channel;
  readonly #server: FarServer;

  constructor(server: FarServer, channel: (clock: ManualClock) => Channel) {
    this.#server = server;
    this.channel = channel(this.clock);
    this.channel.state.subscribe((state) => this.states.add(state));
  }

  get state(): LinkState {
    return this.channel.state.value;
  }

  start(): void {
    this.channel.start((batch) => {
      this.batches.add(batch);
      return Promise.resolve();
    });
  }

  /** Time goes on while a pause between two tries is waited for, and stands still while the service works. */
  async isUp(): Promise<void> {
    while (this.state.kind !== 'up') {
      const { state } = this;
      if (state.kind === 'retrying') this.clock.advance(Math.max(1, state.at - this.clock.now()));
      else if (state.kind !== 'connecting') throw new Error(`The link is ${JSON.stringify(state)}.`);
      if (this.state === state) await this.#changes(state);
    }
  }

  /** Time goes on, in steps, until the link notices that it is not up. */
  async noticesSilence(): Promise<void> {
    for (let passed = 0; this.state.kind === 'up'; passed += 5_000) {
      if (passed > 180_000) throw new Error('A silent connection is taken for a living one.');
      await this.clock.elapse(5_000);
    }
    // The close of the WebSocket is waited for a little, and the socket then cut.
    for (let passed = 0; this.state.kind !== 'retrying' && passed < 20_000; passed += 500) await this.clock.elapse(500);
  }

  async isDown(): Promise<void> {
    while (this.state.kind === 'up') await this.#changes(this.state);
  }

  async pairs(): Promise<void> {
    this.channel.pair?.({ number: null });
    const shown = await this.states.waitFor((state) => qrOf(state) !== undefined, wait);
    expect(await this.#server.ask('scan', { qr: qrOf(shown) ?? '' })).toEqual({ outcome: 'linked' });
    await this.states.waitFor(({ kind }) => kind === 'up', wait);
  }

  /** A message comes through, so that the link is worth its name. */
  async hears(text: string): Promise<void> {
    await this.#server.ask('say', { number: '4915550001', text });
    const has = ({ events }: InboundBatch): boolean => events.some((event) => event.text === text);
    await this.batches.waitFor(has, wait);
  }

  async #changes(before: LinkState): Promise<void> {
    if (this.state !== before) return;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const limit = AbortSignal.timeout(wait.timeoutMs);
    const late = (): void => reject(new Error(`The link stays ${JSON.stringify(before)}.`));
    limit.addEventListener('abort', late);
    const watching = this.channel.state.subscribe((state) => {
      if (state !== before) resolve(undefined);
    });
    try {
      await promise;
    } finally {
      watching[Symbol.dispose]();
      limit.removeEventListener('abort', late);
    }
  }
}

function qrOf(state: LinkState): string | undefined {
  return state.kind === 'pairing' && state.step.kind === 'show-qr' ? state.step.text : undefined;
}

const faults = ['drop', 'endStream', 'silence'] as const;

it(
  'leaves nothing behind, however often it has to connect again',
  async () => {
    expect(globalThis.gc, 'the heap can be collected').toBeDefined();
    await using server = await startFarServer(100);
    const link = new Link(server, (clock) =>
      createWhatsAppChannel(
        {
          clock,
          random: () => 0.5,
          log: { write: () => undefined },
          fetch: () => Promise.reject(new Error('Nothing is fetched.')),
          identities: new MemoryFiles(),
          environment: {},
        },
        {
          link: linkRow({ id: 'phone', kind: 'whatsapp', apiRoot: server.url, serverKey: server.rootKey }),
          secret: null,
          cursor: () => null,
        },
      ),
    );
    const [before, timersBefore] = [held(), timers()];
    link.start();
    await link.states.waitFor(({ kind }) => kind === 'signed-out', wait);
    await link.pairs();
    const first: { readonly held: Readonly<Record<string, number>>; readonly heap: number }[] = [];
    for (let round = 0; round < counts.reconnects; round += 1) {
      const what = faults[round % faults.length] ?? 'drop';
      await server.ask('happen', { what, how: 'half-open' });
      if (what === 'silence') await link.noticesSilence();
      else await link.isDown();
      await link.isUp();
      if (round % 20 === 19) await link.hears(`round ${String(round)}`);
      // By then everything that is made once has been made.
      if (round === 29) first.push({ held: held(), heap: await heapAfterCollection() });
    }
    await link.hears('the last');
    const [warm] = first;
    const growth = (await heapAfterCollection()) - (warm?.heap ?? 0);
    expect(held()).toEqual(warm?.held);
    expect(growth).toBeLessThanOrEqual(mostGrowth);
    const { connections, ...service } = await server.ask('counts');
    expect(service).toMatchObject({ violations: 0, unreadable: 0 });
    // One to be paired and one to log in come before.
    expect(connections).toBeGreaterThanOrEqual(counts.reconnects + 2);
    await link.channel.stop();
    expect(link.clock.pending, 'no timer of ours waits').toBe(0);
    expect(held()).toEqual(before);
    await timersRunOut(timersBefore);
    expect(timers(), 'no timer of the library waits').toBe(timersBefore);
    process.stdout.write(
      `${String(counts.reconnects)} reconnects: the heap grew by ${(growth / mib).toFixed(2)} MiB\n`,
    );
  },
  20 * 60_000,
);
