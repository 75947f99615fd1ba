/**
 * What a provision file names of things that are kept as rows and have no place for it there: servers of tools, personas,
 * and which persona a link has. Known for as long as this host runs; at the next start the file speaks again, and what it
 * does not name any more is the owner's to change.
 */
import type { Reason } from '../gateway/types.ts';

export type FixedKind = 'mcp' | 'personas' | 'links.persona';

export interface FixedEntries {
  has(kind: FixedKind, id: string): boolean;
  /** Why it cannot be changed here; null where it can. */
  refusal(kind: FixedKind, id: string): Reason | null;
  /** `key`: how the owner knows it, such as `personas.Night`. */
  fix(kind: FixedKind, id: string, key: string): void;
}

export function createFixedEntries(): FixedEntries {
  const keys = new Map<string, string>();
  const at = (kind: FixedKind, id: string): string => `${kind}/${id}`;
  return {
    has: (kind, id) => keys.has(at(kind, id)),
    refusal(kind, id) {
      const key = keys.get(at(kind, id));
      return key === undefined ? null : { code: 'settings.fixed-by-file', params: { key } };
    },
    fix: (kind, id, key) => void keys.set(at(kind, id), key),
  };
}
