/* Somebody else who writes to an account and gets what it answers (docs/whatsapp-protocol.md, Stanzas of messages). */
import { node } from './binary/node.ts';
import type { Group } from './groups.ts';
import type { Inbox } from './inbox.ts';
import type { MediaKind, MediaOptions, MediaStore } from './media.ts';
import type { Arrival, PersonFacts } from './person.ts';
import type { Phone } from './phone.ts';
import { Speaker } from './speaker.ts';
import type { By, Place, Said, SayOptions } from './speaker.ts';
import type { World } from './world.ts';

export interface ContactOptions extends SayOptions {
  /** Whose account he writes to; the first if it is not said. */
  readonly to?: Phone;
}

export interface ContactParts {
  readonly world: World;
  readonly media: MediaStore;
  readonly inbox: Inbox;
  readonly firstPhone: () => Phone;
}

export class Contact extends Speaker {
  readonly #inbox: Inbox;
  readonly #firstPhone: () => Phone;

  constructor({ world, media, inbox, firstPhone }: ContactParts, facts: PersonFacts) {
    super(world, media, facts);
    this.#inbox = inbox;
    this.#firstPhone = firstPhone;
  }

  /** Writes a text. */
  say(text: string, options: ContactOptions = {}): Said {
    return this.speakText(text, this.#place(options), options);
  }

  /** Sends a file. */
  send(
    kind: MediaKind,
    bytes: Buffer,
    options: ContactOptions & MediaOptions & { readonly caption?: string } = {},
  ): Said {
    return this.speakMedia(kind, bytes, this.#place(options), options);
  }

  /** Reacts to something that arrived; an empty mark takes the reaction away. */
  react(arrival: Arrival, emoji: string, options: ContactOptions = {}): Said {
    const place = this.#place(options);
    const to = { id: arrival.id, chat: place.chat, isOwn: false, author: arrival.sender };
    return this.speak({ kind: 'reaction', to, emoji }, place, options);
  }

  /** Posts a status, which every companion gets. */
  postStatus(text: string): Said {
    return this.speakText(text, this.asStatus(this.#firstPhone().companions), {});
  }

  /** Is seen typing, or recording, or no longer. */
  type(state: 'composing' | 'recording' | 'paused', options: ContactOptions = {}): void {
    const { attrs, companions } = this.#place(options);
    const child = state === 'recording' ? node('composing', { media: 'audio' }) : node(state);
    for (const companion of companions) {
      companion.show(node('chatstate', { from: attrs['from'], participant: attrs['participant'] }, [child]));
    }
  }

  /** Reads something that arrived, which the companion is told; `played` for a voice message. */
  read(id: string, type: 'read' | 'played' = 'read'): void {
    this.#inbox.tellRead(this, id, type);
  }

  /**
   * A text that is not encrypted at all. The service never sends one in a private chat; the installed client takes it for
   * a message (docs/whatsapp-protocol.md, What the library gets wrong).
   */
  sayPlain(bytes: Buffer, options: ContactOptions = {}): string {
    const { attrs, companions } = this.#place(options);
    const id = options.id ?? this.world.newId();
    const whole = { ...attrs, id, t: this.world.seconds(), type: 'text', notify: this.name };
    for (const companion of companions) companion.deliver(node('message', whole, [node('plaintext', {}, bytes)]));
    return id;
  }

  /**
   * Writes from a new phone from now on: all keys are new, and the companions are told that his identity has changed
   * (Utils/identity-change-handler.js of the client).
   */
  changePhone(): void {
    this.renewDevices();
    this.speech.startAnew();
    for (const companion of this.#firstPhone().companions) {
      const attrs = { from: this.numberAddress, id: this.world.newId(), type: 'encrypt', t: this.world.seconds() };
      companion.deliver(node('notification', { ...attrs, lid: this.lidAddress }, [node('identity')]));
    }
  }

  #place({ in: group, to = this.#firstPhone(), by = 'number' }: ContactOptions): Place {
    return group === undefined ? this.#privately(to, by) : this.#amongMembers(group);
  }

  #amongMembers(group: Group): Place {
    if (!group.has(this)) throw new Error(`${this.name} is not in the group.`);
    return this.inGroup(group);
  }

  #privately({ companions }: Phone, by: By): Place {
    const { numberAddress, lidAddress } = this;
    const from = by === 'number' ? numberAddress : lidAddress;
    const other = by === 'number' ? { sender_lid: lidAddress } : by === 'lid' ? { sender_pn: numberAddress } : {};
    const attrs = { from, ...other, addressing_mode: by === 'number' ? 'pn' : 'lid' };
    return { chat: from, author: from, attrs, group: undefined, companions };
  }
}
