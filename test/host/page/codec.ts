/*
 * What IPC carries between page and process. The protocol beneath knows strings only, so the values of JSON go through,
 * and undefined, dates and errors beside them; Electron's structured clone would carry more. What does not go through
 * is refused with Electron's own sentence, never changed silently.
 *
 * createCodec runs on both sides: it is also sent to the page as text, so it may use nothing outside itself.
 */

export interface Codec {
  encode(value: unknown): unknown;
  decode(value: unknown): unknown;
}

export function createCodec(): Codec {
  const tag = '$standIn';

  const encodeObject = (value: object): unknown => {
    if (Array.isArray(value)) return value.map(encode);
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (kind === 'Date') return { [tag]: 'date', value: (value as Date).getTime() };
    if (kind === 'Error') return { [tag]: 'error', value: String((value as Error).message) };
    if (kind !== 'Object' || tag in value) throw new Error('An object could not be cloned.');
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, encode(inner)]));
  };

  const encode = (value: unknown): unknown => {
    if (value === undefined) return { [tag]: 'undefined' };
    if (typeof value === 'number' && !Number.isFinite(value)) return { [tag]: 'number', value: String(value) };
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value;
    if (typeof value === 'object') return encodeObject(value);
    throw new Error('An object could not be cloned.');
  };

  const decode = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(decode);
    if (value === null || typeof value !== 'object') return value;
    const tagged = value as Record<string, unknown>;
    switch (tagged[tag]) {
      case undefined:
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decode(inner)]));
      case 'date':
        return new Date(Number(tagged['value']));
      case 'error':
        return new Error(String(tagged['value']));
      case 'number':
        return Number(tagged['value']);
      default:
        return undefined;
    }
  };

  return { encode, decode };
}
