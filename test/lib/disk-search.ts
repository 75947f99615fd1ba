/**
 * Words in a data directory, in whatever form they may lie there: in the bytes of every file (as UTF-8, UTF-16, hexadecimal
 * and base64, old pages and logs of databases included), in every cell of every table, and in what is sealed in the
 * identities of links, opened with the data key.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createSecretBox, parseKey } from '../../main/store/data-key.ts';
import { openConnection, type Connection, type SqlRow } from '../../main/store/database.ts';

export interface Finding {
  /** Path in the data directory; for a cell with table and column, for a sealed row with its kind. */
  readonly where: string;
  readonly word: string;
}

/** Where `words` are in `dataDir`, of a host that has ended. */
export function searchDisk(dataDir: string, words: readonly string[]): readonly Finding[] {
  const paths = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return paths.flatMap((path): readonly Finding[] => {
    const name = relative(dataDir, path);
    return [
      ...inBytes(name, readFileSync(path), words),
      ...(path.endsWith('.db') ? inDatabase(dataDir, path, words) : []),
    ];
  });
}

function inBytes(where: string, bytes: Buffer, words: readonly string[]): readonly Finding[] {
  return words
    .filter((word) => spellings(word).some((spelling) => bytes.includes(spelling)))
    .map((word) => ({ where, word }));
}

function spellings(word: string): readonly Buffer[] {
  const bytes = Buffer.from(word);
  // In base64 a word looks different for each of the three places where it may begin.
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return [bytes, Buffer.from(word, 'utf16le'), ...[bytes.toString('hex'), ...base64].map((text) => Buffer.from(text))];
}

function inDatabase(dataDir: string, path: string, words: readonly string[]): readonly Finding[] {
  const name = relative(dataDir, path);
  const connection = openConnection(path, { synchronous: 'full', busyTimeout: 1_000, cacheKib: 1_024, readOnly: true });
  try {
    const tables = connection
      .all("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .map((row) => String(row['name']));
    const cells = tables.flatMap((table) => inTable(connection, `${name} ${table}`, table, words));
    return name.startsWith('links') ? [...cells, ...inSealed(dataDir, name, words)] : cells;
  } finally {
    connection.close();
  }
}

function inTable(connection: Connection, where: string, table: string, words: readonly string[]): readonly Finding[] {
  return connection
    .all(`SELECT * FROM "${table}"`)
    .flatMap((row) =>
      Object.entries(row).flatMap(([column, value]) => inBytes(`${where}.${column}`, bytesOf(value), words)),
    );
}

function bytesOf(value: SqlRow[string] | undefined): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value ?? ''));
}

interface SealedRow {
  readonly kind: string;
  readonly id: string;
  readonly value: string;
}

/** What is sealed in the identity of a link, as main/store/identities.ts seals it. */
export function sealedRows(dataDir: string, link: string): readonly SealedRow[] {
  const path = join(dataDir, 'links', `${link}.db`);
  const key = parseKey(readFileSync(join(dataDir, 'key.file'), 'utf8').trim());
  if (key === null) throw new Error('The data key cannot be read.');
  const box = createSecretBox(key);
  const connection = openConnection(path, { synchronous: 'full', busyTimeout: 1_000, cacheKib: 1_024, readOnly: true });
  try {
    return connection.all('SELECT kind, id, sealed FROM row').map((row) => {
      const [kind, id] = [String(row['kind']), String(row['id'])];
      const value = box.open(`identity/${link}/${kind}/${id}`, bytesOf(row['sealed']));
      if (value === null) throw new Error(`A row of ${link} cannot be opened.`);
      return { kind, id, value };
    });
  } finally {
    connection.close();
  }
}

function inSealed(dataDir: string, name: string, words: readonly string[]): readonly Finding[] {
  const link = /(\w+)\.db$/.exec(name)?.[1] ?? '';
  return sealedRows(dataDir, link).flatMap(({ kind, id, value }) => {
    const inner = [...value.matchAll(/"data":"([\w+/=]+)"/g)].map(([, data = '']) => Buffer.from(data, 'base64'));
    const where = `${name} sealed ${kind} ${id.split('/')[0] ?? ''}`;
    return inBytes(where, Buffer.concat([Buffer.from(value), ...inner]), words);
  });
}
