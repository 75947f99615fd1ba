import { describe, expect, test } from 'vitest';
import { type Entry, type EntryKind, rankEntries } from '../../renderer/components/palette/entries.ts';
import { fuzzy } from '../../renderer/components/palette/fuzzy.ts';

const score = (query: string, text: string): number => fuzzy(query, text)?.score ?? -Infinity;

describe('a few typed letters', () => {
  test('fit where they stand in their order, whatever their case and accents', () => {
    expect(fuzzy('mbw', 'Moving the bees before winter')?.at).toEqual([0, 11, 23]);
    expect(fuzzy('UBER', 'Über uns')?.at).toEqual([0, 1, 2, 3]);
    expect(fuzzy('bees moving', 'Moving the bees')).toBeNull();
    expect(fuzzy('xyz', 'Moving the bees')).toBeNull();
    expect(fuzzy('', 'anything')).toEqual({ score: 0, at: [] });
  });

  test('fit best as a whole at the beginning of a word, then inside one, then scattered', () => {
    const ordered = ['Set a goal', 'Closet', 'Some extra tables'].map((text) => score('set', text));
    expect(ordered).toEqual(ordered.toSorted((one, other) => other - one));
    expect(new Set(ordered).size).toBe(3);
    expect(score('set', 'Settings')).toBeGreaterThan(score('set', 'The settings'));
  });

  test('are no pattern (a search for C++ that throws)', () => {
    expect(fuzzy('c++ (a', 'About C++ (a language)')?.at).toEqual([6, 7, 8, 9, 10, 11]);
    expect(fuzzy('.*', 'anything')).toBeNull();
  });
});

describe('what the palette offers', () => {
  const entry = (kind: EntryKind, title: string, also?: string): Entry => ({
    id: `${kind} ${title}`,
    kind,
    title,
    icon: 'chat',
    run: () => undefined,
    ...(also === undefined ? {} : { also }),
  });
  const entries = [
    entry('conversation', 'Theme of the talk'),
    entry('do', 'Show all keys'),
    entry('place', 'Models'),
    entry('setting', 'Appearance', 'window.theme Light or dark.'),
    entry('setting', 'Time zone'),
    entry('message', 'we spoke of nothing like it'),
  ];
  const ranked = (query: string) =>
    rankEntries(entries, query).map((group) => [group.kind, ...group.entries.map((each) => each.entry.title)]);

  test('is a little of everything while nothing is typed, but no wall of settings', () => {
    expect(ranked('').map(([kind]) => kind)).toEqual(['conversation', 'do', 'place', 'message']);
  });

  test('is what fits, the kind with the best fit first; a setting also by its other words', () => {
    expect(ranked('theme')).toEqual([
      ['conversation', 'Theme of the talk'],
      ['setting', 'Appearance'],
      ['message', 'we spoke of nothing like it'],
    ]);
    expect(ranked('time')[0]).toEqual(['setting', 'Time zone']);
  });

  test('keeps messages last and does not judge them: the gateway found them', () => {
    expect(ranked('zzz')).toEqual([['message', 'we spoke of nothing like it']]);
  });

  test('shows only the best of many of a kind (a hundred conversations that bury a place)', () => {
    const many = Array.from({ length: 50 }, (_, index) => entry('conversation', `Model number ${String(index)}`));
    const groups = rankEntries([...many, entry('place', 'Models')], 'model');
    expect(groups.find(({ kind }) => kind === 'conversation')?.entries).toHaveLength(8);
    expect(groups.map(({ kind }) => kind)).toContain('place');
  });
});
