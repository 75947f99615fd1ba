/** What was typed and chosen and not sent, per conversation, kept in this browser only. */
import type { FileView } from '../../preload/contract/views.ts';
import { storedJson } from './stored-json.ts';

const prefix = 'porchlight.draft.';
const filesPrefix = 'porchlight.draft-files.';

export type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Under which name a draft lies in the storage. */
export function draftKey(conversation: string): string {
  return prefix + conversation;
}

export function readDraft(storage: DraftStorage, conversation: string): string {
  return storage.getItem(draftKey(conversation)) ?? '';
}

/** The files that are there already and wait for their message. */
export function readDraftFiles(storage: DraftStorage, conversation: string): readonly FileView[] {
  return fileViews(storage.getItem(filesPrefix + conversation));
}

/** No files remove it. A full storage keeps the older ones. */
export function writeDraftFiles(storage: DraftStorage, conversation: string, files: readonly FileView[]): void {
  const key = filesPrefix + conversation;
  try {
    if (files.length === 0) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(files));
  } catch (failure) {
    if (!(failure instanceof DOMException)) throw failure;
  }
}

/** What of a stored text is a list of files; none for what we did not write. */
export function fileViews(stored: string | null): readonly FileView[] {
  const value = storedJson(stored);
  return Array.isArray(value) ? value.filter(isFileView) : [];
}

function isFileView(value: unknown): value is FileView {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name, type, size } = value as Readonly<Record<string, unknown>>;
  return [id, name, type].every((field) => typeof field === 'string') && typeof size === 'number';
}

/** Keeps the text; an empty one removes it. A full storage keeps the older draft: false. */
export function writeDraft(storage: DraftStorage, conversation: string, text: string): boolean {
  if (text === '') {
    storage.removeItem(prefix + conversation);
    return true;
  }
  try {
    storage.setItem(prefix + conversation, text);
    return true;
  } catch (failure) {
    if (failure instanceof DOMException) return false;
    throw failure;
  }
}

/** What was typed behind `sent` while that was on its way; all of it where it was changed. `sent` has no blanks around it. */
export function typedSince(sent: string, typed: string): string {
  const text = typed.trimStart();
  return text.startsWith(sent) ? text.slice(sent.length).trimStart() : text;
}
