/** The window's words, from the catalogs in `resources/i18n`. English is the one language there is. */
import reasonCatalog from '../resources/i18n/en.json' with { type: 'json' };
import windowCatalog from '../resources/i18n/window.en.json' with { type: 'json' };
import type { Reason } from '../preload/contract/reasons.ts';
import { formatSentence, type SentenceParams } from '../preload/contract/sentences.ts';

export type Words = keyof typeof windowCatalog;

/** BCP 47 tag of the sentences, for `lang` and for `Intl`. */
export const language = 'en';

const shared: Readonly<Record<string, string>> = reasonCatalog;

export function t(key: Words, params: SentenceParams = {}): string {
  return formatSentence(windowCatalog[key], params, language);
}

/** The sentence of a reason; null stands for a gateway that did not answer. */
export function reasonText(reason: Reason | null): string {
  if (reason === null) return t('connection.noAnswer');
  const template = shared[`reason.${reason.code}`];
  return template === undefined ? reason.code : formatSentence(template, reason.params ?? {}, language);
}

/** Title and sentence of a setting. */
export function settingText(key: string): { readonly title: string; readonly help: string } {
  return { title: shared[`setting.${key}.title`] ?? key, help: shared[`setting.${key}`] ?? '' };
}
