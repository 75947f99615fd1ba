/**
 * What a link proves itself with when that is more than a token (a WhatsApp device): rows in a file of the link's own,
 * each sealed. It is never part of a backup and never rolled back: an old state of it would break what was agreed since.
 *
 * Synchronous, like the statements behind it: a row is on disk when `set` returns.
 */
import type { Result } from '../lib/result.ts';
import type { LinkId, Millis, Reason } from './types.ts';

/** `value` null removes the row. Kinds and ids are the adapter's own. */
export interface IdentityRow {
  readonly kind: string;
  readonly id: string;
  readonly value: string | null;
}

export interface StoredIdentityRow {
  readonly id: string;
  readonly value: string;
  /** When it was written last. */
  readonly at: Millis;
}

export interface IdentityFile {
  /** The values of those that there are. Throws {@link IdentityDamaged} for a row that cannot be opened. */
  get(kind: string, ids: readonly string[]): ReadonlyMap<string, string>;
  /** Every row of a kind, oldest first. */
  all(kind: string): readonly StoredIdentityRow[];
  /** All of it or nothing, in one transaction, on disk when it returns. Throws `StorageTrouble` when the disk refuses. */
  set(rows: readonly IdentityRow[]): void;
  /** Removes rows of a kind that were written before. */
  prune(kind: string, before: Millis): void;
  close(): void;
}

/** A row is there and cannot be read: another key, or a damaged file. Never to be taken for "no identity". */
export class IdentityDamaged extends Error {
  override readonly name = 'IdentityDamaged';
}

export interface IdentityFiles {
  /** Opens the link's file, making it when it is missing. `link.identity-damaged`, `host.disk-full`, `host.data-gone`. */
  open(link: LinkId): Result<IdentityFile, Reason>;
  /** Removes the file and all that belongs to it; it must be closed. A file that is not there is removed already. */
  remove(link: LinkId): Promise<void>;
}
