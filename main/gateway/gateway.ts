/**
 * The gateway as its hosts and `main/api` see it. One path for every message:
 * channel → receive (commit) → access → lane → turn (commit, model, commit) → delivery (send, receipt).
 */
import type { Observable } from '../lib/observable.ts';
import type { Result } from '../lib/result.ts';
import type { Tools } from './agent/toolbox.ts';
import type { Clock, Ids, Random } from './clock.ts';
import type { Channel, CreateChannel, InboundMessage, LinkIdentity, LinkState, PairingRequest } from './channel.ts';
import type { Events, TurnStatus } from './events.ts';
import type { IdentityFiles } from './identity-file.ts';
import type { Log } from './log.ts';
import type { OwnerMemory } from './memory.ts';
import type { ParseMarkdown } from './markdown.ts';
import type {
  CreateProvider,
  ModelFailure,
  ModelHealth,
  ModelInfo,
  ModelOutage,
  ModelRequest,
  ProviderSeed,
  PullStatus,
  ReplyStream,
} from './model.ts';
import type { Schedules } from './schedule/types.ts';
import type { SecretBox } from './secrets.ts';
import type { Sentences } from './sentences.ts';
import type { Settings } from './settings.ts';
import type { Storage } from './storage.ts';
import type { Tool } from './tool.ts';
import type {
  Address,
  AddressRow,
  CapAmounts,
  CapRow,
  CapScope,
  ChatKind,
  ChatRef,
  ConversationId,
  ConversationRow,
  GroupAnswer,
  GroupRow,
  LinkId,
  LinkMode,
  LinkRow,
  ListPrice,
  MessageId,
  MessageRow,
  MicroDollars,
  Millis,
  ModelRef,
  PersonaId,
  PersonaRow,
  ProviderId,
  ProviderRow,
  Reason,
  Role,
  Thinking,
  TurnId,
} from './types.ts';

/** Everything the gateway needs from outside; `host.ts` wires it, crash tests wrap single ports. */
export interface GatewayPorts {
  readonly storage: Storage;
  readonly settings: Settings;
  readonly secrets: SecretBox;
  readonly sentences: Sentences;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly log: Log;
  /** IANA name, read once at start; the setting `timeZone` wins. */
  readonly systemTimeZone: string;
  readonly parseMarkdown: ParseMarkdown;
  /** Also makes the built-in links `window` and `api`. */
  readonly createChannel: CreateChannel;
  readonly createProvider: CreateProvider;
  readonly files: Files;
  /** What links prove themselves with; adapters keep theirs, and it goes when its link is removed. */
  readonly identities: Pick<IdentityFiles, 'remove'>;
  /** From the price file; null for a model it does not name. `baseUrl` tells one provider's models from another's. */
  readonly listPrice: (baseUrl: string, model: string) => ListPrice | null;
  /** What the agent may be offered, beside what the core itself has; the names are unique. */
  readonly tools: Observable<readonly Tool[]>;
  /** Null where there is none. */
  readonly memory: OwnerMemory | null;
}

/** Where files that came in are kept. */
export interface Files {
  /** Durable when it resolves. `input.too-large`, `host.disk-full`, `host.data-gone`; rejects when `source` fails. */
  put(
    source: AsyncIterable<Uint8Array>,
    meta: { readonly name: string; readonly type: string },
    signal: AbortSignal,
  ): Promise<Result<{ readonly id: string; readonly size: number }, Reason>>;
  /** All of a file; null when there is none, or when it has more than `most` bytes. */
  read(id: string, most: number): Promise<Uint8Array | null>;
  /** Removes files and what is known of them; unknown ids are passed over. */
  remove(ids: readonly string[]): Promise<void>;
}

export interface Gateway {
  readonly events: Events;
  readonly links: Links;
  readonly people: People;
  readonly cards: Cards;
  readonly budget: Budget;
  readonly personas: Personas;
  readonly models: Models;
  readonly turns: Turns;
  readonly schedules: Schedules;
  /** What the agent may use. */
  readonly tools: Tools;
  /** Recovers what the last run left, then starts links and lanes. */
  start(): Promise<void>;
  /** Begins nothing new, lets running turns end within `deadline`, then cuts them (their start is taken off); ends links. */
  stop(deadline: Millis): Promise<void>;
  /**
   * A message of the built-in links `window` and `api`: durable when it resolves. The same `key` again gives the same
   * message. The conversation is `(link, chat, topic)` of the event, made when it is new.
   */
  submit(link: 'window' | 'api', message: InboundMessage): Promise<MessageRow>;
  /**
   * The owner's own words into a chat of a platform, without a model; see owner-says.ts. Durable when it resolves; the same
   * `key` again gives the same message. `input.not-found`, `say.…` where nothing may or can be sent.
   */
  say(conversation: ConversationId, text: string, key: string): Promise<Result<MessageRow, Reason>>;
  /** An empty thread of the window; `chat` names one that is to be found again. */
  createThread(chat?: string): Promise<ConversationRow>;
  /** Takes a thread of the window away, with all that was said in it. Old backups still hold it. */
  removeThread(conversation: ConversationId): Promise<Result<void, Reason>>;
  markRead(conversation: ConversationId): Promise<void>;
  /** `until` null resumes. What comes in meanwhile is kept, and is not answered on resume by itself. */
  pause(scope: PauseScope, until: Millis | null): Promise<Result<void, Reason>>;
  /** The pause of everything; null when there is none. */
  pausedUntil(): Millis | null;
  setConversationModel(conversation: ConversationId, model: ModelRef | null): Promise<Result<ConversationRow, Reason>>;
  /** How full the model's window would be with the next message; see context/use.ts. */
  contextUse(conversation: ConversationId, signal: AbortSignal): Promise<Result<ContextUse, Reason>>;
  /** Everything measured about itself; cheap. */
  health(): GatewayHealth;
  /** Prove every link again (wake-up, network change, clock jump), and look which schedules are due. */
  wake(why: 'wake' | 'network'): void;
}

/** Numbers of tokens are estimates. */
export interface ContextUse {
  /** The model that would be asked first. */
  readonly model: ModelRef;
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
  readonly begin: { readonly seq: number; readonly at: Millis } | null;
}

export interface GatewayHealth {
  /** What stops the whole gateway; null when nothing does. */
  readonly problem: Reason | null;
  readonly runningTurns: number;
  readonly waitingMessages: number;
  readonly unsentReplies: number;
  readonly sentAgain: number;
}

export type PauseScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'link'; readonly link: LinkId }
  | { readonly kind: 'conversation'; readonly conversation: ConversationId };

/** What a person may press on a card. */
export type CardAnswer = 'owner' | 'allow' | 'once' | 'ignore' | 'mention' | 'always' | 'answer' | 'leave' | 'resume';

/**
 * Something that only the owner can decide or has to know. Cards are not stored: each follows from what is (kept
 * messages, undecided groups, late messages, a pause by the loop breaker, a link's state, the budget), so that none can
 * be forgotten or shown twice. `id` is the same as long as its cause is the same.
 */
export type Card = { readonly id: string; readonly at: Millis; readonly answers: readonly CardAnswer[] } & (
  | {
      readonly kind: 'person';
      readonly link: LinkId;
      readonly address: Address;
      readonly name: string;
      readonly messages: number;
      readonly last: MessageRow;
    }
  | {
      readonly kind: 'group';
      readonly link: LinkId;
      readonly chat: string;
      readonly title: string;
      readonly messages: number;
      readonly last: MessageRow | null;
    }
  | { readonly kind: 'late'; readonly link: LinkId; readonly messages: number }
  | { readonly kind: 'loop'; readonly link: LinkId; readonly conversation: ConversationId; readonly title: string }
  | { readonly kind: 'signed-out' | 'conflict'; readonly link: LinkId; readonly reason: Reason }
  | { readonly kind: 'budget'; readonly reason: Reason }
  /** The agent wants to use a tool: `once` allows this call, `always` all to come as well, `ignore` refuses it. */
  | {
      readonly kind: 'tool';
      readonly link: LinkId;
      readonly conversation: ConversationId;
      readonly turn: TurnId;
      readonly call: string;
      /** Nobody having answered by then, it is refused. */
      readonly until: Millis;
      readonly tool: string;
      /** As the model wrote them, on one line of at most 200 UTF-16 units. */
      readonly arguments: string;
      /** Why it is asked for although the owner allows the tool always; null where he is asked each time. */
      readonly reason: Reason | null;
    }
);

export interface Cards {
  /** Oldest first. */
  open(): readonly Card[];
  /** `input.not-found` when the card is gone, `input.malformed` when it does not take this answer. */
  answer(id: string, answer: CardAnswer): Promise<Result<void, Reason>>;
}

export interface BudgetPeriod {
  readonly from: Millis;
  /** Settled. */
  readonly cost: MicroDollars;
  readonly tokens: number;
  readonly reservedCost: MicroDollars;
  readonly reservedTokens: number;
  /** Null: no cap. */
  readonly capCost: MicroDollars | null;
  readonly capTokens: number | null;
}

/** A cap that is used up by 80 % or reached. */
export interface BudgetAlarm {
  /** The same as long as its cause is the same. */
  readonly key: string;
  readonly reason: Reason;
  readonly reached: boolean;
  /** When the day or month began that it is about. */
  readonly from: Millis;
}

/** Caps that a provision file fixes. */
export interface FixedCap {
  /** Where the file says so, for what is refused: `caps.providers.lab`. */
  readonly as: string;
  readonly about:
    | { readonly kind: 'provider'; readonly id: ProviderId }
    /** The conversation of a chat, also one that nobody has begun yet. */
    | ({ readonly kind: 'chat'; readonly link: LinkId } & ChatRef);
  readonly amounts: CapAmounts;
}

/** The caps of one provider or of one conversation, and what is settled of them. */
export interface CapStatus {
  readonly row: CapRow;
  /** A provision file says so. */
  readonly fixed: boolean;
  /** As people know it; empty for a conversation without a title. */
  readonly name: string;
  readonly day: BudgetPeriod;
  readonly month: BudgetPeriod;
}

export interface ModelPrice {
  readonly input: MicroDollars;
  readonly output: MicroDollars;
  readonly source: 'owner' | 'file' | 'local';
  /** When it was entered or read from the provider's list, as `2026-11-01`; null for `local`. */
  readonly date: string | null;
}

export interface Budget {
  periods(): { readonly day: BudgetPeriod; readonly month: BudgetPeriod };
  /** Set when 80 % or all of a cap is used up: the first of {@link alarms}. */
  alarm(): Reason | null;
  /** At most one over everything and one of each provider and conversation with caps of its own; reached ones first. */
  alarms(): readonly BudgetAlarm[];
  /** The caps of single providers and conversations. */
  caps(): readonly CapStatus[];
  /**
   * Null, or nothing but null and 0, takes them away. `input.not-found` for what is not there, `settings.fixed-by-file`
   * where a provision file says what they are.
   */
  setCaps(scope: CapScope, amounts: CapAmounts | null): Promise<Result<void, Reason>>;
  /** What holds for as long as this host runs, in the place of the owner's own caps of the same; what was fixed before does not. */
  fixCaps(caps: readonly FixedCap[]): void;
  /** Null: a remote model without a known price. */
  price(model: ModelRef): ModelPrice | null;
  /** Per million tokens; null takes the owner's price away. */
  setPrice(
    model: ModelRef,
    price: { readonly input: MicroDollars; readonly output: MicroDollars } | null,
  ): Promise<Result<void, Reason>>;
}

/** Who the model is to be; `input.not-found` names what is not there: `persona` or `conversation`. */
export interface Personas {
  /** By name. */
  all(): readonly PersonaRow[];
  /** `id` null: a new one. */
  save(
    persona: Pick<PersonaRow, 'name' | 'text'> & { readonly id: PersonaId | null },
  ): Promise<Result<PersonaRow, Reason>>;
  /** Where it was chosen, what stands behind it holds again. */
  remove(id: PersonaId): Promise<Result<void, Reason>>;
  /** For a conversation; null: its link's, else that of the settings. From its next turn on. */
  choose(conversation: ConversationId, persona: PersonaId | null): Promise<Result<ConversationRow, Reason>>;
  /** For all conversations of a link that have none of their own. */
  chooseForLink(link: LinkId, persona: PersonaId | null): Promise<Result<LinkRow, Reason>>;
  /** How much the model thinks in a conversation; null: as in the settings. */
  think(conversation: ConversationId, thinking: Thinking | null): Promise<Result<ConversationRow, Reason>>;
}

export interface LinkStatus {
  readonly row: LinkRow;
  readonly state: LinkState;
  /** When the state's kind last changed. */
  readonly since: Millis;
  readonly lastInAt: Millis | null;
  readonly lastOutAt: Millis | null;
}

export type NewLink = {
  readonly id: LinkId;
  readonly apiRoot: string | null;
  readonly fixedByFile: boolean;
} & (
  | { readonly kind: 'telegram'; readonly secret: string }
  /** `serverKey` as {@link LinkRow.serverKey}. It is not paired yet. */
  | { readonly kind: 'whatsapp'; readonly serverKey: string | null }
);

export interface Links {
  all(): readonly LinkStatus[];
  get(id: LinkId): LinkStatus | null;
  /** A link that should be up needs somebody, or keeps failing. One that nobody has paired yet only waits. */
  inTrouble(): boolean;
  /** The running adapter; null when the link is off or unknown. */
  channel(id: LinkId): Channel | null;
  add(link: NewLink): Promise<Result<LinkRow, Reason>>;
  /** For provision files: changes what differs and leaves the rest. */
  update(
    id: LinkId,
    change: {
      readonly secret?: string;
      readonly apiRoot?: string | null;
      readonly serverKey?: string | null;
      readonly mode?: LinkMode;
      /** The mode is a file's: until the next start nobody else changes it. */
      readonly modeByFile?: boolean;
      readonly enabled?: boolean;
      readonly fixedByFile?: boolean;
      readonly pausedUntil?: Millis | null;
      /** Of the gateway's own sentences there; null for the setting. */
      readonly language?: string | null;
      readonly persona?: PersonaId | null;
    },
  ): Promise<Result<LinkRow, Reason>>;
  reconnect(id: LinkId, why: 'wake' | 'network' | 'owner'): void;
  /** Begins to pair; `input.not-found` for a link that is off or has nothing to pair. */
  pair(id: LinkId, request: PairingRequest): Result<void, Reason>;
  /** Ends a pairing; a link that never was linked is removed with it, unless a file set it up. */
  cancelPairing(id: LinkId): Promise<Result<void, Reason>>;
  /** See {@link Channel.removeObstacle}. */
  removeObstacle(id: LinkId, signal: AbortSignal): Promise<Result<void, Reason>>;
  remove(id: LinkId): Promise<Result<void, Reason>>;
}

export interface People {
  role(link: LinkId, address: Address): Role;
  /** An address or a group's chat as its platform names it, from what somebody typed. */
  canonical(link: LinkId, kind: ChatKind, typed: string): string;
  /** Somebody is the owner there; always on the built-in links. */
  hasOwner(link: LinkId): boolean;
  /** Everyone who ever wrote or was named, on every link. */
  everyone(): readonly AddressRow[];
  groups(): readonly GroupRow[];
  /** Decides about a group; `mention` and `always` answer what was kept there. */
  setGroup(
    link: LinkId,
    chat: string,
    answer: Exclude<GroupAnswer, 'unknown'>,
    origin: 'owner' | 'file',
  ): Promise<Result<void, Reason>>;
  /** Answers what the person has waiting and leaves the role unknown. */
  allowOnce(link: LinkId, address: Address): Promise<Result<void, Reason>>;
  /** Gives a role and, for `owner` and `guest`, answers what was kept. */
  setRole(
    link: LinkId,
    address: Address,
    role: Exclude<Role, 'unknown'>,
    origin: 'owner' | 'file',
  ): Promise<Result<void, Reason>>;
  /** Removes the person and their private chat: messages, index and files. Old backups still hold them. */
  forget(link: LinkId, address: Address): Promise<Result<void, Reason>>;
}

export interface ProviderStatus {
  readonly row: ProviderRow | null;
  readonly id: ProviderId;
  readonly kind: ProviderSeed['kind'];
  readonly name: string;
  readonly baseUrl: string;
  /** Last four characters of the stored key. */
  readonly keyEnd: string | null;
  readonly keyRefused: boolean;
  readonly local: boolean;
}

export interface NewProvider {
  readonly id: ProviderId;
  readonly kind: 'openai' | 'ollama';
  readonly name: string | null;
  readonly baseUrl: string;
  /** Undefined keeps the stored key, empty removes it. */
  readonly key: string | undefined;
  readonly compatibility?: Readonly<Record<string, unknown>>;
  readonly fixedByFile: boolean;
}

export interface Models {
  providers(): readonly ProviderStatus[];
  saveProvider(provider: NewProvider): Promise<Result<ProviderStatus, Reason>>;
  removeProvider(id: ProviderId): Promise<Result<void, Reason>>;
  list(provider: ProviderId, signal: AbortSignal): Promise<Result<readonly ModelInfo[], ModelFailure>>;
  /** Of a provider that is typed in and not stored; a missing key falls back to the stored one of the same id. */
  listDraft(provider: NewProvider, signal: AbortSignal): Promise<Result<readonly ModelInfo[], ModelFailure>>;
  /** A real request; a good one clears a refused key and a cooldown. */
  check(ref: ModelRef, signal: AbortSignal): Promise<Result<ModelHealth, ModelFailure>>;
  checkDraft(provider: NewProvider, model: string, signal: AbortSignal): Promise<Result<ModelHealth, ModelFailure>>;
  /** Models on their way onto a server of the owner's. */
  readonly pulls: Pulls;
  /** Deletes a model from the disk of its server. `model.pull-unsupported` where that cannot be done. */
  remove(ref: ModelRef, signal: AbortSignal): Promise<Result<void, Reason>>;
  cooldownUntil(ref: ModelRef): Millis | null;
  /** Null while the default model or one of its fallbacks may answer. */
  outage(): ModelOutage | null;
  choice(): { readonly default: ModelRef; readonly fallbacks: readonly ModelRef[] };
  choose(change: { readonly default?: ModelRef; readonly fallbacks?: readonly ModelRef[] }): Result<void, Reason>;
  /**
   * One stateless call for `/v1` without `user`: given messages as they are, with retries, fallback, cooldown and usage,
   * without persona, memory and store. `model` null means the default. Fallback happens only before the first token.
   */
  stateless(
    model: ModelRef | null,
    request: Omit<ModelRequest, 'model' | 'timeouts'>,
    signal: AbortSignal,
  ): StatelessReply;
}

export interface Pulls {
  /** In the order in which they were begun. */
  all(): readonly PullStatus[];
  /** Begins one, or resumes it; one that runs goes on. `input.not-found`, `model.pull-unsupported`. */
  start(provider: ProviderId, model: string): Promise<Result<PullStatus, Reason>>;
  /** Stops one that runs; takes one that does not run from the list. `input.not-found`. */
  cancel(provider: ProviderId, model: string): Promise<Result<void, Reason>>;
}

export interface StatelessReply {
  readonly stream: ReplyStream;
  /** The model that answers; resolves with the first event. */
  readonly model: Promise<ModelRef>;
}

export interface Turns {
  /** The running turn of a conversation. */
  status(conversation: ConversationId): TurnStatus | null;
  /** Aborts the running turn and clears what waits. */
  stop(conversation: ConversationId): Promise<boolean>;
  /** Answers the last turn's messages again, in a new turn. */
  retry(conversation: ConversationId): Promise<Result<void, Reason>>;
  /** Answers a message that was set aside, or asks a dead letter again. */
  answerNow(message: MessageId): Promise<Result<void, Reason>>;
  retryDelivery(turn: TurnId): Promise<Result<void, Reason>>;
  /**
   * Follows a message to its answer (for `/v1` with `user`). `onText` gets each piece with its attempt; resolves when
   * the turn that covers the message has ended, also when it already has.
   */
  answer(message: MessageId, onText: (attempt: number, text: string) => void, signal: AbortSignal): Promise<Answer>;
}

export type Answer =
  | { readonly kind: 'answered'; readonly text: string; readonly model: ModelRef | null }
  | { readonly kind: 'failed'; readonly reason: Reason }
  /** Not answered, and it will not be by itself. */
  | { readonly kind: 'set-aside'; readonly reason: Reason | null };

export type { LinkIdentity };
