import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSentences, systemLanguage } from '../../main/store/sentences.ts';
import { settingSchemas } from '../../main/gateway/settings.ts';
import { directionOf, languageFor } from '../../preload/contract/languages.ts';
import { reasonActions } from '../../preload/contract/reasons.ts';
import { formatSentence, parametersOf } from '../../preload/contract/sentences.ts';
import { counts } from '../counts.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'resources/i18n');

function catalog(name: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, string>;
}

function sources(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const child = join(path, entry.name);
    if (entry.isDirectory()) return sources(child);
    return entry.name.endsWith('.ts') ? [readFileSync(child, 'utf8')] : [];
  });
}

/** Translations are compared with it in test/i18n. */
describe('the English catalog', () => {
  const words = catalog('en.json');
  const family = (prefix: string): readonly string[] =>
    Object.keys(words)
      .filter((key) => key.startsWith(prefix))
      .sort();

  it('has a sentence for every reason and none for a code that does not exist', () => {
    expect(family('reason.')).toEqual(
      Object.keys(reasonActions)
        .map((code) => `reason.${code}`)
        .sort(),
    );
  });

  it('has a title and a sentence for every setting, and none for a key that does not exist', () => {
    const keys = Object.keys(settingSchemas).flatMap((key) => [`setting.${key}`, `setting.${key}.title`]);
    expect(family('setting.')).toEqual(keys.sort());
  });

  it('has no text that nothing says, so that translators do not work for nothing', () => {
    const code = sources(join(root, 'main')).join('\n');
    const other = Object.keys(words).filter((key) => !/^(reason|setting)\./.test(key));
    expect(other.filter((key) => !code.includes(`'${key}'`))).toEqual([]);
  });
});

it('every text the code asks the catalogs for is there', () => {
  const english = catalog('en.json');
  const asked = sources(join(root, 'main'))
    .flatMap((text) => [...text.matchAll(/'((?:command|label|note)\.[a-z.-]+)'/g)])
    .map(([, key]) => key ?? '');
  expect(asked.filter((key) => !(key in english))).toEqual([]);
});

describe('a sentence', () => {
  it('takes its parameters, and plurals by the rules of the language', () => {
    const template = '{name} has {count, plural, one {# chat with {name}} other {# chats}}';
    expect(formatSentence(template, { name: 'Ada', count: 1 }, 'en')).toBe('Ada has 1 chat with Ada');
    expect(formatSentence(template, { name: 'Ada', count: 1200 }, 'en')).toBe('Ada has 1,200 chats');
    expect(formatSentence(template, { name: 'Ada', count: 1200 }, 'de')).toBe('Ada has 1.200 chats');
    expect(parametersOf(template)).toEqual(new Set(['name', 'count']));
  });

  it('writes sums as the language does, and those that were kept as text (a limit of “€” or of “NaN”)', () => {
    const template = '{used, money}[ of {cap, money}]';
    const at = (params: Readonly<Record<string, string | number>>, language: string): string =>
      formatSentence(template, params, language).replaceAll('\u00a0', ' ');
    expect(at({ used: 0.0005, cap: 5 }, 'en')).toBe('$0.0005 of $5.00');
    expect(at({ used: 1234.5 }, 'de')).toBe('1.234,50 $');
    expect(at({ used: '$0.008', cap: '2.50' }, 'en')).toBe('$0.008 of $2.50');
    expect(parametersOf(template)).toEqual(new Set(['used', 'cap']));
  });

  it('leaves out what it was not told, instead of showing a brace', () => {
    expect(formatSentence('Gone[: {path}]. [sic]', {}, 'en')).toBe('Gone. [sic]');
    expect(formatSentence('Gone[: {path}].', { path: '/x' }, 'en')).toBe('Gone: /x.');
  });

  it('never reads a parameter as a template: names that people choose cannot change the sentence', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(formatSentence('<{name}>[ {name}]', { name }, 'en')).toBe(`<${name}> ${name}`);
      }),
      { numRuns: counts.propertyRuns },
    );
  });
});

describe('the port', () => {
  it('speaks the asked language where there is one, else English, and fills the reason in', () => {
    const sentences = createSentences(() => 'xx');
    const taken = { code: 'input.id-taken', params: { id: 'bot' } } as const;
    expect(sentences.reason(taken, 'fr')).toBe('The name bot is taken. Choose another one.');
    expect(sentences.reason(taken, 'de-AT')).toBe('Der Name bot ist vergeben. Wähle einen anderen.');
    expect(createSentences(() => 'de').text('label.late', {}, null)).toBe('verspätet');
    expect([sentences.spoken('de_CH'), sentences.spoken(null)]).toEqual(['de', 'en']);
    expect(sentences.text('label.late', {}, null)).toBe('late');
  });
});

describe('the language', () => {
  it('is the first there is of those that are wanted, whatever the country', () => {
    const found = ['en-GB', 'EN', 'xx', null, 'de-AT', 'de_CH.UTF-8', 'de@euro'].map((each) => languageFor([each]));
    expect(found).toEqual(['en', 'en', 'en', 'en', 'de', 'de', 'de']);
    expect(languageFor(['xx', 'de', 'en'])).toBe('de');
    expect([directionOf('de'), directionOf('ar-EG'), directionOf('he')]).toEqual(['ltr', 'rtl', 'rtl']);
  });

  it("of the system is the environment's, an empty variable being none, else what else knows it", () => {
    const german = (): string => 'de-DE';
    expect(systemLanguage({ LANG: 'de_AT.UTF-8' })).toBe('de');
    expect(systemLanguage({ LC_ALL: '', LANG: 'de_DE.UTF-8' }, () => 'en')).toBe('de');
    expect(systemLanguage({ LC_ALL: 'en_US.UTF-8', LANG: 'de_DE.UTF-8' }, german)).toBe('en');
    expect(systemLanguage({ LANG: 'pl_PL.UTF-8', LANGUAGE: 'pl:de:en' }, () => 'en')).toBe('de');
    expect(systemLanguage({ LANG: 'C.UTF-8', LANGUAGE: 'de' }, german)).toBe('en');
    expect(systemLanguage({}, german)).toBe('de');
  });
});
