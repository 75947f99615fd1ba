/**
 * Every language says everything. A sentence that is new in English is missing elsewhere until somebody writes it: the
 * failing test names its key and file.
 */
import { describe, expect, it } from 'vitest';
import { fallbackLanguage, type Language, languages } from '../../preload/contract/languages.ts';
import { catalogFiles, catalogOf, parts, placeholdersOf, pluralsOf } from './catalogs.ts';

/** The same in German as in English: names, units, signs, and words that both languages have. */
const alike: ReadonlySet<string> = new Set([
  'setting.persona.title',
  'export.assistant',
  'app.name',
  'about.version',
  'budget.tokens',
  'channels.in',
  'channels.server',
  'conversation.over',
  'groups.set',
  'keys.escape',
  'keys.move',
  'keys.sheet',
  'link.api',
  'link.telegram',
  'link.whatsapp',
  'measure.tokens',
  'nav.chats',
  'number.percent',
  'number.thousand',
  'option.english',
  'option.german',
  'pairing.code',
  'pause.button',
  'people.roleSet',
  'provider.name',
  'settings.api',
  'setup.step.login',
  'span.millisecond',
  'span.second',
  'time.day',
  'unit.factor',
  'unit.ms',
  'unit.other',
  'unit.s',
  'unit.usd',
  'tray.link',
  'tray.cost',
  'tray.cost-under',
  'about.title',
]);

type Translation = Exclude<Language, typeof fallbackLanguage>;

/** Quotation marks that are not the language's own. */
const strangeQuotes: Readonly<Record<Translation, RegExp>> = { de: /["”]|(?:^|[\s(])“/ };

const others = languages.filter((language) => language !== fallbackLanguage);
const files = others.flatMap((language) => parts.map((part) => [part, language] as const));

it('every language has its files, and no file belongs to a language that nobody can choose', () => {
  const expected = languages.flatMap((language) => parts.map((part) => `${part}${language}.json`));
  expect([...catalogFiles].sort()).toEqual(expected.sort());
});

describe.each(files)('%s%s.json', (part, language) => {
  const english = catalogOf(part, fallbackLanguage);
  const own = catalogOf(part, language);
  const both = Object.keys(english).filter((key) => key in own);
  const templates = both.map((key) => [key, english[key] ?? '', own[key] ?? ''] as const);

  it('says everything that English says, and nothing else: write the missing keys beside their neighbours', () => {
    expect({
      missing: Object.keys(english).filter((key) => !(key in own)),
      leftOver: Object.keys(own).filter((key) => !(key in english)),
    }).toEqual({ missing: [], leftOver: [] });
  });

  it('keeps each placeholder and how it is filled, so that nobody reads a brace or a sum without its sign', () => {
    const odd = templates.filter(([, one, other]) => placeholdersOf(one).join() !== placeholdersOf(other).join());
    expect(odd.map(([key]) => key)).toEqual([]);
  });

  it('has every plural form that the language needs, where English has a plural', () => {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    const odd = templates.filter(
      ([, one, other]) =>
        pluralsOf(one).length > 0 !== pluralsOf(other).length > 0 ||
        pluralsOf(other).some((forms) => forms.toSorted().join() !== needed.join()),
    );
    expect(odd.map(([key]) => key)).toEqual([]);
  });

  it('leaves nothing empty and nothing in English', () => {
    const empty = templates.filter(([, one, other]) => one !== '' && other.trim() === '');
    const same = templates.filter(([key, one, other]) => one === other && !alike.has(key));
    expect([empty, same].map((found) => found.map(([key]) => key))).toEqual([[], []]);
  });

  it('writes quotation marks as the language does, and breaks no line that English does not break', () => {
    const odd = templates.filter(
      ([, one, other]) => strangeQuotes[language].test(other) || one.split('\n').length !== other.split('\n').length,
    );
    expect(odd.map(([key]) => key)).toEqual([]);
  });
});

it('the list of what is alike names nothing that differs or is gone', () => {
  const same = files.flatMap(([part, language]) => {
    const english = catalogOf(part, fallbackLanguage);
    const own = catalogOf(part, language);
    return Object.keys(english).filter((key) => english[key] === own[key]);
  });
  expect([...alike].filter((key) => !same.includes(key))).toEqual([]);
});

describe('what the comparison sees', () => {
  it('is a placeholder that is lost, renamed, or filled in another way', () => {
    const template = '{count, plural, one {# of {name}} other {# chats}}[ at {path}] for {cost, money}';
    expect(placeholdersOf(template)).toEqual(['cost, money', 'count, plural', 'name', 'path']);
    expect(placeholdersOf('{cost}')).not.toEqual(placeholdersOf('{cost, money}'));
  });

  it('is a plural without one of its forms', () => {
    expect(pluralsOf('{a, plural, one {x} other {y}} {b, plural, other {# {z}}}')).toEqual([
      ['one', 'other'],
      ['other'],
    ]);
  });
});
