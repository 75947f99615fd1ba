/**
 * The caps of single providers and conversations that a provision file fixes. They lie over those the owner set, and over
 * nothing that is stored: what a later file does not name is as he had it before.
 */
import { presentChat } from '../access/moved-chats.ts';
import type { FixedCap } from './types.ts';
import type { Storage } from '../storage.ts';
import type { CapRow, CapScope } from './rows.ts';

export interface ScopedCapRow {
  readonly row: CapRow;
  /** Where the file says so; null for one of the owner's. */
  readonly fixedAs: string | null;
}

export interface FixedCaps {
  fix(caps: readonly FixedCap[]): void;
  /** Of the file and of the owner, each scope once: providers first, then conversations, by id. */
  all(): readonly ScopedCapRow[];
  /** Where the file says so; null where it says nothing. */
  fixedAs(scope: CapScope): string | null;
}

/** What is stored is read anew each time: a conversation that is forgotten takes the owner's caps with it. */
export function createFixedCaps({ read }: Pick<Storage, 'read'>): FixedCaps {
  let fixed: readonly FixedCap[] = [];
  const fixedRows = (): readonly ScopedCapRow[] =>
    fixed.flatMap(({ as, about, amounts }) => {
      const scope = scopeOf(read, about);
      return scope === null ? [] : [{ row: { scope, ...amounts }, fixedAs: as }];
    });
  return {
    fix: (caps) => void (fixed = caps),
    all() {
      const stored = read.caps.all().map((row): ScopedCapRow => ({ row, fixedAs: null }));
      if (fixed.length === 0) return stored;
      const byFile = fixedRows();
      const own = stored.filter(({ row }) => !byFile.some((one) => isSame(one.row.scope, row.scope)));
      return [...byFile, ...own].toSorted(inOrder);
    },
    fixedAs: (scope) => fixedRows().find(({ row }) => isSame(row.scope, scope))?.fixedAs ?? null,
  };
}

/** Null as long as nothing was said in that chat. */
function scopeOf(read: Storage['read'], about: FixedCap['about']): CapScope | null {
  if (about.kind === 'provider') return about;
  const { link, chat, topic } = about;
  const conversation = read.conversations.find(link, { chat: presentChat(read, link, chat), topic });
  return conversation === null ? null : { kind: 'conversation', id: conversation.id };
}

function isSame(one: CapScope, other: CapScope): boolean {
  return one.kind === other.kind && one.id === other.id;
}

function inOrder({ row: { scope: one } }: ScopedCapRow, { row: { scope: other } }: ScopedCapRow): number {
  if (one.kind !== other.kind) return one.kind === 'provider' ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}
