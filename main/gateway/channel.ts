/**
 * The port to a chat platform. An adapter keeps one link connected, hands inbound batches over, and sends parts.
 * It owns the retries of its *connection*; retries of sends belong to `delivery/`.
 */
import type { Observable } from '../lib/observable.ts';
import type { Result } from '../lib/result.ts';
import type { MarkdownTree } from './markdown.ts';
import type {
  Address,
  Capabilities,
  ChatKind,
  ChatRef,
  LinkId,
  LinkKind,
  LinkRow,
  MessageRef,
  Millis,
  ModelRef,
  Part,
  Reason,
  Thinking,
} from './types.ts';

export type LinkState =
  | { readonly kind: 'off' }
  /** The owner is linking this device; every step is a state of its own, so that whoever looks later sees where it is. */
  | { readonly kind: 'pairing'; readonly step: PairingStep }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly provenAt: Millis }
  | { readonly kind: 'retrying'; readonly at: Millis; readonly attempt: number; readonly reason: Reason }
  | { readonly kind: 'signed-out'; readonly reason: Reason }
  | { readonly kind: 'conflict'; readonly reason: Reason };

export type PairingStep =
  /** The platform is being asked; nothing to show yet. */
  | { readonly kind: 'starting' }
  /** `text` is drawn as it is. `again`: a scan has failed to count, and has to be repeated with this code. */
  | { readonly kind: 'show-qr'; readonly text: string; readonly until: Millis; readonly again: boolean }
  /** To be typed into the phone; accepted by the server before it is shown. */
  | { readonly kind: 'show-code'; readonly code: string; readonly until: Millis }
  /** Nobody scanned in time: the last code is dead. {@link Channel.pair} begins anew. */
  | { readonly kind: 'expired' }
  /** The phone has agreed; what follows needs nobody. */
  | { readonly kind: 'finishing' }
  | { readonly kind: 'failed'; readonly reason: Reason };

/** `number`: digits with the country's code, for a code instead of a picture; null for a QR code. */
export interface PairingRequest {
  readonly number: string | null;
}

export interface InboundMessage extends ChatRef {
  /** Unique per link: the same event twice is one row (Telegram: the bot's id and `update_id`). */
  readonly key: string;
  readonly chatKind: ChatKind;
  /** A name for the conversation: the person's or the group's. */
  readonly title: string;
  readonly sender: { readonly address: Address; readonly name: string };
  /** The platform's id of the message. */
  readonly platformId: string | null;
  readonly text: string;
  /** The sender passed on what others wrote. Absent means no. */
  readonly forwarded?: boolean;
  /** What came with the text and is not understood yet, such as `photo` or `voice`; null for plain text. */
  readonly media: string | null;
  /** To be fetched with {@link Channel.download} once the message is stored. */
  readonly files?: readonly InboundFile[];
  /** In a group: it mentions us, replies to us or is a command for us. Absent means true; private messages always are. */
  readonly addressed?: boolean;
  /** The author changed a message sent before: a revision of it, not a new message. */
  readonly edited?: boolean;
  /**
   * The owner wrote this himself, with another device, to the chat that it is in: recorded, never answered, and the chat
   * is his for a while. Never set in his chat with himself.
   */
  readonly own?: boolean;
  /** The platform's time stamp. */
  readonly at: Millis;
  /** Only callers of the API name one: the conversation's model from here on. */
  readonly model?: ModelRef;
  /** Likewise: how much models are to think in the conversation from here on. */
  readonly thinking?: Thinking;
}

export interface InboundFile {
  /** As {@link AttachmentRow.kind}. */
  readonly kind: string;
  readonly platformRef: string;
  readonly name: string;
  /** MIME type; `application/octet-stream` when the platform does not say. */
  readonly type: string;
  readonly size: number | null;
  /** How long it sounds, in whole seconds, as the platform or its sender says; absent when nobody does. */
  readonly seconds?: number;
  /** Its id in the file store where it lies there already: nothing is to be fetched. */
  readonly file?: string;
}

/** Thrown by the stream of {@link Channel.download}: the bytes are not those that were sent. Trying again is of no use. */
export class MediaDamaged extends Error {
  override readonly name = 'MediaDamaged';
}

/** A button was pressed, below one of our messages or at a draft. */
export interface InboundAction extends ChatRef {
  readonly key: string;
  readonly sender: { readonly address: Address; readonly name: string };
  readonly data: string;
  /** What {@link Channel.answerAction} needs; valid for seconds to minutes. */
  readonly handle: string;
}

/** `data` of the action that the Stop button of a draft is; the chat says which turn. */
export const stopAction = 'stop';

/** The author took a message back. */
export interface InboundDeletion extends ChatRef {
  readonly key: string;
  readonly sender: Address;
  /** Of the message that is gone. */
  readonly platformId: string;
}

/** The bot was added to a group or taken out of it. */
export interface InboundMembership {
  readonly chat: string;
  readonly title: string;
  readonly member: boolean;
}

/**
 * A chat got another name at the platform: a group that became a supergroup, or a person whose number became known. A
 * person's private chat is called like the address, so the role moves along.
 */
export interface Migration {
  readonly from: string;
  readonly to: string;
}

/** How far the platform was read; stored in the same transaction as the events before it. */
export interface Cursor {
  /** The account that the position belongs to (Telegram: the bot's id). */
  readonly account: string;
  readonly position: number;
}

export interface InboundBatch {
  readonly events: readonly InboundMessage[];
  readonly actions?: readonly InboundAction[];
  readonly deletions?: readonly InboundDeletion[];
  readonly memberships?: readonly InboundMembership[];
  /** Applied before the events of the batch. */
  readonly migrations?: readonly Migration[];
  readonly cursor: Cursor | null;
}

/**
 * Resolves once the batch is on disk; only then may the platform be told. Rejects with `StorageTrouble` when it could
 * not be stored: the adapter then acknowledges nothing and offers the same events again later.
 */
export type Receive = (batch: InboundBatch) => Promise<void>;

export type SendOutcome =
  /** Acknowledged; `ref` is the platform's id of the message. */
  | { readonly kind: 'sent'; readonly ref: string }
  /** Surely not executed; may be tried again, not before `after` milliseconds. */
  | { readonly kind: 'not-sent'; readonly reason: Reason; readonly after?: Millis }
  /** Not executed: the chat is called differently now; everything for it goes there. */
  | { readonly kind: 'moved'; readonly to: string }
  /** Refused for good. */
  | { readonly kind: 'rejected'; readonly reason: Reason }
  /** Written, but no answer: it may have been executed. */
  | { readonly kind: 'unknown'; readonly reason: Reason };

export interface SendOptions {
  /** From {@link Channel.newPartId}, stored before. */
  readonly ownId: string | null;
  /** A word in front of the text ("late", "sent again"), already in the chat's language; null for none. */
  readonly label: string | null;
  /** The platform's id of the message that this answers, shown as a quote (groups); null elsewhere. */
  readonly replyTo: string | null;
}

/** What became of a preview. Nothing depends on it: a preview is not a reply. */
export type PreviewOutcome =
  | { readonly kind: 'shown' }
  /** The platform or this kind of chat has none: another way is taken from now on. */
  | { readonly kind: 'unsupported' }
  /** Too fast, or a fault that passes. */
  | { readonly kind: 'not-shown'; readonly after?: Millis };

export interface ChannelTraits {
  /** Largest part in the platform's own unit (Telegram: UTF-16 units of rendered text). */
  readonly maxPart: number;
  /** Sends per second over all chats and per chat, with bursts; null where nothing limits us. */
  readonly pacing: Pacing | null;
  /** Tokens are shown as they come, without a preview message (the window). */
  readonly live: boolean;
  /** The owner's own surface: whoever writes here is the owner. */
  readonly ownerOnly: boolean;
  /** {@link Part.buttons} are shown. Elsewhere what they stand for is offered as numbers, to be written back. */
  readonly buttons: boolean;
}

export interface Pacing {
  readonly perSecond: number;
  readonly perChatPerSecond: number;
  readonly perChatBurst: number;
  /** In groups, besides the others; absent: no limit of its own. */
  readonly perGroupPerMinute?: number;
  /** One send at a time over the whole link, with a random wait in this range before each, like a person; absent: none. */
  readonly between?: { readonly from: Millis; readonly to: Millis };
}

/** Who the link turned out to be, told once it is proven. */
export interface LinkIdentity {
  readonly account: string;
  readonly name: string;
  readonly handle: string | null;
  /** What the platform calls this device in the owner's list of linked devices; absent where there is no such list. */
  readonly device?: string;
}

export interface Channel {
  readonly kind: LinkKind;
  readonly traits: ChannelTraits;
  readonly state: Observable<LinkState>;
  readonly identity: Observable<LinkIdentity | null>;
  /** Keeps itself connected until `stop`. Called once. */
  start(receive: Receive): void;
  /** The old connection has ended when this resolves; nothing is received afterwards. */
  stop(): Promise<void>;
  /** Prove the connection again now: after a wake-up, a network change, or because the owner asked. */
  reconnect(why: 'wake' | 'network' | 'owner'): void;
  /**
   * Links this device anew; the steps are states. What was half made before is discarded; a standing identity is replaced
   * only by one that was linked. Called again it begins from the start.
   */
  pair?(request: PairingRequest): void;
  /** Ends a pairing that is not finished and leaves nothing of it. Resolves when that is so. */
  cancelPairing?(): Promise<void>;
  /** The account behind the link is given up at the platform as well as here; failures at the platform stay inside. */
  signOut?(): Promise<void>;
  /** Called before the commit of a final text, so that every part is stored before the first one goes out. */
  render(text: MarkdownTree): readonly Part[];
  /**
   * A platform id made by us, where the platform takes one; null elsewhere. A part that has one may be sent twice: it is
   * one message to whoever receives it, so nothing is labelled or counted.
   */
  newPartId(): string | null;
  /** Never throws for what a platform or network can do. */
  send(to: ChatRef, part: Part, options: SendOptions, signal: AbortSignal): Promise<SendOutcome>;
  /**
   * Replaces the text of one of our messages. "Not modified" counts as sent; `rejected` with `delivery.message-gone` when
   * the message no longer exists. An edit repeated is the same edit: `unknown` may be tried again without a label.
   */
  edit?(message: MessageRef, part: Part, options: SendOptions, signal: AbortSignal): Promise<SendOutcome>;
  /** A partial text as it looks now, for {@link Channel.preview} or `edit`: its beginning, or its end (`tail`). */
  renderPreview?(source: string, which: 'head' | 'tail'): Part;
  /**
   * Shows a draft that disappears by itself (Telegram: private chats, 30 s). `draft` is not 0; the same number replaces
   * the text. Never throws.
   */
  preview?(chat: ChatRef, draft: number, part: Part, signal: AbortSignal): Promise<PreviewOutcome>;
  /** Tells the senders that their messages were read. Failures stay inside. */
  markRead?(messages: readonly (MessageRef & { readonly sender: Address })[]): void;
  /** Sets the one sign of acknowledgement on a message, null takes it away. Failures stay inside. */
  react?(message: MessageRef, mark: string | null): void;
  /** Ends the waiting circle of a pressed button, with a few words or none. Failures stay inside. */
  answerAction?(handle: string, words: string | null): void;
  /** The bytes of a file that came in. `input.too-large` above 20 MB. Never throws; its stream may. */
  download?(platformRef: string, signal: AbortSignal): Promise<Result<AsyncIterable<Uint8Array>, Reason>>;
  /** Takes away what keeps messages from coming here (Telegram: a webhook); only ever by a click of the owner. */
  removeObstacle?(signal: AbortSignal): Promise<Result<void, Reason>>;
  /** The menus of commands, one per chat and one for all others (`chat` null; empty: none). Failures stay inside. */
  announceCommands?(menus: readonly CommandMenu[]): Promise<void>;
  /** What was learnt about the server, to be remembered with the link and given back in {@link ChannelSeed}. */
  readonly capabilities?: Observable<Capabilities>;
  /** Absent: the platform has no such sign. Failures are of no consequence and stay inside. */
  presence?(chat: ChatRef, what: 'composing' | 'idle'): void;
}

export interface CommandMenu {
  readonly chat: string | null;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
}

/** What {@link createChannel} needs to know; the secret is null when it cannot be read here. */
export interface ChannelSeed {
  readonly link: LinkRow;
  readonly secret: string | null;
  /** Where the platform was read up to for this account, and when that was stored; null before the first batch. */
  cursor(account: string): { readonly position: number; readonly at: Millis } | null;
}

export type CreateChannel = (seed: ChannelSeed) => Promise<Channel>;

/** Answer to "who is this?" before a link is made: the account, or why not. */
export interface LinkProbe {
  (
    kind: LinkKind,
    secret: string,
    apiRoot: string | null,
    signal: AbortSignal,
  ): Promise<{ readonly ok: true; readonly identity: LinkIdentity } | { readonly ok: false; readonly reason: Reason }>;
}

export type { LinkId, MessageRef };
