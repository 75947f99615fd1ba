/*
 * What a phone hands over to a device that has just been linked (docs/whatsapp-protocol.md, Login; layout:
 * WAProto.proto and Utils/history.js of the installed client): names and LIDs of the people, and messages from before
 * the link, which a client is told of as history and never as new. The order of the parts at the real service is not
 * known.
 */
import { deflateSync } from 'node:zlib';
import { compose } from './content.ts';
import type { Person } from './person.ts';
import { encode } from './proto/codec.ts';
import { historySync } from './proto/schemas.ts';
import { newMessageId } from './message-id.ts';

/** A message from before the link. */
export interface Remembered {
  readonly id: string;
  /** The address of the chat. */
  readonly chat: string;
  readonly isOwn: boolean;
  /** Who said it; needed in groups. */
  readonly author: string | undefined;
  readonly text: string;
  /** Seconds since the epoch. */
  readonly at: number;
}

/** A part of the history, as it stands in a notification. */
export interface HistoryPart {
  readonly syncType: number;
  readonly inlinePayload: Buffer;
}

/** HistorySync.HistorySyncType of WAProto.proto. */
const types = { bootstrap: 0, recent: 3 } as const;

/** A message for {@link historyOf}; a new id if it is not said. */
export function remembered(message: Omit<Remembered, 'id'> & { readonly id?: string }): Remembered {
  return { id: newMessageId(), ...message };
}

/** The parts, in their order: the newest message of each chat in the first, as phones do, and all others in the second. */
export function historyOf(people: readonly Person[], messages: readonly Remembered[]): readonly HistoryPart[] {
  const chats = [...Map.groupBy(messages, ({ chat }) => chat)];
  const newest = chats.map(([chat, all]) => conversation(chat, all.slice(-1)));
  const older = chats.flatMap(([chat, all]) => (all.length < 2 ? [] : [conversation(chat, all.slice(0, -1))]));
  const names = {
    pushnames: people.map((person) => ({ id: person.numberAddress, pushname: person.name })),
    phoneNumberToLidMappings: people.map((person) => ({ pnJid: person.numberAddress, lidJid: person.lidAddress })),
  };
  const first = part(types.bootstrap, { ...names, conversations: newest });
  return older.length === 0 ? [first] : [first, part(types.recent, { conversations: older })];
}

type Conversations = NonNullable<Parameters<typeof encode<typeof historySync>>[1]['conversations']>;
type Fields = Omit<Parameters<typeof encode<typeof historySync>>[1], 'syncType'>;

function conversation(chat: string, messages: readonly Remembered[]): Conversations[number] {
  return {
    id: chat,
    messages: messages.map(({ id, isOwn, author, text, at }) => ({
      message: {
        key: { remoteJid: chat, fromMe: isOwn, id, ...(author === undefined ? {} : { participant: author }) },
        message: compose({ kind: 'text', text }, at * 1000),
        messageTimestamp: at,
        ...(author === undefined ? {} : { participant: author }),
      },
    })),
  };
}

function part(syncType: number, fields: Fields): HistoryPart {
  const whole = encode(historySync, { syncType, chunkOrder: 1, progress: 100, ...fields });
  return { syncType, inlinePayload: deflateSync(whole) };
}
