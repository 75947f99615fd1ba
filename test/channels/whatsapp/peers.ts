/* Two identities that speak the Signal protocol with each other, without a server: what a socket would do, step by step. */
import type { SignalKeyStoreWithTransaction, SignalRepositoryWithLIDStore, WASocket } from 'baileys';
import { libraryLogger } from '../../../main/channels/whatsapp/library-log.ts';
import type { Identity, Library, OwnConfig } from '../../../main/channels/whatsapp/parts.ts';
import { EventEmitter } from 'node:events';
import { recordedLog } from '../../store/support.ts';
import type { Home } from './own-socket.ts';

/** The parts of a socket that an identity uses. */
export interface Line {
  readonly own: OwnConfig;
  /** As the library has them, with its transactions. */
  readonly keys: SignalKeyStoreWithTransaction;
  readonly repository: SignalRepositoryWithLIDStore;
  /** Errors that the socket was ended with. */
  readonly ends: unknown[];
  /** A frame comes in. */
  frame(node: unknown): void;
}

/** What of a socket an identity touches, and nothing behind it. */
type Socket = Pick<WASocket, 'ws' | 'ev' | 'end'>;

export function lineOf(library: Library, identity: Identity): Line {
  const logger = libraryLogger(recordedLog(), 'phone');
  const ws = new EventEmitter();
  const ends: unknown[] = [];
  const found: OwnConfig[] = [];
  const socket = {
    ws,
    ev: library.makeEventBuffer(logger),
    end: async (error: unknown) => void ends.push(error),
  };
  identity.connect((own) => {
    found.push(own);
    return socket as Partial<Socket> as WASocket;
  });
  const [own] = found;
  if (own === undefined) throw new Error('nothing was made');
  const keys = library.addTransactionCapability(own.auth.keys, logger, { maxCommitRetries: 1, delayBetweenTriesMs: 1 });
  const repository = own.makeSignalRepository({ creds: own.auth.creds, keys }, logger);
  return { own, keys, repository, ends, frame: (node) => void ws.emit('frame', node) };
}

/** A linked identity with one key for strangers, and a line. */
export class Peer {
  readonly identity: Identity;
  readonly jid: string;
  readonly library: Library;
  line: Line;
  #preKeyId = 6;

  constructor(library: Library, home: Home, link: string, number: string) {
    this.library = library;
    this.jid = `${number}@s.whatsapp.net`;
    this.identity = home.identity(library, link);
    this.identity.startAfresh();
    const { creds } = this.identity.auth;
    creds.me = { id: `${number}:1@s.whatsapp.net`, lid: `${number}000:1@lid` };
    creds.account = library.proto.ADVSignedDeviceIdentity.create({ accountSignature: Buffer.alloc(64, 1) });
    this.identity.saveCredentials();
    this.line = lineOf(library, this.identity);
  }

  /** What a stranger gets of it. */
  async bundle() {
    const { creds, keys } = this.line.own.auth;
    const preKey = this.library.Curve.generateKeyPair();
    this.#preKeyId += 1;
    await keys.set({ 'pre-key': { [this.#preKeyId]: preKey } });
    const { signedPreKey, signedIdentityKey, registrationId } = creds;
    const typed = (key: Uint8Array): Uint8Array => this.library.generateSignalPubKey(key);
    return {
      registrationId,
      identityKey: typed(signedIdentityKey.public),
      signedPreKey: {
        keyId: signedPreKey.keyId,
        publicKey: typed(signedPreKey.keyPair.public),
        signature: signedPreKey.signature,
      },
      preKey: { keyId: this.#preKeyId, publicKey: typed(preKey.public) },
    };
  }

  async knows(other: Peer): Promise<void> {
    await this.line.repository.injectE2ESession({ jid: other.jid, session: await other.bundle() });
  }

  /** A message to `other` as it comes in there. */
  async write(other: Peer, text: string, id: string) {
    const data = this.library.encodeWAMessage({ conversation: text });
    const { type, ciphertext } = await this.line.repository.encryptMessage({ jid: other.jid, data });
    const attrs = { id, from: this.jid, type: 'text', t: '1750000000', notify: 'Peer' };
    const content = Uint8Array.from(ciphertext);
    return {
      type,
      ciphertext: Buffer.from(content),
      node: { tag: 'message', attrs, content: [{ tag: 'enc', attrs: { v: '2', type }, content }] },
    };
  }

  /** Reads what came in, as the library does. */
  async read(from: Peer, { type, ciphertext, node }: Awaited<ReturnType<Peer['write']>>): Promise<string> {
    this.line.frame(node);
    const plain = await this.line.repository.decryptMessage({ jid: from.jid, type, ciphertext });
    return this.library.proto.Message.decode(this.library.unpadRandomMax16(plain)).conversation ?? '';
  }
}
