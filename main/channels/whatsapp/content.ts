/**
 * What we say, as the message it is sent in: made once and kept, so that a repetition under the same id says the same
 * (WAProto: Message, ExtendedTextMessage, ContextInfo).
 */
import { randomBytes } from 'node:crypto';
import type { WAMessageKey, proto } from 'baileys';
import type { SendOptions } from '../../gateway/channel.ts';
import type { Part } from '../../gateway/types.ts';
import type { Library } from './parts.ts';

/** What phones put in front of the secret that later votes, edits and reports about a message are tied to; 32 bytes. */
const SECRET_BYTES = 32;

/** An id as the library's own (Utils/generics.js, generateMessageIDV2): `3EB0` and 18 hexadecimal digits. */
export function newMessageId(): string {
  return `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
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
