/**
 * A whole gateway for a test: real store in a directory of its own, real settings, secrets, sentences, channels and
 * models; Telegram and an OpenAI-compatible server as emulators on real sockets; a clock that only the test moves.
 * Disposing it fails the test when an error was logged that it did not expect.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createIds } from '../../main/api/machine.ts';
import { createSentences } from '../../main/store/sentences.ts';
import { createChannelFactory } from '../../main/channels/catalog.ts';
import { parseMarkdown } from '../../main/channels/formatting/parse.ts';
import type { InboundMessage } from '../../main/gateway/channel.ts';
import { createGateway } from '../../main/gateway/compose.ts';
import type { CoreEvent } from '../../main/gateway/events.ts';
import type { Gateway, GatewayPorts } from '../../main/gateway/gateway.ts';
import type { Log, LogFields, LogLevel } from '../../main/gateway/log.ts';
import type { SettingKey } from '../../main/gateway/settings.ts';
import type { ConversationRow, MessageRow, Role, TurnRow } from '../../main/gateway/types.ts';
import { subject } from '../../main/lib/observable.ts';
import { createProviderFactory } from '../../main/models/catalog.ts';
import { openDataKey } from '../../main/store/data-key.ts';
import { createIdentityFiles } from '../../main/store/identities.ts';
import { openSettings } from '../../main/store/settings-file.ts';
import { openStore, type Store } from '../../main/store/store.ts';
import { EventLog } from '../emulators/lib/event-log.ts';
import type { OpenAiEmulator } from '../emulators/openai/server.ts';
import type { OpenAiOptions } from '../emulators/openai/types.ts';
import { startOpenAi } from '../emulators/openai/server.ts';
import type { Sent } from '../emulators/telegram/types.ts';
import { startTelegram, type TelegramEmulator } from '../emulators/telegram/server.ts';
import { ManualClock } from './manual-clock.ts';

const token = '777000:AAtest-token_for-the-emulator-0001';
/** The id of the emulated bot, which is also the account of the link `bot`. */
export const botAccount = '777000';
/** The person that {@link startGateway} makes the owner on the link `bot`; also the number of his private chat. */
export const ownerChat = 4242;
/** A wait that fails the test with a sentence instead of its time-out. */
export const soon = { timeoutMs: 15_000 };
const poll = { interval: 2, timeout: 15_000 };

export interface GatewayOptions {
  readonly settings?: Partial<Record<SettingKey, unknown>>;
  /** Stands between the gateway and single ports, at each start anew. */
  readonly wrap?: (ports: GatewayPorts) => GatewayPorts;
  /** With the link `bot` to the emulator. Default true. */
  readonly telegram?: boolean;
  /** Role of {@link ownerChat}; null leaves him unknown. Default `owner`. */
  readonly role?: Exclude<Role, 'unknown'> | null;
  /** What the emulated server of models is like, beside its models. */
  readonly openai?: Omit<OpenAiOptions, 'models'>;
  /** The price file. Default: it names no model. */
  readonly listPrice?: GatewayPorts['listPrice'];
  /** Default: none. */
  readonly tools?: GatewayPorts['tools'];
  readonly memory?: GatewayPorts['memory'];
  /** Error lines that belong to what the test does. */
  readonly errors?: readonly string[];
}

export interface LogLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

/** What one start of the program holds. */
interface Run {
  readonly gateway: Gateway;
  readonly store: Store;
  readonly ports: GatewayPorts;
}

/** Starts a gateway with the default model `lab/gpt-test` and, unless told otherwise, the Telegram link `bot`. */
export async function startGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const clock = new ManualClock();
  const openai = await startOpenAi({ ...options.openai, models: ['gpt-test', 'gpt-other'] });
  const telegram = await startTelegram({ token, now: () => clock.now() });
  const test = new TestGateway(options, clock, openai, telegram);
  await test.open();
  const { models, links, people } = test.gateway;
  await models.saveProvider({
    id: 'lab',
    kind: 'openai',
    name: null,
    baseUrl: openai.url,
    key: 'sk-test',
    fixedByFile: false,
  });
  models.choose({ default: 'lab/gpt-test' });
  if (options.telegram === false) return test;
  await links.add({ id: 'bot', kind: 'telegram', secret: token, apiRoot: telegram.url, fixedByFile: false });
  if (options.role !== null) await people.setRole('bot', String(ownerChat), options.role ?? 'owner', 'owner');
  await test.linkIs('up');
  return test;
}

export class TestGateway implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly openai: OpenAiEmulator;
  readonly telegram: TelegramEmulator;
  readonly lines: LogLine[] = [];
  /** Everything the gateway published, over all starts. */
  readonly events = new EventLog<CoreEvent>('event');
  readonly #options: GatewayOptions;
  readonly #dataDir = mkdtempSync(join(tmpdir(), 'porchlight-gateway-'));
  readonly #log: Log = { write: (level, event, fields = {}) => void this.lines.push({ level, event, fields }) };
  #run: Run | null = null;
  #keys = 0;

  constructor(options: GatewayOptions, clock: ManualClock, openai: OpenAiEmulator, telegram: TelegramEmulator) {
    this.#options = options;
    this.clock = clock;
    this.openai = openai;
    this.telegram = telegram;
    for (const folder of ['attachments', 'backups', 'logs']) mkdirSync(join(this.#dataDir, folder));
  }

  get gateway(): Gateway {
    return this.#running().gateway;
  }

  get ports(): GatewayPorts {
    return this.#running().ports;
  }

  /** What is committed. */
  get read(): Store['read'] {
    return this.store.read;
  }

  get store(): Store {
    return this.#running().store;
  }

  get files(): Store['files'] {
    return this.#running().store.files;
  }

  get bot(): TelegramEmulator['bot'] {
    return this.telegram.bot;
  }

  /** The program starts on what lies in the data directory. */
  async open(): Promise<void> {
    const { clock } = this;
    const log = this.#log;
    const dataDir = this.#dataDir;
    const ids = createIds(clock);
    const opened = await openStore({ dataDir, clock, ids, log });
    if (!opened.ok) throw new Error(`the store was not opened: ${opened.failure.code}`);
    const store = opened.value;
    const settings = await openSettings({ dataDir, clock, log });
    const fixed = settings.fix({ 'delivery.pacing': 0, ...this.#options.settings });
    if (!fixed.ok) throw new Error(`a setting was refused: ${JSON.stringify(fixed.failure)}`);
    const key = await openDataKey({ dataDir, given: undefined, wrapping: null, store, log });
    if (!key.ok) throw new Error(`no data key: ${key.failure.code}`);
    const random = (): number => 0.5;
    const identities = createIdentityFiles({ dataDir, box: key.value.box, clock, log });
    const ports: GatewayPorts = {
      storage: store,
      settings,
      secrets: key.value.box,
      sentences: createSentences(),
      clock,
      ids,
      random,
      log,
      systemTimeZone: 'UTC',
      parseMarkdown,
      createChannel: createChannelFactory({ clock, random, ids, log, fetch, identities, environment: {} }),
      createProvider: createProviderFactory({ clock, ids, fetch }),
      files: store.files,
      identities,
      listPrice: this.#options.listPrice ?? (() => null),
      tools: this.#options.tools ?? subject([]),
      memory: this.#options.memory ?? null,
    };
    const wrapped = this.#options.wrap?.(ports) ?? ports;
    const gateway = createGateway(wrapped);
    gateway.events.subscribe((event) => this.events.add(event));
    this.#run = { gateway, store, ports: wrapped };
    await gateway.start();
  }

  /** An orderly end: drains for at most `deadline` of clock time. */
  async stop(deadline = 10_000): Promise<void> {
    const { gateway, store } = this.#running();
    await this.drive(gateway.stop(deadline));
    await store.close();
    this.#run = null;
  }

  /** The process is gone from one moment to the next: nothing more is written, whatever was under way. */
  async crash(): Promise<void> {
    const { gateway, store } = this.#running();
    const before = this.lines.length;
    await store.close();
    await this.drive(gateway.stop(0));
    this.#run = null;
    // A process that is gone complains of nothing: these lines are an artefact of crashing it within this one.
    const gone = this.lines
      .splice(before)
      .filter(({ fields }) => !String(fields['error']).includes('database is not open'));
    this.lines.push(...gone);
  }

  /** Wall time goes on as while the machine sleeps: no timer runs meanwhile. */
  sleep(ms: number): void {
    this.clock.setWall(this.clock.now() + ms);
  }

  /** Waits for `promise`, moving the clock from timer to timer while it is not settled. */
  async drive<T>(promise: Promise<T>): Promise<T> {
    const state = { settled: false };
    const done = promise.finally(() => void (state.settled = true));
    const turns = async (): Promise<void> => {
      while (!state.settled) await this.clock.elapse(100);
    };
    const [value] = await Promise.all([done, turns()]);
    return value;
  }

  /** A person writes to the bot. */
  say(text: string, chatId = ownerChat): void {
    this.bot.say({ chatId, text });
  }

  /** Waits until the bot has sent so many messages into a chat, and returns their texts. */
  async replies(count: number, chatId = ownerChat): Promise<readonly string[]> {
    await this.bot.waitForSend(() => this.#sent(chatId).length >= count, soon);
    return this.sent(chatId);
  }

  /** Texts the bot sent into a chat so far. */
  sent(chatId = ownerChat): readonly string[] {
    return this.#sent(chatId).map(({ text }) => text ?? '');
  }

  /** A message written in the window, in the thread `chat`. */
  submit(text: string, chat = 'thread', key = `w${String(++this.#keys)}`): Promise<MessageRow> {
    return this.gateway.submit('window', this.#inbound(text, chat, key));
  }

  /** The same through `/v1` with `user`. */
  ask(text: string, user = 'someone', key = `a${String(++this.#keys)}`): Promise<MessageRow> {
    return this.gateway.submit('api', this.#inbound(text, user, key));
  }

  /** The conversation of a chat of the bot, or of a thread of the window. */
  conversation(chat: number | string = ownerChat, link = typeof chat === 'number' ? 'bot' : 'window'): ConversationRow {
    const found = this.read.conversations.find(link, { chat: String(chat), topic: null });
    if (found === null) throw new Error(`there is no conversation ${String(chat)} on ${link}`);
    return found;
  }

  /** The stored messages of a conversation, oldest first. */
  messages(chat: number | string = ownerChat): readonly MessageRow[] {
    const link = typeof chat === 'number' ? 'bot' : 'window';
    const found = this.read.conversations.find(link, { chat: String(chat), topic: null });
    return found === null ? [] : this.read.messages.page(found.id, 1000);
  }

  message(text: string, chat: number | string = ownerChat): MessageRow {
    const found = this.messages(chat).find((message) => message.text === text);
    if (found === undefined) throw new Error(`no message ${text}`);
    return found;
  }

  turn(text: string, chat: number | string = ownerChat): TurnRow {
    const found = this.read.turns.get(this.message(text, chat).turn ?? '');
    if (found === null) throw new Error(`no turn covers ${text}`);
    return found;
  }

  /** Waits until `look` gives `expected`. */
  async until<T>(look: () => T, expected: T): Promise<void> {
    await expect.poll(look, poll).toEqual(expected);
  }

  /** Waits until a message has come to be in a state. */
  async becomes(text: string, state: MessageRow['state'], chat: number | string = ownerChat): Promise<void> {
    await this.until(() => this.messages(chat).find((message) => message.text === text)?.state, state);
  }

  async linkIs(kind: string): Promise<void> {
    await this.until(() => this.gateway.links.get('bot')?.state.kind, kind);
  }

  /** Nothing waits, runs or is to be sent. */
  async idle(): Promise<void> {
    const { gateway } = this;
    await this.until(
      () => {
        const { runningTurns, waitingMessages, unsentReplies } = gateway.health();
        return { runningTurns, waitingMessages, unsentReplies };
      },
      { runningTurns: 0, waitingMessages: 0, unsentReplies: 0 },
    );
  }

  /** Waits until the model was asked so many times. */
  async asked(count: number): Promise<void> {
    await this.openai.waitFor(() => this.openai.chats.length >= count, soon);
  }

  /** The prompt of the `index`th chat call as `role: text` lines; the system message is left out. */
  prompt(index: number): readonly string[] {
    const body = this.openai.chats.at(index)?.body;
    const { messages } = body as { readonly messages: readonly { readonly role: string; readonly content: unknown }[] };
    return messages.filter(({ role }) => role !== 'system').map(({ role, content }) => `${role}: ${textOf(content)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#run !== null) await this.stop(0);
    await this.openai.close();
    await this.telegram.close();
    this.events.close();
    rmSync(this.#dataDir, { recursive: true, force: true });
    const unexpected = this.lines.filter(
      ({ level, event }) => level === 'error' && this.#options.errors?.includes(event) !== true,
    );
    expect(unexpected, 'error lines that the test did not expect').toEqual([]);
  }

  #running(): Run {
    if (this.#run === null) throw new Error('the gateway is not running');
    return this.#run;
  }

  #sent(chatId: number): readonly Sent[] {
    return this.bot.sent.filter((sent) => sent.kind === 'message' && sent.chatId === chatId);
  }

  #inbound(text: string, chat: string, key: string): InboundMessage {
    return {
      key,
      chat,
      topic: null,
      chatKind: 'private',
      title: '',
      sender: { address: chat, name: '' },
      platformId: key,
      text,
      media: null,
      at: this.clock.now(),
    };
  }
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => (part as { readonly text?: string }).text ?? '').join('\n');
}
