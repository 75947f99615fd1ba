/** What the desktop itself says: the tray, its menus, dialogs and notifications. */
import german from '../../resources/i18n/desktop.de.json' with { type: 'json' };
import english from '../../resources/i18n/desktop.en.json' with { type: 'json' };
import { languageFor, type Language } from '../../preload/contract/languages.ts';
import { formatSentence, type SentenceParams } from '../../preload/contract/sentences.ts';

export type WordKey = keyof typeof english;

/** The sentence in the language that is spoken when it is asked for. */
export type Say = (key: WordKey, params?: SentenceParams) => string;

const catalogs: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en: english, de: german };

/** `language` answers, at each sentence, which one is spoken (BCP 47). What a language lacks is said in English. */
export function createSay(language: () => string): Say {
  return (key, params = {}) => {
    const spoken = languageFor([language()]);
    const own = catalogs[spoken][key];
    return formatSentence(own ?? english[key], params, own === undefined ? 'en' : spoken);
  };
}
