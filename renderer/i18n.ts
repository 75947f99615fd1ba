/**
 * The window's words, from the catalogs in `resources/i18n`. English comes with the first script; another language is
 * loaded when it is chosen, and what it lacks is said in English. The window speaks one language at a time, as a page has
 * one `lang`, so {@link speech} belongs to the page and is not handed down to each sentence.
 */
import reasonCatalog from '../resources/i18n/en.json' with { type: 'json' };
import windowCatalog from '../resources/i18n/window.en.json' with { type: 'json' };
import { fallbackLanguage, type Language } from '../preload/contract/languages.ts';
import type { Reason } from '../preload/contract/reasons.ts';
import { formatSentence, type SentenceParams } from '../preload/contract/sentences.ts';

export type Words = keyof typeof windowCatalog;

type Catalog = Readonly<Record<string, string>>;

interface Spoken {
  readonly language: Language;
  readonly window: Catalog;
  /** Reasons and settings, which the gateway says too. */
  readonly shared: Catalog;
}

const english: Spoken & { readonly window: typeof windowCatalog } = {
  language: fallbackLanguage,
  window: windowCatalog,
  shared: reasonCatalog,
};

const load: Readonly<Record<Language, () => Promise<Spoken>>> = {
  en: () => Promise.resolve(english),
  async de() {
    const [window, shared] = await Promise.all([
      import('../resources/i18n/window.de.json'),
      import('../resources/i18n/de.json'),
    ]);
    return { language: 'de', window: window.default, shared: shared.default };
  },
};

class Speech {
  #spoken: Spoken = english;
  #wanted: Language = english.language;
  readonly #listeners = new Set<() => void>();

  get spoken(): Spoken {
    return this.#spoken;
  }

  /** Speaks another language from then on. Rejects when it cannot be loaded; then nothing has changed. */
  async speak(language: Language): Promise<void> {
    this.#wanted = language;
    if (language === this.#spoken.language) return;
    const spoken = await load[language]();
    // Somebody may have chosen again meanwhile.
    if (this.#wanted !== language) return;
    this.#spoken = spoken;
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after each change; answers how to stop that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

export const speech = new Speech();

/** BCP 47 tag of what is spoken, for `lang` and for `Intl`. */
export function spokenLanguage(): Language {
  return speech.spoken.language;
}

export function t(key: Words, params: SentenceParams = {}): string {
  const { language, window } = speech.spoken;
  const own = window[key];
  return own === undefined
    ? formatSentence(english.window[key], params, english.language)
    : formatSentence(own, params, language);
}

/** The sentence of a reason; null stands for a gateway that did not answer. */
export function reasonText(reason: Reason | null): string {
  if (reason === null) return t('connection.noAnswer');
  return shared(`reason.${reason.code}`, reason.params) ?? reason.code;
}

/** Title and sentence of a setting. */
export function settingText(key: string): { readonly title: string; readonly help: string } {
  return { title: shared(`setting.${key}.title`) ?? key, help: shared(`setting.${key}`) ?? '' };
}

function shared(key: string, params: SentenceParams = {}): string | undefined {
  const { language, shared: catalog } = speech.spoken;
  const own = catalog[key];
  if (own !== undefined) return formatSentence(own, params, language);
  const template = english.shared[key];
  return template === undefined ? undefined : formatSentence(template, params, english.language);
}
