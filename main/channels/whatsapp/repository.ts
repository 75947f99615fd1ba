/** The library's own Signal repository, with the journal and with sessions on disk in time. */
import type { SignalRepositoryWithLIDStore, UserFacingSocketConfig } from 'baileys';
import type { SocketState } from './auth-state.ts';
import { hashOf, type Journal } from './journal.ts';
import type { Library } from './parts.ts';
import { SignalRows } from './signal-rows.ts';

export type MakeSignalRepository = NonNullable<UserFacingSocketConfig['makeSignalRepository']>;

/** Padding alone, and nothing in it: a message that was handled already. */
const emptyMessage = Uint8Array.of(1);

/** For the socket that `state` belongs to. */
export function signalRepository(library: Library, state: SocketState, journal: Journal): MakeSignalRepository {
  return (auth, logger, pnToLid) => {
    const rows = new SignalRows(state, auth.keys);
    const make = library.DEFAULT_CONNECTION_CONFIG.makeSignalRepository;
    const stock = make({ creds: auth.creds, keys: rows.keys }, logger, pnToLid);
    const journaled = async (ciphertext: Uint8Array, decrypt: () => Promise<Uint8Array>): Promise<Uint8Array> => {
      const hash = hashOf(ciphertext);
      return rows.alone(async (add) => {
        const known = journal.known(hash);
        if (known !== null) return known === 'settled' ? emptyMessage : known;
        const plain = await decrypt();
        add(journal.decrypted(hash, plain));
        return plain;
      });
    };
    const repository: SignalRepositoryWithLIDStore = {
      ...stock,
      decryptMessage: (options) => journaled(options.ciphertext, () => stock.decryptMessage(options)),
      decryptGroupMessage: (options) => journaled(options.msg, () => stock.decryptGroupMessage(options)),
      encryptMessage: (options) => rows.alone(() => stock.encryptMessage(options)),
      encryptGroupMessage: (options) => rows.alone(() => stock.encryptGroupMessage(options)),
      processSenderKeyDistributionMessage: (options) =>
        rows.alone(() => stock.processSenderKeyDistributionMessage(options)),
      getSenderKeyDistributionMessage: (options) => rows.alone(() => stock.getSenderKeyDistributionMessage(options)),
      injectE2ESession: (options) => rows.alone(() => stock.injectE2ESession(options)),
      deleteSession: (jids) => rows.alone(() => stock.deleteSession(jids)),
      migrateSession: (from, to) => rows.alone(() => stock.migrateSession(from, to)),
    };
    return repository;
  };
}
