/** What a command may look at and use, and what it answers. */
import type { Result } from '../../lib/result.ts';
import type { Calendar } from '../calendar.ts';
import type { CardDesk } from '../cards/cards.ts';
import type { Gateway } from '../gateway.ts';
import type { Budget } from '../budget/types.ts';
import type { OwnerMemory } from '../memory.ts';
import type { Links } from '../links/types.ts';
import type { Models } from '../models/types.ts';
import type { ModelPool } from '../models/pool.ts';
import type { Sentences } from '../sentences.ts';
import type { Storage, Tables } from '../storage.ts';
import type { ConversationRow, LinkRow, MessageRow, Millis, Reason, Role } from '../types.ts';

/** The parts of the gateway that commands work with. */
export interface CommandDesk {
  readonly cards: Pick<CardDesk, 'open' | 'decide' | 'carryOut'>;
  readonly budget: Pick<Budget, 'periods' | 'alarm'>;
  readonly pauses: Pick<Gateway, 'pause' | 'pausedUntil'>;
}

export interface CommandContext extends CommandDesk {
  readonly link: LinkRow;
  readonly conversation: ConversationRow;
  readonly message: MessageRow;
  readonly role: Role;
  readonly language: string | null;
  readonly now: Millis;
  readonly sentences: Sentences;
  readonly storage: Storage;
  readonly models: Pick<Models, 'choice' | 'providers' | 'list'> & { readonly pool: Pick<ModelPool, 'candidates'> };
  readonly links: Pick<Links, 'all'>;
  /** Null where it may not be shown: others read along, or the words are not the owner's. */
  readonly memory: OwnerMemory | null;
  /** Whether this very message stopped a turn when it came in. */
  readonly stoppedSomething: boolean;
  /** In the owner's time zone. */
  readonly calendar: Pick<Calendar, 'zone' | 'startOfDay' | 'endOfDay'>;
}

export interface CommandResult {
  /** The answer, plain text. */
  readonly text: string;
  /** Written together with the answer. */
  readonly apply?: (tables: Tables) => void;
  /** Once that is on disk. */
  readonly after?: () => void;
  /** Together with the answer: what the last turn before this one answered is asked again. */
  readonly retryLast?: boolean;
}

type Params = Readonly<Record<string, string | number>>;

/** A text of the catalogs in the language of the chat. */
export function words(context: CommandContext, key: string, params: Params = {}): string {
  return context.sentences.text(key, params, context.language);
}

export function say(context: CommandContext, key: string, params: Params = {}): CommandResult {
  return { text: words(context, key, params) };
}

/** `done` as an answer, or why not. */
export function settled(context: CommandContext, result: Result<void, Reason>, done: CommandResult): CommandResult {
  return result.ok ? done : { text: context.sentences.reason(result.failure, context.language) };
}

/** The row is read again inside the commit: a message may have arrived since. */
export function changeConversation(
  tables: Tables,
  context: CommandContext,
  change: (row: ConversationRow) => ConversationRow,
): void {
  const row = tables.conversations.get(context.conversation.id);
  if (row !== null) tables.conversations.put(change(row));
}

/** A moment for people, in the owner's time zone and the chat's language: `22 Nov, 14:30`. */
export function moment(context: CommandContext, at: Millis): string {
  const { sentences, language, calendar } = context;
  const timeZone = calendar.zone();
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const parts = { timeZone, day: 'numeric', month: 'short', ...clock } as const;
  return new Intl.DateTimeFormat(dateTag(sentences.spoken(language)), parts).format(at);
}

/** English days stand before their months here: `22 Nov`. */
function dateTag(language: string): string {
  return language === 'en' ? 'en-GB' : language;
}
