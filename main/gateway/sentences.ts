/** Codes to words. The gateway emits codes; a chat is spoken to in its link's language through this port. */
import type { Reason } from './types.ts';

export interface Sentences {
  /** The sentence for a reason, in `language` (a catalog's name such as `en`; unknown ones fall back to English). */
  reason(reason: Reason, language: string | null): string;
  /** Any other text of the catalogs by its key, such as `command.new`. */
  text(key: string, params: Readonly<Record<string, string | number>>, language: string | null): string;
  /** The language that is spoken where `language` is asked for (BCP 47); null: the owner's. */
  spoken(language: string | null): string;
}
