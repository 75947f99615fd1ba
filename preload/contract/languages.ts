/** The languages there are: each is three files in `resources/i18n`. What somebody asks for becomes one of them. */
export const languages = ['en', 'de'] as const;

export type Language = (typeof languages)[number];

/** Spoken where nobody asks for a language there is. */
export const fallbackLanguage = 'en' satisfies Language;

/** Scripts that are written from right to left. */
const rightToLeft: ReadonlySet<string> = new Set(['Adlm', 'Arab', 'Hebr', 'Nkoo', 'Rohg', 'Syrc', 'Thaa']);

/**
 * The first of `wanted` that there is: `de-AT` and `de_CH.UTF-8` find `de`, what is unknown finds nothing, and with
 * nothing found it is English.
 */
export function languageFor(wanted: readonly (string | null | undefined)[]): Language {
  for (const each of wanted) {
    const base = each?.toLowerCase().split(/[-_.@]/)[0];
    const found = languages.find((language) => language === base);
    if (found !== undefined) return found;
  }
  return fallbackLanguage;
}

/** Which way the language is written, for `dir`. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  return rightToLeft.has(new Intl.Locale(language).maximize().script ?? '') ? 'rtl' : 'ltr';
}
