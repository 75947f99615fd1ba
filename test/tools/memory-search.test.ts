import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SearchIndex } from '../../main/tools/memory/search-index.ts';
import { sectionsOf, type Section } from '../../main/tools/memory/sections.ts';
import { termsOf } from '../../main/tools/memory/terms.ts';
import type { FoundMessage } from '../../main/tools/memory/tools.ts';
import { counts } from '../counts.ts';
import { memoryHouse } from './memory/house.ts';

const runs = { numRuns: counts.propertyRuns };

function indexOf(notes: Readonly<Record<string, string>>): SearchIndex {
  const index = new SearchIndex();
  for (const [file, text] of Object.entries(notes)) for (const section of sectionsOf(file, text)) index.add(section);
  return index;
}

const found = (index: SearchIndex, query: string): readonly string[] =>
  index.search(query, 10).map(({ section }) => section.text);

describe('sections', () => {
  test('a section is what stands under a heading, and knows the headings above it', () => {
    const note =
      '\uFEFFbefore\n# Home\nat home\n## Cat ##x\n- Mimi\n```\n# no heading\n```\n# Work\n\n\nat work\n#no heading';
    expect(sectionsOf('a.md', note)).toEqual([
      { file: 'a.md', path: [], text: 'before' },
      { file: 'a.md', path: ['Home'], text: 'at home' },
      { file: 'a.md', path: ['Home', 'Cat ##x'], text: '- Mimi\n```\n# no heading\n```' },
      { file: 'a.md', path: ['Work'], text: 'at work\n#no heading' },
    ]);
  });

  test('a long list comes in pieces that are read by themselves, cut between its points', () => {
    const points = Array.from({ length: 60 }, (_, index) => `- point ${String(index)} ${'x'.repeat(40)}\n  goes on`);
    const sections = sectionsOf('log.md', `# Log\n\n${points.join('\n')}\n`);
    expect(sections.length).toBeGreaterThan(4);
    expect(sections.every(({ text }) => text.startsWith('- point ') && text.endsWith('goes on'))).toBe(true);
    expect(sections.map(({ text }) => text).join('\n')).toBe(points.join('\n'));
  });

  test('whatever is in a note, no word of it is lost and no piece is long', () => {
    const line = fc.oneof(fc.string(), fc.constantFrom('# A', '## B', '```', '- x', '', `${'long '.repeat(900)}`));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const sections = sectionsOf('a.md', lines.join('\n'));
        const all = sections.flatMap(({ path, text }) => termsOf(`${path.join(' ')} ${text}`));
        const long = lines
          .join('\n')
          .split(/\r?\n/)
          .filter((one) => one.length > 1000);
        const short = lines
          .join('\n')
          .split(/\r?\n/)
          .filter((one) => !long.includes(one) && !/^#{1,6}[ \t]/.test(one));
        const words = new Set(all);
        expect(short.flatMap(termsOf).filter((word) => !words.has(word))).toEqual([]);
        expect(sections.every(({ text }) => text.length < 5000 && text.trim() !== '')).toBe(true);
      }),
      runs,
    );
  });
});

describe('words', () => {
  test('case, accents and forms of a letter make no difference, in any script', () => {
    expect(termsOf('Ärger ÉCOLE ﬁne Straße ½')).toEqual(['arger', 'ecole', 'fine', 'straße', '1', '2']);
    expect(termsOf('Привет, мир! 안녕 세상')).toEqual(['привет', 'мир', '안녕', '세상']);
    expect(termsOf('東京タワー iPhone手机')).toEqual(['東京', '京タ', 'タワ', 'ワー', 'iphone', '手机']);
    expect(termsOf('')).toEqual([]);
  });
});

describe('search', () => {
  test('the section with the rare word comes before those with the frequent ones', () => {
    const index = indexOf({
      'a.md': '# One\nthe boat and the sea and the boat\n# Two\nthe sea\n# Three\nthe wine cellar\n# Four\nthe boat',
    });
    expect(found(index, 'the wine')[0]).toBe('the wine cellar');
    expect(found(index, 'nothing like it')).toEqual([]);
    expect(found(index, '')).toEqual([]);
  });

  test('headings count, other forms of a long word are found, and the word itself comes first', () => {
    const index = indexOf({ 'a.md': '# Birthdays\n- Anna: 4 May\n# Other\nmany birthday parties here\n# Cars\nred' });
    expect(found(index, 'birthday')).toEqual(['many birthday parties here', '- Anna: 4 May']);
  });

  test('of equals the newest comes first', () => {
    expect(found(indexOf({ '2026-01-01.md': 'dentist', '2026-02-01.md': 'dentist ' }), 'dentist')).toHaveLength(2);
    const hits = indexOf({ '2026-01-01.md': 'dentist', '2026-02-01.md': 'dentist' }).search('dentist', 1);
    expect(hits[0]?.section.file).toBe('2026-02-01.md');
  });

  const word = fc.constantFrom('ant', 'bee', 'cat', 'dog', 'elephant', 'elephants', 'fox');
  const sections = fc.array(
    fc.record({
      file: fc.constantFrom('a', 'b', 'c'),
      path: fc.constant([]),
      text: fc.array(word).map((all) => all.join(' ')),
    }),
    { maxLength: 30 },
  );

  test('the order is the one of the formula, worked out section by section', () => {
    fc.assert(
      fc.property(sections, fc.uniqueArray(fc.constantFrom('ant', 'bee', 'cat'), { minLength: 1 }), (all, query) => {
        const index = new SearchIndex();
        for (const section of all) index.add(section);
        const lengths = all.map(({ text }) => termsOf(text).length);
        const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, all.length);
        const score = ({ text }: Section, at: number): number => {
          const one = (term: string): number => {
            const count = termsOf(text).filter((other) => other === term).length;
            const having = all.filter((other) => termsOf(other.text).includes(term)).length;
            const rarity = Math.log((all.length + 1) / (having + 0.5));
            return (rarity * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * (lengths[at] ?? 0)) / average));
          };
          return query.reduce((sum, term) => sum + one(term), 0);
        };
        const expected = all
          .map(score)
          .filter((value) => value > 0)
          .sort((a, b) => b - a);
        const scores = index.search(query.join(' '), 100).map((hit) => hit.score);
        expect(scores.length).toBe(expected.length);
        scores.forEach((value, at) => expect(value).toBeCloseTo(expected[at] ?? -1, 9));
      }),
      runs,
    );
  });

  test('an index out of which a note was taken answers as one that it was never in', () => {
    fc.assert(
      fc.property(sections, fc.array(word, { minLength: 1 }), (all, query) => {
        const [index, fresh] = [new SearchIndex(), new SearchIndex()];
        for (const section of all) index.add(section);
        index.remove('b');
        for (const section of all) if (section.file !== 'b') fresh.add(section);
        expect(index.search(query.join(' '), 5)).toEqual(fresh.search(query.join(' '), 5));
        expect([...index.sections()]).toEqual([...fresh.sections()]);
      }),
      runs,
    );
  });

  test('an index that is mostly of what is gone is made anew, and finds what is there', async () => {
    const words = ['ant', 'bee', 'cat', 'dog', 'fox'];
    const note = (word: string): string => Array.from({ length: 700 }, (_, n) => `# ${String(n)}\n${word}`).join('\n');
    const worn = indexOf({ 'a.md': note('ant'), 'b.md': note('bee') });
    worn.remove('a.md');
    expect(worn.isWorn).toBe(false);
    worn.remove('b.md');
    expect(worn.isWorn).toBe(true);
    await using house = memoryHouse({ notes: { 'a.md': note('ant') } });
    for (const [round, word] of words.entries()) {
      if (round === 0) continue;
      const before = words[round - 1] ?? '';
      await house.memory.save('a.md', note(word), note(before));
      expect(await house.memory.find(word, 5)).toHaveLength(5);
      expect(await house.memory.find(before, 5)).toEqual([]);
    }
  });
});

describe('recall', () => {
  const notes = {
    'MEMORY.md': '# Memory\n\n## Family\n\n- Anna was born on 4 May.\n\n## Garden\n\n- The apple tree is from 1998.\n',
    '2026-11-20.md': '# 2026-11-20\n\n- 09:00 Anna called about the apple cake.\n',
    'recipes.md': '# Soup\n\nlentils',
  };

  test('passages come with where they stand, out of every note, also those the owner put there', async () => {
    await using house = memoryHouse({ notes });
    const { ok, text } = await house.use('recall', { query: 'when was Anna born?' });
    expect(ok).toBe(true);
    expect(text.startsWith('[MEMORY.md › Memory › Family]\n- Anna was born on 4 May.')).toBe(true);
    expect(text).toContain('[2026-11-20.md › 2026-11-20]');
    expect(text).not.toContain('lentils');
    expect((await house.use('recall', { query: 'Lentil' })).text).toBe('[recipes.md › Soup]\nlentils');
    expect((await house.use('recall', { query: 'submarine' })).text).toBe('Nothing is found about that.');
  });

  test('what was just remembered is found at once', async () => {
    await using house = memoryHouse({ notes });
    await house.memory.find('x', 1);
    await house.memory.remember('The boat is called Halcyon.', 'memory');
    expect((await house.use('recall', { query: 'halcyon' })).text).toContain('The boat is called Halcyon.');
  });

  test('past conversations are searched where they are handed in, and their text is marked as from outside', async () => {
    await using house = memoryHouse({ notes });
    const asked: unknown[] = [];
    const message: FoundMessage = {
      at: Date.parse('2026-03-04T10:00Z'),
      conversation: 'Telegram: Bo',
      author: 'Bo',
      excerpt: 'the \u0002apple\u0003 juice',
    };
    const searchMessages = async (query: string, limit: number): Promise<readonly FoundMessage[]> => {
      asked.push([query, limit]);
      return [message];
    };
    const { text, outside } = await house.use('recall', { query: 'apple' }, { searchMessages });
    expect(outside).toBe(true);
    expect(text).toContain('[2026-03-04 10:00, Telegram: Bo, Bo]\nthe apple juice');
    expect(asked).toEqual([['apple', 8]]);
    const own = await house.use('recall', { query: 'apple' });
    expect(own.text).not.toContain('juice');
    expect(own.outside, 'the notes alone are the owner’s').toBe(false);
  });

  test.each([null, {}, { query: ' ' }, { query: ['a'] }, { query: 'x'.repeat(501) }])(
    '%j is refused with a sentence',
    async (input) => {
      await using house = memoryHouse({ notes });
      expect(await house.use('recall', input)).toMatchObject({ ok: false });
    },
  );
});
