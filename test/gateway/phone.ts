/**
 * A gateway with the link `wa`, whose adapter is played by the test: what the core makes of a WhatsApp account, without
 * the protocol (which has its own tests).
 */
import type {
  Channel,
  ChannelSeed,
  InboundBatch,
  InboundDeletion,
  InboundMessage,
  LinkIdentity,
  LinkState,
  Pacing,
  PairingRequest,
  SendOptions,
  SendOutcome,
} from '../../main/gateway/channel.ts';
import type { GatewayPorts } from '../../main/gateway/gateway.ts';
import type { ChatRef, ConversationRow, LinkMode, MessageRow, MessageState, Part } from '../../main/gateway/types.ts';
import { subject, type Subject } from '../../main/lib/observable.ts';
import { startGateway, type GatewayOptions, type TestGateway } from '../lib/gateway.ts';

/** The account that is linked, and who writes to it. */
export const me = '4915110000000';
export const ada = '4915122222222';
export const bob = '4915133333333';
export const club = '120363000000000001@g.us';

export interface Outgoing {
  readonly chat: string;
  readonly text: string;
  readonly ownId: string | null;
  readonly label: string | null;
  readonly at: number;
}

/** What the adapter is told to do and what it was asked for, over all starts of the gateway. */
export class Phone {
  readonly state: Subject<LinkState> = subject<LinkState>({ kind: 'off' });
  readonly identity: Subject<LinkIdentity | null> = subject<LinkIdentity | null>(null);
  /** Every send that reached the platform, in order. */
  readonly sent: Outgoing[] = [];
  readonly read: string[] = [];
  readonly composing: string[] = [];
  readonly paired: PairingRequest[] = [];
  /** What the next sends come to; afterwards they are acknowledged. */
  readonly outcomes: SendOutcome[] = [];
  pacing: Pacing | null = null;
  /** The account that a start finds linked. */
  account: string | null = me;
  signedOut = 0;
  /** Sends wait for it. */
  gate: Promise<void> = Promise.resolve();
  #receive: ((batch: InboundBatch) => Promise<void>) | null = null;
  #ids = 0;
  #clock: GatewayPorts['clock'] | null = null;

  wrap(ports: GatewayPorts): GatewayPorts {
    this.#clock = ports.clock;
    return {
      ...ports,
      createChannel: (seed: ChannelSeed) =>
        seed.link.kind === 'whatsapp' ? Promise.resolve(this.#channel()) : ports.createChannel(seed),
    };
  }

  /** The account is linked, and the link is up. */
  up(account = me, name = 'Olga'): void {
    this.account = account;
    this.identity.set({ account, name, handle: `+${account}`, device: 'Google Chrome (Linux)' });
    this.state.set({ kind: 'up', provenAt: this.#now() });
  }

  down(state: LinkState): void {
    this.state.set(state);
  }

  async hears(batch: Partial<InboundBatch>): Promise<void> {
    if (this.#receive === null) throw new Error('the link is not started');
    await this.#receive({ events: [], cursor: null, ...batch });
  }

  /** Somebody writes: in private unless told otherwise. */
  async says(from: string, text: string, over: Partial<InboundMessage> = {}): Promise<void> {
    await this.hears({ events: [this.message(from, text, over)] });
  }

  message(from: string, text: string, over: Partial<InboundMessage> = {}): InboundMessage {
    const id = over.platformId ?? `IN${String(++this.#ids)}`;
    const chat = over.chat ?? from;
    return {
      key: `${chat}|${id}|${from}`,
      chat,
      topic: null,
      chatKind: chat.endsWith('@g.us') ? 'group' : 'private',
      title: `User ${from}`,
      sender: { address: from, name: `User ${from}` },
      platformId: id,
      text,
      media: null,
      at: this.#now(),
      ...over,
    };
  }

  /** The owner writes with his phone to somebody else. */
  ownTo(chat: string, text: string, over: Partial<InboundMessage> = {}): Promise<void> {
    return this.says(me, text, { chat, own: true, title: 'Olga', ...over });
  }

  takesBack(from: string, platformId: string, chat = from): Promise<void> {
    const deletion: InboundDeletion = { key: `del|${chat}|${platformId}`, chat, topic: null, sender: from, platformId };
    return this.hears({ deletions: [deletion] });
  }

  sentTo(chat: string): readonly string[] {
    return this.sent.filter((one) => one.chat === chat).map(({ text }) => text);
  }

  #now(): number {
    return this.#clock?.now() ?? 0;
  }

  #channel(): Channel {
    return {
      kind: 'whatsapp',
      traits: { maxPart: 4000, pacing: this.pacing, live: false, ownerOnly: false, buttons: false },
      state: this.state,
      identity: this.identity,
      start: (receive) => {
        this.#receive = receive;
        if (this.account === null) this.state.set({ kind: 'signed-out', reason: { code: 'link.not-linked' } });
        else this.up(this.account);
      },
      stop: async () => {
        this.#receive = null;
        this.state.set({ kind: 'off' });
      },
      reconnect: () => undefined,
      pair: (request) => {
        this.paired.push(request);
        this.state.set({ kind: 'pairing', step: { kind: 'starting' } });
      },
      cancelPairing: async () => this.state.set({ kind: 'signed-out', reason: { code: 'link.not-linked' } }),
      signOut: async () => void this.signedOut++,
      render: ({ source }) => (source === '' ? [] : [{ format: 'plain', text: source, plain: source }]),
      newPartId: () => `OUT${String(++this.#ids)}`,
      send: (to, part, options) => this.#send(to, part, options),
      presence: (chat, what) => {
        if (what === 'composing') this.composing.push(chat.chat);
      },
      markRead: (messages) => this.read.push(...messages.map(({ sender, id }) => `${sender} ${id}`)),
    };
  }

  async #send({ chat }: ChatRef, part: Part, { ownId, label }: SendOptions): Promise<SendOutcome> {
    if (this.state.value.kind !== 'up') return { kind: 'not-sent', reason: { code: 'delivery.network' } };
    const outcome = this.outcomes.shift() ?? { kind: 'sent', ref: ownId ?? 'x' };
    if (outcome.kind !== 'not-sent') this.sent.push({ chat, text: part.text, ownId, label, at: this.#now() });
    await this.gate;
    return outcome;
  }
}

export interface PhoneOptions extends Pick<GatewayOptions, 'settings' | 'errors' | 'telegram' | 'tools'> {
  /** Default `people`. */
  readonly mode?: LinkMode;
  readonly pacing?: Pacing;
  /** Default: {@link me} from the beginning. */
  readonly account?: string | null;
}

/** The link is up, and answers people whom the owner allows, unless told otherwise. */
export async function startPhone(
  options: PhoneOptions = {},
): Promise<{ readonly test: TestGateway; readonly phone: Phone }> {
  const phone = new Phone();
  phone.pacing = options.pacing ?? null;
  phone.account = options.account === undefined ? me : options.account;
  const test = await startGateway({ telegram: false, ...options, wrap: (ports) => phone.wrap(ports) });
  const { links } = test.gateway;
  await links.add({ id: 'wa', kind: 'whatsapp', apiRoot: null, serverKey: null, fixedByFile: false });
  if (options.mode !== 'only-me') await links.update('wa', { mode: 'people' });
  // What is written in the very second of linking could be older than the link.
  await test.clock.elapse(2_000);
  return { test, phone };
}

export function chat(test: TestGateway, name: string): ConversationRow | null {
  return test.read.conversations.find('wa', { chat: name, topic: null });
}

/** What is stored of a chat, oldest first. */
export function stored(test: TestGateway, name: string): readonly MessageRow[] {
  const row = chat(test, name);
  return row === null ? [] : test.read.messages.page(row.id, 1000);
}

/** What came in there and what became of it. */
export function states(test: TestGateway, name: string): readonly (readonly [string, MessageState, string | null])[] {
  const people = stored(test, name).filter(({ kind }) => kind === 'person');
  return people.map(({ text, state, reason }) => [text, state, reason?.code ?? null]);
}
