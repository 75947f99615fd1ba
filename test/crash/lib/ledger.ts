/** What a data directory holds once its host has ended, read straight from the database. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { integer, text, textOrNull } from '../../../main/store/columns.ts';
import { openConnection } from '../../../main/store/database.ts';

export interface LedgerMessage {
  readonly id: string;
  readonly seq: number;
  readonly conversation: string;
  readonly kind: string;
  readonly text: string;
  readonly state: string;
  readonly turn: string | null;
}

export interface LedgerPart {
  readonly position: number;
  readonly state: string;
  readonly again: boolean;
  readonly attempts: number;
}

export interface LedgerTurn {
  readonly id: string;
  /** Order in which turns began. */
  readonly number: number;
  readonly conversation: string;
  readonly chat: string;
  readonly state: string;
  readonly starts: number;
  readonly reason: string | null;
  /** The messages it covers, in the order in which they came. */
  readonly inputs: readonly LedgerMessage[];
  /** What it answered: final texts and sentences of the gateway. */
  readonly answers: readonly LedgerMessage[];
  /** States of its deliveries: exactly one is right. */
  readonly deliveries: readonly string[];
  readonly parts: readonly LedgerPart[];
}

export interface Ledger {
  /** Messages of persons, in the order in which they were stored. */
  readonly asked: readonly LedgerMessage[];
  readonly turns: readonly LedgerTurn[];
  /** Where each link was read up to. */
  readonly cursors: readonly number[];
}

/** Reads the database as it lies there, a write-ahead log included; an absent one is empty. */
export function readLedger(dataDir: string): Ledger {
  const path = join(dataDir, 'porchlight.db');
  if (!existsSync(path)) return { asked: [], turns: [], cursors: [] };
  const connection = openConnection(path, { synchronous: 'full', busyTimeout: 1000, cacheKib: 1024, readOnly: true });
  try {
    const messages = connection.all('SELECT * FROM message ORDER BY seq').map((row): LedgerMessage => ({
      id: text(row, 'id'),
      seq: integer(row, 'seq'),
      conversation: text(row, 'conversation'),
      kind: text(row, 'kind'),
      text: text(row, 'text'),
      state: text(row, 'state'),
      turn: textOrNull(row, 'turn'),
    }));
    const byId = new Map(messages.map((message) => [message.id, message]));
    const inputs = connection.all('SELECT * FROM turn_input');
    const deliveries = connection.all('SELECT * FROM delivery');
    const parts = connection.all(
      'SELECT part.*, delivery.turn AS turn FROM part JOIN delivery ON delivery.id = delivery',
    );
    const turns = connection
      .all(
        'SELECT turn.*, conversation.chat AS chat FROM turn JOIN conversation ON conversation.id = conversation ORDER BY number',
      )
      .map((row): LedgerTurn => {
        const id = text(row, 'id');
        const ofTurn = inputs.filter((input) => text(input, 'turn') === id).map((input) => text(input, 'message'));
        return {
          id,
          number: integer(row, 'number'),
          conversation: text(row, 'conversation'),
          chat: text(row, 'chat'),
          state: text(row, 'state'),
          starts: integer(row, 'starts'),
          reason: textOrNull(row, 'reason'),
          inputs: ofTurn.flatMap((message) => byId.get(message) ?? []).sort((left, right) => left.seq - right.seq),
          answers: messages.filter((message) => message.turn === id && message.kind !== 'person'),
          deliveries: deliveries
            .filter((delivery) => text(delivery, 'turn') === id)
            .map((found) => text(found, 'state')),
          parts: parts
            .filter((part) => text(part, 'turn') === id)
            .map((part) => ({
              position: integer(part, 'position'),
              state: text(part, 'state'),
              again: integer(part, 'again') === 1,
              attempts: integer(part, 'attempts'),
            }))
            .sort((left, right) => left.position - right.position),
        };
      });
    const cursors = connection.all('SELECT position FROM cursor').map((row) => integer(row, 'position'));
    return { asked: messages.filter(({ kind }) => kind === 'person'), turns, cursors };
  } finally {
    connection.close();
  }
}

/** How often the turn that was started most often, of those that run, has been started. Also while a host runs. */
export function mostStarts(dataDir: string): number {
  const path = join(dataDir, 'porchlight.db');
  if (!existsSync(path)) return 0;
  const connection = openConnection(path, { synchronous: 'full', busyTimeout: 1000, cacheKib: 1024, readOnly: true });
  try {
    const there = connection.get("SELECT 1 FROM sqlite_schema WHERE name = 'turn'");
    if (there === undefined) return 0;
    const row = connection.get("SELECT ifnull(max(starts), 0) AS starts FROM turn WHERE state = 'running'");
    return row === undefined ? 0 : integer(row, 'starts');
  } finally {
    connection.close();
  }
}
