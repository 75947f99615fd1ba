/** A Telegram channel on the emulator, with a clock that only the test moves and logs to wait on. */
import { createTelegramChannel } from '../../main/channels/telegram/index.ts';
import type {
  Channel,
  ChannelSeed,
  InboundBatch,
  LinkState,
  Receive,
  SendOptions,
} from '../../main/gateway/channel.ts';
import type { LogFields, LogLevel } from '../../main/gateway/log.ts';
import type { Capabilities, ChatRef, LinkRow } from '../../main/gateway/types.ts';
import { EventLog } from '../emulators/lib/event-log.ts';
import type { TelegramEmulator } from '../emulators/telegram/server.ts';
import { startTelegram } from '../emulators/telegram/server.ts';
import type { TelegramOptions } from '../emulators/telegram/types.ts';
import { ManualClock } from '../lib/manual-clock.ts';

export const TOKEN = '777000:AAtest-token_for-the-emulator-0001';
export const BOT = '777000';

export interface LogLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

export interface TelegramLink extends AsyncDisposable {
  readonly server: TelegramEmulator;
  readonly clock: ManualClock;
  readonly channel: Channel;
  readonly states: EventLog<LinkState>;
  readonly batches: EventLog<InboundBatch>;
  readonly lines: readonly LogLine[];
}

export interface LinkOptions {
  readonly server?: Partial<TelegramOptions>;
  readonly secret?: string | null;
  readonly apiRoot?: (url: string) => string;
  readonly cursor?: ChannelSeed['cursor'];
  readonly fetch?: typeof globalThis.fetch;
  /** In place of a store that takes everything. */
  readonly receive?: Receive;
  /** What the link remembers of its server. */
  readonly capabilities?: Capabilities;
  /** Not started; the test does that. */
  readonly idle?: boolean;
}

/** Where the bot's owner writes. */
export const CHAT: ChatRef = { chat: '4242', topic: null };
/** A wait that fails the test with a sentence instead of its time-out. */
export const SOON = { timeoutMs: 5_000 };

/** Sent as it is: no label, nothing answered, no id of ours. */
export const none: SendOptions = { ownId: null, label: null, replyTo: null };
/** Nobody gives up. */
export const never = new AbortController().signal;

export function linkRow(kind: LinkRow['kind'], apiRoot: string | null = null): LinkRow {
  return {
    id: kind === 'telegram' ? 'bot' : kind,
    kind,
    name: 'Test',
    account: null,
    handle: null,
    enabled: true,
    apiRoot,
    serverKey: null,
    mode: 'people',
    device: null,
    language: null,
    linkedAt: null,
    capabilities: {},
    pausedUntil: null,
    persona: null,
    fixedByFile: false,
    createdAt: 0,
  };
}

export async function startLink(options: LinkOptions = {}): Promise<TelegramLink> {
  const server = await startTelegram({ token: TOKEN, ...options.server });
  const clock = new ManualClock();
  const states = new EventLog<LinkState>('state');
  const batches = new EventLog<InboundBatch>('batch');
  const lines: LogLine[] = [];
  const channel = createTelegramChannel(
    {
      clock,
      random: () => 0.5,
      log: { write: (level, event, fields = {}) => void lines.push({ level, event, fields }) },
      fetch: options.fetch ?? globalThis.fetch,
    },
    {
      link: {
        ...linkRow('telegram', (options.apiRoot ?? ((url) => url))(server.url)),
        capabilities: options.capabilities ?? {},
      },
      secret: options.secret === undefined ? TOKEN : options.secret,
      cursor: options.cursor ?? (() => null),
    },
  );
  channel.state.subscribe((state) => states.add(state));
  const receive = options.receive ?? (async () => undefined);
  if (options.idle !== true) {
    channel.start((batch) => {
      batches.add(batch);
      return receive(batch);
    });
  }
  return {
    server,
    clock,
    channel,
    states,
    batches,
    lines,
    async [Symbol.asyncDispose]() {
      await channel.stop();
      await server.close();
    },
  };
}

/** The `offset` of each getUpdates so far; undefined where the call said none. */
export function offsets(server: TelegramEmulator): readonly unknown[] {
  return server.calls('getUpdates').map((call) => call.params['offset']);
}

/** Waits until so many calls of a method have arrived. */
export async function calls(server: TelegramEmulator, method: string, count: number): Promise<void> {
  await server.waitFor((call) => call.apiMethod === method && server.calls(method).length >= count, SOON);
}

/** Waits until the link has waited `count` times for a retry or conflict, and returns the newest state. */
export async function troubled(link: TelegramLink, count: number): Promise<LinkState> {
  const isTrouble = (state: LinkState): boolean => state.kind === 'retrying' || state.kind === 'conflict';
  return link.states.waitFor((state) => isTrouble(state) && troubles(link).indexOf(state) === count - 1, SOON);
}

/** Every retry and conflict so far. */
export function troubles(link: TelegramLink): readonly LinkState[] {
  return link.states.items.filter(({ kind }) => kind === 'retrying' || kind === 'conflict');
}

export async function isUp(link: TelegramLink): Promise<void> {
  if (link.channel.state.value.kind === 'up') return;
  const from = link.states.items.length;
  await link.states.waitFor((state) => state.kind === 'up' && link.states.items.indexOf(state) >= from, SOON);
}

/** All bytes of a download. */
export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Where a request goes, for a `fetch` of a test that treats some of them differently. */
export function addressOf(input: Parameters<typeof globalThis.fetch>[0]): string {
  if (typeof input === 'string') return input;
  return input instanceof URL ? input.href : input.url;
}
