/**
 * How the parts of this folder know each other.
 *
 *   library.ts     loads baileys once, with what has to be mended in it
 *   identity.ts    credentials, keys, journal and sent messages in one file
 *   connection.ts  one socket after another, each a generation; pairing
 *   inbound.ts     what a socket tells becomes batches for the core
 *   outbound.ts    parts become stanzas, settled by the server's raw answer
 *   media.ts       files of messages, fetched from one host only
 *   index.ts       joins them to the port
 *
 * What is known of the protocol, and what is wrong with the library, is in docs/whatsapp-protocol.md.
 */
import type * as Baileys from 'baileys';
import type { AuthenticationState, UserFacingSocketConfig, WAMessage, WASocket } from 'baileys';
import type { Clock, Random } from '../../gateway/clock.ts';
import type { IdentityFiles } from '../../gateway/identity-file.ts';
import type { Log } from '../../gateway/log.ts';
import type { Reason } from '../../gateway/types.ts';
import type { Observable } from '../../lib/observable.ts';

/** The library as a namespace; only its types are imported, so that it is loaded when the first link needs it. */
export type Library = typeof Baileys;

export interface WhatsAppDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly fetch: typeof globalThis.fetch;
  readonly identities: IdentityFiles;
  /** For proxies: what the environment says about them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where a link connects to. */
export interface Server {
  /** `wss://web.whatsapp.com/ws/chat`, or the owner's own. */
  readonly webSocketUrl: string;
  /** The root of its certificates, 32 bytes. */
  readonly rootKey: Uint8Array;
  /** The one origin that files are fetched from, such as `https://mmg.whatsapp.net`, without a trailing slash. */
  readonly mediaOrigin: string;
  /** WhatsApp's own, where the version of the client is asked for and kept up to date. */
  readonly isPublic: boolean;
}

/** A message of ours as it was made before its first send; the same again is the same bytes. */
export interface SentMessage {
  readonly id: string;
  /** The jid it was sent to. */
  readonly to: string;
  /** Protobuf of the message, without padding. */
  readonly content: Uint8Array;
  readonly at: number;
}

/** What a socket gets from the identity; the rest of its configuration is the connection's. */
export type OwnConfig = Required<
  Pick<UserFacingSocketConfig, 'auth' | 'makeSignalRepository' | 'msgRetryCounterCache' | 'getMessage'>
>;

/**
 * Everything one link keeps in its identity file. Every write is on disk when it returns.
 *
 * When the disk refuses or a row cannot be read, the socket is ended before it can acknowledge or send anything that is
 * not on disk, and {@link Identity.trouble} says why.
 */
export interface Identity {
  /** Credentials of an account that was linked (`me` and `account` are there). */
  readonly isLinked: boolean;
  /** Of the newest socket. Whoever changes `creds` otherwise than by `creds.update` calls {@link saveCredentials}. */
  readonly auth: AuthenticationState;
  /** `host.disk-full`, `host.data-gone` until a write went well again; `link.identity-damaged` for good. */
  readonly trouble: Observable<Reason | null>;
  /**
   * Makes the next socket: `make` gives the library these and its own options. Whatever an older socket still wants to
   * write is dropped from here on. `creds.update` is saved by the identity itself.
   */
  connect(make: (own: OwnConfig) => WASocket): WASocket;
  /** Writes the credentials as they are in `auth`. Never throws: see {@link trouble}. */
  saveCredentials(): void;
  readonly journal: {
    /**
     * The library has made this of a stanza; called for each message of `messages.upsert`, before it is handed to the
     * core. Most were written when they were decrypted; the rest are now. Throws `StorageTrouble`.
     */
    note(message: WAMessage): void;
    /**
     * The core has it, or it is none of its business: only a hash stays, so that a repetition decrypts to an empty message.
     * Throws `StorageTrouble`; the messages are then offered again.
     */
    settle(messages: readonly WAMessage[]): void;
    /**
     * Decrypted and not settled, oldest first, without those that the present socket is about to tell: to be handed to the
     * core again at start and with each new socket (what the one before did not come to tell is among them).
     */
    open(): readonly WAMessage[];
  };
  readonly sent: {
    /** Before the first send. Throws `StorageTrouble`. */
    put(message: SentMessage): void;
    get(id: string): SentMessage | null;
    /** Its id is one of ours: an echo when it comes in. */
    has(id: string): boolean;
  };
  /** Small facts of the link, such as the version of the client that was accepted last. */
  readonly facts: {
    get(name: string): string | null;
    put(name: string, value: string): void;
  };
  /** Removes what is older than it is needed: journal and sent messages after 7 days. */
  prune(now: number): void;
  /**
   * Begins a pairing: `auth` is new credentials, in memory alone. Once they are linked they take the place of all that the
   * file holds of an account, in one transaction.
   */
  startAfresh(): void;
  /** Ends a pairing that was not finished: `auth` is again what the file holds. */
  giveUp(): void;
  /** Of what is still written afterwards nothing is kept. */
  close(): void;
}

/** One socket, from the moment before its first event to its end. */
export interface Live {
  readonly socket: WASocket;
  /** Rises with every attempt; events of an older one are nobody's. */
  readonly generation: number;
  readonly identity: Identity;
  readonly library: Library;
}
