import { t, type Words } from '../i18n.ts';

const words: Readonly<Record<string, Words>> = {
  'window.theme.system': 'option.system',
  'window.theme.light': 'option.light',
  'window.theme.dark': 'option.dark',
  'language.system': 'option.system',
  'language.en': 'option.english',
  'language.de': 'option.german',
  'turns.mode.collect': 'option.collect',
  'turns.mode.followup': 'option.followup',
  'models.thinking.auto': 'option.auto',
  'models.thinking.off': 'thinking.off',
  'models.thinking.low': 'thinking.low',
  'models.thinking.medium': 'thinking.medium',
  'models.thinking.high': 'thinking.high',
  'delivery.preview.auto': 'option.auto',
  'delivery.preview.draft': 'option.draft',
  'delivery.preview.message': 'option.message',
  'delivery.preview.off': 'option.off',
};

/** What an option of a setting is called; one that has no word is shown as it is. */
export function optionWord(key: string, option: string): string {
  const word = words[`${key}.${option}`];
  return word === undefined ? option : t(word);
}
