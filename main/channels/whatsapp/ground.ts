/** What logins and pairings of one link stand on: the library, the server, the identity, and how a socket is made. */
import type { WAVersion } from 'baileys';
import type { LinkIdentity } from '../../gateway/channel.ts';
import type { LinkId } from '../../gateway/types.ts';
import type { Identity, Library, Live, WhatsAppDeps } from './parts.ts';
import type { Attempt, AttemptEvents } from './socket.ts';

/** The version of the web client that we say we are (docs/whatsapp-protocol.md, Introducing ourselves). */
export interface Versions {
  /** The one to say now. Takes at most a few seconds. Never rejects. */
  current(): Promise<WAVersion>;
  /** The server has refused the last one: asks anew, if there is somebody to ask. Never rejects. */
  renew(): Promise<void>;
  /** A login with it went well. */
  accepted(version: WAVersion): void;
}

export interface Ground {
  readonly deps: WhatsAppDeps;
  readonly link: LinkId;
  readonly library: Library;
  readonly versions: Versions;
  /** A socket with the next number. */
  connect(identity: Identity, version: WAVersion, events: AttemptEvents): Attempt;
  /** Subscribes the others to a socket that logs in. */
  attach(live: Live): Disposable;
  /** Who the link turned out to be. */
  tell(identity: LinkIdentity): void;
  /** A socket is due now: one that does not come within 30 s escalates. */
  expectGeneration(): void;
}
