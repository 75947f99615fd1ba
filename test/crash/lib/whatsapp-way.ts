/**
 * WhatsApp with all there is: the owner's chat with himself, private chats, one of them with somebody who is addressed by
 * LID, and two groups. In between a stranger writes and a group nobody decided about is made: the owner gets one card for
 * each. The emulator lives in the process of the test, so that a death of the host is nothing that it shares.
 */
import { startWhatsApp, type WhatsAppEmulator } from '../../emulators/whatsapp/server.ts';
import type { Contact } from '../../emulators/whatsapp/contact.ts';
import type { Group } from '../../emulators/whatsapp/groups.ts';
import type { SayOptions } from '../../emulators/whatsapp/speaker.ts';
import type { Person } from '../../emulators/whatsapp/person.ts';
import type { Life, Lives } from './lives.ts';
import { mostAttempts } from './ledger.ts';
import { markerOf } from './marked-model.ts';
import { passes, type Chance } from './random.ts';
import { textOf, type Asked, type Way } from './ways.ts';
import { linkPhone } from './whatsapp-link.ts';

export const linkId = 'phone';

/** Attempts of a part after which it is left alone until it is sent. */
const spared = 3;

/** Longest wait for the last answer, in milliseconds. */
const patience = 120_000;

/** Where a chat of the test takes place. */
export interface Place {
  /** As the gateway names the chat. */
  readonly chat: string;
  /** Everybody who gets what is answered there. */
  readonly readers: readonly Person[];
  readonly say: (text: string) => void;
}

const friends = [
  { number: '4915550000001', name: 'Alice', by: 'number' },
  { number: '4915550000002', name: 'Bob', by: 'lid' },
] as const;

/** What those say who must hear nothing; the cards about them quote it. A group may not have told its name by then. */
export const unanswered = { stranger: 'Who is there?', group: 'Is anybody here?' } as const;

interface People {
  readonly stranger: Contact;
  readonly undecided: Group;
  readonly outsider: Contact;
}

export class WhatsAppWay implements Way {
  readonly name = 'WhatsApp';
  readonly emulator: WhatsAppEmulator;
  readonly provision: Readonly<Record<string, unknown>>;
  readonly places: readonly Place[];
  readonly people: People;
  readonly #messages: number;
  readonly #markers: string[] = [];

  private constructor(emulator: WhatsAppEmulator, places: readonly Place[], people: People, messages: number) {
    this.emulator = emulator;
    this.places = places;
    this.people = people;
    this.#messages = messages;
    const provision = whatsAppProvision(emulator);
    this.provision = {
      ...provision,
      people: friends.map(({ number }) => ({ link: linkId, address: number, role: 'guest' })),
      groups: places
        .filter(({ chat }) => chat.endsWith('@g.us'))
        .map(({ chat }) => ({ link: linkId, address: chat, answer: 'always' })),
    };
  }

  /** The chats that there are: the owner's with himself, two private ones, two groups. */
  static readonly chats = 5;

  /** `messages` will be handed over. */
  static async start(messages: number, chance: Chance): Promise<WhatsAppWay> {
    const emulator = await startWhatsApp({ delayMs: 10 });
    const owner = emulator.phone({ name: 'Owner' });
    const contacts = friends.map(({ number, name }) => emulator.contact({ number, name, devices: 2 }));
    const outsider = emulator.contact({ name: 'Outsider', number: '4915550000008' });
    const stranger = emulator.contact({ name: 'Stranger', number: '4915550000009' });
    const groups = ['One', 'Two'].map((name) => emulator.group(name, [...contacts, owner]));
    const undecided = emulator.group('Undecided', [outsider, owner]);
    const privately = contacts.map((contact, index): Place => {
      const by = friends[index]?.by ?? 'number';
      return { chat: contact.number, readers: [contact], say: (text) => void contact.say(text, { by }) };
    });
    const inGroups = groups.map((group): Place => {
      const say = (text: string): void => {
        const options: SayOptions = { in: group };
        void contacts[chance.int(0, contacts.length - 1)]?.say(text, options);
      };
      return { chat: group.address, readers: contacts, say };
    });
    const self: Place = { chat: owner.number, readers: [owner], say: (text) => void owner.say(text) };
    return new WhatsAppWay(emulator, [self, ...privately, ...inGroups], { stranger, undecided, outsider }, messages);
  }

  /** Nothing older than the link is answered, so that it is linked before anybody writes. */
  async prepare(lives: Lives): Promise<void> {
    await lives.withHost(async (ready, life) => linkPhone(await lives.window(ready, life), this.emulator, linkId));
    // The service's time stamps have seconds only.
    await passes(1_000);
  }

  hand(_lives: Lives, asked: Asked): void {
    this.#markers.push(markerOf(String(asked.chat), asked.n));
    this.#place(asked.chat).say(textOf(asked));
    if (this.#markers.length === Math.ceil(this.#messages / 3)) this.people.stranger.say(unanswered.stranger);
    if (this.#markers.length === Math.ceil(this.#messages / 2)) {
      const { outsider, undecided } = this.people;
      outsider.say(unanswered.group, { in: undecided, mentions: [this.emulator.phone().lidAddress] });
    }
  }

  /**
   * What is sent again is sent under the same id, so that nothing has to be known exactly. But a part that was about to be
   * sent so often may go out before the next kill: what follows five attempts is a failure, as it should be.
   */
  async still({ dataDir }: Lives, _life: Life): Promise<Disposable> {
    while (mostAttempts(dataDir) >= spared) await passes(5);
    return { [Symbol.dispose]: () => undefined };
  }

  async taken(): Promise<void> {
    const { arrivals } = this.emulator;
    const named = [...this.#markers, ...Object.values(unanswered)];
    const isNamed = (name: string): boolean => arrivals.items.some(({ text }) => text.includes(name));
    const all = named.map((name) => arrivals.waitFor(({ text }) => text.includes(name), { timeoutMs: patience }));
    const missing = (await Promise.allSettled(all)).some(({ status }) => status === 'rejected');
    if (missing) throw new Error(`not answered: ${named.filter((name) => !isNamed(name)).join(' ')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.emulator[Symbol.asyncDispose]();
  }

  #place(chat: number): Place {
    const place = this.places[chat - 1];
    if (place === undefined) throw new Error(`there is no chat ${String(chat)}`);
    return place;
  }
}

/** The link `phone` at an emulator, in the mode that answers others too, without pauses between sends. */
export function whatsAppProvision(emulator: WhatsAppEmulator): Readonly<Record<string, unknown>> {
  const serverKey = emulator.rootKey.toString('hex');
  return {
    links: [{ id: linkId, kind: 'whatsapp', webSocketUrl: emulator.url, serverKey, mode: 'people' }],
    // So many replies in a minute would stop every conversation.
    settings: { 'delivery.pacing': 0, 'turns.loopReplies': 0 },
  };
}
