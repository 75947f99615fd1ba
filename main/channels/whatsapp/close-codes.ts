/**
 * What follows from each way a connection ends (docs/whatsapp-protocol.md, Closing codes), as data.
 *
 * A code counts only where it was said: inside the encrypted stream, or by the check of the server's certificates. The
 * same number as an HTTP status of a proxy, or in an error of the network, says nothing about the account.
 */
import type { Reason } from '../../gateway/types.ts';
import { reason } from '../../../preload/contract/reasons.ts';

/** Who ended it. */
export type ClosedBy =
  /** The server, in a stanza. */
  | 'server'
  /** We, because the server did not prove who it is. */
  | 'handshake'
  /** Whoever answered the upgrade with a status in place of a WebSocket: the server, a proxy, a portal. */
  | 'http'
  /** We, because nothing came any more. */
  | 'silence'
  /** We, because what the library wanted to keep could not be stored; going on without it would break the identity. */
  | 'storage'
  /** The connection itself, or its never coming about. */
  | 'network';

export interface Closed {
  readonly by: ClosedBy;
  /** Of the library, or the HTTP status; null without one. */
  readonly code: number | null;
  /** For the log, never for people. */
  readonly words: string;
  /** What is told in place of the row's reason. */
  readonly reason?: Reason;
}

export type CloseRule =
  /** Again at once, with the credentials there are. */
  | { readonly kind: 'restart'; readonly reason: Reason }
  | { readonly kind: 'back-off'; readonly reason: Reason }
  /** Somebody else has the connection; ours again only by the owner's word. */
  | { readonly kind: 'conflict'; readonly reason: Reason }
  /** The platform has given this device up: what it proved itself with is worth nothing any more. */
  | { readonly kind: 'wipe'; readonly reason: Reason }
  /** Trying again would be of no use or do harm. The credentials stay. */
  | { readonly kind: 'stop'; readonly reason: Reason }
  /** The version that we say we are is too old. */
  | { readonly kind: 'renew' };

export interface CloseRow {
  readonly by: ClosedBy;
  /** Null: every code without a row of its own. */
  readonly code: number | null;
  readonly rule: CloseRule;
}

const network: CloseRule = { kind: 'back-off', reason: reason('link.network') };
const serverError: CloseRule = { kind: 'back-off', reason: reason('link.server-error') };
const accountRefused: CloseRule = { kind: 'stop', reason: reason('link.account-refused') };

/** What the service means by codes that the emulator does not know has not been seen by us. */
export const closeRows: readonly CloseRow[] = [
  { by: 'server', code: 515, rule: { kind: 'restart', reason: reason('link.restarting') } },
  { by: 'server', code: 408, rule: network },
  { by: 'server', code: 428, rule: network },
  { by: 'server', code: 500, rule: serverError },
  { by: 'server', code: 503, rule: serverError },
  { by: 'server', code: 440, rule: { kind: 'conflict', reason: reason('link.replaced') } },
  { by: 'server', code: 401, rule: { kind: 'wipe', reason: reason('link.logged-out') } },
  { by: 'server', code: 402, rule: accountRefused },
  { by: 'server', code: 403, rule: accountRefused },
  { by: 'server', code: 405, rule: { kind: 'renew' } },
  { by: 'server', code: 411, rule: { kind: 'stop', reason: reason('link.devices-unsupported') } },
  { by: 'server', code: null, rule: serverError },
  { by: 'handshake', code: 400, rule: { kind: 'stop', reason: reason('link.server-unproven') } },
  { by: 'http', code: 500, rule: serverError },
  { by: 'http', code: 502, rule: serverError },
  { by: 'http', code: 503, rule: serverError },
  { by: 'storage', code: null, rule: { kind: 'back-off', reason: reason('host.disk-full') } },
  { by: 'silence', code: null, rule: { kind: 'back-off', reason: reason('link.poll-hung') } },
];

/** The row for it; whatever has none is the network. */
export function ruleFor({ by, code }: Pick<Closed, 'by' | 'code'>): CloseRule {
  const rows = closeRows.filter((row) => row.by === by);
  const row = rows.find((one) => one.code === code) ?? rows.find((one) => one.code === null);
  return row?.rule ?? network;
}
