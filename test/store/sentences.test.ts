import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSentences, languageFor } from '../../main/store/sentences.ts';
import { settingSchemas } from '../../main/gateway/settings.ts';
import { reasonActions } from '../../preload/contract/reasons.ts';
import { formatSentence, parametersOf } from '../../preload/contract/sentences.ts';
import { counts } from '../counts.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'resources/i18n');
/** `en.json` and its translations; the window's own words are in `window.<language>.json`. */
const languages = readdirSync(folder).filter((name) => /^[a-z]{2}(-[a-z]+)?\.json$/i.test(name));

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

describe.each(languages)('the catalog %s', (name) => {
  const words = catalog(name);
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

  it('names the same parameters as English, so that no translation shows a brace', () => {
    const english = catalog('en.json');
    for (const [key, template] of Object.entries(words)) {
      expect([key, ...parametersOf(template)].sort()).toEqual([key, ...parametersOf(english[key] ?? '')].sort());
    }
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
    expect(sentences.reason({ code: 'input.id-taken', params: { id: 'bot' } }, 'de-AT')).toBe(
      'The name bot is taken. Choose another one.',
    );
    expect(sentences.text('label.late', {}, null)).toBe('late');
    expect([languageFor('en-GB'), languageFor('EN'), languageFor('xx'), languageFor(null)]).toEqual(
      Array(4).fill('en'),
    );
  });
});
