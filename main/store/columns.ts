/** From rows of SQLite to typed values and back. STRICT tables keep the types, so a mismatch is a bug and throws. */
import { isReasonCode } from '../../preload/contract/reasons.ts';
import type { Button, Format, Part, Reason } from '../gateway/types.ts';
import type { SqlRow } from './database.ts';

function wrong(column: string, expected: string): never {
  throw new TypeError(`column ${column}: expected ${expected}`);
}

export function text(row: SqlRow, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : wrong(column, 'text');
}

export function textOrNull(row: SqlRow, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

export function integer(row: SqlRow, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : wrong(column, 'an integer');
}

export function integerOrNull(row: SqlRow, column: string): number | null {
  return row[column] === null ? null : integer(row, column);
}

export function flag(row: SqlRow, column: string): boolean {
  return integer(row, column) !== 0;
}

export function bytes(row: SqlRow, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : wrong(column, 'bytes');
}

/** One of a closed list of words. */
export function word<Word extends string>(words: readonly Word[], row: SqlRow, column: string): Word {
  const value = row[column];
  return words.find((known) => known === value) ?? wrong(column, words.join(' | '));
}

/** 0 or 1. */
export function bit(value: boolean): number {
  return value ? 1 : 0;
}

/** Undefined when it is not JSON. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    // A file edited by hand: the callers below say what stands in for it.
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function reasonToJson(reason: Reason | null): string | null {
  return reason === null ? null : JSON.stringify(reason);
}

/** A reason that cannot be read, or that only a newer program knows, becomes `host.bug`: something was wrong here. */
export function reasonFrom(row: SqlRow, column: string): Reason | null {
  const json = textOrNull(row, column);
  if (json === null) return null;
  const value = parsed(json);
  if (!isRecord(value) || typeof value['code'] !== 'string' || !isReasonCode(value['code']))
    return { code: 'host.bug' };
  const given = value['params'];
  if (!isRecord(given)) return { code: value['code'] };
  const params: Record<string, string | number> = {};
  for (const [name, param] of Object.entries(given)) {
    if (typeof param === 'string' || typeof param === 'number') params[name] = param;
  }
  return { code: value['code'], params };
}

export function partToJson(part: Part): string {
  return JSON.stringify(part);
}

const formats = ['markdown', 'rich', 'html', 'whatsapp', 'plain'] as const satisfies readonly Format[];

function buttonFrom(value: unknown): readonly Button[] {
  if (!isRecord(value) || typeof value['text'] !== 'string' || typeof value['data'] !== 'string') return [];
  return [{ text: value['text'], data: value['data'] }];
}

/** What is no button is left out, and so are rows without one. */
function buttonsFrom(value: unknown): readonly (readonly Button[])[] {
  if (!Array.isArray(value)) return [];
  return value
    .map((row: unknown) => (Array.isArray(row) ? row.flatMap(buttonFrom) : []))
    .filter((row) => row.length > 0);
}

/**
 * A part that cannot be read is given as plain text, so that what was to be said is not lost; a rung or a button that
 * cannot be read is left out.
 */
export function partFrom(row: SqlRow, column: string): Part {
  const json = text(row, column);
  const value = parsed(json);
  const format = isRecord(value) ? formats.find((known) => known === value['format']) : undefined;
  if (
    !isRecord(value) ||
    format === undefined ||
    typeof value['text'] !== 'string' ||
    typeof value['plain'] !== 'string'
  ) {
    return { format: 'plain', text: json, plain: json };
  }
  const { html } = value;
  const buttons = buttonsFrom(value['buttons']);
  return {
    format,
    text: value['text'],
    ...(typeof html === 'string' ? { html } : {}),
    plain: value['plain'],
    ...(buttons.length > 0 ? { buttons } : {}),
  };
}

/** An object of JSON; anything else reads as empty. */
export function recordFrom(row: SqlRow, column: string): Readonly<Record<string, unknown>> {
  const value = parsed(text(row, column));
  return isRecord(value) ? value : {};
}

/** An object of JSON whose values are true or false; whatever is not is left out. */
export function flagsFrom(row: SqlRow, column: string): Readonly<Record<string, boolean>> {
  const flags: Record<string, boolean> = {};
  for (const [name, value] of Object.entries(recordFrom(row, column))) {
    if (typeof value === 'boolean') flags[name] = value;
  }
  return flags;
}

/** INSERT that updates the row when its key is there. Never REPLACE, which would delete the row first. */
export function upsert(table: string, key: readonly string[], columns: readonly string[]): string {
  const all = [...key, ...columns];
  return (
    `INSERT INTO ${table} (${all.join(', ')}) VALUES (${all.map((name) => `$${name}`).join(', ')}) ` +
    `ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`
  );
}

export function insert(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `$${name}`).join(', ')})`;
}
