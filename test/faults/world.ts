/*
 * One person's whole world on loopback: the headless host as a process of its own, two OpenAI-compatible providers with
 * different keys, an Ollama, a Telegram bot, and the window over `/rpc`. Each test has a world to itself, so that what
 * one fault leaves behind (a cooldown, a refused key) cannot make the next test pass or fail.
 */
import { writeFileSync } from 'node:fs';
import type { ConversationView, MessageView } from '../../preload/contract/views.ts';
import { startOllama, type OllamaEmulator } from '../emulators/ollama/server.ts';
import type { ModelSpec } from '../emulators/ollama/types.ts';
import { startOpenAi, type OpenAiEmulator } from '../emulators/openai/server.ts';
import type { OpenAiOptions } from '../emulators/openai/types.ts';
import { startTelegram, type TelegramEmulator } from '../emulators/telegram/server.ts';
import { RpcClient } from '../lib/headless.ts';
import { ServeProcess, TemporaryFolder } from '../lib/serve-process.ts';

/** The owner's private chat with the bot; and another person's. */
export const owner = 4242;
export const guest = 99;

/** A wait that fails with a sentence of its own instead of the test's time-out. */
const soon = { timeoutMs: 30_000 };

export interface WorldOptions {
  readonly fallbacks?: readonly string[];
  readonly standard?: string;
  readonly lab?: OpenAiOptions;
  readonly ollama?: readonly ModelSpec[];
  /** In place of the emulator's address. */
  readonly labUrl?: (url: string) => string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export class World implements AsyncDisposable {
  /** Answers under the name "Lab", with the key `sk-lab`. */
  readonly lab: OpenAiEmulator;
  /** Answers under the name "Spare", with the key `sk-spare`. */
  readonly spare: OpenAiEmulator;
  readonly ollama: OllamaEmulator;
  readonly telegram: TelegramEmulator;
  readonly window: RpcClient;
  readonly #undo: AsyncDisposableStack;
  #heard = 0;

  constructor(parts: Pick<World, 'lab' | 'spare' | 'ollama' | 'telegram' | 'window'>, undo: AsyncDisposableStack) {
    this.lab = parts.lab;
    this.spare = parts.spare;
    this.ollama = parts.ollama;
    this.telegram = parts.telegram;
    this.window = parts.window;
    this.#undo = undo;
  }

  /** Says something to the bot and waits for what the chat gets next, as the person reads it. */
  async ask(text: string, chat = owner): Promise<string> {
    const after = this.telegram.bot.sent.length;
    this.telegram.bot.say({ chatId: chat, text });
    const sent = await this.telegram.bot.waitForSend(
      (one) => one.chatId === chat && one.kind === 'message' && one.number > after,
      soon,
    );
    return sent.text ?? '';
  }

  /** The same in a new thread of the window. `model` is chosen for that thread. */
  async askInWindow(text: string, model?: string): Promise<MessageView> {
    const { id: conversation } = await this.window.value('conversations.create', {});
    if (model !== undefined) await this.window.value('conversations.setModel', { conversation, model });
    const key = `key-${String((this.#heard += 1))}`;
    await this.window.value('messages.send', { conversation, text, key });
    const event = await this.window.event(
      ({ ...one }) =>
        one.kind === 'message.added' && one.message.conversation === conversation && isAnswer(one.message),
    );
    if (event.kind !== 'message.added') throw new Error('another event');
    return event.message;
  }

  /** The conversation of a Telegram chat as the window shows it, once its last turn is over: what answered last. */
  async shown(chat = owner): Promise<{ readonly conversation: ConversationView; readonly answer: MessageView }> {
    const page = await this.window.value('conversations.page', { limit: 50 });
    const title = `User ${String(chat)}`;
    const found = page.find((one) => one.linkKind === 'telegram' && one.title === title);
    if (found === undefined) throw new Error(`no conversation ${title} among ${page.map((one) => one.title).join()}`);
    const thread = await this.window.value('conversations.thread', { conversation: found.id, limit: 10 });
    const answer = thread.messages.findLast(isAnswer);
    if (answer === undefined) throw new Error('nothing was answered');
    return { conversation: thread.conversation, answer };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#undo.disposeAsync();
  }
}

function isAnswer({ kind }: MessageView): boolean {
  return kind !== 'person';
}

/** Starts everything; time-outs of models are one second, sends are not paced. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  await using undo = new AsyncDisposableStack();
  const lab = undo.use(await startOpenAi({ keys: ['sk-lab'], ...options.lab }));
  const spare = undo.use(await startOpenAi({ keys: ['sk-spare'], models: ['spare-test'] }));
  const ollama = undo.use(await startOllama(options.ollama === undefined ? {} : { models: options.ollama }));
  const telegram = undo.use(await startTelegram({ token: '777000:AAtest-token_for-the-emulator-0001' }));
  const folder = undo.use(new TemporaryFolder());
  const file = folder.at('provision.json');
  const labUrl = options.labUrl?.(lab.url) ?? lab.url;
  const provision = {
    providers: [
      { id: 'lab', kind: 'openai', name: 'Lab', baseUrl: labUrl, apiKey: 'sk-lab' },
      { id: 'spare', kind: 'openai', name: 'Spare', baseUrl: spare.url, apiKey: 'sk-spare' },
      { id: 'ollama', kind: 'ollama', name: 'Ollama', baseUrl: ollama.url },
    ],
    models: { default: options.standard ?? 'lab/gpt-test', fallbacks: options.fallbacks ?? [] },
    links: [{ id: 'bot', kind: 'telegram', token: telegram.bot.token, apiRoot: telegram.url }],
    people: [
      { link: 'bot', address: String(owner), role: 'owner' },
      { link: 'bot', address: String(guest), role: 'guest' },
    ],
    settings: {
      language: 'en',
      timeZone: 'UTC',
      'delivery.pacing': 0,
      'models.firstTokenSeconds': 1,
      'models.betweenTokensSeconds': 1,
      'ollama.firstTokenSeconds': 1,
      ...options.settings,
    },
  };
  writeFileSync(file, JSON.stringify(provision));
  const host = undo.use(
    new ServeProcess(['--json', '--port', '0', '--data-dir', folder.at('data'), '--provision', file]),
  );
  const ready = await host.ready();
  const window = undo.use(await new RpcClient(ready.url, ready.token).opened());
  window.subscribe((await window.value('host.get', {})).seq);
  return new World({ lab, spare, ollama, telegram, window }, undo.move());
}
