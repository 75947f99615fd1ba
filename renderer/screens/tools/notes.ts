/** The notes of the memory in the order of a list, and what was typed into one and not saved. Pure, but for the storage. */
import type { MemoryNoteView } from '../../../preload/contract/agent-views.ts';
import { draftKey, type DraftStorage, readDraft, writeDraft } from '../../bridge/drafts.ts';

/** What is read into every private conversation of the owner's. */
export const curated = 'MEMORY.md';

const places: Readonly<Record<MemoryNoteView['kind'], number>> = { curated: 0, log: 1, other: 2, aside: 3 };

/** MEMORY.md, then the logs, the newest day first, then the others by name, and what was kept aside. */
export function orderNotes(notes: readonly MemoryNoteView[]): readonly MemoryNoteView[] {
  return notes.toSorted((one, other) => {
    if (one.kind !== other.kind) return places[one.kind] - places[other.kind];
    return one.kind === 'log' ? other.name.localeCompare(one.name) : one.name.localeCompare(other.name);
  });
}

/** The day of a log, as `2026-11-22`; null where the name is not one. */
export function dayOfLog({ kind, name }: MemoryNoteView): string | null {
  return kind === 'log' ? (/^\d{4}-\d{2}-\d{2}/.exec(name)?.[0] ?? null) : null;
}

/** What somebody typed as the file's name; null where no note can be called so. */
export function noteNameOf(typed: string): string | null {
  const bare = typed.trim().replace(/\.md$/i, '');
  return /^[^.\\/:*?"<>|\p{Cc}\p{Cf}][^\\/:*?"<>|\p{Cc}\p{Cf}]{0,99}$/u.test(bare) ? `${bare}.md` : null;
}

/** Said of a new one instead of nothing: it begins with its own name. */
export function beginningOfNote(name: string): string {
  return `# ${name.replace(/\.md$/i, '')}\n\n`;
}

export function notePath(name: string): string {
  return `/tools/memory/${encodeURIComponent(name)}`;
}

export interface NoteDraft {
  /** What stood there when it was begun. */
  readonly base: string;
  readonly text: string;
}

/** Beside the drafts of conversations, whose ids have no colon. */
function placeOf(name: string): string {
  return `note:${name}`;
}

export function readNoteDraft(storage: DraftStorage, name: string): NoteDraft | null {
  const [base, text] = pairIn(readDraft(storage, placeOf(name)));
  return base === undefined || text === undefined ? null : { base, text };
}

/** Null removes it. */
export function keepNoteDraft(storage: DraftStorage, name: string, draft: NoteDraft | null): boolean {
  return writeDraft(storage, placeOf(name), draft === null ? '' : JSON.stringify([draft.base, draft.text]));
}

/** Another window of this browser put the draft away: what is typed in this one is in no storage any more. */
export function wasPutAway(name: string, { key, newValue }: Pick<StorageEvent, 'key' | 'newValue'>): boolean {
  return newValue === null && (key === null || key === draftKey(placeOf(name)));
}

/** Nothing where something else was kept under that name. */
function pairIn(kept: string): readonly string[] {
  try {
    const pair: unknown = JSON.parse(kept === '' ? '[]' : kept);
    return Array.isArray(pair) ? pair.filter((each) => typeof each === 'string') : [];
  } catch (failure) {
    if (failure instanceof SyntaxError) return [];
    throw failure;
  }
}

/** What was typed is the same as what is there now: nothing left to be saved. */
export function edited(before: NoteDraft | null, there: string, text: string): NoteDraft | null {
  return text === there ? null : { base: before?.base ?? there, text };
}

/** What is still to be saved after `sent` was: what was typed meanwhile stands on what was sent. */
export function afterSaving(now: NoteDraft | null, sent: string): NoteDraft | null {
  return now === null || now.text === sent ? null : { base: sent, text: now.text };
}

/** Where a found passage stands in a note: its text, else its heading; null when neither is there any more. */
export function placeOfHit(
  text: string,
  hit: { readonly heading: string; readonly text: string },
): readonly [from: number, to: number] | null {
  const lines = [...hit.text.split('\n'), hit.heading].map((line) => line.trim()).filter(Boolean);
  for (const line of lines) {
    const from = text.indexOf(line);
    if (from >= 0) return [from, from + line.length];
  }
  return null;
}
