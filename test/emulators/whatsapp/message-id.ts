/* Ids of messages. */
import { randomBytes } from 'node:crypto';

/** An id as phones make them (Utils/generics.js of the client has the same form). */
export function newMessageId(): string {
  return `3A${randomBytes(9).toString('hex').toUpperCase()}`;
}
