/**
 * The rows of the Signal protocol, as the library's repository sees them (docs/whatsapp-protocol.md, Lost messages;
 * Sessions written too late).
 *
 * The library keeps rows that it has read in the cache of a transaction that can last for a whole send, and writes them
 * after the stanza has left. Here every operation on a session reads what is in the file now, and all its rows are on
 * disk before it answers: an advanced session before the stanza leaves, a decrypted message before it is acknowledged.
 * An operation that fails writes nothing. One is under way at a time, because rows are read, changed and written back,
 * and libsignal's own queues know a person's number and LID as two addresses of what is one row.
 */
import type { SignalAuthState, SignalDataSet, SignalDataTypeMap, SignalKeyStoreWithTransaction } from 'baileys';
import { rowsOf, type SocketState } from './auth-state.ts';
import type { KeptRow } from './kept-file.ts';
import { readableSenderKey } from './sender-keys.ts';

const signalTypes: ReadonlySet<string> = new Set(['session', 'sender-key', 'pre-key', 'identity-key']);

/** A socket that another one has followed wanted to work with sessions. */
class Superseded extends Error {
  override readonly name = 'Superseded';
}

export class SignalRows {
  readonly #state: SocketState;
  readonly #outer: SignalAuthState['keys'];
  #last: Promise<unknown> = Promise.resolve();
  /** What the operation under way has written, by type and id. */
  #pending: Map<string, Map<string, unknown>> | null = null;

  constructor(state: SocketState, outer: SignalAuthState['keys']) {
    this.#state = state;
    this.#outer = outer;
  }

  /** For the library's repository. Transactions are whatever {@link alone} makes of an operation. */
  readonly keys: SignalKeyStoreWithTransaction = {
    isInTransaction: () => this.#pending !== null,
    transaction: (work) => work(),
    get: async (type, ids) => {
      // Lists of devices may be known to a send that has not written them yet.
      if (!signalTypes.has(type) && type !== 'lid-mapping') return this.#outer.get(type, ids);
      const found = this.#read(type, ids);
      return type === 'sender-key' ? withReadableKeys(found) : found;
    },
    set: (data) => {
      this.#write(data);
    },
  };

  /** Runs `work` when no other is under way, and writes its rows, together with those it adds, before it resolves. */
  async alone<T>(work: (add: (rows: readonly KeptRow[]) => void) => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#last = promise;
    await before;
    const added: KeptRow[] = [];
    this.#pending = new Map();
    try {
      const result = await work((rows) => added.push(...rows));
      const signal = [...this.#pending].flatMap(([type, values]) => rowsOf({ [type]: Object.fromEntries(values) }));
      const rows = [...signal, ...added];
      if (this.#state.isRetired || (rows.length > 0 && !this.#state.write(rows))) {
        throw new Superseded('another socket has taken over');
      }
      return result;
    } finally {
      this.#pending = null;
      resolve(undefined);
    }
  }

  #read<T extends keyof SignalDataTypeMap>(type: T, ids: readonly string[]): Record<string, SignalDataTypeMap[T]> {
    const found = this.#state.read(type, ids);
    for (const id of ids) {
      const written = this.#pending?.get(type);
      if (written?.has(id) !== true) continue;
      const value = written.get(id);
      if (value === null || value === undefined) delete found[id];
      else found[id] = value as SignalDataTypeMap[T];
    }
    return found;
  }

  #write(data: SignalDataSet): void {
    const now: Record<string, unknown> = {};
    for (const [type, values] of Object.entries(data)) {
      if (this.#pending === null || !signalTypes.has(type)) now[type] = values;
      else {
        const written = this.#pending.get(type) ?? new Map<string, unknown>();
        for (const [id, value] of Object.entries(values ?? {})) written.set(id, value);
        this.#pending.set(type, written);
      }
    }
    this.#state.write(rowsOf(now));
  }
}

function withReadableKeys<Row>(found: Record<string, Row>): Record<string, Row> {
  const entries = Object.entries(found).map(([id, row]) => [
    id,
    row instanceof Uint8Array ? readableSenderKey(row) : row,
  ]);
  return Object.fromEntries(entries) as Record<string, Row>;
}
