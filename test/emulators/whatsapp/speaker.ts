/*
 * A person who can be made to speak: to an account, in a group, or as a status. What an address looks like in a stanza is
 * in docs/whatsapp-protocol.md, Stanzas of messages; contacts and phones differ in who they are to the companions, see
 * contact.ts and phone.ts.
 */
import { statusAddress } from './address.ts';
import type { Companion } from './companion.ts';
import { compose, stanzaFacts } from './content.ts';
import type { About, MessageRef, Saying } from './content.ts';
import type { Group } from './groups.ts';
import type { MediaKind, MediaOptions, MediaStore } from './media.ts';
import { newMessageId } from './message-id.ts';
import { Person } from './person.ts';
import type { PersonFacts } from './person.ts';
import { Speech } from './speech.ts';
import type { World } from './world.ts';

/** Which of his addresses a person writes from; `lid-only` does not tell the number. */
export type By = 'number' | 'lid' | 'lid-only';

export interface SayOptions extends About {
  readonly in?: Group;
  readonly by?: By;
  /** The id of the message; a new one if it is not said. */
  readonly id?: string;
  /** When it was said, in seconds; now if it is not said. */
  readonly at?: number;
  /** Changed on its way, so that no companion can read the first copy. */
  readonly isBroken?: boolean;
}

/** A message that was said. */
export interface Said {
  readonly id: string;
  /** The address of the chat as the companions see it. */
  readonly chat: string;
  /** The address of the one who said it. */
  readonly author: string;
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Where something is said: its attributes, and who gets it. */
export interface Place {
  readonly chat: string;
  readonly author: string;
  readonly attrs: Attributes;
  readonly group: string | undefined;
  readonly companions: readonly Companion[];
}

export abstract class Speaker extends Person {
  protected readonly world: World;
  readonly speech: Speech;
  readonly #media: MediaStore;
  /** Where each message was said. */
  readonly #places = new Map<string, Place>();

  constructor(world: World, media: MediaStore, facts: PersonFacts) {
    super(facts);
    this.world = world;
    this.#media = media;
    this.speech = new Speech(world, this);
  }

  /** What is said in a group goes to every account in it, and to the other companions of the own one. */
  protected inGroup(group: Group): Place {
    const companions = group.members.flatMap((person) => person.companions);
    return this.#under(group.address, companions);
  }

  protected asStatus(companions: readonly Companion[]): Place {
    return this.#under(statusAddress, companions);
  }

  #under(group: string, companions: readonly Companion[]): Place {
    const sender = { participant: this.lidAddress, participant_pn: this.numberAddress };
    const attrs = { from: group, ...sender, addressing_mode: 'lid' };
    return { chat: group, author: this.lidAddress, attrs, group, companions };
  }

  /** Says something at a place. */
  protected speak(saying: Saying, place: Place, options: SayOptions = {}): Said {
    const id = options.id ?? newMessageId();
    const { type, edit, mediatype } = stanzaFacts(saying);
    const t = options.at ?? this.world.seconds();
    this.#places.set(id, place);
    const { attrs, group } = place;
    const whole = { ...attrs, id, t, type, edit, notify: this.name };
    const bytes = this.wrap(compose(saying, this.world.now()), place);
    const isBroken = options.isBroken ?? false;
    this.speech.utter({ id, attrs: whole, bytes, group, mediatype, isBroken }, place.companions);
    return { id, chat: place.chat, author: place.author };
  }

  /** The message as it is encrypted; a phone wraps what it says for its companions. */
  protected wrap(bytes: Buffer, _place: Place): Buffer {
    return bytes;
  }

  protected speakText(text: string, place: Place, options: SayOptions): Said {
    return this.speak({ kind: 'text', text, ...aboutOf(options) }, place, options);
  }

  protected speakMedia(
    kind: MediaKind,
    bytes: Buffer,
    place: Place,
    options: SayOptions & MediaOptions & { readonly caption?: string },
  ): Said {
    const media = this.#media.add(kind, bytes, options);
    const { caption } = options;
    const said = caption === undefined ? {} : { caption };
    return this.speak({ kind: 'media', media, ...said, ...aboutOf(options) }, place, options);
  }

  /** Where a message of this person was said. */
  protected placeOf(id: string): Place {
    const place = this.#places.get(id);
    if (place === undefined) throw new Error(`${this.name} has not said ${id}.`);
    return place;
  }

  protected ownRef(id: string): MessageRef {
    const { chat, author, group } = this.placeOf(id);
    return { id, chat, isOwn: true, ...(group === undefined ? {} : { author }) };
  }

  /** Replaces the text of a message of this person. */
  edit(id: string, text: string): Said {
    return this.speak({ kind: 'edit', of: this.ownRef(id), text }, this.placeOf(id));
  }

  /** Takes a message of this person back for everyone. */
  takeBack(id: string): Said {
    return this.speak({ kind: 'take-back', of: this.ownRef(id) }, this.placeOf(id));
  }

  /** Takes a message of another member of a group back, as its admins may. */
  takeBackOf({ id, chat, author }: Said, group: Group): Said {
    const of = { id, chat, isOwn: false, author };
    return this.speak({ kind: 'take-back', of }, this.inGroup(group));
  }

  /** The server sends the same stanza once more, to every companion that had it: its answer was lost. */
  redeliver(id: string): void {
    for (const companion of this.placeOf(id).companions) this.speech.redeliver(id, companion);
  }

  /** The message is encrypted anew and comes again under its old id. */
  repeat(id: string): void {
    for (const companion of this.placeOf(id).companions) this.speech.repeat(id, companion);
  }
}

function aboutOf({ quote, mentions, forwarded }: About): About {
  return { ...(quote && { quote }), ...(mentions && { mentions }), ...(forwarded && { forwarded }) };
}
