/**
 * The library's Signal code prints whole sessions to the console, private keys included (`Closing session:` and the like
 * in libsignal's session_record.js; docs/whatsapp-protocol.md, Keys on the console). What the console is given is
 * looked at first. What libsignal says is for the log: on the standard output of a host it would stand among lines that
 * programs read.
 */

const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;

/** In place of an argument that was not let through. */
export const withheld = '[keys, not shown]';

/** How everything begins that libsignal 6.0.0 prints (session_record.js, session_builder.js, session_cipher.js, curve.js). */
const sayings = [
  'Closing open session in favor of incoming prekey bundle',
  'Closing session:',
  'Decrypted message with closed session.',
  'Failed to decrypt message with any known session...',
  'Migrating session to:',
  'Opening session:',
  'Removing old closed session:',
  'Session already ',
  'Session error:',
  'Unhandled bucket type (for naming):',
  'V1 session storage migration error:',
  'WARNING: Expected pubkey of length 33',
] as const;

/** Names that libsignal, the library and our own rows give to what must stay secret, or to what holds it. */
const secretNames: ReadonlySet<string> = new Set([
  'advSecretKey',
  'chainKey',
  'currentRatchet',
  'ephemeralKeyPair',
  'indexInfo',
  'keyPair',
  'mediaKey',
  'messageKeys',
  'noiseKey',
  'pairingEphemeralKeyPair',
  'privKey',
  'private',
  'rootKey',
  'signedIdentityKey',
  'signedPreKey',
]);

/** Sessions lie two levels deep in a record, their keys four. */
const deepest = 5;
const widest = 200;

/** The argument is key material, or an object that holds some. */
export function holdsKeys(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null || depth > deepest) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return true;
  if (value instanceof Map) return [...value.values()].slice(0, widest).some((inner) => holdsKeys(inner, depth + 1));
  return Object.entries(value)
    .slice(0, widest)
    .some(([name, inner]) => (secretNames.has(name) && inner !== null) || holdsKeys(inner, depth + 1));
}

const guarded = Symbol.for('porchlight.console-guard');

/** What libsignal says without whatever it says it of; null when it is somebody else who prints. */
function sayingOf([text]: readonly unknown[]): string | null {
  return typeof text === 'string' && sayings.some((start) => text.startsWith(start)) ? text : null;
}

/**
 * Wraps the methods of `target` for as long as the process lives: what libsignal says goes to `said` in place of the
 * console, without the sessions in it; of all others arguments that hold keys are replaced by {@link withheld}, and the rest
 * passes unchanged. A deliberate change of something global, because the code that prints cannot be given a console of its
 * own. To be called before the library is loaded; once more does nothing.
 */
export function guardConsole(target: Console, said: (text: string) => void): void {
  if (guarded in target) return;
  Object.defineProperty(target, guarded, { value: true });
  for (const name of methods) {
    const print = target[name].bind(target);
    target[name] = (...given: readonly unknown[]): void => {
      const saying = sayingOf(given);
      if (saying === null) print(...given.map((value) => (holdsKeys(value) ? withheld : value)));
      else said(saying);
    };
  }
}
