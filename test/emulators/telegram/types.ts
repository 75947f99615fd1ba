/* Shapes after the Bot API documentation (User, Chat, Message, MessageEntity, Update), as far as this emulator knows them. */

export interface User {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly last_name?: string;
  readonly username?: string;
  readonly language_code?: string;
}

export interface Chat {
  readonly id: number;
  readonly type: 'private' | 'group' | 'supergroup';
  readonly title?: string;
  readonly username?: string;
  readonly first_name?: string;
  readonly last_name?: string;
}

export interface Entity {
  readonly type: string;
  /** In UTF-16 units, like `length`. */
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly custom_emoji_id?: string;
  readonly user?: User;
}

export interface Message {
  readonly message_id: number;
  readonly from: User;
  readonly chat: Chat;
  /** Seconds since the epoch. */
  readonly date: number;
  readonly edit_date?: number;
  readonly text: string;
  readonly entities?: readonly Entity[];
  readonly reply_to_message?: Message;
  readonly reply_markup?: unknown;
}

/** An update without its id: one field named by the kind, e.g. `{ message: … }`. */
export type UpdateBody = Readonly<Record<string, unknown>>;

export interface Update extends UpdateBody {
  readonly update_id: number;
}

/** What a method answers. */
export type Answer =
  | { readonly ok: true; readonly result: unknown; readonly description?: string }
  | {
      readonly ok: false;
      readonly error_code: number;
      readonly description: string;
      readonly parameters?: Readonly<Record<string, unknown>>;
    };

/** One request as the server saw it; changed in place when it is answered or its client hangs up. */
export interface RecordedRequest {
  /** Order of arrival at this server, from 1. */
  readonly number: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
  /** HTTP method and path. */
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly token: string | undefined;
  /** Bot API method as it was called, e.g. `sendMessage`. */
  readonly apiMethod: string | undefined;
  /** Parameters from query and body together. */
  readonly params: Readonly<Record<string, unknown>>;
  status: number | undefined;
  /** The JSON that was answered. */
  answer: Answer | undefined;
  aborted: boolean;
  overAt: number | undefined;
}

/** A send that was *executed*, whether or not its answer got through. */
export interface Sent {
  /** Order among the sends of this bot, from 1. */
  readonly number: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
  readonly kind: 'message' | 'edit' | 'action';
  readonly chatId: number;
  readonly messageId: number | undefined;
  /** The text after parsing, as the person reads it. */
  readonly text: string | undefined;
  readonly entities: readonly Entity[];
  readonly action: string | undefined;
  /** The parameters as they came. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/**
 * A fault of one call. `executed: true` lets the call take effect first, so that only its answer is lost or replaced.
 * `pass` lets one call through, to place a fault behind it.
 */
export type Fault =
  | { readonly kind: 'pass' }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly description?: string;
      /** Seconds; also sets the header. */
      readonly retryAfter?: number;
      readonly executed?: boolean;
    }
  | { readonly kind: 'html'; readonly status: number; readonly executed?: boolean }
  | { readonly kind: 'drop'; readonly executed?: boolean }
  | { readonly kind: 'hang'; readonly executed?: boolean }
  /** Answers as usual, once the gate has opened; before or after taking effect. */
  | { readonly kind: 'wait'; readonly gate: Promise<void>; readonly executed?: boolean };

/** Limits per chat and second, per bot and second, per group and minute; what is left out does not limit. */
export interface RateLimits {
  readonly perChatPerSecond?: number;
  readonly perBotPerSecond?: number;
  readonly perGroupPerMinute?: number;
}

export interface BotOptions {
  /** `123456:AA…`; the digits before the colon are the bot's id unless `botId` says otherwise. */
  readonly token: string;
  readonly botId?: number;
  readonly username?: string;
  /** Id of the first update. Default 100,000,001. */
  readonly firstUpdateId?: number;
  readonly rateLimits?: RateLimits;
}

export interface TelegramOptions extends BotOptions {
  /** 0 (default) takes a free port. */
  readonly port?: number;
  /** Milliseconds that a second of a long poll lasts; smaller makes polls return sooner. Default 1000. */
  readonly pollSecondMs?: number;
  /** Milliseconds since the epoch, for dates and rate limits. Default `Date.now`. */
  readonly now?: () => number;
  /** Requests kept in `requests`, and sends in `sent`. Default: all. */
  readonly keepRequests?: number;
}
