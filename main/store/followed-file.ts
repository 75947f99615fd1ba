/** A small file that somebody else writes: read when it is first asked for, and again when it has changed. */
import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '../gateway/clock.ts';
import { describeError } from '../gateway/log.ts';
import type { Millis } from '../gateway/types.ts';

/** It is looked at this often at most, so that asking costs nothing. */
const lookEvery: Millis = 1_000;
/** What is longer is no file of this kind. */
const largest = 4_194_304;

export type FileText =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text'; readonly text: string }
  /** It is there and cannot be read; in the system's words. */
  | { readonly kind: 'unreadable'; readonly detail: string };

/** Answers the same object as long as the file is the same. Never throws. */
export function followFile(path: string, clock: Pick<Clock, 'monotonic'>): () => FileText {
  let seen = '';
  let now: FileText = { kind: 'absent' };
  let lookedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock.monotonic() - lookedAt < lookEvery) return now;
    lookedAt = clock.monotonic();
    try {
      const found = statSync(path, { throwIfNoEntry: false });
      const mark = found === undefined ? '' : [found.ino, found.size, found.mtimeMs].join(' ');
      if (mark !== seen) now = found === undefined ? { kind: 'absent' } : readText(path, found.size);
      seen = mark;
    } catch (error) {
      seen = '?';
      const detail = describeError(error);
      if (now.kind !== 'unreadable' || now.detail !== detail) now = { kind: 'unreadable', detail };
    }
    return now;
  };
}

function readText(path: string, size: number): FileText {
  if (size > largest) return { kind: 'unreadable', detail: `longer than ${String(largest)} bytes` };
  return { kind: 'text', text: readFileSync(path, 'utf8') };
}
