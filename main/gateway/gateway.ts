/**
 * The gateway as its hosts and `main/api` see it, and what it needs of them. One path for every message:
 * channel → receive (commit) → access → lane → turn (commit, model, commit) → delivery (send, receipt).
 */
import type { Pauses, People } from './access/types.ts';
import type { Tools } from './agent/toolbox.ts';
import type { Budget } from './budget/types.ts';
import type { Cards } from './cards/types.ts';
import type { CreateChannel, InboundMessage } from './channel.ts';
import type { Clock, Ids, Random } from './clock.ts';
import type { ContextUse, Personas } from './context/types.ts';
import type { Events } from './events.ts';
import type { IdentityFiles } from './identity-file.ts';
import type { Links } from './links/types.ts';
import type { Log } from './log.ts';
import type { ParseMarkdown } from './markdown.ts';
import type { OwnerMemory } from './memory.ts';
import type { CreateProvider } from './model.ts';
import type { Models } from './models/types.ts';
import type { Schedules } from './schedule/types.ts';
import type { SecretBox } from './secrets.ts';
import type { Sentences } from './sentences.ts';
import type { Settings } from './settings.ts';
import type { Storage } from './storage.ts';
import type { Tool } from './tool.ts';
import type { Turns } from './turns/types.ts';
import type { ConversationId, ConversationRow, MessageRow, Millis, ModelRef, Reason } from './types.ts';
import type { ListPrice } from './budget/rows.ts';
import type { Observable } from '../lib/observable.ts';
import type { Result } from '../lib/result.ts';

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

/** The parts by theme, the conversations and the pauses; what is here is its life as a whole. */
export interface Gateway extends Conversations, Pauses {
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
  /** Everything measured about itself; cheap. */
  health(): GatewayHealth;
  /** Prove every link again (wake-up, network change, clock jump), and look which schedules are due. */
  wake(why: 'wake' | 'network'): void;
}

/** What is written into conversations from outside of their platforms, and what the owner does with them. */
export interface Conversations {
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
  setConversationModel(conversation: ConversationId, model: ModelRef | null): Promise<Result<ConversationRow, Reason>>;
  /** How full the model's window would be with the next message; see context/use.ts. */
  contextUse(conversation: ConversationId, signal: AbortSignal): Promise<Result<ContextUse, Reason>>;
}

export interface GatewayHealth {
  /** What stops the whole gateway; null when nothing does. */
  readonly problem: Reason | null;
  readonly runningTurns: number;
  readonly waitingMessages: number;
  readonly unsentReplies: number;
  readonly sentAgain: number;
}
