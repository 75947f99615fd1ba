/* What people say, as the bytes inside a message: put together for what they send, read for what they get. */
import { decode, encode } from './proto/codec.ts';
import type { Decoded } from './proto/codec.ts';
import { content } from './proto/schemas.ts';
import type { StoredMedia } from './media.ts';

/** A message by its key, as its speaker knows it. */
export interface MessageRef {
  readonly id: string;
  /** The chat it is in. */
  readonly chat: string;
  /** Whether the speaker wrote it himself. */
  readonly isOwn: boolean;
  /** Who wrote it; needed in groups. */
  readonly author?: string;
}

export interface Quote {
  readonly id: string;
  readonly author: string;
  readonly text: string;
}

/** What a message says besides its words. */
export interface About {
  readonly quote?: Quote;
  /** Addresses that are mentioned. */
  readonly mentions?: readonly string[];
  /** How often it was passed on already; from 1 it is shown as forwarded. */
  readonly forwarded?: number;
}

export type Saying =
  | ({ readonly kind: 'text'; readonly text: string } & About)
  | ({ readonly kind: 'media'; readonly media: StoredMedia; readonly caption?: string } & Omit<About, 'mentions'>)
  | { readonly kind: 'reaction'; readonly to: MessageRef; readonly emoji: string }
  | { readonly kind: 'edit'; readonly of: MessageRef; readonly text: string }
  | { readonly kind: 'take-back'; readonly of: MessageRef };

/** The types of `protocolMessage` that are used here (WAProto.proto). */
export const protocolTypes = { takeBack: 0, history: 5, appStateKeys: 6, edit: 14 } as const;

type Fields = Decoded<typeof content>;

function keyOf({ id, chat, isOwn, author }: MessageRef) {
  return { remoteJid: chat, fromMe: isOwn, id, ...(author === undefined ? {} : { participant: author }) };
}

function contextOf({ quote, mentions, forwarded }: About) {
  if (quote === undefined && mentions === undefined && forwarded === undefined) return undefined;
  const quoted = quote && {
    stanzaId: quote.id,
    participant: quote.author,
    quotedMessage: encode(content, { conversation: quote.text }),
  };
  const passedOn = forwarded === undefined ? {} : { forwardingScore: forwarded, isForwarded: true };
  return { ...quoted, ...(mentions === undefined ? {} : { mentionedJid: mentions }), ...passedOn };
}

function mediaFields(media: StoredMedia, caption: string | undefined, about: About): Fields {
  const { url, directPath, mime, mediaKey, fileSha256, fileEncSha256, fileLength } = media;
  const contextInfo = contextOf(about);
  const common = { url, directPath, mimetype: mime, mediaKey, fileSha256, fileEncSha256, fileLength, contextInfo };
  switch (media.kind) {
    case 'image':
      return { imageMessage: { ...common, caption } };
    case 'voice':
      return { audioMessage: { ...common, ptt: true, seconds: 3 } };
    case 'document':
      return { documentMessage: { ...common, fileName: media.fileName, title: media.fileName, caption } };
  }
}

function fieldsOf(saying: Saying, nowMs: number): Fields {
  switch (saying.kind) {
    case 'text': {
      const contextInfo = contextOf(saying);
      const { text } = saying;
      return contextInfo === undefined ? { conversation: text } : { extendedTextMessage: { text, contextInfo } };
    }
    case 'media':
      return mediaFields(saying.media, saying.caption, saying);
    case 'reaction':
      return { reactionMessage: { key: keyOf(saying.to), text: saying.emoji, senderTimestampMs: nowMs } };
    case 'edit': {
      const editedMessage = encode(content, { conversation: saying.text });
      const change = { key: keyOf(saying.of), type: protocolTypes.edit, editedMessage, timestampMs: nowMs };
      return { editedMessage: { message: encode(content, { protocolMessage: change }) } };
    }
    case 'take-back':
      return { protocolMessage: { key: keyOf(saying.of), type: protocolTypes.takeBack } };
  }
}

/** The bytes of a message. */
export function compose(saying: Saying, nowMs: number): Buffer {
  return encode(content, fieldsOf(saying, nowMs));
}

/** The attributes a stanza carries besides, by what is said (Socket/messages-send.js of the installed client). */
export function stanzaFacts(saying: Saying): {
  readonly type: string;
  readonly edit: string | undefined;
  readonly mediatype: string | undefined;
} {
  switch (saying.kind) {
    case 'media': {
      const mediatype = saying.media.kind === 'voice' ? 'ptt' : saying.media.kind;
      return { type: 'media', edit: undefined, mediatype };
    }
    case 'reaction':
      return { type: 'reaction', edit: undefined, mediatype: undefined };
    case 'edit':
      return { type: 'text', edit: '1', mediatype: undefined };
    case 'take-back':
      return { type: 'text', edit: '7', mediatype: undefined };
    case 'text':
      return { type: 'text', edit: undefined, mediatype: undefined };
  }
}

export type HeardKind =
  'text' | 'image' | 'voice' | 'document' | 'reaction' | 'edit' | 'take-back' | 'sender-key' | 'protocol' | 'other';

/** A message as read. */
export interface Heard {
  readonly kind: HeardKind;
  /** Text, caption, new text of an edit, or the mark of a reaction. */
  readonly text: string;
  readonly quoted: { readonly id: string; readonly author: string; readonly text: string } | undefined;
  /** The id of the message that is reacted to, edited or taken back. */
  readonly target: string | undefined;
}

/** Reads a message; what it is wrapped in (disappearing, edited, with caption) is taken off. */
export function readContent(bytes: Buffer): Heard {
  const read = decode(content, bytes);
  const wrapped = read.ephemeralMessage ?? read.documentWithCaptionMessage ?? read.editedMessage;
  if (wrapped?.message !== undefined) return readContent(wrapped.message);
  const { protocolMessage, reactionMessage, imageMessage, audioMessage, documentMessage, extendedTextMessage } = read;
  if (protocolMessage !== undefined) return readProtocol(protocolMessage);
  if (reactionMessage !== undefined) {
    return { kind: 'reaction', text: reactionMessage.text ?? '', quoted: undefined, target: reactionMessage.key?.id };
  }
  const media = imageMessage ?? documentMessage;
  const context = (extendedTextMessage ?? media ?? audioMessage)?.contextInfo;
  const quoted = quoteOf(context);
  const text = read.conversation ?? extendedTextMessage?.text ?? media?.caption ?? '';
  return { kind: kindOf(read), text, quoted, target: undefined };
}

function kindOf(read: Fields): HeardKind {
  if (read.imageMessage !== undefined) return 'image';
  if (read.audioMessage !== undefined) return 'voice';
  if (read.documentMessage !== undefined) return 'document';
  if (read.conversation !== undefined || read.extendedTextMessage !== undefined) return 'text';
  return read.senderKeyDistributionMessage === undefined ? 'other' : 'sender-key';
}

function quoteOf(context: NonNullable<Fields['extendedTextMessage']>['contextInfo']): Heard['quoted'] {
  if (context?.stanzaId === undefined) return undefined;
  const text = context.quotedMessage === undefined ? '' : readContent(context.quotedMessage).text;
  return { id: context.stanzaId, author: context.participant ?? '', text };
}

function readProtocol(message: NonNullable<Fields['protocolMessage']>): Heard {
  const target = message.key?.id;
  if (message.type === protocolTypes.edit && message.editedMessage !== undefined) {
    return { kind: 'edit', text: readContent(message.editedMessage).text, quoted: undefined, target };
  }
  const kind = (message.type ?? 0) === protocolTypes.takeBack ? 'take-back' : 'protocol';
  return { kind, text: '', quoted: undefined, target };
}
