/**
 * How the parts of this folder know each other.
 *
 *   library.ts     loads baileys once, with what has to be mended in it      whatsapp.md 2, 4.5
 *   identity.ts    credentials, keys, journal and sent messages in one file  whatsapp.md 4.1, 4.6, 5.1
 *   connection.ts  one socket after another, each a generation; pairing      whatsapp.md 5.3, 5.7
 *   inbound.ts     what a socket tells becomes batches for the core          whatsapp.md 5.5, 5.6
 *   outbound.ts    parts become stanzas, settled by the server's raw answer  whatsapp.md 4.4, 4.6
 *   media.ts       files of messages, fetched from one host only             whatsapp.md 5.8
 *   index.ts       joins them to the port
 */
import type {
  AuthenticationState,
  SignalRepositoryWithLIDStore,
  UserFacingSocketConfig,
  WAMessage,
  WASocket,
} from 'baileys';
import type { Clock, Random } from '../../gateway/clock.ts';
import type { IdentityFiles } from '../../gateway/identity-file.ts';
import type { Log } from '../../gateway/log.ts';

/** The library as a namespace; only its types are imported, so that it is loaded when the first link needs it. */
export type Library = typeof import('baileys');

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

/** A message that was decrypted and is not yet durable with the core. */
export interface JournalEntry {
  /** sha256 of the ciphertext, in hexadecimal. */
  readonly hash: string;
  readonly message: WAMessage;
}

/** Everything one link keeps in its identity file. Every write is on disk when it returns. */
export interface Identity {
  /** Credentials of an account that was linked (`me` and `account` are there). */
  readonly isLinked: boolean;
  readonly auth: AuthenticationState;
  /** Writes the credentials as they are in `auth`; for `creds.update`. */
  saveCredentials(): void;
  /** For the socket's `makeSignalRepository`: journals what is decrypted, writes advanced sessions before a send. */
  readonly makeSignalRepository: NonNullable<UserFacingSocketConfig['makeSignalRepository']>;
  readonly journal: {
    /**
     * Ties what was decrypted last under this stanza to the message that the library made of it, so that it can be
     * offered again after a crash. Called for each message of `messages.upsert`, before it is handed to the core.
     */
    note(message: WAMessage): void;
    /** The core has it, or it is none of its business: only the hash stays, so that a repetition still decrypts. */
    settle(messages: readonly WAMessage[]): void;
    /** Noted and not settled, oldest first: to be handed to the core again at start. */
    open(): readonly WAMessage[];
  };
  readonly sent: {
    /** Before the first send. */
    put(message: SentMessage): void;
    get(id: string): SentMessage | null;
    /** Its id is one of ours: an echo when it comes in. */
    has(id: string): boolean;
  };
  /** Removes what is older than it is needed: journal and sent messages after 7 days. */
  prune(now: number): void;
  /** A pairing that did not come to its end: new credentials, all keys gone. */
  startAfresh(): void;
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

/** What the connection tells the others; they subscribe to a socket themselves when they are given it. */
export interface LiveListener {
  /** A new socket, before it has connected: subscribe to its events. Disposed when the socket has ended. */
  attach(live: Live): Disposable;
}

export type { SignalRepositoryWithLIDStore };
