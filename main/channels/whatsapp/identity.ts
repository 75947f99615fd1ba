/**
 * Everything one link keeps in its identity file, put together (docs/whatsapp-protocol.md, Lost messages; Sessions
 * written too late; What is stored): credentials and keys (auth-state.ts), sessions that are on disk in time
 * (signal-rows.ts, repository.ts), the journal and sent messages.
 *
 * When the disk refuses a write, or a row cannot be read, the socket is ended in the same breath. The library would go
 * on: it would refuse the message for good, or tell the phone that the pairing has worked.
 */
import type { AuthenticationState, WASocket } from 'baileys';
import type { Clock } from '../../gateway/clock.ts';
import { IdentityDamaged, type IdentityFiles } from '../../gateway/identity-file.ts';
import { describeError, type Log } from '../../gateway/log.ts';
import { StorageTrouble } from '../../gateway/storage.ts';
import type { LinkId, Millis, Reason } from '../../gateway/types.ts';
import type { Observable } from '../../lib/observable.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { areLinked, SocketState } from './auth-state.ts';
import { Journal } from './journal.ts';
import { KeptFile } from './kept-file.ts';
import type { Identity, Library, OwnConfig } from './parts.ts';
import { signalRepository } from './repository.ts';
import { createRetryCounters } from './retry-counters.ts';
import { copiesOf, createSent } from './sent.ts';

const keptFor: Millis = 7 * 24 * 60 * 60_000;

export interface IdentityDeps {
  readonly identities: IdentityFiles;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Opens the identity of `link`; one that holds no account yet gets new credentials, in memory. Failures:
 * `link.identity-damaged`, `host.disk-full`, `host.data-gone`; nothing is ever made new in the place of what is damaged.
 */
export function openIdentity(deps: IdentityDeps, library: Library, link: LinkId): Result<Identity, Reason> {
  const opened = deps.identities.open(link);
  if (!opened.ok) return opened;
  const file = new KeptFile(opened.value, library.BufferJSON);
  try {
    return ok(new KeptIdentity(file, deps, library));
  } catch (error) {
    file.close();
    if (error instanceof StorageTrouble) return failed(error.reason);
    if (!(error instanceof IdentityDamaged)) throw error;
    deps.log.write('error', 'whatsapp.identity-damaged', { link, error: describeError(error) });
    return failed({ code: 'link.identity-damaged' });
  }
}

class KeptIdentity implements Identity {
  readonly sent: Identity['sent'];
  readonly journal: Journal;
  readonly facts: Identity['facts'];
  readonly #file: KeptFile;
  readonly #deps: IdentityDeps;
  readonly #library: Library;
  readonly #counters: OwnConfig['msgRetryCounterCache'];
  readonly #watching: Disposable;
  #state: SocketState;
  #socket: WASocket | null = null;
  #closed = false;

  constructor(file: KeptFile, deps: IdentityDeps, library: Library) {
    this.#file = file;
    this.#deps = deps;
    this.#library = library;
    this.#state = new SocketState(file, library, null);
    this.#counters = createRetryCounters(deps.clock);
    this.sent = createSent(file);
    this.facts = {
      get: (name) => {
        const value = file.one('fact', name);
        return typeof value === 'string' ? value : null;
      },
      put: (name, value) => file.set([{ kind: 'fact', id: name, value }]),
    };
    const me = () => {
      const own = this.#state.creds.me;
      return own === undefined ? null : { id: own.id, lid: own.lid ?? '' };
    };
    this.journal = new Journal({ file, library, log: deps.log, me });
    this.#watching = file.trouble.subscribe((reason) => {
      if (reason !== null) this.#stop(reason);
    });
  }

  get isLinked(): boolean {
    return areLinked(this.#state.creds);
  }

  get auth(): AuthenticationState {
    return { creds: this.#state.creds, keys: this.#state.keys };
  }

  get trouble(): Observable<Reason | null> {
    return this.#file.trouble;
  }

  connect(make: (own: OwnConfig) => WASocket): WASocket {
    const state = this.#follow(new SocketState(this.#file, this.#library, this.#state));
    const lidOf = (user: string): string | null => state.read('lid-mapping', [user])[user] ?? null;
    const socket = make({
      auth: { creds: state.creds, keys: state.keys },
      makeSignalRepository: signalRepository(this.#library, state, this.journal),
      msgRetryCounterCache: this.#counters,
      getMessage: copiesOf(this.sent, this.#library, this.#deps.clock, lidOf),
    });
    socket.ws.on('frame', (frame: unknown) => {
      if (!state.isRetired) this.journal.frame(frame);
    });
    socket.ev.on('creds.update', () => {
      this.#save(state);
    });
    this.#socket = socket;
    return socket;
  }

  saveCredentials(): void {
    this.#save(this.#state);
  }

  prune(now: Millis): void {
    this.journal.prune(now - keptFor);
    this.#file.prune('sent', now - keptFor);
  }

  startAfresh(): void {
    this.#follow(new SocketState(this.#file, this.#library, null, true));
  }

  giveUp(): void {
    this.#follow(new SocketState(this.#file, this.#library, null));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#state.retire();
    this.#watching[Symbol.dispose]();
    this.#file.close();
  }

  #follow(state: SocketState): SocketState {
    this.#state.retire();
    this.#state = state;
    this.#socket = null;
    this.journal.begin();
    return state;
  }

  #save(state: SocketState): void {
    const wasUnlinked = state.isUnlinked;
    try {
      state.write([]);
    } catch (error) {
      // The socket has been ended by the trouble that this is.
      this.#deps.log.write('error', 'whatsapp.credentials-not-saved', { error: describeError(error) });
      return;
    }
    if (wasUnlinked && !state.isUnlinked) this.journal.forget();
  }

  /** Before the library goes on with what is not on disk. Its own `end` says nothing to the server. */
  #stop(reason: Reason): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#deps.log.write('error', 'whatsapp.identity-trouble', { reason: reason.code });
    void socket?.end(new Error(reason.code));
  }
}
