/**
 * A message of WhatsApp as the gateway sees it: who says what where, whether it is meant for us, and whether the owner
 * wrote it himself. What is for nobody is null.
 */
import type { WAMessage, WAMessageKey, proto } from 'baileys';
import type { InboundDeletion, InboundFile, InboundMessage, Migration } from '../../gateway/channel.ts';
import type { Millis } from '../../gateway/types.ts';
import type { Named, Numbers, Own } from './addresses.ts';
import { isGroupJid, isOwn, nameOf, parseJid } from './addresses.ts';
import type { Content, Said } from './content-read.ts';
import { readContent } from './content-read.ts';

/** What a reader has to know of its link. */
export interface Reading {
  readonly own: Own;
  /** The owner's name at WhatsApp; empty when it is not known. */
  readonly ownName: string;
  readonly numbers: Numbers;
  /** Ids of messages that this program sent, or another like it in the account's name. */
  isSent(id: string): boolean;
  readonly filesOf: (message: WAMessage) => readonly InboundFile[];
  /** The name of a group or person; null when it is not known. */
  titleOf(jid: string): string | null;
  isAdmin(group: string, member: string): Promise<boolean>;
  now(): Millis;
  /** The service's time by this machine's clock. */
  here(at: Millis): Millis;
}

export type ReadMessage = (
  | { readonly kind: 'message'; readonly message: InboundMessage }
  | { readonly kind: 'deletion'; readonly deletion: InboundDeletion }
) & { readonly migrations: readonly Migration[] };

/**
 * Whether a message is for this program at all: not status posts, channels and lists, not stubs (the message itself may
 * still come under the same id: docs/whatsapp-protocol.md, Messages that come in), and not what comes back of our own.
 */
export function isForUs(message: WAMessage, isSent: (id: string) => boolean): boolean {
  const { key, broadcast } = message;
  const server = parseJid(key.remoteJid)?.server;
  if (broadcast === true || (server !== 's.whatsapp.net' && server !== 'lid' && server !== 'g.us')) return false;
  if (typeof key.id !== 'string' || key.id === '') return false;
  if (key.fromMe === true && isSent(key.id)) return false;
  return !isStub(message);
}

/** A message that could not be decrypted, or what the library makes of a notification. */
export function isStub({ messageStubType }: WAMessage): boolean {
  const stub: number = messageStubType ?? 0;
  return stub !== 0;
}

/** Reads a message that {@link isForUs}. Null: nothing was said, or not by whoever might say it. */
export async function readMessage(reading: Reading, message: WAMessage): Promise<ReadMessage | null> {
  const content = contentOf(message);
  if (content.kind === 'nothing') return null;
  const place = await placeOf(reading, message);
  if (place === null) return null;
  switch (content.kind) {
    case 'said':
      return told(place, {
        ...said(reading, message, place, content.said),
        ...filesIn(reading, message, content.said),
      });
    case 'edit': {
      const { id } = content.of;
      // The owner may edit what we wrote, on his phone; nothing was said to us by that.
      if (typeof id !== 'string' || id === '' || reading.isSent(id) || !isOwnWork(reading, content.of, place))
        return null;
      return told(place, { ...said(reading, message, place, content.said), platformId: id, edited: true });
    }
    case 'taken-back':
      return takenBack(reading, content.of, place);
  }
}

/** A phone keeps what may be seen once to itself, and tells only that there was something. */
function contentOf({ message, key }: WAMessage): Content {
  if (message !== null && message !== undefined) return readContent(message);
  if (key.isViewOnce !== true) return { kind: 'nothing' };
  return {
    kind: 'said',
    said: { text: '', media: 'view once', context: null, isForwarded: false, isViewOnce: true, inner: {} },
  };
}

interface Place {
  readonly id: string;
  readonly chat: string;
  /** The group; null in a private chat. */
  readonly group: string | null;
  readonly author: Named;
  /** His address as the stanza says it. */
  readonly authorJid: string;
  /** Written with another device of the owner's. */
  readonly isOwner: boolean;
  readonly isSelfChat: boolean;
  readonly migrations: readonly Migration[];
}

async function placeOf(reading: Reading, { key }: WAMessage): Promise<Place | null> {
  const { own, numbers } = reading;
  const { id, remoteJid } = key;
  if (typeof id !== 'string' || typeof remoteJid !== 'string') return null;
  const isOwner = key.fromMe === true;
  if (isGroupJid(remoteJid)) {
    const author = isOwner ? ownName(own) : await nameOf(numbers, own, key.participant, key.participantAlt);
    if (author === null) return null;
    const authorJid = key.participant ?? '';
    return {
      id,
      chat: remoteJid,
      group: remoteJid,
      author,
      authorJid,
      isOwner,
      isSelfChat: false,
      migrations: moved(author),
    };
  }
  const partner = await nameOf(numbers, own, remoteJid, key.remoteJidAlt);
  if (partner === null) return null;
  const isSelfChat = partner.address === own.number;
  // The server says who sent it; a stranger who claims our address is refused by the library.
  if (isSelfChat && !isOwner) return null;
  const author = isOwner ? ownName(own) : partner;
  return {
    id,
    chat: partner.address,
    group: null,
    author,
    authorJid: remoteJid,
    isOwner,
    isSelfChat,
    migrations: isSelfChat ? [] : moved(partner),
  };
}

function ownName({ number }: Own): Named {
  return { address: number, before: null };
}

function moved({ address, before }: Named): readonly Migration[] {
  return before === null ? [] : [{ from: before, to: address }];
}

function said(reading: Reading, message: WAMessage, place: Place, content: Said): InboundMessage {
  const { text, media, context, isForwarded } = content;
  const { id, chat, group, author, isOwner, isSelfChat } = place;
  const own = isOwner && !isSelfChat;
  const saidAt = timeOf(message);
  return {
    key: `${chat}|${id}|${author.address}`,
    chat,
    topic: null,
    chatKind: group === null ? 'private' : 'group',
    title: titleIn(reading, message, place),
    sender: { address: author.address, name: isOwner ? reading.ownName : (nameIn(message) ?? shown(author.address)) },
    platformId: id,
    media,
    at: saidAt === null ? reading.now() : reading.here(saidAt),
    ...wordsFor(reading, place, text, context),
    ...(own ? { own } : {}),
    ...(isForwarded ? { forwarded: true } : {}),
  };
}

function told(place: Place, message: InboundMessage): ReadMessage {
  return { kind: 'message', message, migrations: place.migrations };
}

function filesIn(reading: Reading, message: WAMessage, { isViewOnce, media }: Said): Pick<InboundMessage, 'files'> {
  if (isViewOnce || media === null) return {};
  const files = reading.filesOf(message);
  return files.length === 0 ? {} : { files };
}

/** A private chat is called as its person, whoever of the two writes. */
function titleIn(reading: Reading, message: WAMessage, { chat, group, isOwner, isSelfChat }: Place): string {
  if (group !== null) return reading.titleOf(group) ?? group;
  if (isSelfChat) return reading.ownName === '' ? shown(chat) : reading.ownName;
  const { remoteJid, remoteJidAlt } = message.key;
  const known = reading.titleOf(remoteJid ?? '') ?? reading.titleOf(remoteJidAlt ?? '');
  return (isOwner ? null : nameIn(message)) ?? known ?? shown(chat);
}

function nameIn({ pushName, verifiedBizName }: WAMessage): string | null {
  return [pushName, verifiedBizName].find((name) => typeof name === 'string' && name.trim() !== '') ?? null;
}

/** A person without a name. */
function shown(address: string): string {
  return address.includes('@') ? address : `+${address}`;
}

/** Milliseconds; null where there is no time that can be one. The library gives numbers, or Longs that were stored. */
function timeOf({ messageTimestamp }: Pick<WAMessage, 'messageTimestamp'>): Millis | null {
  const given: unknown = messageTimestamp;
  const low = typeof given === 'object' && given !== null && 'low' in given ? given.low : given;
  const seconds = typeof low === 'string' ? Number(low) : low;
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds * 1000)) return null;
  // The lower half of a Long is signed.
  const unsigned = typeof given === 'object' ? seconds >>> 0 : seconds;
  return unsigned > 0 ? unsigned * 1000 : null;
}

/** In a group: whether the words are for us, and what they are without our own name in front. */
function wordsFor(
  { own }: Reading,
  { group, isOwner }: Place,
  text: string,
  context: proto.IContextInfo | null,
): Pick<InboundMessage, 'text' | 'addressed'> {
  if (group === null) return { text };
  const isMentioned = context?.mentionedJid?.some((jid) => isOwn(own, jid)) === true;
  const isReply = typeof context?.stanzaId === 'string' && isOwn(own, context.participant);
  const words = isMentioned ? withoutMention(own, text) : text;
  return { text: words, addressed: !isOwner && (isMentioned || isReply || COMMAND.test(words)) };
}

/** `/name`, not a path. */
const COMMAND = /^\s*\/[a-z_]{1,32}(?:\s|$)/i;

/** Mentions stand in the text as `@` and the digits of one of the addresses. */
function withoutMention({ number, lid }: Own, text: string): string {
  const mention = /^\s*@(\d+)[\s,:;]*/.exec(text);
  if (mention === null || (mention[1] !== number && mention[1] !== lid)) return text;
  const rest = text.slice(mention[0].length);
  return rest === '' ? text : rest;
}

/** Whether a message is named as one's own. Its sender names it from where he stands; in groups with his address. */
function isOwnWork(
  { own }: Reading,
  key: WAMessageKey | proto.IMessageKey,
  { group, authorJid, isOwner }: Place,
): boolean {
  const { participant } = key;
  if (group === null || typeof participant !== 'string' || participant === '') return key.fromMe !== false;
  return isOwner ? isOwn(own, participant) : isSamePerson(participant, authorJid) || key.fromMe === true;
}

function isSamePerson(one: string, other: string): boolean {
  const [a, b] = [parseJid(one), parseJid(other)];
  return a !== null && b !== null && a.user === b.user && a.server === b.server;
}

/** From its author, or from somebody who may do that to the others of a group. */
async function takenBack(reading: Reading, of: proto.IMessageKey, place: Place): Promise<ReadMessage | null> {
  const { id: target } = of;
  if (typeof target !== 'string' || target === '' || reading.isSent(target)) return null;
  const author = await authorOf(reading, of, place);
  if (author === null) return null;
  const { chat, id } = place;
  const key = `${chat}|${id}|${place.author.address}`;
  const deletion = { key, chat, topic: null, sender: author.address, platformId: target };
  return { kind: 'deletion', deletion, migrations: [...place.migrations, ...moved(author)] };
}

async function authorOf(reading: Reading, of: proto.IMessageKey, place: Place): Promise<Named | null> {
  if (isOwnWork(reading, of, place)) return place.author;
  const { group, authorJid } = place;
  if (group === null || !(await reading.isAdmin(group, authorJid))) return null;
  return nameOf(reading.numbers, reading.own, of.participant);
}
