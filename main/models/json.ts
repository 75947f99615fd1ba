/** Reading what servers send: every value is unknown until it was looked at. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function asRecord(value: unknown): JsonRecord | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : null;
}

export function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A count: a whole number that is not negative. */
export function asCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** More than any model reads or writes in one call; a sum of larger counts could soon not be read any more. */
const mostTokens = 100_000_000;

/** The tokens of one call; null for a count that cannot be true. */
export function asTokens(value: unknown): number | null {
  const count = asCount(value);
  return count !== null && count <= mostTokens ? count : null;
}

/** Undefined when `text` is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
