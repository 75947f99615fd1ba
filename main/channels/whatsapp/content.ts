/**
 * What we say, as the message it is sent in: made once and kept, so that a repetition under the same id says the same
 * (WAProto: Message, ExtendedTextMessage, ContextInfo).
 */
import { createHash, randomBytes } from 'node:crypto';
import type { WAMessageKey, proto } from 'baileys';
import type { SendOptions } from '../../gateway/channel.ts';
import type { Part } from '../../gateway/types.ts';
import type { Library } from './parts.ts';

/** What phones put in front of the secret that later votes, edits and reports about a message are tied to; 32 bytes. */
const SECRET_BYTES = 32;

const RANDOM_DIGITS = 12;
const MARK_DIGITS = 6;

/**
 * An id as the library's own (Utils/generics.js, generateMessageIDV2): `3EB0` and 18 hexadecimal digits. The last six are a
 * mark that follows from the others: see {@link isMarkedId}.
 */
export function newMessageId(): string {
  const random = randomBytes(RANDOM_DIGITS / 2)
    .toString('hex')
    .toUpperCase();
  return `3EB0${random}${markOf(random)}`;
}

/**
 * Whether an id was made by {@link newMessageId}, here or in another program like this that is linked with the same account:
 * what such a program says in the account's name is not typed by its owner. Two of them in one self chat would answer each
 * other for ever. Of other ids one in sixteen million looks the same.
 */
export function isMarkedId(id: string): boolean {
  const parts = new RegExp(`^3EB0([0-9A-F]{${String(RANDOM_DIGITS)}})([0-9A-F]{${String(MARK_DIGITS)}})$`).exec(id);
  return parts !== null && markOf(parts[1] ?? '') === parts[2];
}

function markOf(random: string): string {
  return createHash('sha256').update(`porchlight ${random}`).digest('hex').slice(0, MARK_DIGITS).toUpperCase();
}

/** A part with WhatsApp's marks, or without any where it was rendered for another platform; the label stands above it. */
export function textOf(part: Part, label: SendOptions['label']): string {
  const text = part.format === 'whatsapp' ? part.text : part.plain;
  return label === null ? text : `_${label}_\n${text}`;
}

/** The bytes of a message with this text. `quoted` is the message of a group that it answers. */
export function contentOf(library: Library, text: string, quoted: WAMessageKey | null): Uint8Array {
  const { Message } = library.proto;
  const extendedTextMessage: proto.Message.IExtendedTextMessage = { text, ...contextOf(quoted) };
  const messageContextInfo = { messageSecret: randomBytes(SECRET_BYTES) };
  return Message.encode({ extendedTextMessage, messageContextInfo }).finish();
}

/** Phones show the quoted words themselves, from the message they have under that id. */
function contextOf(quoted: WAMessageKey | null): Pick<proto.Message.IExtendedTextMessage, 'contextInfo'> {
  if (typeof quoted?.id !== 'string' || typeof quoted.participant !== 'string') return {};
  return { contextInfo: { stanzaId: quoted.id, participant: quoted.participant, quotedMessage: { conversation: '' } } };
}

/** What was kept of a message, as it is sent. */
export function messageFrom(library: Library, content: Uint8Array): proto.IMessage {
  return library.proto.Message.decode(content);
}
