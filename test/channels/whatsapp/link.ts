/**
 * A WhatsApp channel on the emulated service, with a core that keeps what it is given. Its clock is one that only the
 * test moves, unless another is given; the library's own time cannot be moved.
 */
import type { WhatsAppDeps } from '../../../main/channels/whatsapp/index.ts';
import { createWhatsAppChannel } from '../../../main/channels/whatsapp/index.ts';
import type {
  Channel,
  InboundBatch,
  LinkIdentity,
  LinkState,
  PairingRequest,
  PairingStep,
  Receive,
} from '../../../main/gateway/channel.ts';
import type { Clock } from '../../../main/gateway/clock.ts';
import type { IdentityFiles } from '../../../main/gateway/identity-file.ts';
import type { Log, LogFields, LogLevel } from '../../../main/gateway/log.ts';
import { EventLog } from '../../emulators/lib/event-log.ts';
import type { WhatsAppEmulator } from '../../emulators/whatsapp/server.ts';
import { startWhatsApp } from '../../emulators/whatsapp/server.ts';
import type { WhatsAppOptions } from '../../emulators/whatsapp/world.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { MemoryFiles } from '../../lib/memory-files.ts';
import { linkRow } from '../telegram-link.ts';
import { watch } from './watch.ts';

/** A wait that fails the test with a sentence instead of its time-out. */
export const SOON = { timeoutMs: 15_000 };
export const LINK = 'wa';

export interface LogLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

export interface LinkOptions {
  readonly server?: WhatsAppOptions;
  /** A server that stands already; it is not closed with the link. */
  readonly at?: WhatsAppEmulator;
  /** In place of a clock that only the test moves. */
  readonly clock?: Clock;
  /** What an earlier run of the link has left. */
  readonly files?: IdentityFiles;
  /** In place of a store that takes everything. */
  readonly receive?: Receive;
  /** In place of the server's own, for what it is told. */
  readonly serverKey?: string | null;
  readonly apiRoot?: string | null;
  readonly deps?: Partial<WhatsAppDeps>;
  /** Not started; the test does that. */
  readonly idle?: boolean;
}

export interface WhatsAppLink extends AsyncDisposable {
  readonly server: WhatsAppEmulator;
  readonly clock: ManualClock;
  readonly files: MemoryFiles;
  readonly channel: Channel;
  readonly states: EventLog<LinkState>;
  readonly identities: EventLog<LinkIdentity>;
  /** What the core was given, as it was given. */
  readonly batches: EventLog<InboundBatch>;
  readonly lines: EventLog<LogLine>;
  start(): void;
}

/** A channel that is not linked, and its server. */
export async function startLink(options: LinkOptions = {}): Promise<WhatsAppLink> {
  const server = options.at ?? (await startWhatsApp(options.server ?? {}));
  const clock = new ManualClock(Date.now());
  const files = new MemoryFiles();
  const lines = new EventLog<LogLine>('line of the log');
  const log: Log = { write: (level, event, fields = {}) => lines.add({ level, event, fields }) };
  const channel = createWhatsAppChannel(
    {
      clock: options.clock ?? clock,
      random: () => 0.5,
      log,
      fetch: globalThis.fetch,
      identities: watch.identities(options.files ?? files),
      environment: {},
      ...options.deps,
    },
    {
      link: {
        ...linkRow('whatsapp', options.apiRoot === undefined ? server.url : options.apiRoot),
        id: LINK,
        serverKey: options.serverKey === undefined ? server.rootKey.toString('hex') : options.serverKey,
      },
      secret: null,
      cursor: () => null,
    },
  );
  const states = new EventLog<LinkState>('state');
  const identities = new EventLog<LinkIdentity>('identity');
  const batches = new EventLog<InboundBatch>('batch');
  const receive = options.receive ?? (async () => undefined);
  watch.service(server);
  watch.log(lines.items);
  watch.heard(batches.items);
  channel.state.subscribe((state) => {
    states.add(state);
    watch.secret(qrIn(state)?.text ?? '');
  });
  channel.identity.subscribe((identity) => {
    if (identity !== null) identities.add(identity);
  });
  const start = (): void =>
    channel.start(async (batch) => {
      await receive(batch);
      batches.add(batch);
    });
  if (options.idle !== true) start();
  return {
    server,
    clock,
    files: options.files instanceof MemoryFiles ? options.files : files,
    channel,
    states,
    identities,
    batches,
    lines,
    start,
    async [Symbol.asyncDispose]() {
      await stopped(channel, clock);
      if (options.at === undefined) await server[Symbol.asyncDispose]();
    },
  };
}

/** A server that does not even answer the close is cut, on the clock of the test. */
async function stopped(channel: Channel, clock: ManualClock): Promise<void> {
  let isOver = false;
  const over = channel.stop().then(() => {
    isOver = true;
  });
  await clock.elapse(0);
  while (!isOver) {
    await clock.elapse(1_000);
  }
  await over;
}

/** Starts the channel and links it with a QR code; it is up when this resolves. */
export async function startLinked(options: LinkOptions = {}): Promise<WhatsAppLink> {
  const link = await startLink(options);
  await linkByQr(link);
  return link;
}

/** Links a started channel with a QR code. */
export async function linkByQr(link: WhatsAppLink): Promise<void> {
  await next(link, (state) => state.kind !== 'connecting' && state.kind !== 'off', 0);
  const qr = await shownQr(link, { number: null });
  const outcome = await link.server.phone().scan(qr.text);
  if (outcome.kind !== 'linked') throw new Error(`The phone refused: ${outcome.reason}.`);
  await isUp(link);
  const { companion } = link.server.phone();
  const received = ({ type, from }: { readonly type: string; readonly from: string }): boolean =>
    type === 'hist_sync' && from === companion.numberAddress;
  await link.server.phone().receipts.waitFor(received, SOON);
}

type ShownQr = Extract<PairingStep, { readonly kind: 'show-qr' }>;

/** Begins a pairing and waits for its first QR code. */
export async function shownQr(link: WhatsAppLink, request: PairingRequest = { number: null }): Promise<ShownQr> {
  const from = link.states.items.length;
  link.channel.pair?.(request);
  return nextQr(link, () => true, from);
}

/** The next step with a QR code for which `fits` holds. */
export async function nextQr(
  link: WhatsAppLink,
  fits: (step: ShownQr) => boolean = () => true,
  from = link.states.items.length,
): Promise<ShownQr> {
  const state = await next(link, (one) => qrIn(one) !== null && fits(qrIn(one) ?? nothing), from);
  return qrIn(state) ?? nothing;
}

const nothing: ShownQr = { kind: 'show-qr', text: '', until: 0, again: false };

function qrIn(state: LinkState): ShownQr | null {
  return state.kind === 'pairing' && state.step.kind === 'show-qr' ? state.step : null;
}

/** The first step of that kind, of now or later. */
export async function step<Kind extends PairingStep['kind']>(
  link: WhatsAppLink,
  kind: Kind,
): Promise<Extract<PairingStep, { readonly kind: Kind }>> {
  const isIt = (one: PairingStep): one is Extract<PairingStep, { readonly kind: Kind }> => one.kind === kind;
  const now = link.channel.state.value;
  const fits = (state: LinkState): boolean => state.kind === 'pairing' && isIt(state.step);
  const state = fits(now) ? now : await next(link, fits);
  if (state.kind !== 'pairing' || !isIt(state.step)) throw new Error('A step was awaited and another state came.');
  return state.step;
}

/** The first state that fits, not counting the first `from`; by default those that have been. */
export function next(
  link: Pick<WhatsAppLink, 'states'>,
  fits: (state: LinkState) => boolean,
  from = link.states.items.length,
): Promise<LinkState> {
  return link.states.waitFor((state) => link.states.items.indexOf(state) >= from && fits(state), SOON);
}

/** Resolves when the link is up, at once when it is. */
export async function isUp(link: WhatsAppLink): Promise<void> {
  if (link.channel.state.value.kind !== 'up') await next(link, ({ kind }) => kind === 'up');
}

/** The state of that kind, now or next. */
export async function isIn<Kind extends LinkState['kind']>(
  link: WhatsAppLink,
  kind: Kind,
): Promise<Extract<LinkState, { readonly kind: Kind }>> {
  const isIt = (state: LinkState): state is Extract<LinkState, { readonly kind: Kind }> => state.kind === kind;
  const now = link.channel.state.value;
  const state = isIt(now) ? now : await next(link, isIt);
  if (!isIt(state)) throw new Error('A state was awaited and another came.');
  return state;
}

/** The link is up again after it was not: waits for the retry, lets its time pass and waits for the login. */
export async function comesBack(link: WhatsAppLink): Promise<void> {
  const { at } = await isIn(link, 'retrying');
  const up = next(link, ({ kind }) => kind === 'up');
  await link.clock.elapse(Math.max(0, at - link.clock.now()));
  await up;
}
