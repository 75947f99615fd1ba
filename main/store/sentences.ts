/**
 * The port `Sentences` on the language files. A language is its files in `resources/i18n`, a name in
 * `preload/contract/languages.ts` and one line here; what it lacks, and every unknown language, is said in English. The
 * files are part of the build, so nothing is read at run time.
 */
import de from '../../resources/i18n/de.json' with { type: 'json' };
import en from '../../resources/i18n/en.json' with { type: 'json' };
import { fallbackLanguage, languageFor, type Language } from '../../preload/contract/languages.ts';
import { formatSentence, type SentenceParams } from '../../preload/contract/sentences.ts';
import type { Sentences } from '../gateway/sentences.ts';

type Catalog = Readonly<Record<string, string>>;

const catalogs: Readonly<Record<Language, Catalog>> = { en, de };

/** `standard` answers, at each sentence, which language is spoken where a link has none of its own. */
export function createSentences(standard: () => string = () => fallbackLanguage): Sentences {
  const spoken = (language: string | null): Language => languageFor([language ?? standard()]);
  const say = (key: string, params: SentenceParams, language: string | null): string => {
    const chosen = spoken(language);
    const own = catalogs[chosen][key];
    const template = own ?? catalogs[fallbackLanguage][key];
    // A key that no catalog has is a bug that a test finds; its name is still better than nothing.
    return template === undefined
      ? key
      : formatSentence(template, params, own === undefined ? fallbackLanguage : chosen);
  };
  return {
    reason: (reason, language) => say(`reason.${reason.code}`, reason.params ?? {}, language),
    text: say,
    spoken,
  };
}

/**
 * The language of the system, as the environment names it, else as `elsewhere` answers (BCP 47). `LANGUAGE` is a list,
 * and is heeded only where there is a language at all.
 */
export function systemLanguage(
  environment: Readonly<Record<string, string | undefined>>,
  elsewhere: () => string = () => Intl.DateTimeFormat().resolvedOptions().locale,
): string {
  const named = ['LC_ALL', 'LC_MESSAGES', 'LANG'].map((key) => environment[key]).find((value) => value);
  if (named === undefined) return languageFor([elsewhere()]);
  if (/^(C|POSIX)\b/.test(named)) return fallbackLanguage;
  return languageFor([...(environment['LANGUAGE']?.split(':') ?? []), named]);
}
