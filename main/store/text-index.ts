/**
 * The text indexes, of messages and of what was read in their files, seen from upkeep. A removed entry stays in an index's
 * pages, unreachable, until they are merged (https://www.sqlite.org/fts5.html#the_merge_command): after a conversation was
 * forgotten all pages are merged once. Texts of files are indexed in pieces, see `migrations/007-words-of-files.ts`.
 */
import { integer } from './columns.ts';
import type { Sql } from './database.ts';
import { indexStale } from './forget.ts';

export interface TextIndex {
  /** Whether pages hold words of messages that are forgotten. */
  stale(): boolean;
  /** One step of some milliseconds; `first` takes all pages into the merge. True when nothing is left to be done. */
  merge(first: boolean): boolean;
  /** Whether the text of a file is not indexed to its end. */
  unindexed(): boolean;
  /** Indexes its next piece, some milliseconds of work. */
  indexPiece(): void;
}

/** Pages written in one step. */
const pages = 64;
const merges = ['message_fts', 'words_fts'].map((index) => `INSERT INTO ${index} (${index}, rank) VALUES ('merge', ?)`);
/** As the index on it has it, or it would not be used. */
const unindexed = 'FROM attachment WHERE transcript IS NOT NULL AND indexed >= 0';
const addPiece = `INSERT INTO words_piece (attachment, position) SELECT number, indexed ${unindexed} ORDER BY number DESC LIMIT 1`;
const changes = 'SELECT total_changes() AS n';

export function createTextIndex(sql: Sql): TextIndex {
  const count = (): number => integer(sql.get(changes) ?? {}, 'n');
  return {
    stale: () => sql.get('SELECT 1 FROM meta WHERE key = ?', [indexStale]) !== undefined,
    merge(first) {
      const left = merges.filter((merge) => {
        const before = count();
        sql.run(merge, [first ? -pages : pages]);
        return count() - before >= 2;
      });
      if (first || left.length > 0) return false;
      sql.run('DELETE FROM meta WHERE key = ?', [indexStale]);
      return true;
    },
    unindexed: () => sql.get(`SELECT 1 ${unindexed} LIMIT 1`) !== undefined,
    indexPiece: () => void sql.run(addPiece),
  };
}
