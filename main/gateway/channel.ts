/**
 * The port to a chat platform. An adapter keeps one link connected, hands inbound batches over, and sends parts.
 * It owns the retries of its *connection*; retries of sends belong to `delivery.ts`.
 */
import type { Observable } from '../lib/observable.ts';
import type { MarkdownTree } from './markdown.ts';
import type {
  Address,
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
} from './types.ts';

export type LinkState =
  | { readonly kind: 'off' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly provenAt: Millis }
  | { readonly kind: 'retrying'; readonly at: Millis; readonly attempt: number; readonly reason: Reason }
  | { readonly kind: 'signed-out'; readonly reason: Reason }
  | { readonly kind: 'conflict'; readonly reason: Reason };

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
  /** What came with the text and is not understood yet, such as `photo` or `voice`; null for plain text. */
  readonly media: string | null;
  /** The platform's time stamp. */
  readonly at: Millis;
  /** Only callers of the API name one: the conversation's model from here on. */
  readonly model?: ModelRef;
}

/** How far the platform was read; stored in the same transaction as the events before it. */
export interface Cursor {
  /** The account that the position belongs to (Telegram: the bot's id). */
  readonly account: string;
  readonly position: number;
}

export interface InboundBatch {
  readonly events: readonly InboundMessage[];
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
  /** Refused for good. */
  | { readonly kind: 'rejected'; readonly reason: Reason }
  /** Written, but no answer: it may have been executed. */
  | { readonly kind: 'unknown'; readonly reason: Reason };

export interface SendOptions {
  /** From {@link Channel.newPartId}, stored before. */
  readonly ownId: string | null;
  /** A word in front of the text ("late", "sent again"), already in the chat's language; null for none. */
  readonly label: string | null;
}

export interface ChannelTraits {
  /** Largest part in the platform's own unit (Telegram: UTF-16 units of rendered text). */
  readonly maxPart: number;
  /** Sends per second over all chats and per chat, with bursts; null where nothing limits us. */
  readonly pacing: Pacing | null;
  /** Tokens are shown as they come, without a preview message (the window). */
  readonly live: boolean;
  /** The owner's own surface: whoever writes here is the owner. */
  readonly ownerOnly: boolean;
}

export interface Pacing {
  readonly perSecond: number;
  readonly perChatPerSecond: number;
  readonly perChatBurst: number;
}

/** Who the link turned out to be, told once it is proven. */
export interface LinkIdentity {
  readonly account: string;
  readonly name: string;
  readonly handle: string | null;
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
  /** Called before the commit of a final text, so that every part is stored before the first one goes out. */
  render(text: MarkdownTree): readonly Part[];
  /** A platform id made by us, where the platform takes one; null elsewhere. */
  newPartId(): string | null;
  /** Never throws for what a platform or network can do. */
  send(to: ChatRef, part: Part, options: SendOptions, signal: AbortSignal): Promise<SendOutcome>;
  /** Absent: the platform has no such sign. Failures are of no consequence and stay inside. */
  presence?(chat: ChatRef, what: 'composing' | 'idle'): void;
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
