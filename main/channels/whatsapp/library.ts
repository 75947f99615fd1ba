/**
 * Loads the library, and mends in place what would make it unsafe (docs/whatsapp-protocol.md, Signatures that are not
 * checked; Keys on the console). It offers no other way:
 *
 *   the console      guarded before anything of it is loaded, see console-guard.ts
 *   Curve.verify     throws the answer away in 7.0.0-rc14 and says true: replaced by one that means it, then tested
 *   the root key     one value for the whole process: read through an accessor, so that each socket has its own
 *   old sessions     a message under one of them spoils the newer ones, see tried-sessions.ts
 *
 * All of it holds for the whole process. Loading again finds the same module and mends it the same way.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { describeError, type Log } from '../../gateway/log.ts';
import type { Reason } from '../../gateway/types.ts';
import { failed, ok, type Result } from '../../lib/result.ts';
import { guardConsole } from './console-guard.ts';
import { withoutSecrets } from './library-log.ts';
import type { Library } from './parts.ts';
import { keepTriedSessions } from './tried-sessions.ts';

type Verify = Library['Curve']['verify'];

/** libsignal's own, which throws for what is malformed and answers for the rest. */
export interface SignalCurve {
  verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** What is loaded; given by tests that break it. */
export interface LibraryParts {
  readonly library: Library;
  readonly curve: SignalCurve;
}

/** `WhatsAppLongTerm1`, the root of WhatsApp's certificates. */
export const publicRootKey: Uint8Array = Uint8Array.from(
  Buffer.from('142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b', 'hex'),
);

const roots = new AsyncLocalStorage<Buffer>();

async function loadParts(): Promise<LibraryParts> {
  const [library, curve, { SessionCipher }] = await Promise.all([
    import('baileys'),
    import('libsignal/src/curve.js'),
    import('libsignal'),
  ]);
  keepTriedSessions(SessionCipher);
  return { library, curve };
}

/**
 * The library, loaded at the first call and mended. `link.library-unsafe` when it cannot be loaded, or when a signature
 * that is wrong is still taken for right: nothing may connect then.
 */
export async function loadLibrary(log: Log, load = loadParts): Promise<Result<Library, Reason>> {
  guardConsole(globalThis.console, (text) => log.write('debug', 'whatsapp.signal', { text: withoutSecrets(text) }));
  let parts: LibraryParts;
  try {
    parts = await load();
  } catch (error) {
    log.write('error', 'whatsapp.library-missing', { error: describeError(error) });
    return failed({ code: 'link.library-unsafe' });
  }
  const { library, curve } = parts;
  library.Curve.verify = strictVerify(curve, library);
  giveRootsPerSocket(library.WA_CERT_DETAILS);
  if (checksSignatures(library.Curve)) return ok(library);
  log.write('error', 'whatsapp.library-unsafe');
  return failed({ code: 'link.library-unsafe' });
}

/**
 * Makes a socket that takes `rootKey` (32 bytes) for the root of its server's certificates, however many others there
 * are. Outside of this, {@link publicRootKey} holds.
 */
export function withRoot<Socket>(rootKey: Uint8Array, make: () => Socket): Socket {
  return roots.run(Buffer.from(rootKey), make);
}

function strictVerify(curve: SignalCurve, library: Library): Verify {
  return (publicKey, message, signature) => {
    try {
      return curve.verifySignature(Buffer.from(library.generateSignalPubKey(publicKey)), message, signature);
    } catch {
      // Malformed: what cannot be checked is not signed.
      return false;
    }
  };
}

/** The handshake looks at the root only when the server's certificates are there; the socket's context reaches that far. */
function giveRootsPerSocket(details: Library['WA_CERT_DETAILS']): void {
  Object.defineProperty(details, 'PUBLIC_KEY', {
    get: () => roots.getStore() ?? Buffer.from(publicRootKey),
    enumerable: true,
    configurable: true,
  });
}

/** A right signature is right, and all that could be wrong with one is noticed. */
export function checksSignatures(curve: Library['Curve']): boolean {
  const [own, other] = [curve.generateKeyPair(), curve.generateKeyPair()];
  const message = Buffer.from('a light on the porch');
  const signature = curve.sign(own.private, message);
  const garbage = Buffer.alloc(signature.length, 7);
  return (
    curve.verify(own.public, message, signature) &&
    !curve.verify(other.public, message, signature) &&
    !curve.verify(own.public, Buffer.from('a light in the hall'), signature) &&
    !curve.verify(own.public, message, garbage) &&
    !curve.verify(own.public, message, signature.subarray(1))
  );
}
