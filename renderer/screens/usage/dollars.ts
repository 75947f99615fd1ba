/** Prices as they are typed: dollars per million tokens, kept as whole micro-dollars. */

/** The contract's largest price: a thousand dollars. */
const largest = 1000;

/** Micro-dollars of a typed price ("0.15", "0,15", "$2"); null when it is none between 0 and 1000. */
export function parseDollars(text: string): number | null {
  return parseDollarsUpTo(text, largest);
}

/** The same of an amount of at most so many dollars. */
export function parseDollarsUpTo(text: string, most: number): number | null {
  const plain = text
    .trim()
    .replace(/^\$\s*/, '')
    .replace(',', '.');
  if (!/^(?:\d+(?:\.\d*)?|\.\d+)$/.test(plain)) return null;
  const dollars = Number(plain);
  return dollars <= most ? Math.round(dollars * 1_000_000) : null;
}

/** The amount as one would type it; empty for null. */
export function dollarsOf(micro: number | null): string {
  return micro === null ? '' : String(micro / 1_000_000);
}

/** A typed number of tokens ("250000", "250 000", "2.5M", "40k"); null when it is none above 0. */
export function parseTokens(text: string): number | null {
  const [, digits = '', unit = ''] = /^(\d+(?:[.,]\d+)?)([kKmM]?)$/.exec(text.replace(/[\s_']/g, '')) ?? [];
  if (digits === '' || (unit === '' && /[.,]/.test(digits))) return null;
  const factor = { k: 1_000, m: 1_000_000 }[unit.toLowerCase()] ?? 1;
  const tokens = Math.round(Number(digits.replace(',', '.')) * factor);
  return Number.isSafeInteger(tokens) && tokens > 0 && tokens <= 1_000_000_000_000 ? tokens : null;
}
