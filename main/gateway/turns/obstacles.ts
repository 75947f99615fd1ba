/**
 * Whether the questions of a turn of the last run may still be answered: meanwhile it may have become too late, or their
 * author nobody who is answered. Asked again before such a turn goes on, by the same rules as at its beginning.
 */
import { askedOf, isTooLate, roleIn, whyClosed } from '../access/access.ts';
import { closeCalls } from '../agent/close-calls.ts';
import type { GatewayPorts } from '../gateway.ts';
import type { LinkRegistry } from '../links/links.ts';
import type { Tables } from '../storage.ts';
import type { LinkRow, MessageId, MessageRow, MessageState, Millis, Reason, TurnRow } from '../types.ts';

/** What a question becomes that may not be answered, and why. */
export interface Obstacle {
  readonly state: Extract<MessageState, 'late' | 'ignored' | 'kept'>;
  readonly reason: Reason;
}

export interface ObstacleParts {
  readonly ports: Pick<GatewayPorts, 'storage' | 'clock'>;
  readonly links: Pick<LinkRegistry, 'row'>;
}

const takenBack: Reason = { code: 'access.taken-back' };
export const tooLate: Obstacle = { state: 'late', reason: { code: 'access.late' } };

/** Null: it may be answered. `link` null: its link is gone. */
export function obstacleOf(parts: ObstacleParts, link: LinkRow | null, message: MessageRow): Obstacle | null {
  const { read } = parts.ports.storage;
  const conversation = read.conversations.get(message.conversation);
  if (link === null || conversation === null || cameTooLate(parts, message)) return tooLate;
  const closed = whyClosed(read, link, conversation, message.author ?? '');
  if (closed !== null) return { state: 'ignored', reason: closed };
  const role = roleIn(read, link, conversation, message.author ?? '');
  if (role !== 'unknown' || askedOf(message.reason) === 'allowed-once') return null;
  const code = conversation.kind === 'private' ? 'access.unknown-sender' : 'access.group-unknown';
  return { state: 'kept', reason: { code } };
}

/** Not answered by itself any more; what the owner asked for never is. */
export function cameTooLate({ ports, links }: ObstacleParts, message: MessageRow): boolean {
  const { read } = ports.storage;
  const link = links.row(message.link);
  const conversation = read.conversations.get(message.conversation);
  if (link === null || conversation === null || askedOf(message.reason) !== 'no') return false;
  const role = roleIn(read, link, conversation, message.author ?? '');
  return isTooLate(ports.clock.now() - message.at, role, conversation.kind);
}

/** Inside a commit. The turn ends without an answer; its questions become what holds each of them up. */
export function setAside(
  tables: Tables,
  row: TurnRow,
  inputs: readonly MessageRow[],
  held: readonly (Obstacle | null)[],
  now: Millis,
): void {
  // It may have been forgotten meanwhile, with its conversation.
  if (tables.turns.get(row.id) === null) return;
  const [first = tooLate] = held.filter((obstacle) => obstacle !== null);
  const reason = inputs.length === 0 ? takenBack : first.reason;
  tables.turns.put({ ...row, state: 'stopped', reason, endedAt: now });
  closeCalls(tables, row.id, now);
  const delivery = tables.deliveries.ofTurn(row.id);
  if (delivery !== null) tables.deliveries.setState(delivery.id, 'cancelled', null, now);
  inputs.forEach(({ id }, index) => {
    const obstacle = held[index] ?? first;
    tables.messages.mark([id], obstacle.state, obstacle.reason);
  });
}

/** Inside a commit. Some of the questions may not be answered any more; answers which. The others are. */
export function fallOut(
  tables: Pick<Tables, 'messages'>,
  inputs: readonly MessageRow[],
  held: readonly (Obstacle | null)[],
): readonly MessageId[] {
  return inputs.flatMap(({ id }, index) => {
    const obstacle = held[index] ?? null;
    if (obstacle === null) return [];
    tables.messages.mark([id], obstacle.state, obstacle.reason);
    return [id];
  });
}
