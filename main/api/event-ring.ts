/** The newest events under consecutive numbers, bounded in count and in text. */
import type { GatewayEvent, NumberedEvent } from '../../preload/contract/events.ts';

export interface EventRing {
  readonly newest: number;
  push(event: GatewayEvent): void;
  /** Counts `count` events that are not kept, and forgets all before them. */
  skip(count: number): void;
  /** Events after `seq`, at most `limit`; null when some of them are gone, or `seq` was never given out. */
  after(seq: number, limit: number): readonly NumberedEvent[] | null;
}

export function createRing(firstSeq: number, limits: { readonly events: number; readonly units: number }): EventRing {
  let items: NumberedEvent[] = [];
  let head = 0;
  let units = 0;
  let newest = firstSeq;
  const trim = (): void => {
    while (items.length - head > limits.events || (units > limits.units && items.length - head > 1)) {
      units -= unitsOf(items[head]?.event);
      head += 1;
    }
    if (head > 1024 && head * 2 > items.length) {
      items = items.slice(head);
      head = 0;
    }
  };
  return {
    get newest() {
      return newest;
    },
    push(event) {
      newest += 1;
      items.push({ seq: newest, event });
      units += unitsOf(event);
      trim();
    },
    skip(count) {
      if (count === 0) return;
      newest += count;
      items = [];
      head = 0;
      units = 0;
    },
    after(seq, limit) {
      if (seq === newest) return [];
      const first = items[head]?.seq;
      if (first === undefined || seq < first - 1 || seq > newest) return null;
      const from = head + (seq + 1 - first);
      return items.slice(from, from + limit);
    },
  };
}

/** About how much an event weighs; only texts are long. */
function unitsOf(event: GatewayEvent | undefined): number {
  if (event?.kind === 'turn.delta') return 200 + event.text.length;
  const message = event !== undefined && 'message' in event ? event.message.text.length : 0;
  return 500 + message;
}
