import { BufferJSON } from 'baileys';
import { expect, it } from 'vitest';
import { readableSenderKey } from '../../../main/channels/whatsapp/sender-keys.ts';

it('a group key that was kept as a list of numbers is bytes again to the library (a retry for each message out of order)', () => {
  const seed = Buffer.of(1, 2, 250);
  const record = [{ senderMessageKeys: [{ iteration: 3, seed }], senderChainKey: { iteration: 4, seed } }];
  const stored = Buffer.from(JSON.stringify(record));
  const read = (row: Uint8Array): unknown => JSON.parse(Buffer.from(row).toString('utf8'), BufferJSON.reviver);
  expect(read(stored)).not.toEqual(record);
  expect(read(readableSenderKey(stored))).toEqual(record);
  expect(read(readableSenderKey(readableSenderKey(stored)))).toEqual(record);
});

it('a row without bytes in it stays as it is', () => {
  const row = Buffer.from('[]');
  expect(readableSenderKey(row)).toBe(row);
});
