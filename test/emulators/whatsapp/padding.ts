/*
 * Messages are padded before they are encrypted: 1 to 16 bytes, each holding their number (docs/whatsapp-protocol.md,
 * Stanzas of messages).
 */
import { randomInt } from 'node:crypto';
import { demand } from './refused.ts';

export function pad(plaintext: Buffer): Buffer {
  const length = randomInt(1, 17);
  return Buffer.concat([plaintext, Buffer.alloc(length, length)]);
}

/** Throws `Refused` when the padding is longer than 16 or not all the same. */
export function unpad(padded: Buffer): Buffer {
  const length = padded.at(-1) ?? 0;
  const filled = padded.subarray(padded.length - length);
  const isRight = length >= 1 && length <= 16 && filled.length === length && filled.every((byte) => byte === length);
  demand(isRight, 'protobuf', 'A message is not padded right.');
  return padded.subarray(0, padded.length - length);
}
