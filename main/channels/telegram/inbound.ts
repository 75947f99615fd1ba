/**
 * An update of the Bot API (https://core.telegram.org/bots/api#update) as the gateway sees it. Updates are read as
 * unknown data: a server of any age and kind may stand behind `apiRoot`, and one odd update must not hold up the others.
 */
import type { InboundMessage } from '../../gateway/channel.ts';

export type ReadUpdate =
  | { readonly kind: 'message'; readonly message: InboundMessage }
  /** Not for this gateway: groups, bots, service messages, kinds that were not asked for. */
  | { readonly kind: 'passed-over'; readonly why: string }
  | { readonly kind: 'malformed'; readonly why: string };

/** Fields that say what came with a message, the telling one first (an animation has a `document` too). */
const MEDIA = [
  'photo',
  'voice',
  'audio',
  'animation',
  'video',
  'video_note',
  'sticker',
  'document',
  'location',
  'venue',
  'contact',
  'poll',
  'dice',
  'story',
] as const;

type Fields = Readonly<Record<string, unknown>>;

/** The id of an update; null when it has none that can be counted on. */
export function updateId(update: unknown): number | null {
  const id = isFields(update) ? update['update_id'] : undefined;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : null;
}

/** Reads one update for the bot `account`. Never throws. */
export function readUpdate(account: string, update: unknown): ReadUpdate {
  const id = updateId(update);
  if (id === null || !isFields(update)) return { kind: 'malformed', why: 'update_id' };
  const message = update['message'];
  if (message === undefined) return { kind: 'passed-over', why: 'kind' };
  if (!isFields(message)) return { kind: 'malformed', why: 'message' };
  const { chat, from } = message;
  if (!isFields(chat) || typeof chat['id'] !== 'number') return { kind: 'malformed', why: 'chat' };
  if (chat['type'] !== 'private') return { kind: 'passed-over', why: 'group' };
  if (!isFields(from) || typeof from['id'] !== 'number') return { kind: 'malformed', why: 'from' };
  if (from['is_bot'] === true) return { kind: 'passed-over', why: 'bot' };
  return readPrivate(`${account}:${id}`, message, chat['id'], from['id'], nameOf(from));
}

function readPrivate(key: string, message: Fields, chat: number, sender: number, name: string): ReadUpdate {
  const { message_id: messageId, date, text, caption } = message;
  if (typeof messageId !== 'number') return { kind: 'malformed', why: 'message_id' };
  if (typeof date !== 'number' || !Number.isSafeInteger(date * 1000)) return { kind: 'malformed', why: 'date' };
  const media = MEDIA.find((kind) => message[kind] !== undefined) ?? null;
  const words = typeof text === 'string' ? text : typeof caption === 'string' ? caption : '';
  if (words === '' && media === null) return { kind: 'passed-over', why: 'service' };
  return {
    kind: 'message',
    message: {
      key,
      chat: String(chat),
      topic: null,
      chatKind: 'private',
      title: name,
      sender: { address: String(sender), name },
      platformId: String(messageId),
      text: words,
      media,
      at: date * 1000,
    },
  };
}

function nameOf(from: Fields): string {
  const full = [from['first_name'], from['last_name']]
    .filter((part) => typeof part === 'string')
    .join(' ')
    .trim();
  if (full !== '') return full;
  return typeof from['username'] === 'string' ? `@${from['username']}` : String(from['id']);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
