/*
 * The library as the product loads it, with an identity in a real file, against the emulated service: sockets one after
 * another, without the connection that the product puts around them.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionState, UserFacingSocketConfig, WAMessage, WASocket } from 'baileys';
import type { IdentityFiles } from '../../../main/gateway/identity-file.ts';
import { openIdentity } from '../../../main/channels/whatsapp/identity.ts';
import { libraryLogger } from '../../../main/channels/whatsapp/library-log.ts';
import { loadLibrary, withRoot } from '../../../main/channels/whatsapp/library.ts';
import type { Identity, Library } from '../../../main/channels/whatsapp/parts.ts';
import { createSecretBox } from '../../../main/store/data-key.ts';
import type { Connection } from '../../../main/store/database.ts';
import { createIdentityFiles } from '../../../main/store/identities.ts';
import { EventLog } from '../../emulators/lib/event-log.ts';
import type { WhatsAppEmulator } from '../../emulators/whatsapp/server.ts';
import { systemClock } from '../../store/processes.ts';
import { recordedLog, type RecordedLog } from '../../store/support.ts';
import { watch } from './watch.ts';

export const wait = { timeoutMs: 15_000 };
export const dataKey = Uint8Array.from(Buffer.alloc(32, 9));

/** A data directory with the identities in it, removed at the end. */
export class Home implements Disposable {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'porchlight-identity-'));
  readonly log: RecordedLog = recordedLog();
  readonly connections: Connection[] = [];
  readonly files: IdentityFiles;

  constructor() {
    mkdirSync(join(this.dataDir, 'links'), { mode: 0o700 });
    this.files = watch.identities(this.filesUnder(dataKey));
    watch.log(this.log.lines);
  }

  /** A row as another process would find it. */
  row(link: string, kind: string, id: string): string | undefined {
    const box = createSecretBox(dataKey);
    const opened = createIdentityFiles({ dataDir: this.dataDir, box, clock: systemClock, log: this.log }).open(link);
    if (!opened.ok) throw new Error(opened.failure.code);
    const value = opened.value.get(kind, [id]).get(id);
    opened.value.close();
    return value;
  }

  filesUnder(key: Uint8Array): IdentityFiles {
    return createIdentityFiles({
      dataDir: this.dataDir,
      box: createSecretBox(key),
      clock: systemClock,
      log: this.log,
      onConnection: (connection) => this.connections.push(connection),
    });
  }

  /** The disk has room for so many pages more, or (null) for all that comes. */
  limit(more: number | null): void {
    for (const connection of this.connections) {
      const used = Number(connection.get('PRAGMA page_count')?.['page_count']);
      connection.exec(`PRAGMA max_page_count = ${String(more === null ? 1_000_000 : used + more)}`);
    }
  }

  path(link: string): string {
    return join(this.dataDir, 'links', `${link}.db`);
  }

  identity(library: Library, link = 'phone'): Identity {
    const opened = openIdentity({ identities: this.files, clock: systemClock, log: this.log }, library, link);
    if (!opened.ok) throw new Error(`not opened: ${opened.failure.code}`);
    return opened.value;
  }

  [Symbol.dispose](): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

export async function mended(): Promise<Library> {
  const loaded = await loadLibrary(recordedLog());
  if (!loaded.ok) throw new Error(loaded.failure.code);
  return loaded.value;
}

/** One socket and what it told. */
export interface OwnSocket extends AsyncDisposable {
  readonly socket: WASocket;
  readonly updates: EventLog<Partial<ConnectionState>>;
  readonly messages: EventLog<WAMessage>;
  readonly qrs: EventLog<string>;
  /** What the library's logger wrote. */
  readonly log: RecordedLog;
  opened(): Promise<void>;
  /** Resolves with the error that it ended with. */
  ended(): Promise<unknown>;
}

export interface Place {
  readonly library: Library;
  readonly identity: Identity;
  readonly server: Pick<WhatsAppEmulator, 'url' | 'rootKey'>;
}

export function connect(place: Place, config: Partial<UserFacingSocketConfig> = {}): OwnSocket {
  const { library, identity, server } = place;
  const log = recordedLog();
  watch.log(log.lines);
  const updates = new EventLog<Partial<ConnectionState>>('connection update');
  const messages = new EventLog<WAMessage>('message');
  const qrs = new EventLog<string>('QR text');
  const socket = identity.connect((own) =>
    withRoot(server.rootKey, () =>
      library.makeWASocket({
        ...own,
        waWebSocketUrl: server.url,
        version: [2, 3000, 1_043_857_760],
        logger: libraryLogger(log, 'phone'),
        markOnlineOnConnect: false,
        syncFullHistory: false,
        connectTimeoutMs: 5000,
        ...config,
      }),
    ),
  );
  socket.ev.on('connection.update', (update) => {
    updates.add(update);
    if (update.qr !== undefined) qrs.add(update.qr);
  });
  socket.ev.on('messages.upsert', ({ messages: all }) => {
    for (const message of all) messages.add(message);
  });
  return {
    socket,
    updates,
    messages,
    qrs,
    log,
    opened: async () => {
      await updates.waitFor(({ connection }) => connection === 'open', wait);
      await updates.waitFor(({ receivedPendingNotifications }) => receivedPendingNotifications === true, wait);
    },
    ended: async () => {
      const { lastDisconnect } = await updates.waitFor(({ connection }) => connection === 'close', wait);
      return lastDisconnect?.error;
    },
    [Symbol.asyncDispose]: async () => {
      await socket.end(undefined);
      for (const log of [updates, messages, qrs]) log.close();
    },
  };
}

/** Links the identity to the server's first phone and gives the socket that is logged in. */
export async function link(
  place: Place & { readonly server: WhatsAppEmulator },
  config: Partial<UserFacingSocketConfig> = {},
): Promise<OwnSocket> {
  const phone = place.server.phone();
  watch.service(place.server);
  {
    await using pairing = connect(place);
    const qr = await pairing.qrs.waitFor(() => true, wait);
    const outcome = await phone.scan(qr);
    if (outcome.kind !== 'linked') throw new Error(`the phone refused: ${outcome.reason}`);
    await pairing.ended();
  }
  const own = connect(place, config);
  await own.opened();
  // The last that a new device is given, and the last it has a receipt for.
  await phone.receipts.waitFor(
    ({ type, from }) => type === 'hist_sync' && from === place.identity.auth.creds.me?.id,
    wait,
  );
  return own;
}

/** The text of a message, for what tests say. */
export function textOf(message: WAMessage): string | null {
  return message.message?.conversation ?? message.message?.extendedTextMessage?.text ?? null;
}
