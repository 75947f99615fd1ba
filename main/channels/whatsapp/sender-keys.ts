/**
 * Group keys as the library can read them again.
 *
 * It stores a record as JSON with `{"type":"Buffer","data":[1,2,…]}` and reads such a field only when `data` is base64,
 * so that a key which was kept for a message out of order is no bytes any more ("Expected Buffer instead of: Object"):
 * each such message would need a retry of its sender. Source: `SenderKeyRecord.deserialize` and `BufferJSON.reviver` of
 * the installed library.
 */

/** The row with every such field in base64; a row of another shape is left as it is. */
export function readableSenderKey(row: Uint8Array): Uint8Array {
  const text = Buffer.from(row).toString('utf8');
  return text.includes('"Buffer"') ? Buffer.from(JSON.stringify(JSON.parse(text, readable))) : row;
}

function readable(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'Buffer') return value;
  const data = 'data' in value ? value.data : null;
  return isBytes(data) ? { type: 'Buffer', data: Buffer.from(data).toString('base64') } : value;
}

function isBytes(data: unknown): data is readonly number[] {
  return Array.isArray(data) && data.every((byte) => typeof byte === 'number');
}
