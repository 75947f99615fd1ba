/**
 * The port `Sentences` on the language files. A language is one file in `resources/i18n` and one line here; what it
 * lacks, and every unknown language, is said in English. The files are part of the build, so nothing is read at run time.
 */
import en from '../../resources/i18n/en.json' with { type: 'json' };
import { formatSentence, type SentenceParams } from '../../preload/contract/sentences.ts';
import type { Sentences } from '../gateway/sentences.ts';

type Catalog = Readonly<Record<string, string>>;

const fallback = 'en';
const catalogs: ReadonlyMap<string, Catalog> = new Map<string, Catalog>([['en', en]]);

/** The language of `wanted` there is a catalog for: `en-GB` finds `en`, what is unknown finds English. */
export function languageFor(wanted: string | null): string {
  const exact = wanted?.toLowerCase() ?? fallback;
  const base = exact.split(/[-_]/)[0] ?? fallback;
  return [exact, base].find((name) => catalogs.has(name)) ?? fallback;
}

/** `standard` answers, at each sentence, which language is spoken where a link has none of its own. */
export function createSentences(standard: () => string = () => fallback): Sentences {
  const say = (key: string, params: SentenceParams, language: string | null): string => {
    const spoken = languageFor(language ?? standard());
    const own = catalogs.get(spoken)?.[key];
    const template = own ?? catalogs.get(fallback)?.[key];
    // A key that no catalog has is a bug that a test finds; its name is still better than nothing.
    return template === undefined ? key : formatSentence(template, params, own === undefined ? fallback : spoken);
  };
  return {
    reason: (reason, language) => say(`reason.${reason.code}`, reason.params ?? {}, language),
    text: say,
  };
}
