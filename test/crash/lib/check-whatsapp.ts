/**
 * What people got to see in WhatsApp, against what the gateway knows. Each part of a reply has an id of ours: it may
 * arrive more than once under that id, as phones show it once, and all its arrivals say the same.
 */
import { expect } from 'vitest';
import type { Person } from '../../emulators/whatsapp/person.ts';
import type { WhatsAppEmulator } from '../../emulators/whatsapp/server.ts';
import { finalText, replies } from './checks.ts';
import type { Ledger, LedgerTurn } from './ledger.ts';
import { againLabel } from './labels.ts';
import { passes } from './random.ts';
import type { Place } from './whatsapp-way.ts';

/** Milliseconds. */
const takenWithin = 20_000;

export interface WhatsAppFigures {
  /** Messages of the gateway as people see them. */
  readonly shown: number;
  /** Those of them that were sent more often than once. */
  readonly repeated: number;
  /** Messages that somebody could not read at first. */
  readonly healed: number;
}

/** Who is answered in which chat, and who must hear nothing. */
export interface Audience {
  readonly places: readonly Place[];
  readonly silent: readonly Person[];
}

export function checkWhatsApp(ledger: Ledger, emulator: WhatsAppEmulator, audience: Audience): WhatsAppFigures {
  const { places, silent } = audience;
  for (const turn of ledger.turns) {
    const place = places.find(({ chat }) => chat === turn.chat);
    expect(place, `chat ${turn.chat} is one of those`).toBeDefined();
    if (place !== undefined) checkTurn(turn, place, emulator);
  }
  for (const person of silent) expect(person.arrivals.items, `${person.name} hears nothing`).toEqual([]);
  for (const person of silent) expect(person.chatstates.items, `${person.name} sees no typing`).toEqual([]);
  checkNothingElse(ledger, emulator);
  for (const place of places) checkOrderOfChat(ledger, place);
  return figuresOf(emulator, checkReadable(emulator));
}

/** One part, one id, at every device of everybody in the chat, always with the same text. */
function checkTurn(turn: LedgerTurn, place: Place, emulator: WhatsAppEmulator): void {
  const [part, ...more] = turn.parts;
  expect({ more, state: part?.state, again: part?.again, delivery: turn.deliveries }, `turn ${turn.id}`).toEqual({
    more: [],
    state: 'sent',
    again: 0,
    delivery: ['sent'],
  });
  if (part === undefined) return;
  const arrivals = emulator.arrivals.items.filter(({ id }) => id === part.ref);
  const [said, ...other] = new Set(arrivals.map(({ text }) => text));
  expect(other, `all arrivals under ${String(part.ref)} say “${said ?? ''}”`).toEqual([]);
  // What is quoted in a card has marks around it.
  if (turn.kind !== 'card') expect([part.plain, said]).toEqual([finalText(turn), finalText(turn)]);
  for (const reader of place.readers) {
    for (const device of reader.devices.keys()) {
      const own = arrivals.filter((one) => one.recipient === reader.number && one.device === device);
      expect(own.length, `${reader.name} reads turn ${turn.id} on device ${String(device)}`).toBeGreaterThan(0);
    }
  }
  const others = arrivals.filter(
    ({ recipient, isOwnCopy }) => !isOwnCopy && !place.readers.some(({ number }) => number === recipient),
  );
  expect(
    others.filter(({ recipient }) => recipient !== emulator.phone().number),
    'nobody else hears it',
  ).toEqual([]);
}

/** Whatever arrived is a part of a turn, and none of it carries the label of a second send. */
function checkNothingElse({ turns }: Ledger, emulator: WhatsAppEmulator): void {
  const refs = new Set(turns.flatMap(({ parts }) => parts.map(({ ref }) => ref)));
  const unknown = emulator.arrivals.items.filter(({ id }) => !refs.has(id));
  expect(
    unknown.map(({ id, recipient, text }) => ({ id, recipient, text })),
    'nothing but answers and cards',
  ).toEqual([]);
  expect(emulator.arrivals.items.filter(({ text }) => text.startsWith(againLabel))).toEqual([]);
}

/** As people read it from top to bottom: a message stands where its first copy came. */
function checkOrderOfChat(ledger: Ledger, { chat, readers }: Place): void {
  const turns = replies(ledger).filter((turn) => turn.chat === chat);
  for (const reader of readers) {
    const seen = new Set<string>();
    const read = reader.arrivals.items.flatMap(({ id, device }) => {
      if (device !== 0 || seen.has(id)) return [];
      seen.add(id);
      const at = turns.findIndex(({ parts }) => parts.some(({ ref }) => ref === id));
      return at === -1 ? [] : [at];
    });
    expect(read, `${reader.name} reads chat ${chat} in order`).toEqual(turns.map((_turn, index) => index));
  }
}

/** Whoever could not read a message has read it in the end; a copy that comes after the first reading may be left. */
function checkReadable(emulator: WhatsAppEmulator): number {
  const read = new Set(emulator.arrivals.items.map(({ id, recipient }) => `${recipient} ${id}`));
  const left = emulator.unreadable.items.filter(({ person, id }) => !read.has(`${person} ${id}`));
  expect(left, 'nobody waits for a message').toEqual([]);
  return new Set(emulator.unreadable.items.map(({ person, id }) => `${person} ${id}`)).size;
}

function figuresOf({ arrivals, sends }: WhatsAppEmulator, healed: number): WhatsAppFigures {
  const bySend = Map.groupBy(sends.items, ({ id }) => id);
  const repeated = [...bySend.values()].filter((all) => all.length > 1).length;
  return { shown: new Set(arrivals.items.map(({ id }) => id)).size, repeated, healed };
}

/** Every message of the people came to the host in the end and was read there, and the service has nothing left for it. */
export async function checkTaken(emulator: WhatsAppEmulator): Promise<void> {
  const { queue } = emulator.phone().companion;
  for (let waited = 0; queue.items.length > 0 && waited < takenWithin; waited += 50) await passes(50);
  expect(queue.items.map(({ tag, attrs }) => ({ tag, ...attrs }))).toEqual([]);
}
