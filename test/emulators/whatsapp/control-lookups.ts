/* What can be asked of an emulator in another process; see control.ts. */
import type { JsonRecord } from '../lib/json.ts';
import type { Arrival } from './person.ts';
import type { Send } from './sends.ts';
import type { WhatsAppEmulator } from './server.ts';

type Lookup = (emulator: WhatsAppEmulator, query: URLSearchParams) => Promise<JsonRecord | undefined> | JsonRecord;

/** By the name in the path. */
export const lookups: ReadonlyMap<string, Lookup> = new Map<string, Lookup>([
  [
    'arrivals',
    async (emulator, query) => {
      const since = numberIn(query, 'since');
      await firstAfter(emulator, since, numberIn(query, 'wait'));
      return { arrivals: emulator.arrivals.items.filter(({ number }) => number > since).map(plain) };
    },
  ],
  [
    'sends',
    (emulator, query) => {
      const since = numberIn(query, 'since');
      return { sends: emulator.sends.items.filter(({ number }) => number > since).map(plainSend) };
    },
  ],
  ['unanswered', (emulator) => ({ unanswered: emulator.unanswered().map(plainSend) })],
  ['violations', (emulator) => ({ violations: emulator.violations.items })],
  ['unreadable', (emulator) => ({ unreadable: emulator.unreadable.items })],
  ['receipts', (emulator, query) => ({ receipts: personOf(emulator, query)?.receipts.items ?? [] })],
  ['typing', (emulator, query) => ({ typing: personOf(emulator, query)?.chatstates.items ?? [] })],
  ['companions', (emulator) => ({ companions: companionsOf(emulator) })],
  ['counts', countsOf],
  ['state', stateOf],
  ['group', (emulator, query) => groupOf(emulator, query.get('address') ?? '')],
]);

function numberIn(query: URLSearchParams, name: string): number {
  return Number(query.get(name) ?? '0');
}

function personOf(emulator: WhatsAppEmulator, query: URLSearchParams) {
  return emulator.personOf(query.get('number') ?? '');
}

/** An arrival without its bytes. */
function plain({ bytes: _bytes, ...arrival }: Arrival): JsonRecord {
  return { ...arrival };
}

/** A message of a client without its stanza. */
function plainSend({ stanza: _stanza, arrivals, ...send }: Send): JsonRecord {
  return { ...send, arrivals: arrivals.map(({ number }) => number) };
}

function companionsOf(emulator: WhatsAppEmulator): readonly JsonRecord[] {
  return emulator.phone().companions.map((companion) => {
    const { who, isActive, isBootstrapped, presence, preKeyCount, queue, connection } = companion;
    return {
      device: who.device,
      os: who.os,
      isConnected: connection !== undefined,
      isActive,
      isBootstrapped,
      presence,
      preKeys: preKeyCount,
      waiting: queue.items.length,
    };
  });
}

function stateOf(emulator: WhatsAppEmulator): JsonRecord {
  const companion = emulator.phone().companions.at(-1);
  const waiting = companion?.queue.items.length ?? 0;
  return { linked: companion !== undefined, active: companion?.isActive ?? false, waiting };
}

function countsOf(emulator: WhatsAppEmulator): JsonRecord {
  const { connections, registrations, traffic, sends, arrivals, violations, unreadable } = emulator;
  const standing = connections.items.filter(({ stage }) => stage !== 'closed').length;
  const stanzas = traffic.items;
  return {
    connections: connections.items.at(-1)?.number ?? 0,
    standing,
    registrations: registrations.items.length,
    stanzasIn: stanzas.filter(({ direction }) => direction === 'in').length,
    stanzasOut: stanzas.filter(({ direction }) => direction === 'out').length,
    sends: sends.items.length,
    unanswered: emulator.unanswered().length,
    arrivals: arrivals.items.length,
    violations: violations.items.length,
    unreadable: unreadable.items.length,
    downloads: emulator.media.downloads.items.length,
  };
}

function groupOf(emulator: WhatsAppEmulator, address: string): JsonRecord {
  const group = emulator.groupOf(address);
  const members = group?.members.map(({ number, lid, name }) => ({ number, lid, name })) ?? [];
  return { subject: group?.subject ?? null, members };
}

/** Waits for an arrival after number `since`, at most `waitMs`. */
async function firstAfter(emulator: WhatsAppEmulator, since: number, waitMs: number): Promise<void> {
  if (waitMs <= 0) return;
  const end = new AbortController();
  const timer = setTimeout(() => {
    end.abort();
  }, waitMs);
  // Both outcomes end the wait: what there is by then is the answer.
  await Promise.allSettled([emulator.arrivals.waitFor(({ number }) => number > since, { signal: end.signal })]);
  clearTimeout(timer);
}
