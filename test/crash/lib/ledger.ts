/** What a data directory holds once its host has ended, read straight from the database. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { integer, partFrom, text, textOrNull } from '../../../main/store/columns.ts';
import { openConnection, type SqlRow } from '../../../main/store/database.ts';

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
  readonly id: string;
  readonly position: number;
  /** Its text without marks and label. */
  readonly plain: string;
  readonly state: string;
  /** How often it went out with a label. */
  readonly again: number;
  readonly attempts: number;
  /** The message it has become, as the platform names it. */
  readonly ref: string | null;
}

/** A part that is noted as being sent as a message of its own, and nothing of how that went. */
export interface OpenSend extends Pick<LedgerPart, 'id' | 'plain' | 'again'> {
  readonly turn: string;
}

export interface LedgerTurn {
  readonly id: string;
  /** Order in which turns began. */
  readonly number: number;
  readonly conversation: string;
  readonly chat: string;
  readonly topic: string | null;
  /** `reply`, `command` or `card`. */
  readonly kind: string;
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
      .all('SELECT turn.*, chat, topic FROM turn JOIN conversation ON conversation.id = conversation ORDER BY number')
      .map((row): LedgerTurn => {
        const id = text(row, 'id');
        const ofTurn = inputs.filter((input) => text(input, 'turn') === id).map((input) => text(input, 'message'));
        return {
          id,
          number: integer(row, 'number'),
          conversation: text(row, 'conversation'),
          chat: text(row, 'chat'),
          topic: textOrNull(row, 'topic'),
          kind: text(row, 'kind'),
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
              id: text(part, 'id'),
              position: integer(part, 'position'),
              plain: partFrom(part, 'part').plain,
              state: text(part, 'state'),
              again: integer(part, 'again'),
              attempts: integer(part, 'attempts'),
              ref: textOrNull(part, 'ref'),
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
  const [row] = query(dataDir, "SELECT ifnull(max(starts), 0) AS starts FROM turn WHERE state = 'running'");
  return row === undefined ? 0 : integer(row, 'starts');
}

/** How often the part that was tried most often, of those that are not sent, has been tried. Also while a host runs. */
export function mostAttempts(dataDir: string): number {
  const unsent =
    "SELECT ifnull(max(attempts), 0) AS attempts FROM part WHERE state IN ('pending', 'sending', 'unknown')";
  const [row] = query(dataDir, unsent);
  return row === undefined ? 0 : integer(row, 'attempts');
}

/** What is being sent, as far as the database knows. Also while a host runs. */
export function openSends(dataDir: string): readonly OpenSend[] {
  const parts =
    'SELECT part.id, part, again, turn FROM part JOIN delivery ON delivery.id = delivery ' +
    "WHERE part.state = 'sending' AND ref IS NULL";
  return query(dataDir, parts).map((row) => ({
    id: text(row, 'id'),
    plain: partFrom(row, 'part').plain,
    again: integer(row, 'again'),
    turn: text(row, 'turn'),
  }));
}

/** Nothing where there is no database yet. */
function query(dataDir: string, sql: string): readonly SqlRow[] {
  const path = join(dataDir, 'porchlight.db');
  if (!existsSync(path)) return [];
  const connection = openConnection(path, { synchronous: 'full', busyTimeout: 1000, cacheKib: 1024, readOnly: true });
  try {
    const there = connection.get("SELECT 1 FROM sqlite_schema WHERE name = 'reservation'");
    return there === undefined ? [] : connection.all(sql);
  } finally {
    connection.close();
  }
}

/** Turns that are not over, and calls of tools that have no result: after an end in order there is neither. */
export function openCalls(dataDir: string): readonly string[] {
  const open =
    "SELECT 'turn ' || state AS what FROM turn WHERE state = 'running' UNION ALL " +
    "SELECT name || ' ' || state FROM tool_call WHERE state IN ('pending', 'asking', 'allowed', 'running')";
  return query(dataDir, open).map((row) => text(row, 'what'));
}

/** A call of a tool, as the model wrote it and as it ended. */
export interface StoredCall {
  readonly name: string;
  readonly written: string;
  readonly state: string;
}

export function storedCalls(dataDir: string): readonly StoredCall[] {
  return query(dataDir, 'SELECT name, arguments, state FROM tool_call ORDER BY number').map((row) => ({
    name: text(row, 'name'),
    written: text(row, 'arguments'),
    state: text(row, 'state'),
  }));
}

/** The names of schedules. */
export function storedSchedules(dataDir: string): readonly string[] {
  return query(dataDir, 'SELECT name FROM schedule').map((row) => text(row, 'name'));
}
