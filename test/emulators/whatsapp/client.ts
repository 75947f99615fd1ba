/*
 * The real client, as the tests of the emulator use it: the installed package with its credentials in memory, its checks
 * of signatures made real, and the root of the emulator's certificates for that of the service
 * (docs/whatsapp-protocol.md, Signatures that are not checked).
 */
import makeWASocket, { BufferJSON, Curve, WA_CERT_DETAILS, initAuthCreds, proto } from 'baileys';
import { vi } from 'vitest';
import type {
  AuthenticationState,
  ConnectionState,
  SignalDataTypeMap,
  UserFacingSocketConfig,
  WAMessage,
  WASocket,
} from 'baileys';
import { EventLog } from '../lib/event-log.ts';
import { isSignedBy } from './crypto/curve.ts';
import type { WhatsAppEmulator } from './server.ts';

/** Credentials and keys that outlive a socket, as a file would. */
export interface Memory {
  readonly state: AuthenticationState;
  /** The same as another process would read it. */
  copy(): Memory;
}

type Stored = Map<string, string>;

/** New credentials, or those of `stored`. */
export function memory(stored: Stored = new Map<string, string>()): Memory {
  const read = <T>(name: string): T | undefined => {
    const text = stored.get(name);
    return text === undefined ? undefined : (JSON.parse(text, BufferJSON.reviver) as T);
  };
  const write = (name: string, value: unknown) => {
    if (value === null || value === undefined) stored.delete(name);
    else stored.set(name, JSON.stringify(value, BufferJSON.replacer));
  };
  const creds = read<AuthenticationState['creds']>('creds') ?? initAuthCreds();
  return {
    state: {
      creds,
      keys: {
        get: <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
          const found: Record<string, SignalDataTypeMap[T]> = {};
          for (const id of ids) {
            const value = revived(type, read<SignalDataTypeMap[T]>(`${type} ${id}`));
            if (value !== undefined) found[id] = value;
          }
          return found;
        },
        set: (data) => {
          for (const [type, rows] of Object.entries(data)) {
            for (const [id, value] of Object.entries(rows ?? {})) write(`${type} ${id}`, value);
          }
        },
      },
    },
    copy: () => {
      write('creds', creds);
      return memory(new Map(stored));
    },
  };
}

/** One kind of row has methods (docs/whatsapp-protocol.md, What is stored). */
function revived<T>(type: keyof SignalDataTypeMap, value: T | undefined): T | undefined {
  if (type !== 'app-state-sync-key' || typeof value !== 'object' || value === null) return value;
  return proto.Message.AppStateSyncKeyData.fromObject(value) as T;
}

type LoggerOf = NonNullable<UserFacingSocketConfig['logger']>;

/** Says nothing; what it is told at warn and above is kept. */
export function quietLogger(kept: EventLog<unknown>): LoggerOf {
  const keep = (entry: unknown, text?: string) => {
    kept.add({ entry, text });
  };
  const drop = (_entry: unknown) => undefined;
  const logger: LoggerOf = {
    level: 'warn',
    child: () => logger,
    trace: drop,
    debug: drop,
    info: drop,
    warn: keep,
    error: keep,
  };
  return logger;
}

/** The client's Signal library prints whole sessions to the console; to be called before each test. */
export function muteConsole(): void {
  for (const level of ['info', 'warn', 'error'] as const) vi.spyOn(console, level).mockReturnValue(undefined);
}

/** One socket and what it told. */
export interface RealClient extends AsyncDisposable {
  readonly socket: WASocket;
  readonly updates: EventLog<Partial<ConnectionState>>;
  /** Every message of `messages.upsert`, with the type it came as. */
  readonly messages: EventLog<{ readonly type: string; readonly message: WAMessage }>;
  readonly problems: EventLog<unknown>;
  /** Every QR text in turn. */
  readonly qrs: EventLog<string>;
  /** Resolves once the connection is open and what waited has come. */
  opened(): Promise<void>;
  /** Resolves with the code the connection ended with. */
  ended(): Promise<number | undefined>;
}

const waitMs = { timeoutMs: 20_000 };

/** What the client comes with: it takes every signature of the right length for a good one. */
const stockVerify = Curve.verify.bind(Curve);

const strictVerify: typeof Curve.verify = (key, message, signature) => {
  const plain = Buffer.from(key).subarray(key.length - 32);
  return isSignedBy(plain, Buffer.from(message), Buffer.from(signature));
};

/** Checks as they should be, or those the client comes with. */
export type Checks = 'strict' | 'stock';

/** Starts the client against `server`. */
export function connectClient(
  server: Pick<WhatsAppEmulator, 'url' | 'rootKey'>,
  { state }: Memory,
  config: Partial<UserFacingSocketConfig> = {},
  checks: Checks = 'strict',
): RealClient {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(Uint8Array.from(server.rootKey));
  Curve.verify = checks === 'stock' ? stockVerify : strictVerify;
  const problems = new EventLog<unknown>('problem');
  const updates = new EventLog<Partial<ConnectionState>>('connection update');
  const messages = new EventLog<{ readonly type: string; readonly message: WAMessage }>('message');
  const qrs = new EventLog<string>('QR text');
  const socket = makeWASocket({
    auth: state,
    waWebSocketUrl: server.url,
    version: [2, 3000, 1_043_857_760],
    logger: quietLogger(problems),
    markOnlineOnConnect: false,
    syncFullHistory: false,
    connectTimeoutMs: 5000,
    ...config,
  });
  socket.ev.on('connection.update', (update) => {
    updates.add(update);
    if (update.qr !== undefined) qrs.add(update.qr);
  });
  socket.ev.on('messages.upsert', ({ messages: all, type }) => {
    for (const message of all) messages.add({ type, message });
  });
  return {
    socket,
    updates,
    messages,
    problems,
    qrs,
    opened: async () => {
      await updates.waitFor(({ connection }) => connection === 'open', waitMs);
      await updates.waitFor(({ receivedPendingNotifications }) => receivedPendingNotifications === true, waitMs);
    },
    ended: async () => {
      const { lastDisconnect } = await updates.waitFor(({ connection }) => connection === 'close', waitMs);
      return codeOf(lastDisconnect?.error);
    },
    [Symbol.asyncDispose]: async () => {
      await socket.end(undefined);
      for (const log of [problems, updates, messages, qrs]) log.close();
    },
  };
}

/** The code in the error of a close. */
function codeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('output' in error)) return undefined;
  const { output } = error;
  if (typeof output !== 'object' || output === null || !('statusCode' in output)) return undefined;
  return typeof output.statusCode === 'number' ? output.statusCode : undefined;
}

/** Links a new client to the first phone with a QR code, and gives it once it is open, with its memory. */
export async function linkClient(
  server: WhatsAppEmulator,
  config: Partial<UserFacingSocketConfig> = {},
): Promise<{ readonly client: RealClient; readonly memory: Memory }> {
  const mine = memory();
  {
    await using pairing = connectClient(server, mine, config);
    const qr = await pairing.qrs.waitFor(() => true, waitMs);
    const outcome = await server.phone().scan(qr);
    if (outcome.kind !== 'linked') throw new Error(`The phone refused: ${outcome.reason}.`);
    await pairing.ended();
  }
  const client = connectClient(server, mine, config);
  await client.opened();
  // The last that a new companion is given, and the last it has a receipt for.
  await server
    .phone()
    .receipts.waitFor(({ type, from }) => type === 'hist_sync' && from === mine.state.creds.me?.id, waitMs);
  return { client, memory: mine };
}
