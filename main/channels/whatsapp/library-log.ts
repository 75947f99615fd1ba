/**
 * The library's logger onto our log: warnings and errors only, and of these only their text and the error in them. What
 * else it is given (stanzas, messages, keys, credentials) never reaches a log.
 */
import type { UserFacingSocketConfig } from 'baileys';
import { describeError, type Log } from '../../gateway/log.ts';
import type { LinkId } from '../../gateway/types.ts';
import { oneLine } from '../../lib/one-line.ts';

export type LibraryLogger = NonNullable<UserFacingSocketConfig['logger']>;

const longest = 200;
/** Under which names it gives errors, and stacks as text. */
const errorNames = ['err', 'error', 'e', 'ackErr', 'uploadError', 'trace'] as const;

/**
 * `text` without what could be content or secret: quoted pieces, keys and ciphertext (20 and more characters of base64 or
 * hexadecimal with a digit among them), and all but the last digits of numbers.
 */
export function withoutSecrets(text: string): string {
  const plain = text
    .replace(/"[^"]*"/g, '"…"')
    .replace(/[\w+/=-]{20,}/g, (word) => (/\d/.test(word) ? '[…]' : word))
    .replace(/\d{3,}(?=\d{3})/g, '…');
  return oneLine(plain, longest);
}

function errorIn(given: unknown): string | undefined {
  if (given instanceof Error) return withoutSecrets(describeError(given));
  if (typeof given !== 'object' || given === null) return undefined;
  const fields: Readonly<Record<string, unknown>> = { ...given };
  const found = errorNames.map((name) => fields[name]).find((value) => value !== undefined && value !== null);
  if (found instanceof Error) return withoutSecrets(describeError(found));
  // A stack as text: its first line is the error.
  return typeof found === 'string' ? withoutSecrets(found.split('\n')[0] ?? '') : undefined;
}

/** For the socket's `logger`. */
export function libraryLogger(log: Log, link: LinkId): LibraryLogger {
  // It calls every ordinary end of a stream an error. What an end means is ours to say (close-codes.ts), so that a
  // terminal which shows warnings is not full of these.
  const at = (its: 'warn' | 'error') => (given: unknown, text?: string) => {
    const said = text ?? (typeof given === 'string' ? given : '');
    log.write('info', 'whatsapp.library', { link, its, text: withoutSecrets(said), error: errorIn(given) });
  };
  const silent = (): void => undefined;
  const logger: LibraryLogger = {
    level: 'warn',
    child: () => logger,
    trace: silent,
    debug: silent,
    info: silent,
    warn: at('warn'),
    error: at('error'),
  };
  return logger;
}
