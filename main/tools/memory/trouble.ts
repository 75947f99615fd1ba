/** Why memory could not be read or written: a closed list, and a sentence for each, for the model and the log. */
import { assertNever } from '../../lib/assert-never.ts';

export type MemoryTrouble =
  /** No space, a quota, or a disk that cannot be written. */
  | { readonly kind: 'disk-full' }
  /** Moved, removed or not reachable; it is never made anew. */
  | { readonly kind: 'folder-gone' }
  | { readonly kind: 'too-large'; readonly name: string; readonly limit: number }
  | { readonly kind: 'not-utf8'; readonly name: string }
  /** A folder, a link to elsewhere, or a name that is no name of a note. */
  | { readonly kind: 'not-a-note'; readonly name: string }
  /** The system refused; `code` is its word for it. */
  | { readonly kind: 'refused'; readonly name: string; readonly code: string }
  /** Somebody else changed it in the same place meanwhile. Nothing was overwritten: what was to be written lies in `aside`. */
  | { readonly kind: 'conflict'; readonly name: string; readonly aside: string }
  /** There is a note of this name already. */
  | { readonly kind: 'exists'; readonly name: string }
  /** It says something else than what was shown, so it was not deleted. */
  | { readonly kind: 'changed'; readonly name: string }
  /** Never deleted. */
  | { readonly kind: 'curated'; readonly name: string }
  /** It changed at every try. */
  | { readonly kind: 'busy'; readonly name: string }
  /** The entry has no text, or more than `limit` characters. */
  | { readonly kind: 'entry'; readonly limit: number };

/** English, without a path: it may go to a model. */
export function sentenceOf(trouble: MemoryTrouble): string {
  switch (trouble.kind) {
    case 'disk-full':
      return 'There is no space left on the disk, or it cannot be written, so nothing was stored.';
    case 'folder-gone':
      return 'The folder of the memory was moved or removed. Nothing is read or stored until it is back; nothing is made anew in its place.';
    case 'too-large':
      return `${trouble.name} is too large, so it is left alone: at most ${String(trouble.limit / 1024)} KiB. Shorten it by hand.`;
    case 'not-utf8':
      return `${trouble.name} is not UTF-8 text. It was left as it is; save it as UTF-8 to have it read.`;
    case 'not-a-note':
      return `${trouble.name} is no note: only files in the folder itself, with names that end in .md, are read and written.`;
    case 'refused':
      return `The system refuses ${trouble.name} (${trouble.code}).`;
    case 'conflict':
      return `${trouble.name} was changed in the same place meanwhile. It stays as it is now; what was to be stored lies beside it in ${trouble.aside}.`;
    case 'exists':
      return `There is a note of the name ${trouble.name} already; it was left as it is.`;
    case 'changed':
      return `${trouble.name} was changed meanwhile, so it was not deleted.`;
    case 'curated':
      return `${trouble.name} cannot be deleted, but it can be emptied.`;
    case 'busy':
      return `${trouble.name} is being changed again and again, so nothing was stored. Try again in a moment.`;
    case 'entry':
      return `There has to be a text of at most ${String(trouble.limit)} characters.`;
    default:
      return assertNever(trouble, 'trouble');
  }
}
