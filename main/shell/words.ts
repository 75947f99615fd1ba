/** What the desktop itself says: the tray, its menus and dialogs. */
import desktop from '../../resources/i18n/desktop.en.json' with { type: 'json' };
import { formatSentence, type SentenceParams } from '../../preload/contract/sentences.ts';

export type WordKey = keyof typeof desktop;

/** The sentence in English, the one language there is a catalog of the desktop for. */
export function say(key: WordKey, params: SentenceParams = {}): string {
  return formatSentence(desktop[key], params, 'en');
}
