/** Who may talk on which link. */

import type { AddressTable } from '../gateway/tables/people.ts';
import type { AddressRow, Role } from '../gateway/types.ts';
import { integerOrNull, text, textOrNull, upsert, word } from './columns.ts';
import type { Sql, SqlRow } from './database.ts';
import { mergedAddress, movePerson } from './people-moves.ts';

const roles = ['owner', 'guest', 'blocked', 'unknown'] as const satisfies readonly Role[];
const origins = ['owner', 'file', 'message'] as const satisfies readonly AddressRow['origin'][];

const put = upsert('address', ['link', 'address'], ['person', 'name', 'role', 'origin', 'last_seen_at']);

function addressFrom(row: SqlRow): AddressRow {
  return {
    link: text(row, 'link'),
    address: text(row, 'address'),
    person: textOrNull(row, 'person'),
    name: text(row, 'name'),
    role: word(roles, row, 'role'),
    origin: word(origins, row, 'origin'),
    lastSeenAt: integerOrNull(row, 'last_seen_at'),
  };
}

const get = 'SELECT * FROM address WHERE link = ? AND address = ?';
const remove = 'DELETE FROM address WHERE link = ? AND address = ?';

function find(sql: Sql, link: string, address: string): AddressRow | null {
  const row = sql.get(get, [link, address]);
  return row ? addressFrom(row) : null;
}

function putAddress(sql: Sql, row: AddressRow): void {
  sql.run(put, {
    link: row.link,
    address: row.address,
    person: row.person,
    name: row.name,
    role: row.role,
    origin: row.origin,
    last_seen_at: row.lastSeenAt,
  });
}

export function createAddresses(sql: Sql): AddressTable {
  return {
    get: (link, address) => find(sql, link, address),
    ofLink: (link) =>
      sql
        .all('SELECT * FROM address WHERE link = ? ORDER BY ifnull(last_seen_at, 0) DESC, rowid DESC', [link])
        .map(addressFrom),
    put: (row) => putAddress(sql, row),
    remove: (link, address) => void sql.run(remove, [link, address]),
    migrate(link, from, to) {
      if (from === to) return;
      const old = find(sql, link, from);
      if (old !== null) {
        putAddress(sql, mergedAddress(old, find(sql, link, to), to));
        sql.run(remove, [link, from]);
      }
      movePerson(sql, link, from, to);
    },
  };
}
