import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventLog, type EventLog } from '../../main/api/event-log.ts';
import { createEvents, type CoreEvent } from '../../main/gateway/events.ts';
import type { GatewayEvent, NumberedEvent } from '../../preload/contract/events.ts';

const silent = { write: () => undefined };

interface Bench {
  readonly log: EventLog;
  readonly publish: (event: CoreEvent) => void;
  /** Ends the tick. */
  readonly tick: () => void;
  /** How many events were turned into views. */
  readonly translated: () => number;
}

function bench(limits?: { readonly events: number; readonly units: number }): Bench {
  const events = createEvents(silent);
  const waiting: (() => void)[] = [];
  let translated = 0;
  const translate = (event: CoreEvent): readonly GatewayEvent[] => {
    translated += 1;
    if (event.kind === 'usage') throw new Error('planted');
    if (event.kind === 'delta') return [{ ...event, kind: 'turn.delta' }];
    return event.kind === 'link' ? [{ kind: 'card.changed', link: event.link }] : [{ kind: 'model.changed' }];
  };
  const log = createEventLog({
    events,
    translate,
    firstSeq: 1000,
    defer: (run) => void waiting.push(run),
    log: silent,
    ...(limits === undefined ? {} : { limits }),
  });
  return {
    log,
    publish: (event) => events.publish(event),
    tick: () => {
      for (const run of waiting.splice(0)) run();
    },
    translated: () => translated,
  };
}

const delta = (conversation: string, attempt: number, offset: number, text: string): CoreEvent => ({
  kind: 'delta',
  conversation,
  turn: `turn of ${conversation}`,
  attempt,
  offset,
  text,
});
const link = (name: string): CoreEvent => ({ kind: 'link', link: name });
const nothing = (): void => undefined;

describe('the event log', () => {
  it('makes no views while nobody watches, and tells a late client to read anew (views cost reads per token)', () => {
    const { log, publish, tick, translated } = bench();
    const before = log.seq;
    publish(link('a'));
    publish(link('b'));
    tick();
    expect(translated()).toBe(0);
    expect(log.seq).toBe(before + 2);
    expect(log.subscribe(before, nothing).pull(10)).toEqual([{ seq: log.seq, event: { kind: 'resync' } }]);
  });

  it('gives a client that was away the rest, once and in order (a lost reply after a reconnect)', () => {
    const { log, publish, tick } = bench();
    const other = log.subscribe(log.seq, nothing);
    const since = log.seq;
    for (const name of ['a', 'b', 'c']) {
      publish(link(name));
      tick();
    }
    other[Symbol.dispose]();
    const back = log.subscribe(since + 1, nothing);
    expect(back.pull(10).map(({ seq, event }) => [seq, 'link' in event && event.link])).toEqual([
      [since + 2, 'b'],
      [since + 3, 'c'],
    ]);
    expect(back.pull(10)).toEqual([]);
  });

  it('joins the pieces of one text within a tick and keeps attempts apart (a text glued from two attempts)', () => {
    const { log, publish, tick } = bench();
    const client = log.subscribe(log.seq, nothing);
    publish(delta('x', 0, 0, 'Hel'));
    publish(delta('y', 0, 0, 'other'));
    publish(delta('x', 0, 3, 'lo'));
    publish(delta('x', 1, 0, 'Again'));
    tick();
    publish(delta('x', 1, 5, '!'));
    tick();
    const texts = client.pull(10).map(({ event }) => event.kind === 'turn.delta' && [event.attempt, event.text]);
    expect(texts).toEqual([
      [0, 'Hello'],
      [0, 'other'],
      [1, 'Again'],
      [1, '!'],
    ]);
  });

  it('says "ask again" once per tick however often it happened (an event storm per link)', () => {
    const { log, publish, tick } = bench();
    const client = log.subscribe(log.seq, nothing);
    for (let time = 0; time < 50; time += 1) publish(link('a'));
    tick();
    expect(client.pull(100)).toHaveLength(1);
  });

  it('turns a view that cannot be read into a resync instead of silence (a window stale for ever)', () => {
    const { log, publish, tick } = bench();
    const client = log.subscribe(log.seq, nothing);
    publish({ kind: 'usage' });
    tick();
    expect(client.pull(10).map(({ event }) => event.kind)).toEqual(['resync']);
  });

  it('refuses numbers of an earlier or a later run with a resync (a page left open over a restart)', () => {
    const { log } = bench();
    for (const since of [0, log.seq - 1, log.seq + 1, Number.MAX_SAFE_INTEGER]) {
      expect(log.subscribe(since, nothing).pull(5)).toEqual([{ seq: log.seq, event: { kind: 'resync' } }]);
    }
  });

  it('bounds what it keeps by text as well as by count (a memory leak by long answers)', () => {
    const { log, publish, tick } = bench({ events: 4096, units: 10_000 });
    const since = log.seq;
    const watcher = log.subscribe(since, nothing);
    for (let round = 0; round < 20; round += 1) {
      publish(delta('x', round, 0, 'y'.repeat(2000)));
      tick();
    }
    expect(watcher.pull(100).map(({ event }) => event.kind)).toEqual(['resync']);
    expect(log.subscribe(log.seq - 2, nothing).pull(100)).toHaveLength(2);
  });

  it('wakes a subscriber whose events are already there, and none that has left (a window that waits for ever)', () => {
    const { log, publish, tick } = bench();
    const first = log.subscribe(log.seq, nothing);
    const since = log.seq;
    publish(link('a'));
    tick();
    let woken = 0;
    const second = log.subscribe(since, () => (woken += 1));
    tick();
    expect(woken).toBe(1);
    second[Symbol.dispose]();
    publish(link('b'));
    tick();
    expect(woken).toBe(1);
    first[Symbol.dispose]();
  });

  it('gives each subscriber a gapless row of numbers or a resync, whatever happens in between (property)', () => {
    type Step =
      | { readonly kind: 'publish'; readonly name: string }
      | { readonly kind: 'delta'; readonly text: string }
      | { readonly kind: 'tick' }
      | { readonly kind: 'pull'; readonly who: number; readonly limit: number }
      | { readonly kind: 'leave'; readonly who: number }
      | { readonly kind: 'come'; readonly who: number };
    const who = fc.integer({ min: 0, max: 2 });
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ kind: fc.constant('publish' as const), name: fc.constantFrom('a', 'b') }),
      fc.record({ kind: fc.constant('delta' as const), text: fc.string({ minLength: 1, maxLength: 5 }) }),
      fc.record({ kind: fc.constant('tick' as const) }),
      fc.record({ kind: fc.constant('pull' as const), who, limit: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('leave' as const), who }),
      fc.record({ kind: fc.constant('come' as const), who }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { log, publish, tick } = bench({ events: 6, units: 100_000 });
        const clients = [0, 1, 2].map(() => ({
          subscription: null as ReturnType<EventLog['subscribe']> | null,
          last: log.seq,
        }));
        let said = '';
        const published: number[] = [];
        const take = (client: (typeof clients)[number], events: readonly NumberedEvent[]): void => {
          for (const { seq, event } of events) {
            if (event.kind === 'resync') {
              expect(events).toHaveLength(1);
              expect(seq).toBe(log.seq);
            } else {
              expect(seq).toBe(client.last + 1);
              if (event.kind === 'turn.delta')
                expect(said.slice(event.offset, event.offset + event.text.length)).toBe(event.text);
            }
            client.last = seq;
          }
        };
        for (const move of steps) {
          const client = 'who' in move ? clients[move.who] : undefined;
          if (move.kind === 'publish') publish(link(move.name));
          else if (move.kind === 'tick') tick();
          else if (move.kind === 'delta') {
            publish(delta('x', 0, said.length, move.text));
            said += move.text;
          } else if (client === undefined) continue;
          else if (move.kind === 'pull') take(client, client.subscription?.pull(move.limit) ?? []);
          else {
            client.subscription?.[Symbol.dispose]();
            client.subscription = move.kind === 'come' ? log.subscribe(client.last, nothing) : null;
          }
          published.push(log.seq);
        }
        tick();
        for (const client of clients) {
          for (
            let events = client.subscription?.pull(4) ?? [];
            events.length > 0;
            events = client.subscription?.pull(4) ?? []
          ) {
            take(client, events);
          }
          if (client.subscription !== null) expect(client.last).toBe(log.seq);
        }
        expect(published).toEqual(published.toSorted((one, two) => one - two));
      }),
    );
  });
});
