/**
 * Numbers what happens and keeps the newest of it, so that a window that was away for a moment gets the rest.
 *
 *   gateway event ─► collected for one tick (deltas of a turn joined, repetitions dropped) ─► views ─► numbered ─► ring
 *
 * A subscriber is a cursor into the ring: it is woken, and pulls as much as its transport can take. One that falls so
 * far behind that its place is gone gets a single `resync`; nothing is queued for it meanwhile. While nobody is
 * subscribed nothing is turned into views: the number rises and the ring is emptied.
 */
import type { GatewayEvent, NumberedEvent } from '../../preload/contract/events.ts';
import type { LogLineView } from '../../preload/contract/diagnostics-views.ts';
import type { CoreEvent, Events } from '../gateway/events.ts';
import { describeError, type Log } from '../gateway/log.ts';
import { createRing, type EventRing } from './event-ring.ts';

export interface Subscription extends Disposable {
  /** The next events, at most `limit`; empty when there is nothing new. A `resync` stands alone. */
  pull(limit: number): readonly NumberedEvent[];
}

export interface EventLog extends Disposable {
  /** Number of the newest event. */
  readonly seq: number;
  /** Begins after `since`; `wake` is called whenever there is something to pull, also at once when there already is. */
  subscribe(since: number, wake: () => void): Subscription;
  /** Passes a line of the log on; dropped while nobody listens. */
  line(line: LogLineView): void;
}

export interface EventLogPorts {
  readonly events: Events;
  /** The views of one gateway event; it may have become several, or none. */
  readonly translate: (event: CoreEvent) => readonly GatewayEvent[];
  /** The number before the first event: must be higher than any number of an earlier run of the program. */
  readonly firstSeq: number;
  /** Runs its argument when the present tick is over. */
  readonly defer: (run: () => void) => void;
  readonly log: Log;
  /** Bounds of the ring: events, and UTF-16 units of their text. */
  readonly limits?: { readonly events: number; readonly units: number };
}

type Pending = { readonly kind: 'core'; event: CoreEvent } | { readonly kind: 'line'; readonly line: LogLineView };
type Delta = Extract<CoreEvent, { kind: 'delta' }>;

export function createEventLog(ports: EventLogPorts): EventLog {
  const limits = ports.limits ?? { events: 4096, units: 8_000_000 };
  const ring = createRing(ports.firstSeq, limits);
  const subscribers = new Set<() => void>();
  let batch = createBatch();
  let scheduled = false;

  const viewsOf = (entry: Pending): readonly GatewayEvent[] => {
    if (entry.kind === 'line') return [{ kind: 'log.line', line: entry.line }];
    try {
      return ports.translate(entry.event);
    } catch (error) {
      ports.log.write('error', 'api.event-untranslated', { kind: entry.event.kind, error: describeError(error) });
      return [{ kind: 'resync' }];
    }
  };
  const flush = (): void => {
    scheduled = false;
    const entries = batch.entries;
    batch = createBatch();
    if (subscribers.size === 0) return ring.skip(entries.length);
    for (const entry of entries) for (const event of viewsOf(entry)) ring.push(event);
    for (const wake of [...subscribers]) wake();
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    ports.defer(flush);
  };
  const source = ports.events.subscribe((event) => {
    if (subscribers.size === 0 && batch.entries.length === 0) return ring.skip(1);
    batch.add(event);
    schedule();
  });

  return {
    get seq() {
      return ring.newest;
    },
    subscribe(since, wake) {
      const entry = (): void => wake();
      subscribers.add(entry);
      if (since !== ring.newest) ports.defer(() => subscribers.has(entry) && wake());
      return { pull: readFrom(ring, since), [Symbol.dispose]: () => void subscribers.delete(entry) };
    },
    line(line) {
      if (subscribers.size === 0) return;
      batch.entries.push({ kind: 'line', line });
      schedule();
    },
    [Symbol.dispose]() {
      source[Symbol.dispose]();
      subscribers.clear();
    },
  };
}

/** A cursor into the ring that begins after `cursor`. */
function readFrom(ring: EventRing, cursor: number): Subscription['pull'] {
  return (limit) => {
    const events = ring.after(cursor, limit);
    if (events === null) {
      cursor = ring.newest;
      return [{ seq: cursor, event: { kind: 'resync' } }];
    }
    cursor = events.at(-1)?.seq ?? cursor;
    return events;
  };
}

/** What happened in one tick: pieces of one text become one, and "ask again" is said once. */
function createBatch(): { readonly entries: Pending[]; add(event: CoreEvent): void } {
  const entries: Pending[] = [];
  const said = new Set<string>();
  const open = new Map<string, { readonly kind: 'core'; event: Delta }>();
  return {
    entries,
    add(event) {
      if (event.kind === 'delta') {
        const entry = open.get(event.conversation);
        if (entry !== undefined && continues(entry.event, event)) {
          entry.event = { ...entry.event, text: entry.event.text + event.text };
          return;
        }
        const fresh = { kind: 'core' as const, event };
        open.set(event.conversation, fresh);
        entries.push(fresh);
        return;
      }
      const once = sayOnce(event);
      if (once !== null) {
        if (said.has(once)) return;
        said.add(once);
      }
      if (event.kind === 'turn') open.delete(event.status.row.conversation);
      if (event.kind === 'message') open.delete(event.message.conversation);
      entries.push({ kind: 'core', event });
    },
  };
}

function continues(before: Delta, next: Delta): boolean {
  return (
    before.turn === next.turn && before.attempt === next.attempt && before.offset + before.text.length === next.offset
  );
}

/** A key for events whose view is read when the tick ends, so that one of them says all; null for the others. */
function sayOnce(event: CoreEvent): string | null {
  switch (event.kind) {
    case 'conversation':
      return `conversation ${event.conversation}`;
    case 'link':
      return `link ${event.link}`;
    case 'card':
      return `card ${event.link}`;
    case 'setting':
      return `setting ${event.key}`;
    case 'step':
      return `step ${event.turn}`;
    case 'model':
    case 'tools':
    case 'schedules':
    case 'memory':
    case 'usage':
    case 'host':
      return event.kind;
    case 'message':
    case 'turn':
    case 'delta':
    case 'delivery':
    case 'link-removed':
    case 'pull':
      return null;
  }
}
