/**
 * The gateway's vocabulary: ids, units, and the rows that the one path of a message leaves behind; those of a part alone
 * stand in its folder (`budget/rows.ts`, `schedule/types.ts`). Readonly data; unions are discriminated by `kind` or `state`.
 */
import type { Reason } from '../../preload/contract/reasons.ts';

export type { Reason, ReasonCode, ReasonParams } from '../../preload/contract/reasons.ts';

/** Milliseconds since 1970 UTC, an integer. */
export type Millis = number;
/** Millionths of a US dollar, an integer. */
export type MicroDollars = number;

/** `[a-z0-9-]{1,32}`, chosen by the owner, immutable. `window` and `api` are reserved for the built-in links. */
export type LinkId = string;
/** `[a-z0-9-]{1,32}`. `practice` is reserved for the built-in provider. */
export type ProviderId = string;
/** `provider/model`, split at the *first* slash. */
export type ModelRef = string;
/** Ids of our own rows are UUIDv7 text, so that sorting them sorts by time. */
export type ConversationId = string;
export type MessageId = string;
export type TurnId = string;
export type DeliveryId = string;
export type PartId = string;
export type PersonId = string;
export type PersonaId = string;
/** An identity on one link, in that platform's canonical form (Telegram: the user's id in decimal). */
export type Address = string;

export type LinkKind = 'window' | 'api' | 'telegram' | 'whatsapp';
export type LinkMode = 'only-me' | 'people';
/** How much a model is to think before it answers, where it can be told. */
export type Thinking = 'off' | 'low' | 'medium' | 'high';
export type Role = 'owner' | 'guest' | 'blocked' | 'unknown';
export type ChatKind = 'private' | 'group';

/** Where a message came from and where a reply goes, canonical for its link. */
export interface ChatRef {
  readonly chat: string;
  /** A forum topic or a window thread's branch; null where the platform has none. */
  readonly topic: string | null;
}

/** A message of the platform, as that platform names it. */
export interface MessageRef extends ChatRef {
  readonly id: string;
}

export interface LinkRow {
  readonly id: LinkId;
  readonly kind: LinkKind;
  /** Shown to people; for a bot its display name once known. */
  readonly name: string;
  /** The account behind the link (Telegram: the bot's id), null until it was proven. Offsets belong to it. */
  readonly account: string | null;
  /** `@name` where the platform has one. */
  readonly handle: string | null;
  readonly enabled: boolean;
  /** Own server of the platform, without a trailing slash; null for the public one. WhatsApp: a `ws:` or `wss:` address. */
  readonly apiRoot: string | null;
  /** What a WhatsApp server of one's own proves itself with: the root of its certificates, 32 bytes in hexadecimal. */
  readonly serverKey: string | null;
  /**
   * WhatsApp, where every chat of the account comes in. `only-me`: of anybody else nothing is stored or answered.
   * `people`: everyone is treated as on other platforms, where this is all there is.
   */
  readonly mode: LinkMode;
  /** What the platform calls this device, as {@link LinkIdentity.device}; null where it does not. */
  readonly device: string | null;
  /** Language of the gateway's own sentences in these chats, null for the setting `language`. */
  readonly language: string | null;
  /** Messages older than this are recorded and never answered. */
  readonly linkedAt: Millis | null;
  /** What was learnt about the server behind the link, such as `{ rich: false }`; the adapter gives the names a meaning. */
  readonly capabilities: Capabilities;
  /** Replies wait until then; `Number.MAX_SAFE_INTEGER` means until resumed; null means not paused. */
  readonly pausedUntil: Millis | null;
  /** What stands for the setting `persona` in its chats; null for the setting. */
  readonly persona: PersonaId | null;
  readonly fixedByFile: boolean;
  readonly createdAt: Millis;
}

export type Capabilities = Readonly<Record<string, boolean>>;

export interface AddressRow {
  readonly link: LinkId;
  /** `*` means everyone not listed, and may only be a guest. */
  readonly address: Address;
  readonly person: PersonId | null;
  readonly name: string;
  readonly role: Role;
  /** Who said so: the owner in the window, a provision file, or a first message (role unknown). */
  readonly origin: 'owner' | 'file' | 'message';
  readonly lastSeenAt: Millis | null;
}

/**
 * What a group chat may hear from us: nothing before the owner decided (`unknown`) or when he said no (`off`); answers to
 * those who mention us or reply to us (`mention`); an answer to everything (`always`).
 */
export type GroupAnswer = 'unknown' | 'off' | 'mention' | 'always';

export interface GroupRow {
  readonly link: LinkId;
  /** The chat as its platform calls it now; a migration changes it. All topics of a group share one decision. */
  readonly chat: string;
  readonly title: string;
  readonly answer: GroupAnswer;
  readonly origin: 'owner' | 'file' | 'message';
  readonly lastSeenAt: Millis | null;
}

export interface ConversationRow extends ChatRef {
  readonly id: ConversationId;
  readonly link: LinkId;
  readonly kind: ChatKind;
  readonly title: string;
  /** Raised by `/new`: the model sees only messages of the present context. */
  readonly contextNo: number;
  /** Chosen for this conversation; null means the default model. */
  readonly model: ModelRef | null;
  /** Chosen for this conversation; null means the link's, else the setting `persona`. */
  readonly persona: PersonaId | null;
  /** Chosen for this conversation; null means the setting `models.thinking`. */
  readonly thinking: Thinking | null;
  readonly pausedUntil: Millis | null;
  /** Why it was paused when nobody asked for it (the loop breaker); null for a pause by the owner. */
  readonly pausedBy: Reason | null;
  /** Set when the platform says that this chat cannot be written to (blocked, gone). */
  readonly undeliverable: Reason | null;
  /** Messages not yet looked at in the window. */
  readonly unread: number;
  readonly createdAt: Millis;
  readonly lastAt: Millis;
}

/**
 * What became of an inbound message. The inbox is every message that is `waiting` or `answering`.
 * `kept` (sender or group unknown), `paused`, `late` and `held` are answered when the owner says so. `overheard` was said
 * in an allowed group to others: context, never answered. `deleted`: its author took it back; no model reads it any more.
 */
export type MessageState =
  | 'waiting'
  | 'answering'
  | 'answered'
  | 'kept'
  | 'paused'
  | 'late'
  | 'held'
  | 'ignored'
  | 'cleared'
  | 'overheard'
  | 'deleted';

export interface MessageRow {
  readonly id: MessageId;
  /** Rises with each stored message of the whole store: order and paging. */
  readonly seq: number;
  readonly conversation: ConversationId;
  readonly link: LinkId;
  /** `person` came in, `assistant` is a final answer, `notice` is a sentence of the gateway itself. */
  readonly kind: 'person' | 'assistant' | 'notice';
  readonly author: Address | null;
  readonly authorName: string;
  /** The platform's id of the message; null for what has none. */
  readonly platformId: string | null;
  /** How often its author changed it; earlier texts are in the table `revision`. */
  readonly revision: number;
  readonly text: string;
  /** Its sender passed it on: others wrote it, and nothing in it is his order. */
  readonly forwarded: boolean;
  readonly contextNo: number;
  /** The platform's time stamp. */
  readonly at: Millis;
  readonly receivedAt: Millis;
  readonly state: MessageState;
  readonly reason: Reason | null;
  /** The turn that covers (person) or produced (assistant, notice) it. */
  readonly turn: TurnId | null;
  /** The model that answered (assistant only). */
  readonly model: ModelRef | null;
}

/** `dead`: five starts did not finish it (a dead letter). Every state but `running` is final. */
export type TurnState = 'running' | 'done' | 'stopped' | 'failed' | 'dead';

export interface TurnRow {
  readonly id: TurnId;
  readonly conversation: ConversationId;
  readonly link: LinkId;
  readonly state: TurnState;
  /**
   * `command`: answered by the gateway itself, without a model. `card`: a sentence of the gateway to the owner's own chat
   * (somebody waits, a link is signed out, a budget is reached); it has no inputs and is done from the beginning. `said`:
   * the owner's own words, written in the window, likewise.
   */
  readonly kind: 'reply' | 'command' | 'card' | 'said';
  /** How often it was started; starts that a SIGTERM ended are taken off again. */
  readonly starts: number;
  readonly contextNo: number;
  readonly model: ModelRef | null;
  readonly reason: Reason | null;
  /** Of the time that it may work, so much is used up; waiting for the owner is no work. */
  readonly worked: Millis;
  readonly startedAt: Millis;
  readonly endedAt: Millis | null;
}

/**
 * One row per turn, there before anything of it goes out. `open`: the turn still runs; `ready`: final text and parts
 * are committed, sending may be under way; `held`: waits for the owner; `cancelled`: nothing is to be sent.
 */
export type DeliveryState = 'open' | 'ready' | 'sent' | 'failed' | 'held' | 'cancelled';

export interface DeliveryRow {
  readonly id: DeliveryId;
  readonly turn: TurnId;
  readonly conversation: ConversationId;
  readonly link: LinkId;
  readonly state: DeliveryState;
  /** Set when it goes out marked as late. */
  readonly late: boolean;
  readonly reason: Reason | null;
  readonly createdAt: Millis;
  /** When the final text was committed. */
  readonly readyAt: Millis | null;
  readonly settledAt: Millis | null;
}

/**
 * `sending` is noted before the first byte goes out, so that a part found in it after a crash is known to be
 * `unknown`: it may or may not have arrived.
 */
export type PartState = 'pending' | 'sending' | 'sent' | 'unknown' | 'failed';

export interface PartRow {
  readonly id: PartId;
  readonly delivery: DeliveryId;
  /** From 0, the order in which parts go out. */
  readonly position: number;
  readonly part: Part;
  /** The platform id made by us, where the platform allows it (WhatsApp). */
  readonly ownId: string | null;
  readonly state: PartState;
  readonly attempts: number;
  /** How often it was sent once more because the outcome before could not be known: each time labelled and counted. */
  readonly again: number;
  /**
   * The platform's id once it was acknowledged. A part that is not `sent` and has one replaces the text of that message
   * (a preview that was shown there).
   */
  readonly ref: string | null;
  readonly reason: Reason | null;
}

export type Format = 'markdown' | 'rich' | 'html' | 'whatsapp' | 'plain';

/**
 * One message to be sent, rendered and within the channel's limit before the commit. It says the same on every rung of
 * the ladder `text` (in `format`) → `html` → `plain`, so that the channel can step down when the platform refuses one.
 */
export interface Part {
  readonly format: Format;
  /** In the channel's own markup. */
  readonly text: string;
  /** The rung below `rich`; absent elsewhere. */
  readonly html?: string;
  /** The same without markup. */
  readonly plain: string;
  /** Rows of buttons below the message, where the platform has buttons; others show `plain` alone. */
  readonly buttons?: readonly (readonly Button[])[];
}

export interface Button {
  readonly text: string;
  /** Comes back as {@link InboundAction.data}; at most 64 bytes. */
  readonly data: string;
}

/** A file that came with a message: its place at the platform, and ours once it was fetched. */
export interface AttachmentRow {
  readonly id: string;
  readonly message: MessageId;
  readonly position: number;
  /** `photo`, `voice`, `document`, … as the platform names it. */
  readonly kind: string;
  /** What the adapter fetches it by. */
  readonly platformRef: string;
  readonly name: string;
  readonly type: string;
  /** Bytes as the platform says; null when it does not. */
  readonly size: number | null;
  /** How long it sounds, as the platform or its sender says; null when nobody does. */
  readonly seconds: number | null;
  readonly state: 'pending' | 'stored' | 'failed';
  /** Id in the file store, once stored. */
  readonly file: string | null;
  readonly reason: Reason | null;
}
