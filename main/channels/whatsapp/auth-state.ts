/**
 * Credentials and keys of one socket (docs/whatsapp-protocol.md, What is stored). Every write of keys carries the
 * credentials along when they have changed, in one transaction: keys are never ahead of the numbers that they were made
 * under.
 *
 * While a device is being paired, everything is in memory. Once the phone has agreed it takes the place of all that the
 * file held, in one transaction: a pairing that is given up leaves the file as it was.
 *
 * A state is retired when the next socket gets its own. What an older socket still wants to write is dropped then: its
 * repeated attempts (the library makes ten) would put old rows over new ones.
 */
import type { AuthenticationCreds, SignalDataSet, SignalDataTypeMap, SignalKeyStore } from 'baileys';
import { IdentityDamaged } from '../../gateway/identity-file.ts';
import type { KeptFile, KeptRow } from './kept-file.ts';
import type { Library } from './parts.ts';

const credentialsKind = 'credentials';
const keyKind = 'key';
const credentialsId = 'own';

/** Rows that belong to the account; what else there is (facts) stays when the account is replaced. */
const accountKinds = [credentialsKind, keyKind, 'journal', 'told', 'settled', 'sent'] as const;

const keyId = (type: string, id: string): string => `${type}/${id}`;

/** The account agreed: these are credentials to log in with. */
export function areLinked(creds: AuthenticationCreds): boolean {
  return creds.me !== undefined && creds.account !== undefined;
}

interface KeyPair {
  readonly public: unknown;
  readonly private: unknown;
}

const isKeyPair = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null || !('public' in value) || !('private' in value)) return false;
  const { public: open, private: secret }: KeyPair = value;
  return open instanceof Uint8Array && secret instanceof Uint8Array;
};

function isCredentials(value: unknown): value is AuthenticationCreds {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return (
    isKeyPair(fields['noiseKey']) &&
    isKeyPair(fields['signedIdentityKey']) &&
    typeof fields['registrationId'] === 'number' &&
    typeof fields['nextPreKeyId'] === 'number'
  );
}

/** The credentials in the file; null when it holds nothing of an account. Throws {@link IdentityDamaged}. */
function storedCredentials(file: KeptFile): AuthenticationCreds | null {
  const found = file.one(credentialsKind, credentialsId);
  if (found === undefined) {
    // Keys without the credentials they belong to: something was lost, and new ones would hide it.
    if (file.all(keyKind).length > 0) throw new IdentityDamaged('there are keys and no credentials');
    return null;
  }
  if (!isCredentials(found)) throw new IdentityDamaged('the credentials are not whole');
  return found;
}

export class SocketState {
  readonly creds: AuthenticationCreds;
  readonly #file: KeptFile;
  readonly #library: Library;
  /** Rows of a device that is being paired; null once it is linked. */
  #unlinked: Map<string, KeptRow> | null;
  /** The credentials as they are in the file. */
  #saved: string;
  #retired = false;

  /** `before`: the state that this one follows; without it, what the file holds or (`afresh`) new credentials. */
  constructor(file: KeptFile, library: Library, before: SocketState | null, afresh = false) {
    this.#file = file;
    this.#library = library;
    if (before !== null && !afresh) {
      // A copy, so that nothing a dead socket still does changes it.
      this.creds = file.fromText(file.toText(before.creds)) as AuthenticationCreds;
      this.#unlinked = before.#unlinked;
      this.#saved = before.#saved;
    } else {
      const stored = afresh ? null : storedCredentials(file);
      this.creds = stored ?? library.initAuthCreds();
      this.#unlinked = stored === null ? new Map() : null;
      this.#saved = stored === null ? '' : file.toText(stored);
    }
  }

  get isRetired(): boolean {
    return this.#retired;
  }

  /** Nothing of it is in the file yet. */
  get isUnlinked(): boolean {
    return this.#unlinked !== null;
  }

  retire(): void {
    this.#retired = true;
  }

  /** For the library, which adds its own transactions on top. */
  readonly keys: SignalKeyStore = {
    get: (type, ids) => this.read(type, ids),
    set: (data) => {
      this.write(rowsOf(data));
    },
  };

  /** What there is of these, as it is now. */
  read<T extends keyof SignalDataTypeMap>(type: T, ids: readonly string[]): Record<string, SignalDataTypeMap[T]> {
    const found: Record<string, SignalDataTypeMap[T]> = {};
    if (this.#retired) return found;
    const stored =
      this.#unlinked === null
        ? this.#file.get(
            keyKind,
            ids.map((id) => keyId(type, id)),
          )
        : null;
    for (const id of ids) {
      const pending = this.#unlinked?.get(`${keyKind} ${keyId(type, id)}`)?.value;
      const value = stored?.get(keyId(type, id)) ?? pending;
      if (value !== undefined && value !== null) found[id] = this.#revived(type, value) as SignalDataTypeMap[T];
    }
    return found;
  }

  /** Writes rows, and the credentials with them when they have changed. False: retired, nothing was written. */
  write(rows: readonly KeptRow[]): boolean {
    if (this.#retired) return false;
    const text = this.#file.toText(this.creds);
    const changed = text === this.#saved ? [] : [{ kind: credentialsKind, id: credentialsId, value: this.creds }];
    if (this.#unlinked !== null) {
      for (const row of rows) this.#unlinked.set(`${row.kind} ${row.id}`, row);
      if (!areLinked(this.creds)) return true;
      this.#file.set([...this.#leavings(), ...this.#unlinked.values(), ...changed]);
      this.#unlinked = null;
    } else this.#file.set([...rows, ...changed]);
    this.#saved = text;
    return true;
  }

  /** What an account before this one left. */
  #leavings(): readonly KeptRow[] {
    return accountKinds.flatMap((kind) => this.#file.all(kind).map(({ id }) => ({ kind, id, value: null })));
  }

  /** One kind of row has methods (docs/whatsapp-protocol.md, What is stored). */
  #revived(type: keyof SignalDataTypeMap, value: unknown): unknown {
    if (type !== 'app-state-sync-key' || typeof value !== 'object' || value === null) return value;
    return this.#library.proto.Message.AppStateSyncKeyData.fromObject(value);
  }
}

/** Types that nobody knows yet are rows like all others. */
export function rowsOf(data: SignalDataSet): readonly KeptRow[] {
  return Object.entries(data).flatMap(([type, values]) =>
    Object.entries(values ?? {}).map(([id, value]) => ({
      kind: keyKind,
      id: keyId(type, id),
      value: value as unknown,
    })),
  );
}
