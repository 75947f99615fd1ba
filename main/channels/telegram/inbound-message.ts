/**
 * A `message` or `edited_message` (https://core.telegram.org/bots/api#message) as the gateway sees it: who says what
 * where, and whether it is meant for us.
 */
import type { InboundMessage, Migration } from '../../gateway/channel.ts';
import type { ChatKind } from '../../gateway/types.ts';
import type { Me, Words } from './addressed.ts';
import { readWords } from './addressed.ts';
import type { Fields } from './fields.ts';
import { fieldsAt, integerAt, textAt } from './fields.ts';
import { filesOf, mediaOf } from './files.ts';

export type ReadMessage =
  | { readonly kind: 'message'; readonly message: InboundMessage }
  | { readonly kind: 'migration'; readonly migration: Migration }
  /** Not for this gateway: other bots and what is meant for them, service messages, channels. */
  | { readonly kind: 'passed-over'; readonly why: string }
  | { readonly kind: 'malformed'; readonly why: string };

export interface Sender {
  readonly address: string;
  readonly name: string;
}

export interface ReadChat {
  readonly id: string;
  readonly kind: ChatKind;
  /** Null for a private chat, which is called as its person. */
  readonly title: string | null;
}

/**
 * Reads one message. Its time is when it was sent, for an edit too: what is older than the link stays so. `key` is the
 * event's. Never throws.
 */
export function readMessage(me: Me, key: string, message: Fields, edited: boolean): ReadMessage {
  const chat = readChat(message);
  if (chat === null) return { kind: 'malformed', why: 'chat' };
  if (chat === 'channel') return { kind: 'passed-over', why: 'channel' };
  const migration = readMigration(message, chat);
  if (migration !== null) return { kind: 'migration', migration };
  const sender = readSender(message);
  if (sender === null) return { kind: 'malformed', why: 'from' };
  if (sender === 'bot') return { kind: 'passed-over', why: 'bot' };
  const [messageId, date] = [integerAt(message, 'message_id'), integerAt(message, 'date')];
  if (messageId === null) return { kind: 'malformed', why: 'message_id' };
  if (date === null || !Number.isSafeInteger(date * 1000)) return { kind: 'malformed', why: 'date' };
  const media = mediaOf(message);
  const words = readWords(me, message);
  if (words.text === '' && media === null) return { kind: 'passed-over', why: 'service' };
  if (chat.kind === 'group' && words.to === 'another-bot') return { kind: 'passed-over', why: 'another-bot' };
  const files = filesOf(message, media, messageId);
  return {
    kind: 'message',
    message: {
      key,
      chat: chat.id,
      topic: readTopic(message),
      chatKind: chat.kind,
      title: chat.title ?? sender.name,
      sender,
      platformId: String(messageId),
      text: words.text,
      media,
      at: date * 1000,
      ...(files.length === 0 ? {} : { files }),
      ...addressing(chat, words),
      ...(isForwarded(message) ? { forwarded: true } : {}),
      ...(edited ? { edited } : {}),
    },
  };
}

/**
 * Somebody wrote it elsewhere, the sender himself perhaps (https://core.telegram.org/bots/api#messageorigin). Servers
 * before Bot API 7.0 say `forward_date` instead.
 */
function isForwarded(message: Fields): boolean {
  return fieldsAt(message, 'forward_origin') !== null || integerAt(message, 'forward_date') !== null;
}

function addressing(chat: ReadChat, words: Words): Pick<InboundMessage, 'addressed'> {
  return chat.kind === 'private' ? {} : { addressed: words.to === 'us' };
}

/** The `chat` of an object; `channel` for the kind nobody talks in, null when it cannot be made out. */
export function readChat(from: Fields): ReadChat | 'channel' | null {
  const chat = fieldsAt(from, 'chat');
  const id = chat === null ? null : integerAt(chat, 'id');
  if (chat === null || id === null) return null;
  switch (chat['type']) {
    case 'private':
      return { id: String(id), kind: 'private', title: null };
    case 'group':
    case 'supergroup':
      return { id: String(id), kind: 'group', title: textAt(chat, 'title') ?? String(id) };
    case 'channel':
      return 'channel';
    default:
      return null;
  }
}

/** The forum topic. Other supergroups number their reply threads in the same field; General has none. */
export function readTopic(message: Fields): string | null {
  const thread = integerAt(message, 'message_thread_id');
  return message['is_topic_message'] === true && thread !== null ? String(thread) : null;
}

/**
 * Who speaks. On behalf of a chat (an administrator who hides behind the group, a channel) it is that chat, although
 * the message also names a bot of Telegram's own.
 */
function readSender(message: Fields): Sender | 'bot' | null {
  const behalf = fieldsAt(message, 'sender_chat');
  const behalfId = behalf === null ? null : integerAt(behalf, 'id');
  if (behalf !== null && behalfId !== null) {
    return { address: String(behalfId), name: textAt(behalf, 'title') ?? String(behalfId) };
  }
  const from = fieldsAt(message, 'from');
  const id = from === null ? null : integerAt(from, 'id');
  if (from === null || id === null) return null;
  return from['is_bot'] === true ? 'bot' : { address: String(id), name: nameOf(from) };
}

/** The name of a user (https://core.telegram.org/bots/api#user), else the handle, else the id. */
export function nameOf(user: Fields): string {
  const full = [textAt(user, 'first_name'), textAt(user, 'last_name')].filter((part) => part !== null).join(' ');
  if (full.trim() !== '') return full.trim();
  const handle = textAt(user, 'username');
  return handle === null ? String(user['id']) : `@${handle}`;
}

/** Both the old and the new chat say so; either is enough. */
function readMigration(message: Fields, chat: ReadChat): Migration | null {
  const [to, from] = [integerAt(message, 'migrate_to_chat_id'), integerAt(message, 'migrate_from_chat_id')];
  if (to !== null) return { from: chat.id, to: String(to) };
  return from === null ? null : { from: String(from), to: chat.id };
}
