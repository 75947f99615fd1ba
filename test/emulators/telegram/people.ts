/*
 * What people do: the messages they write, with media, in topics and in answer to others. The bot hands them on as
 * updates (bot.ts).
 */
import type { ChatBook, ChatState } from './chats.ts';
import { findEntities } from './entities.ts';
import { refOf } from './files.ts';
import type { FileStore } from './files.ts';
import type { Entity, Message, PhotoSize, User } from './types.ts';

/** A photo is given in the sizes the service would make of it, smallest first; it is never made here. */
export interface SaidPhoto {
  readonly kind: 'photo';
  readonly sizes: readonly {
    readonly width: number;
    readonly height: number;
    readonly bytes: Uint8Array;
    readonly size?: number;
  }[];
}

export interface SaidFile {
  readonly kind: 'voice' | 'document' | 'audio' | 'video' | 'animation' | 'video_note' | 'sticker';
  readonly bytes: Uint8Array;
  readonly name?: string;
  readonly mime?: string;
  /** Size in bytes to be stated instead of the true one. */
  readonly size?: number;
  /** Other fields of that object, e.g. `duration`, `emoji`, `width`. */
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Said {
  readonly chatId: number;
  /** The text; the caption, when there is media. */
  readonly text?: string;
  /** Who says it. Default in a private chat: the person whose chat it is. */
  readonly from?: Partial<User> & { readonly id: number };
  /** Seconds since the epoch. Default: now. */
  readonly date?: number;
  /** Id of a message in that chat that this one answers. */
  readonly replyTo?: number;
  /** The topic of a forum it is said in. */
  readonly thread?: number;
  readonly media?: SaidPhoto | SaidFile;
  /** Messages with the same value make an album. */
  readonly mediaGroup?: string;
  /** Entities besides those the service finds by itself, e.g. a `text_mention`. */
  readonly entities?: readonly Entity[];
  /** Who wrote what is passed on here: a person, or one who hides who he is behind a name. */
  readonly forwards?: Partial<User> & { readonly id?: number; readonly first_name: string };
  /** Other fields of the message: `location`, `contact`, `sender_chat`, … */
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Scene {
  readonly chats: ChatBook;
  readonly files: FileStore;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** Makes the message and puts it into its chat. An unknown private chat comes into being; a group has to be there. */
export function compose({ chats, files, now }: Scene, said: Said): Message {
  const from = chats.meet(said.from ?? { id: said.chatId });
  const state = said.chatId > 0 ? (chats.get(said.chatId) ?? chats.withPerson(from)) : chats.need(said.chatId);
  const media = said.media === undefined ? {} : contentOf(files, said.media);
  const isCaption = said.media !== undefined;
  const message: Message = {
    message_id: chats.nextMessageId(state),
    from,
    chat: state.chat,
    date: said.date ?? now(),
    ...placeOf(state, said),
    ...(said.mediaGroup === undefined ? {} : { media_group_id: said.mediaGroup }),
    ...media,
    ...originOf(said, now()),
    ...said.with,
    ...textOf(said.text, said.entities ?? [], isCaption),
  };
  state.messages.set(message.message_id, message);
  return message;
}

/** Topic and answered message. In a topic what answers nothing comes as an answer to the message that began it. */
function placeOf(state: ChatState, { thread, replyTo }: Said): Partial<Message> {
  const root = thread === undefined ? undefined : state.topics.get(thread);
  if (thread !== undefined && root === undefined)
    throw new Error(`There is no topic ${String(thread)}: addTopic() first.`);
  const replied = replyTo === undefined ? root : state.messages.get(replyTo);
  if (replyTo !== undefined && replied === undefined)
    throw new Error(`There is no message ${String(replyTo)} to answer.`);
  return {
    ...(thread === undefined ? {} : { message_thread_id: thread, is_topic_message: true }),
    ...(replied === undefined ? {} : { reply_to_message: withoutReply(replied) }),
  };
}

/** As `MessageOrigin` of the Bot API. */
function originOf({ forwards }: Said, now: number): Partial<Message> {
  if (forwards === undefined) return {};
  const { id, first_name: name } = forwards;
  const date = now - 3600;
  return {
    forward_origin:
      id === undefined
        ? { type: 'hidden_user', date, sender_user_name: name }
        : { type: 'user', date, sender_user: { is_bot: false, ...forwards, id } },
  };
}

/** An answered message comes without what it answered itself. */
export function withoutReply(message: Message): Message {
  const { reply_to_message: _deeper, ...kept } = message;
  return kept;
}

/** A text with its entities, as text or caption. */
export function textOf(text: string | undefined, extra: readonly Entity[], isCaption: boolean): Partial<Message> {
  if (text === undefined || text === '') return {};
  const entities = [...findEntities(text), ...extra].sort((a, b) => a.offset - b.offset);
  if (isCaption) return { caption: text, ...(entities.length === 0 ? {} : { caption_entities: entities }) };
  return { text, ...(entities.length === 0 ? {} : { entities }) };
}

const folders = {
  photo: 'photos',
  voice: 'voice',
  document: 'documents',
  audio: 'music',
  video: 'videos',
  animation: 'animations',
  video_note: 'video_notes',
  sticker: 'stickers',
} as const;

function contentOf(files: FileStore, media: SaidPhoto | SaidFile): Partial<Message> {
  const folder = folders[media.kind];
  if (media.kind === 'photo') {
    const photo: PhotoSize[] = media.sizes.map(({ width, height, bytes, size }) => {
      const {
        file_name: _name,
        mime_type: _mime,
        ...ref
      } = refOf(files.add({ bytes, folder, size, name: 'photo.jpg' }));
      return { ...ref, width, height };
    });
    return { photo };
  }
  const { kind, bytes, name, mime, size } = media;
  const ref = refOf(files.add({ bytes, folder, name, mime, size }));
  const content = { ...media.with, ...ref };
  // An animation also comes as a document, for programs that do not know animations.
  return kind === 'animation' ? { animation: content, document: ref } : { [kind]: content };
}
