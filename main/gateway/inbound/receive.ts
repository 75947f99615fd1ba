/**
 * The door: a batch of inbound events becomes rows in one transaction, the platform's position with them, and only then
 * does the promise resolve and the platform hear that we have it. The same event twice is one row.
 *
 * pressed buttons are obeyed first (each once) → migrations and memberships → each event: `arrival.ts` → what was taken
 * back. After the commit the lanes of conversations with something to answer are kicked.
 */
import { asStored, isNoneOfOurs } from '../access/access.ts';
import { storeEvent, type Arrival } from './arrival.ts';
import type { CardNumbers } from '../cards/numbers.ts';
import type { InboundAction, InboundBatch, InboundMembership } from '../channel.ts';
import type { Decision } from '../access/decision.ts';
import type { Events } from '../events.ts';
import type { GatewayPorts } from '../gateway.ts';
import { describeError } from '../log.ts';
import { isKnownChat, moveChat } from '../access/moved-chats.ts';
import { StorageTrouble, type Tables } from '../storage.ts';
import type { LinkRow, MessageRow } from '../types.ts';
import { takeBack } from '../turns/withdraw.ts';

export interface Received {
  /** Stored by this batch, in its order. */
  readonly messages: readonly MessageRow[];
  /** Messages known before whose author changed them, as they are now. */
  readonly revised: readonly MessageRow[];
  /** What has to happen now that it is on disk. */
  readonly followUps: readonly Decision[];
}

/** Obeys one pressed button; called before anything of its batch is committed, so it must bear being repeated. */
export type Press = (link: LinkRow, action: InboundAction) => Promise<void>;

/** Rejects with `StorageTrouble` when nothing could be stored. */
export async function receiveBatch(
  ports: GatewayPorts,
  events: Events,
  link: LinkRow,
  batch: InboundBatch,
  { press, numbers }: { readonly press: Press; readonly numbers: CardNumbers },
): Promise<Received> {
  for (const action of batch.actions ?? []) await obey(ports, link, action, press);
  const { arrivals, followUps } = await storeBatch(ports, link, batch, numbers);
  const added = arrivals.filter(({ kind }) => kind === 'added').map(({ message }) => message);
  const revised = arrivals.filter(({ kind }) => kind === 'revised').map(({ message }) => message);
  for (const { kind, message, answer } of arrivals) {
    events.publish({ kind: 'message', message, added: kind === 'added' });
    if (answer !== undefined) events.publish({ kind: 'message', message: answer, added: true });
    events.publish({ kind: 'conversation', conversation: message.conversation });
  }
  const decidable = added.some(({ state }) => state === 'kept' || state === 'late');
  const moved = (batch.memberships?.length ?? 0) + (batch.migrations?.length ?? 0) > 0;
  if (decidable || moved) events.publish({ kind: 'card', link: link.id });
  return { messages: added, revised, followUps: [...followUps, ...arrivals.flatMap(({ followUp }) => followUp ?? [])] };
}

/** A bug behind a button must not hold up the messages of its batch. */
async function obey(ports: GatewayPorts, link: LinkRow, action: InboundAction, press: Press): Promise<void> {
  try {
    await press(link, action);
  } catch (error) {
    if (error instanceof StorageTrouble) throw error;
    ports.log.write('error', 'receive.action-failed', { link: link.id, key: action.key, error: describeError(error) });
  }
}

/**
 * The whole batch in one transaction. Where one event makes that throw (a bug), the others are stored one by one without
 * it, so that it cannot hold up everything behind it at every start. Only then does the platform's position move on.
 */
async function storeBatch(
  ports: GatewayPorts,
  known: LinkRow,
  batch: InboundBatch,
  numbers: CardNumbers,
): Promise<StoredBatch> {
  const { cursor, events } = batch;
  const store = (part: InboundBatch): Promise<StoredBatch> =>
    ports.storage.commit((tables) => storePart(ports, tables, asStored(tables, known), part, numbers));
  try {
    return await store(batch);
  } catch (error) {
    if (error instanceof StorageTrouble || cursor === null) throw error;
  }
  const stored: StoredBatch[] = [];
  const { deletions = [], ...rest } = batch;
  const pieces: readonly InboundBatch[] = [
    { ...rest, events: [], cursor: null },
    ...events.map((event) => ({ events: [event], cursor: null })),
    ...deletions.map((deletion) => ({ events: [], deletions: [deletion], cursor: null })),
  ];
  for (const piece of pieces) {
    try {
      stored.push(await store(piece));
    } catch (error) {
      if (error instanceof StorageTrouble) throw error;
      const key = piece.events[0]?.key ?? piece.deletions?.[0]?.key ?? null;
      ports.log.write('error', 'receive.event-left-out', { link: known.id, key, error: describeError(error) });
    }
  }
  await store({ events: [], cursor });
  return {
    arrivals: stored.flatMap(({ arrivals }) => arrivals),
    followUps: stored.flatMap(({ followUps }) => followUps),
  };
}

interface StoredBatch {
  readonly arrivals: readonly Arrival[];
  readonly followUps: readonly Decision[];
}

function storePart(
  ports: GatewayPorts,
  tables: Tables,
  link: LinkRow,
  part: InboundBatch,
  numbers: CardNumbers,
): StoredBatch {
  const now = ports.clock.now();
  const moved = storePlaces(ports, tables, link, part);
  const arrivals = part.events.flatMap((event) => storeEvent(ports, tables, link, event, numbers) ?? []);
  const gone = (part.deletions ?? []).flatMap((deletion) => takeBack(tables, link, deletion, now) ?? []);
  if (part.cursor !== null) tables.links.setCursor(link.id, part.cursor.account, part.cursor.position, now);
  return { arrivals, followUps: [...moved, ...gone] };
}

/**
 * Chats that are called differently now, and groups we were added to or taken out of. Of what is none of ours only those
 * names change that are stored already.
 */
function storePlaces(ports: GatewayPorts, tables: Tables, link: LinkRow, batch: InboundBatch): readonly Decision[] {
  const migrations = (batch.migrations ?? []).filter(
    ({ from }) => !isNoneOfOurs(link, from) || isKnownChat(tables, link.id, from),
  );
  const moved = migrations.flatMap(({ from, to }) => moveChat(tables, link, from, to, ports.clock.now()) ?? []);
  for (const membership of batch.memberships ?? []) storeMembership(ports, tables, link, membership);
  return moved;
}

function storeMembership(ports: GatewayPorts, tables: Tables, link: LinkRow, membership: InboundMembership): void {
  const { chat, title, member } = membership;
  if (isNoneOfOurs(link, chat)) return;
  const known = tables.groups.get(link.id, chat);
  // Taken out before anybody decided: there is nothing left to decide about.
  if (!member && known?.answer === 'unknown') return tables.groups.remove(link.id, chat);
  if (!member && known === null) return;
  const { answer, origin } = known ?? ({ answer: 'unknown', origin: 'message' } as const);
  tables.groups.put({ link: link.id, chat, title, answer, origin, lastSeenAt: ports.clock.now() });
}
