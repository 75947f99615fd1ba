/** Which language the window speaks: the chosen one, or the browser's; kept there so that the next page begins in it. */
import { directionOf, languageFor, type Language } from '../preload/contract/languages.ts';

const storageKey = 'porchlight.language';

/** `setting` is the value of the setting `language`; `system` stands for what the browser prefers, in its order. */
export function languageOf(setting: string, preferred: readonly string[]): Language {
  return languageFor(setting === 'system' ? preferred : [setting]);
}

/** What was chosen last in this browser, until the gateway has answered. */
export function languageAtFirst(storage: Pick<Storage, 'getItem'>, preferred: readonly string[]): Language {
  return languageOf(storage.getItem(storageKey) ?? 'system', preferred);
}

export function keepLanguage(storage: Pick<Storage, 'setItem'>, setting: string): void {
  storage.setItem(storageKey, setting);
}

/** Screen readers and hyphenation need to know it, and which way the page runs follows from it. */
export function markLanguage(root: Pick<HTMLElement, 'dir' | 'lang'>, language: Language): void {
  root.lang = language;
  root.dir = directionOf(language);
}
