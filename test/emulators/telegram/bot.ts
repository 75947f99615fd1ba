/*
 * One bot as the test holds it: people talk to it (`say`, `edit`, `inject`), what it sent is in `sent`, and its calls can
 * be made to fail (`fault`). Ids of messages rise over all private chats and basic groups together, and per supergroup.
 */
import { EventLog } from '../lib/event-log.ts';
import type { WaitOptions } from '../lib/event-log.ts';
import { preciseNow } from '../lib/http.ts';
import { RateLimiter } from './limits.ts';
import type { BotOptions, Chat, Entity, Fault, Message, Sent, Update, UpdateBody, User } from './types.ts';
import { UpdateQueue } from './updates.ts';

export interface ChatState {
  readonly chat: Chat;
  access: 'open' | 'blocked' | 'kicked' | 'deactivated';
  readonly messages: Map<number, Message>;
  lastMessageId: number;
}

export interface Said {
  readonly chatId: number;
  readonly text: string;
  /** Who says it. Default in a private chat: the person whose chat it is. */
  readonly from?: Partial<User> & { readonly id: number };
  /** Seconds since the epoch. Default: now. */
  readonly date?: number;
  /** Id of a message in that chat that this one answers. */
  readonly replyTo?: number;
}

/** When an update left the server in an answer, in milliseconds since the epoch. */
export interface Handed {
  readonly updateId: number;
  readonly at: number;
}

export class TelegramBot {
  /** Changed only by the server, see `renewToken`. */
  token: string;
  readonly me: User;
  readonly queue: UpdateQueue;
  readonly limits: RateLimiter;
  readonly sends: EventLog<Sent>;
  /** Each time an update was put into an answer; one that is redelivered is there twice. */
  readonly handed: EventLog<Handed>;
  webhook = '';
  commands: readonly unknown[] = [];
  readonly #now: () => number;
  readonly #chats = new Map<number, ChatState>();
  readonly #users = new Map<number, User>();
  readonly #faults = new Map<string, Fault[]>();
  readonly #standing = new Map<string, Fault>();
  #lastMessageId = 0;
  #sendCount = 0;

  constructor(options: BotOptions, now: () => number, keep: number | undefined) {
    this.token = options.token;
    const id = options.botId ?? Number(options.token.split(':')[0]);
    const username = options.username ?? `emulated_${String(id)}_bot`;
    this.me = { id, is_bot: true, first_name: 'Emulated bot', username };
    this.queue = new UpdateQueue(options.firstUpdateId ?? 100_000_001);
    this.limits = new RateLimiter(options.rateLimits ?? {});
    this.sends = new EventLog<Sent>('send', keep);
    this.handed = new EventLog<Handed>('delivery of an update', keep);
    this.#now = now;
  }

  /** Every executed send, oldest first; live. */
  get sent(): readonly Sent[] {
    return this.sends.items;
  }

  waitForSend(predicate: (sent: Sent) => boolean, options?: WaitOptions): Promise<Sent> {
    return this.sends.waitFor(predicate, options);
  }

  onSend(fn: (sent: Sent) => void): Disposable {
    return this.sends.subscribe(fn);
  }

  /** The messages a person sees in a chat, edits applied, oldest first. */
  history(chatId: number): readonly Message[] {
    return [...(this.#chats.get(chatId)?.messages.values() ?? [])];
  }

  chat(chatId: number): ChatState | undefined {
    return this.#chats.get(chatId);
  }

  user(id: number): User | undefined {
    return this.#users.get(id);
  }

  /** Makes a chat known without anybody saying anything: a group the bot was added to, a person who pressed Start. */
  addChat(chat: Chat): ChatState {
    const state: ChatState = { chat, access: 'open', messages: new Map(), lastMessageId: 0 };
    this.#chats.set(chat.id, state);
    return state;
  }

  /** A person writes. An unknown private chat comes into being; a group has to be added first. */
  say(said: Said): { readonly message: Message; readonly updateId: number | undefined } {
    const [first] = this.sayAll([said]);
    if (first === undefined) throw new Error('One message was said.');
    return first;
  }

  /** Several messages in one batch of updates. */
  sayAll(all: readonly Said[]): readonly { readonly message: Message; readonly updateId: number | undefined }[] {
    const messages = all.map((said) => this.#compose(said));
    const updates = this.inject(messages.map((message) => ({ message })));
    return messages.map((message) => ({
      message,
      updateId: updates.find((update) => update['message'] === message)?.update_id,
    }));
  }

  /** A person changes a message he has sent. */
  edit(chatId: number, messageId: number, text: string): Message {
    const old = this.#chats.get(chatId)?.messages.get(messageId);
    if (old === undefined) throw new Error(`There is no message ${String(messageId)} in chat ${String(chatId)}.`);
    const edited = { ...old, text, edit_date: this.seconds(), ...entitiesOf(text) };
    this.#chats.get(chatId)?.messages.set(messageId, edited);
    this.inject([{ edited_message: edited }]);
    return edited;
  }

  /** A person blocks the bot (or a group throws it out), or takes that back; comes as `my_chat_member`. */
  setAccess(chatId: number, access: ChatState['access']): void {
    const state = this.#chats.get(chatId);
    if (state === undefined) throw new Error(`There is no chat ${String(chatId)}.`);
    const status = (open: boolean) => ({
      status: open ? 'member' : 'kicked',
      user: this.me,
      ...(open ? {} : { until_date: 0 }),
    });
    const from = this.#users.get(chatId) ?? this.me;
    const [before, after] = [status(state.access === 'open'), status(access === 'open')];
    state.access = access;
    const change = { chat: state.chat, from, date: this.seconds(), old_chat_member: before, new_chat_member: after };
    this.inject([{ my_chat_member: change }]);
  }

  /** Queues updates in one batch; ids are given here. Kinds the bot did not ask for are dropped. */
  inject(updates: readonly UpdateBody[]): readonly Update[] {
    return this.queue.push(updates);
  }

  /** The next update gets this id, which has to be higher than the last. */
  skipTo(id: number): void {
    this.queue.skipTo(id);
  }

  /** As after a week of silence: nothing is pending any more, and ids begin anew at `from`, lower or higher. */
  restartIds(from: number): void {
    this.queue.restartIds(from);
  }

  /** The next calls of `method` (any case) meet these faults, one each. */
  fault(method: string, ...faults: readonly Fault[]): void {
    const name = method.toLowerCase();
    this.#faults.set(name, [...(this.#faults.get(name) ?? []), ...faults]);
  }

  /** Every call of `method` meets this fault, until `clearFaults`; queued faults come first. */
  faultAlways(method: string, fault: Fault): void {
    this.#standing.set(method.toLowerCase(), fault);
  }

  clearFaults(method?: string): void {
    if (method === undefined) {
      this.#faults.clear();
      this.#standing.clear();
      return;
    }
    this.#faults.delete(method.toLowerCase());
    this.#standing.delete(method.toLowerCase());
  }

  /** For the server: the fault the call at hand meets. */
  takeFault(method: string): Fault | undefined {
    const name = method.toLowerCase();
    return this.#faults.get(name)?.shift() ?? this.#standing.get(name);
  }

  /** For the methods: the time as the Bot API gives it. */
  seconds(): number {
    return Math.floor(this.#now() / 1000);
  }

  milliseconds(): number {
    return this.#now();
  }

  /** For the methods: a free message id of that chat. */
  nextMessageId(state: ChatState): number {
    if (state.chat.type === 'supergroup') return (state.lastMessageId += 1);
    return (this.#lastMessageId += 1);
  }

  /** For the methods: notes an executed send. */
  noteSend(sent: Omit<Sent, 'number' | 'at'>): void {
    this.#sendCount += 1;
    this.sends.add({ ...sent, number: this.#sendCount, at: preciseNow() });
  }

  /** For the server: ends all waits. */
  close(): void {
    this.sends.close();
    this.handed.close();
  }

  #compose(said: Said): Message {
    const { chatId, text } = said;
    const from = this.#meet(said.from ?? { id: chatId });
    const state = this.#chats.get(chatId) ?? this.addChat(privateChat(chatId, from));
    const replied = said.replyTo === undefined ? undefined : state.messages.get(said.replyTo);
    const message: Message = {
      message_id: this.nextMessageId(state),
      from,
      chat: state.chat,
      date: said.date ?? this.seconds(),
      text,
      ...entitiesOf(text),
      ...(replied === undefined ? {} : { reply_to_message: replied }),
    };
    state.messages.set(message.message_id, message);
    return message;
  }

  #meet(given: Partial<User> & { readonly id: number }): User {
    if (given.id <= 0) throw new Error('Who speaks in a group has to be named: `from`.');
    const known = this.#users.get(given.id);
    const user = { is_bot: false, first_name: `User ${String(given.id)}`, language_code: 'en', ...known, ...given };
    this.#users.set(user.id, user);
    return user;
  }
}

function privateChat(id: number, from: User): Chat {
  if (id <= 0) throw new Error(`Group ${String(id)} is unknown: addChat() first.`);
  const username = from.username === undefined ? {} : { username: from.username };
  return { id, type: 'private', first_name: from.first_name, ...username };
}

/** A command at the beginning is marked by the service; other kinds of entities are left to `inject`. */
function entitiesOf(text: string): { readonly entities?: readonly Entity[] } {
  const command = /^\/[a-zA-Z0-9_]{1,32}(@[a-zA-Z0-9_]+)?(?=\s|$)/.exec(text)?.[0];
  return command === undefined ? {} : { entities: [{ type: 'bot_command', offset: 0, length: command.length }] };
}
