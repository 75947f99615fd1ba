/**
 * A message that comes under an older session leaves the newer ones as they are.
 *
 * libsignal tries it on every session that it keeps with a device. One that it does not fit has turned its ratchet by
 * then, and is stored so together with the one that it fits: what is encrypted with it from then on nobody can read, until
 * the other side asks for another copy. This happens whenever a message crosses a session that we begin anew, which the
 * library does after each start. Source: `decryptWithSessions` and `maybeStepRatchet` of libsignal 6.0.0,
 * src/session_cipher.js.
 */

/** What is used here of a session of libsignal; what it is made of is a class of its own. */
interface Session {
  serialize(): object;
  readonly constructor: { deserialize(data: object): object };
}

type Decrypt = (this: unknown, message: Uint8Array, session: Session | undefined) => Promise<unknown>;

const method = 'doDecryptWhisperMessage';
const mended = Symbol('keeps tried sessions');

/** Mends `SessionCipher` for the whole process; again: nothing. Throws when it is not the class that is known here. */
export function keepTriedSessions(cipher: { readonly prototype: object }): void {
  const { prototype } = cipher;
  if (Reflect.has(prototype, mended)) return;
  const stock: unknown = Reflect.get(prototype, method);
  if (!isDecrypt(stock)) throw new Error(`libsignal has no ${method} (any more).`);
  const decrypt: Decrypt = async function (message, session) {
    const before = session?.serialize();
    try {
      return await stock.call(this, message, session);
    } catch (error) {
      if (session !== undefined && before !== undefined) {
        Object.assign(session, session.constructor.deserialize(before));
      }
      throw error;
    }
  };
  Object.defineProperties(prototype, {
    [method]: { value: decrypt, writable: true, configurable: true },
    [mended]: { value: true },
  });
}

function isDecrypt(value: unknown): value is Decrypt {
  return typeof value === 'function';
}
