/**
 * Text of a server as it may be shown or read by a model: servers are not trusted, so what is invisible, what turns the
 * direction of writing and what is without measure does not get through.
 */

/**
 * Control characters but line break and tab, format characters (zero width, direction, tags that spell invisible
 * letters), surrogates without their half, private use, unassigned, and line separators.
 */
const invisible = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]/gu;

/** `text` without what cannot be seen, at most `length` UTF-16 units (≥ 1), "…" where it was cut. */
export function visible(text: string, length: number): string {
  // So much is looked at: what cannot be seen may not make it long either.
  const seen = text
    .slice(0, length * 4)
    .replace(/\r\n?/g, '\n')
    .replace(invisible, '')
    .trim();
  if (seen.length <= length && text.length <= length * 4) return seen;
  return `${seen.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The same on one line. */
export function visibleLine(text: string, length: number): string {
  return visible(text.slice(0, length * 4), length).replace(/\s+/g, ' ');
}

/** Words of the terminal (colours, titles, cursor) taken out of a line of a log. */
export function withoutTerminal(line: string): string {
  const [before = '', ...after] = line.split('\u001B');
  // Behind an escape: [ … letter; ] … up to a control character; one letter (ECMA-48).
  const sequence = /^(?:\[[0-?]*[ -/]*[@-~]|\]\P{Cc}*\p{Cc}?|[@-Z\\-_])/u;
  return [before, ...after.map((part) => part.replace(sequence, ''))].join('');
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
