/*
 * Telegram's faults from both ends: what stands in the chats of the emulated platform, and what the window is given over
 * `/rpc`, in the words in which it shows it. The gateway runs in this process on a clock that only the test moves, so
 * that a minute without a network and a night asleep take no time and end to the millisecond.
 */
import { createHandlers } from '../../main/api/commands/all.ts';
import { createDispatch } from '../../main/api/dispatch.ts';
import { createEventLog } from '../../main/api/event-log.ts';
import { startHttp } from '../../main/api/http.ts';
import { createSystemClock } from '../../main/api/machine.ts';
import { createFixedEntries } from '../../main/api/fixed-entries.ts';
import type { ApiPorts } from '../../main/api/ports.ts';
import { translateEvent } from '../../main/api/translate.ts';
import { createLinkProbe } from '../../main/channels/catalog.ts';
import { createBackupDesk } from '../../main/store/backup-desk.ts';
import { createToolDesk } from '../../main/tools/desk.ts';
import { commandSchemas } from '../../preload/contract/schemas.ts';
import type { CardView, MessageView, ThreadView, TroubledView } from '../../preload/contract/views.ts';
import { cardAnswerWord } from '../../renderer/components/card-answers.ts';
import { linkStateText } from '../../renderer/components/link-state.tsx';
import { reasonText, t } from '../../renderer/i18n.ts';
import { mainStep } from '../../renderer/screens/channels/main-step.ts';
import type { Fault } from '../emulators/telegram/types.ts';
import { RpcClient, testToken } from '../lib/headless.ts';
import { ownerChat, soon, startGateway, type TestGateway } from '../lib/gateway.ts';

export const owner = ownerChat;
/** Somebody who may talk, and the number of the private chat. */
export const guest = 99;
/** A link as its card in the window says it. */
export interface ShownLink {
  readonly state: string;
  readonly words: string | null;
  /** The one button for the present problem. */
  readonly button: string | null;
}

/** What the window shows under the newest reply of a chat. */
export interface ShownReply {
  readonly text: string;
  readonly state: string | undefined;
  readonly again: number | undefined;
  readonly late: boolean | undefined;
  /** Why it is not delivered. */
  readonly words: string | null;
}

/** A card in words: what it says, and its buttons. */
export interface ShownCard {
  readonly kind: CardView['kind'];
  readonly words: string;
  readonly buttons: readonly string[];
}

export class TelegramWorld implements AsyncDisposable {
  readonly test: TestGateway;
  readonly window: RpcClient;
  /** Clock times at which calls arrived, by method. */
  readonly #arrivals = new Map<string, number[]>();
  readonly #undo: AsyncDisposableStack;

  constructor(test: TestGateway, window: RpcClient, undo: AsyncDisposableStack) {
    this.test = test;
    this.window = window;
    this.#undo = undo;
    const note = ({ apiMethod = '' }: { readonly apiMethod: string | undefined }): void =>
      void this.#arrivals.set(apiMethod, [...this.arrivals(apiMethod), test.clock.monotonic()]);
    test.telegram.requests.forEach(note);
    undo.use(test.telegram.onRequest(note));
  }

  get bot(): TestGateway['bot'] {
    return this.test.bot;
  }

  arrivals(method: string): readonly number[] {
    return this.#arrivals.get(method) ?? [];
  }

  /** Lets the clock go on by `ms` and whatever is due happen. */
  pass(ms: number): Promise<void> {
    return this.test.clock.elapse(ms);
  }

  /** The same in steps after which the link can prove itself, as it does in a time in which nothing is wrong. */
  async passCalmly(ms: number): Promise<void> {
    const step = 10_000;
    for (let rest = ms; rest > 0; rest -= step) {
      await this.pass(Math.min(step, rest));
      await this.test.linkIs('up');
    }
  }

  /** Waits for `promise` and runs what is due at this very moment, without letting the clock go on. */
  async inNoTime<Value>(promise: Promise<Value>): Promise<Value> {
    const state = { settled: false };
    const done = promise.finally(() => void (state.settled = true));
    while (!state.settled) await this.pass(0);
    return done;
  }

  /** Says `text`, and waits for the next message in that chat, as the person reads it. */
  async ask(text: string, chat = guest): Promise<string> {
    const before = this.test.sent(chat).length;
    this.test.say(text, chat);
    return (await this.test.replies(before + 1, chat))[before] ?? '';
  }

  /** Waits until so many calls of a method have arrived. */
  async called(method: string, count: number): Promise<void> {
    await this.test.telegram.waitFor(() => this.test.telegram.calls(method).length >= count, soon);
  }

  async link(id = 'bot'): Promise<ShownLink> {
    const view = (await this.window.value('links.list', {})).find((link) => link.id === id);
    if (view === undefined) throw new Error(`the window shows no link ${id}`);
    const now = this.test.clock.now();
    const step = mainStep(view, false, now);
    return {
      state: linkStateText(view, now),
      words: 'reason' in view.state ? reasonText(view.state.reason) : null,
      button: step === null ? null : t(`channels.${step}`),
    };
  }

  /** The kinds of state the link went through, each once in a row. */
  async watchLink(): Promise<readonly string[]> {
    const health = await this.window.value('host.health', {});
    const kinds = [health.links.find(({ id }) => id === 'bot')?.state.kind ?? 'gone'];
    this.test.gateway.events.subscribe((event) => {
      const kind =
        event.kind === 'link' && event.link === 'bot' ? this.test.gateway.links.get('bot')?.state.kind : null;
      if (kind !== null && kind !== undefined && kind !== kinds.at(-1)) kinds.push(kind);
    });
    return kinds;
  }

  thread(chat = guest): Promise<ThreadView> {
    return this.window.value('conversations.thread', { conversation: this.test.conversation(chat).id, limit: 100 });
  }

  /** A message of a person as the window shows it. */
  async message(text: string, chat = guest): Promise<MessageView> {
    const found = (await this.thread(chat)).messages.find((message) => message.text === text);
    if (found === undefined) throw new Error(`the window does not show ${text}`);
    return found;
  }

  /** Why a message of a person was set aside. */
  async asideWords(text: string, chat = guest): Promise<string | null> {
    const { reason } = await this.message(text, chat);
    return reason === null ? null : reasonText(reason);
  }

  /** The newest reply of a chat. */
  async reply(chat = guest): Promise<ShownReply> {
    const { messages } = await this.thread(chat);
    const found = messages.findLast(({ kind }) => kind !== 'person');
    if (found === undefined) throw new Error('nothing was answered');
    const { text, delivery } = found;
    const words = delivery?.reason ? reasonText(delivery.reason) : null;
    return { text, state: delivery?.state, again: delivery?.again, late: delivery?.late, words };
  }

  /** Waits until the newest reply of a chat has this state. */
  async replyIs(state: string, chat = guest): Promise<ShownReply> {
    const newest = (): string | undefined => {
      const row = this.test.messages(chat).findLast(({ kind }) => kind !== 'person');
      return this.test.read.deliveries.ofTurn(row?.turn ?? '')?.state;
    };
    await this.test.until(newest, state);
    return this.reply(chat);
  }

  /** Some part is on its way, and its outcome not known yet. */
  isSending(): boolean {
    const { deliveries } = this.test.read;
    return deliveries.ready().some(({ id }) => deliveries.parts(id).some(({ state }) => state === 'sending'));
  }

  async cards(): Promise<readonly ShownCard[]> {
    const cards = await this.window.value('cards.list', {});
    return cards.map((card) => ({
      kind: card.kind,
      words: card.reason === null ? cardWords(card) : reasonText(card.reason),
      buttons: card.answers.map((answer) => t(cardAnswerWord(card.kind, answer))),
    }));
  }

  /** What did not get through, with the sentence for it. */
  async troubled(): Promise<readonly (Pick<TroubledView, 'kind' | 'title' | 'text'> & { readonly words: string })[]> {
    const rows = await this.window.value('deliveries.troubled', { limit: 50 });
    return rows.map(({ kind, title, text, reason }) => ({ kind, title, text, words: reasonText(reason) }));
  }

  /** Everybody is answered: this chat, another one, and a thread of the window. */
  async goesOn(chat = guest, other = owner): Promise<readonly string[]> {
    const here = await this.ask('next', chat);
    const there = await this.ask('there', other);
    const { id: conversation } = await this.window.value('conversations.create', {});
    await this.window.value('messages.send', { conversation, text: 'here', key: 'here' });
    const answered = (): string | undefined =>
      this.test.read.messages.page(conversation, 10).find(({ kind }) => kind !== 'person')?.text;
    await this.test.until(() => answered() !== undefined, true);
    await this.test.idle();
    return [here, there, answered() ?? ''];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#undo.disposeAsync();
  }
}

function cardWords({ kind, messages }: CardView): string {
  return kind === 'late' ? t('people.late', { count: messages }) : '';
}

/** What {@link TelegramWorld.goesOn} gives when all is well. */
export const allWell = ['echo: next', 'echo: there', 'echo: here'];

/** A refusal of the Bot API. */
export function refusal(status: number, description: string): Fault {
  return { kind: 'status', status, description };
}

/** With a guest, and the window open over the port of its own. */
export async function startTelegramWorld(starting: Promise<TestGateway> = startGateway()): Promise<TelegramWorld> {
  await using undo = new AsyncDisposableStack();
  const test = undo.use(await starting);
  await test.gateway.people.setRole('bot', String(guest), 'guest', 'owner');
  const window = await openWindow(test, undo);
  return new TelegramWorld(test, window, undo.move());
}

async function openWindow(test: TestGateway, undo: AsyncDisposableStack): Promise<RpcClient> {
  const { gateway, store, clock } = test;
  const { settings, sentences, ids, log } = test.ports;
  const stopping = new AbortController();
  undo.defer(() => stopping.abort());
  const startedAt = clock.now();
  const desk = undo.use(
    createToolDesk({
      ...{ clock, ids, log, fetch, storage: store, secrets: test.ports.secrets, version: '0.0.0-test', folder: '' },
      timeZone: () => 'UTC',
      schedules: () => gateway.schedules,
      sentence: ({ code }) => code,
      isOwners: () => false,
      host: { platform: process.platform, home: '', shell: null, env: {} },
    }),
  );
  const ports: ApiPorts = {
    ...{ notes: desk.notes, toolServers: desk.servers, fixed: createFixedEntries() },
    ...{ gateway, storage: store, settings, sentences, clock, ids, log, files: store.files, fetch },
    probeLink: createLinkProbe({ clock, fetch }),
    facts: {
      ...{ version: '0.0.0-test', mode: 'headless', dataDir: '', startedAt },
      apiUrl: () => null,
      notices: () => [],
      rssBytes: () => process.memoryUsage.rss(),
      eventLoopP99Ms: () => 0,
      logTail: () => [],
      runtime: { node: process.versions.node, electron: null, system: '' },
      freeBytes: () => Promise.resolve(null),
    },
    backups: createBackupDesk({ dataDir: '', backups: store.backups, log }),
    stopping: stopping.signal,
  };
  const translate: Parameters<typeof createEventLog>[0]['translate'] = (event) => translateEvent(ports, event);
  const events = undo.use(
    createEventLog({ events: gateway.events, translate, firstSeq: startedAt, defer: setImmediate, log }),
  );
  const handlers = createHandlers(ports, events);
  const dispatch = createDispatch({ handlers, loadSchemas: async () => commandSchemas, log });
  const where = { port: 0, host: '127.0.0.1', allowHosts: [], token: testToken, windowDir: 'none' };
  // The window's own connection lives in real time: an hour that passes at once must not look like an hour of silence.
  const http = await startHttp({ ...ports, clock: createSystemClock() }, dispatch, events, where);
  if (!http.ok) throw new Error(http.failure.detail);
  undo.defer(() => http.value.close());
  http.value.open();
  return undo.use(await new RpcClient(http.value.url).opened());
}
