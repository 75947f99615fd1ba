/** What the window sees: plain JSON, times as milliseconds UTC, never bytes, never a secret. */
import type { AskedByView, GivenView, StepsTallyView, ThinkingView } from './agent-views.ts';
import type { UsageView } from './money-views.ts';
import type { Reason } from './reasons.ts';

export type LinkKind = 'window' | 'api' | 'telegram' | 'whatsapp';

export interface HostView {
  readonly version: string;
  readonly mode: 'desktop' | 'headless';
  readonly dataDir: string;
  readonly startedAt: number;
  /** Where the API (`/v1`) and the window in a browser are served, ending in `/`; null while they are not. */
  readonly apiUrl: string | null;
  /** Seq of the newest event: subscribe from here. */
  readonly seq: number;
  /** What stops the whole gateway (disk full, database damaged); null when all is well. */
  readonly problem: Reason | null;
  /** Things the owner should know that stop nothing (settings restored from the last good copy, …). */
  readonly notices: readonly Reason[];
  /** The time zone in use: the setting, or the system's. */
  readonly timeZone: string;
  readonly setupDone: boolean;
  /** Every reply waits until then; null when they do not. `Number.MAX_SAFE_INTEGER`: until resumed. */
  readonly pausedUntil: number | null;
}

/** The machine's side of the tray app. */
export interface DesktopView {
  readonly login: {
    /** As the system has it now. */
    readonly on: boolean;
    /** Why it cannot be on, or does nothing though it is; null when all is well. */
    readonly reason: Reason | null;
  };
  /** A newer version that was found where the owner asked to look, and its page; null when none was. */
  readonly update: { readonly version: string; readonly page: string | null } | null;
}

/** Where the linking of a device is. Times are when the code on the screen stops working. */
export type PairingStepView =
  | { readonly kind: 'starting' }
  | { readonly kind: 'show-qr'; readonly text: string; readonly until: number; readonly again: boolean }
  | { readonly kind: 'show-code'; readonly code: string; readonly until: number }
  | { readonly kind: 'expired' }
  | { readonly kind: 'finishing' }
  | { readonly kind: 'failed'; readonly reason: Reason };

export type LinkModeView = 'only-me' | 'people';

export type LinkStateView =
  | { readonly kind: 'off' }
  | { readonly kind: 'pairing'; readonly step: PairingStepView }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly provenAt: number }
  | { readonly kind: 'retrying'; readonly at: number; readonly attempt: number; readonly reason: Reason }
  | { readonly kind: 'signed-out'; readonly reason: Reason }
  | { readonly kind: 'conflict'; readonly reason: Reason };

export interface LinkView {
  readonly id: string;
  readonly kind: LinkKind;
  readonly name: string;
  readonly handle: string | null;
  readonly state: LinkStateView;
  /** When the state's kind last changed. */
  readonly since: number;
  readonly lastInAt: number | null;
  readonly lastOutAt: number | null;
  /** Replies that are finished and not sent yet. */
  readonly unsent: number;
  /** Messages that wait for a decision of the owner (kept, late). */
  readonly waiting: number;
  readonly pausedUntil: number | null;
  /** Chosen for its chats; null means the one in the settings. */
  readonly persona: string | null;
  /** A provision file chose the persona. */
  readonly personaByFile: boolean;
  readonly enabled: boolean;
  readonly fixedByFile: boolean;
  readonly apiRoot: string | null;
  /** `only-me`: of others nothing is stored or answered (WhatsApp); elsewhere always `people`. */
  readonly mode: LinkModeView;
  /** As it stands in the owner's list of linked devices on the phone; null where there is none. */
  readonly device: string | null;
  /** An account was linked here once; false for a link that waits for its first pairing. */
  readonly linked: boolean;
  /** Whether somebody is the owner there; without one nobody is answered. */
  readonly hasOwner: boolean;
}

export type RoleView = 'owner' | 'guest' | 'blocked' | 'unknown';

/** Somebody who wrote once, or whom the owner or a file named. `address` `*` is everyone not listed. */
export interface PersonView {
  readonly link: string;
  readonly address: string;
  readonly name: string;
  readonly role: RoleView;
  readonly origin: 'owner' | 'file' | 'message';
  readonly lastSeenAt: number | null;
  /** The private conversation with them, if there is one. */
  readonly conversation: string | null;
}

export interface GroupView {
  readonly link: string;
  readonly chat: string;
  readonly title: string;
  readonly answer: 'unknown' | 'off' | 'mention' | 'always';
  readonly origin: 'owner' | 'file' | 'message';
  readonly lastSeenAt: number | null;
}

/** What may be pressed on a card: who may talk, what becomes of late messages, an end to a pause. */
export type CardAnswerView =
  'owner' | 'allow' | 'once' | 'ignore' | 'mention' | 'always' | 'answer' | 'leave' | 'resume';

/** Something that only the owner can decide, or has to know. */
export interface CardView {
  readonly id: string;
  readonly kind: 'person' | 'group' | 'late' | 'loop' | 'signed-out' | 'conflict' | 'budget' | 'tool';
  readonly at: number;
  readonly answers: readonly CardAnswerView[];
  /** Null for what concerns no link (the budget). */
  readonly link: string | null;
  /** The person, group or conversation; empty where there is none. */
  readonly name: string;
  /** Their address or chat at the platform; empty where there is none. */
  readonly address: string;
  /** What was written last, one line; empty where there is none. */
  readonly text: string;
  /** How many messages wait for the decision. */
  readonly messages: number;
  readonly conversation: string | null;
  /** Of alarms and pauses; of a tool, why it is asked for although it is used without asking else. */
  readonly reason: Reason | null;
  /** When it is refused by itself: only of tools. */
  readonly until: number | null;
  /** The turn that stands still until it is answered, and what its tool would be given. */
  readonly turn: string | null;
  readonly given: GivenView | null;
}

export interface ConversationView {
  readonly id: string;
  readonly link: string;
  readonly linkKind: LinkKind;
  readonly kind: 'private' | 'group';
  readonly title: string;
  /** The newest message as one line of plain text, at most 140 UTF-16 units. */
  readonly preview: string;
  readonly lastAt: number;
  readonly unread: number;
  readonly working: boolean;
  /** The last turn failed, or its reply could not be delivered. */
  readonly failed: boolean;
  /** Chosen for this conversation; null means the default model. */
  readonly model: string | null;
  /** Chosen for this conversation; null means the link's, else the one in the settings. */
  readonly persona: string | null;
  /** Chosen for this conversation; null means as in the settings. */
  readonly thinking: ThinkingView | null;
  readonly contextNo: number;
  readonly pausedUntil: number | null;
  /** Set when the gateway paused it by itself. */
  readonly pausedBy: Reason | null;
  /** Why nothing can be sent there; null when it can. */
  readonly undeliverable: Reason | null;
  /** The owner's own private chat on a platform: what he writes there keeps nobody quiet. */
  readonly withOwner: boolean;
}

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

/** A file that came with a message; `file` opens at `files/<id>` once it is there. */
export interface AttachmentView {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly type: string;
  readonly size: number | null;
  readonly state: 'pending' | 'stored' | 'failed';
  readonly file: string | null;
  readonly reason: Reason | null;
  /** What was heard in a sound, the first 8,000 characters; null for what nobody heard, and for other files. */
  readonly heard: string | null;
}

/** An earlier text of a message that its author changed. */
export interface RevisionView {
  readonly revision: number;
  readonly text: string;
  readonly at: number;
}

/** A reply that was not delivered or a message that was given up: each has one button. */
export interface TroubledView {
  /** `delivery`: gave up sending; `held`: waits for the owner (late, restored); `dead-letter`: five starts did not finish it. */
  readonly kind: 'delivery' | 'held' | 'dead-letter';
  readonly turn: string;
  readonly conversation: string;
  readonly link: string;
  readonly title: string;
  /** The reply, or the question of a dead letter, as one line. */
  readonly text: string;
  readonly reason: Reason | null;
  readonly at: number;
  /** The question, for `messages.answerNow` of a dead letter. */
  readonly message: string | null;
}

export interface DeliveryView {
  readonly state: 'open' | 'ready' | 'sent' | 'failed' | 'held' | 'cancelled';
  readonly reason: Reason | null;
  readonly late: boolean;
  readonly parts: number;
  readonly sentParts: number;
  /** Parts sent a second time because the first outcome could not be known. */
  readonly again: number;
}

export interface MessageView {
  readonly id: string;
  /** Order and paging. */
  readonly seq: number;
  readonly conversation: string;
  readonly kind: 'person' | 'assistant' | 'notice';
  readonly authorName: string;
  /** Markdown for `assistant`, plain text otherwise. */
  readonly text: string;
  readonly at: number;
  /** Its author passed on what others wrote. */
  readonly forwarded: boolean;
  /** How often its author changed it. */
  readonly revision: number;
  readonly attachments: readonly AttachmentView[];
  readonly contextNo: number;
  readonly state: MessageState;
  /** Why it was not answered (person), or what went wrong (notice: the window says it in its own language). */
  readonly reason: Reason | null;
  readonly turn: string | null;
  readonly model: string | null;
  /** What its turn used, failed and repeated calls too; null for all but replies of a model. */
  readonly cost: UsageView | null;
  /** Only for what goes out. */
  readonly delivery: DeliveryView | null;
  /** Of what answers and called tools or thought aloud: `turns.steps` tells it; null for all others. */
  readonly steps: StepsTallyView | null;
  /** Of what a schedule asked; null for all others. */
  readonly scheduled: AskedByView | null;
}

export interface TurnView {
  readonly id: string;
  readonly conversation: string;
  readonly state: 'running' | 'done' | 'stopped' | 'failed' | 'dead';
  readonly startedAt: number;
  /** What a turn without a token for 20 s waits for; null before that and while tokens come. */
  readonly waitingFor: Reason | null;
  /** The model now at work. */
  readonly model: string | null;
  readonly reason: Reason | null;
  /** The tool at work; null while the model is. */
  readonly doing: { readonly tool: string; readonly since: number } | null;
  /** It waits for the owner to decide about a tool; see the cards. */
  readonly asking: boolean;
}

/** The text so far of a running turn: what came before the deltas that follow. */
export interface TurnTextView {
  readonly turn: string;
  /** Rises when an attempt starts afresh: the text of an older attempt is void. */
  readonly attempt: number;
  readonly text: string;
}

export interface ThreadView {
  readonly conversation: ConversationView;
  readonly messages: readonly MessageView[];
  /** There are older messages than the first one here. */
  readonly more: boolean;
  readonly turn: TurnView | null;
  readonly turnText: TurnTextView | null;
}

export interface SettingView {
  readonly key: string;
  readonly section: string;
  readonly type: 'number' | 'text' | 'choice' | 'switch' | 'list';
  readonly value: unknown;
  readonly default: unknown;
  readonly unit: string | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly options: readonly string[];
  readonly multiline: boolean;
  readonly advanced: boolean;
  readonly fixedByFile: boolean;
}

export interface SearchHitView {
  readonly message: string;
  readonly conversation: string;
  readonly title: string;
  readonly linkKind: LinkKind;
  readonly seq: number;
  readonly at: number;
  /** Hits stand between U+0002 and U+0003. */
  readonly excerpt: string;
  /** The name of the file that it was read or heard in; left out where it is the message's own text. */
  readonly file?: string;
}

/** Numbers of tokens are estimates. */
export interface ContextUseView {
  /** The model that would be asked first. */
  readonly model: string;
  /** What it would be given, without the next message itself. */
  readonly tokens: number;
  readonly window: number;
  /** False: the server does not say, and a cautious number is taken. */
  readonly windowKnown: boolean;
  /** Kept free for the reply. */
  readonly reply: number;
  /** Answered turns of this context that do not fit any more, and which no summary tells of. */
  readonly leftOut: number;
  /** Of `tokens`: the owner's memory as it was last read, the summary of older turns, the descriptions of tools. */
  readonly memory: number;
  readonly summary: number;
  readonly tools: number;
  /** The first message since the last `/new`; null where the whole conversation is read, or nothing was said since. */
  readonly begin: { readonly seq: number; readonly at: number } | null;
}

/** A place in an export. To the window it means nothing but "go on here". */
export interface ExportPlaceView {
  readonly conversation: string;
  readonly seq: number;
  readonly skip: number;
  readonly done: number;
  readonly total: number;
  readonly until: number;
  readonly at: number;
}

export interface ExportPieceView {
  readonly text: string;
  /** Null: this was the last piece. */
  readonly next: ExportPlaceView | null;
  /** Messages that are told, and all there are. */
  readonly done: number;
  readonly total: number;
}

export interface IdentityView {
  readonly account: string;
  readonly name: string;
  readonly handle: string | null;
}

export interface FileView {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}
