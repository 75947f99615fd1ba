/** Whether bytes are text, and which. */

/** Characters that no text has but in tables of line printers: more than one in so many, and it is none. */
const strangeness = 1_000;

/**
 * The text in `bytes`: UTF-8, or UTF-16 with its mark at the beginning or, without one, with the zeros that Latin text
 * leaves in every second byte. Null for everything else. Line ends become `\n`.
 */
export function textIn(bytes: Uint8Array): string | null {
  const text = decoded(bytes);
  if (text === null || isStrange(text)) return null;
  return text.replace(/\r\n?/g, '\n');
}

function decoded(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return decode('utf-16le', bytes);
  if (first === 0xfe && second === 0xff) return decode('utf-16be', bytes);
  const zeros = zerosOf(bytes);
  if (zeros.even + zeros.odd === 0) return decode('utf-8', bytes);
  if (bytes.length % 2 === 1) return null;
  if (zeros.even === 0) return decode('utf-16le', bytes);
  return zeros.odd === 0 ? decode('utf-16be', bytes) : null;
}

function decode(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function zerosOf(bytes: Uint8Array): { readonly even: number; readonly odd: number } {
  const count = { even: 0, odd: 0 };
  for (let index = 0; index < bytes.length; index++) {
    if (bytes[index] === 0) count[index % 2 === 0 ? 'even' : 'odd']++;
  }
  return count;
}

/** Control characters other than tab, line feed, form feed, carriage return and escape. */
function isStrange(text: string): boolean {
  let strange = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0) return true;
    if ((unit < 0x20 && !usual.has(unit)) || unit === 0x7f) strange++;
  }
  return strange * strangeness > text.length;
}

const usual: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b]);
