/**
 * What a message says, whatever it is wrapped in (WAProto: Message). Kinds that are signs and not messages say nothing;
 * kinds that nobody here knows say their name, so that nothing a person sent goes by in silence.
 */
import type { proto } from 'baileys';

type Message = proto.IMessage;
type Key = proto.IMessageKey;
type Context = proto.IContextInfo;

export interface Said {
  readonly text: string;
  /** One word or two, `a-z`, `_` and blanks; null for text alone. */
  readonly media: string | null;
  /** Whom it mentions and what it quotes. */
  readonly context: Context | null;
  /** Its sender passed on what somebody wrote elsewhere. */
  readonly isForwarded: boolean;
  /** It may be looked at once, on a phone: what came with it is not fetched. */
  readonly isViewOnce: boolean;
  /** The message without what it was wrapped in. */
  readonly inner: Message;
}

export type Content =
  | { readonly kind: 'said'; readonly said: Said }
  | { readonly kind: 'edit'; readonly of: Key; readonly said: Said }
  | { readonly kind: 'taken-back'; readonly of: Key }
  /** Reactions, receipts, votes, settings, keys. */
  | { readonly kind: 'nothing' };

const NOTHING: Content = { kind: 'nothing' };
/** ProtocolMessage.Type in WAProto. */
const REVOKE: number = 0;
const MESSAGE_EDIT: number = 14;

/** Reads one decrypted message. Never throws for what a sender can put into it. */
export function readContent(message: Message): Content {
  const unwrapped = unwrap(message);
  const protocol = unwrapped.inner.protocolMessage;
  if (isThere(protocol)) return readProtocol(protocol);
  const said = readSaid(unwrapped);
  return said === null ? NOTHING : { kind: 'said', said };
}

function readProtocol({ type, key, editedMessage }: proto.Message.IProtocolMessage): Content {
  if (!isThere(key)) return NOTHING;
  const what: number = type ?? REVOKE;
  if (what === REVOKE) return { kind: 'taken-back', of: key };
  if (what !== MESSAGE_EDIT || !isThere(editedMessage)) return NOTHING;
  const said = readSaid(unwrap(editedMessage));
  return said === null ? NOTHING : { kind: 'edit', of: key, said };
}

const VIEW_ONCE = ['viewOnceMessage', 'viewOnceMessageV2', 'viewOnceMessageV2Extension'] as const;
const WRAPPERS = [
  ...VIEW_ONCE,
  'ephemeralMessage',
  'documentWithCaptionMessage',
  'editedMessage',
  'associatedChildMessage',
  'deviceSentMessage',
  'groupMentionedMessage',
  'botInvokeMessage',
  'botForwardedMessage',
  'lottieStickerMessage',
  'questionMessage',
  'questionReplyMessage',
  'commentMessage',
  'pollCreationMessageV4',
] as const;
/** More of them around each other than any client makes. */
const DEEPEST = 8;

interface Unwrapped {
  readonly inner: Message;
  readonly isViewOnce: boolean;
  readonly isOfBot: boolean;
}

function unwrap(message: Message): Unwrapped {
  let inner = message;
  let isViewOnce = false;
  let isOfBot = false;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const wrapper = WRAPPERS.find((name) => isThere(inner[name]?.message));
    const next = wrapper === undefined ? undefined : inner[wrapper]?.message;
    if (!isThere(next)) break;
    isViewOnce ||= VIEW_ONCE.some((name) => name === wrapper);
    isOfBot ||= wrapper === 'botForwardedMessage';
    inner = next;
  }
  return { inner, isViewOnce, isOfBot };
}

type Kind = keyof Message;

/** What comes with a text, with the word for it; the first that is there tells. */
const MEDIA: readonly (readonly [kind: Kind, word: string])[] = [
  ['imageMessage', 'photo'],
  ['videoMessage', 'video'],
  ['ptvMessage', 'video_note'],
  ['audioMessage', 'audio'],
  ['documentMessage', 'document'],
  ['stickerMessage', 'sticker'],
  ['stickerPackMessage', 'stickers'],
  ['contactMessage', 'contact'],
  ['contactsArrayMessage', 'contacts'],
  ['locationMessage', 'location'],
  ['liveLocationMessage', 'live location'],
  ['pollCreationMessage', 'poll'],
  ['pollCreationMessageV2', 'poll'],
  ['pollCreationMessageV3', 'poll'],
  ['pollCreationMessageV5', 'poll'],
  ['eventMessage', 'event'],
  ['groupInviteMessage', 'group invite'],
  ['productMessage', 'product'],
  ['orderMessage', 'order'],
  ['invoiceMessage', 'invoice'],
  ['sendPaymentMessage', 'payment'],
  ['requestPaymentMessage', 'payment request'],
  ['scheduledCallCreationMessage', 'planned call'],
];

/** Signs, and what only programs need: nobody said anything. */
const SIGNS: ReadonlySet<string> = new Set<Kind>([
  'senderKeyDistributionMessage',
  'fastRatchetKeySenderKeyDistributionMessage',
  'messageContextInfo',
  'protocolMessage',
  'reactionMessage',
  'encReactionMessage',
  'encCommentMessage',
  'encEventResponseMessage',
  'secretEncryptedMessage',
  'pollUpdateMessage',
  'pollResultSnapshotMessage',
  'pollResultSnapshotMessageV3',
  'keepInChatMessage',
  'pinInChatMessage',
  'stickerSyncRmrMessage',
  'scheduledCallEditMessage',
  'declinePaymentRequestMessage',
  'cancelPaymentRequestMessage',
  'call',
  'bcallMessage',
  'callLogMesssage',
  'chat',
  'placeholderMessage',
  'messageHistoryBundle',
  'messageHistoryNotice',
  'limitSharingMessage',
  // The pictures of an album come as messages of their own.
  'albumMessage',
  // Status posts, wherever they are shown.
  'groupStatusMessage',
  'groupStatusMessageV2',
  'groupStatusMentionMessage',
  'statusMentionMessage',
  'statusAddYours',
  'statusNotificationMessage',
  'statusQuestionAnswerMessage',
  'statusQuotedMessage',
  'statusStickerInteractionMessage',
]);

function readSaid({ inner: message, isViewOnce, isOfBot }: Unwrapped): Said | null {
  const text = textOf(message);
  const media = mediaOf(message);
  const word = media ?? (text === '' ? unknownKind(message) : null);
  if (text === '' && word === null) return null;
  const context = contextOf(message);
  const isForwarded = isOfBot || context?.isForwarded === true || (context?.forwardingScore ?? 0) > 0;
  return { text, media: word, context, isForwarded, isViewOnce, inner: message };
}

function mediaOf(message: Message): string | null {
  const word = MEDIA.find(([kind]) => isThere(message[kind]))?.[1] ?? null;
  if (word === 'audio') return message.audioMessage?.ptt === true ? 'voice' : word;
  return word === 'video' && message.videoMessage?.gifPlayback === true ? 'animation' : word;
}

/** What its sender wrote, or chose among buttons. */
function textOf(message: Message): string {
  const { templateMessage: template } = message;
  const hydrated = template?.hydratedTemplate ?? template?.hydratedFourRowTemplate;
  const words = [
    message.conversation,
    message.extendedTextMessage?.text,
    message.imageMessage?.caption,
    message.videoMessage?.caption,
    message.documentMessage?.caption,
    message.buttonsResponseMessage?.selectedDisplayText,
    message.templateButtonReplyMessage?.selectedDisplayText,
    message.listResponseMessage?.title,
    message.interactiveResponseMessage?.body?.text,
    message.interactiveMessage?.body?.text,
    message.buttonsMessage?.contentText,
    message.listMessage?.description ?? message.listMessage?.title,
    hydrated?.hydratedContentText,
    message.groupInviteMessage?.caption,
  ];
  return words.find((text) => typeof text === 'string' && text.trim() !== '')?.toWellFormed() ?? '';
}

/** The name of a kind that is not known here: `fooBarMessageV2` is "foo bar". */
function unknownKind(message: Message): string | null {
  const kind = Object.entries(message).find(([name, value]) => isThere(value) && value !== '' && !SIGNS.has(name))?.[0];
  if (kind === undefined || TEXT.has(kind)) return null;
  const words = kind
    .replace(/Mess+age(?:V\d+)?$/, '')
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .trim();
  return words === '' ? 'message' : words.slice(0, 40).trim();
}

/** Kinds that are nothing but their text. */
const TEXT: ReadonlySet<string> = new Set<Kind>(['conversation', 'extendedTextMessage']);

function contextOf(message: Message): Context | null {
  for (const value of Object.values(message) as readonly unknown[]) {
    if (typeof value !== 'object' || value === null || !('contextInfo' in value)) continue;
    const { contextInfo } = value;
    if (typeof contextInfo === 'object' && contextInfo !== null) return contextInfo;
  }
  return null;
}

function isThere<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined;
}
