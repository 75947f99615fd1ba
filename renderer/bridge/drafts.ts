/** What was typed and not sent, per conversation, kept in this browser only. */
const prefix = 'porchlight.draft.';

export type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export function readDraft(storage: DraftStorage, conversation: string): string {
  return storage.getItem(prefix + conversation) ?? '';
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
