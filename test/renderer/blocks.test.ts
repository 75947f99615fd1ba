import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counts } from '../counts.ts';
import { createSplitter, fencedCode, isUnparsable, splitBlocks, steady } from '../../renderer/blocks.ts';

describe('blocks of a reply', () => {
  test('lose no line of the text', () => {
    const line = fc.constantFrom(
      '',
      'words',
      '- item',
      '  more',
      '1. one',
      '```js',
      '```',
      '~~~',
      '> quote',
      '| a | b |',
      '    code',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const kept = splitBlocks(lines.join('\n')).join('\n').split('\n').filter(Boolean);
        expect(kept).toEqual(lines.filter(Boolean));
      }),
      { numRuns: counts.propertyRuns },
    );
  });

  test('that are finished stay the same while the text grows (else the whole reply is drawn again for each word)', () => {
    const whole = '# Title\n\nA paragraph\nof two lines.\n\n- one\n\n- two\n\n```js\nlet a;\n\nlet b;\n```\n\nThe end.';
    for (let length = 1; length < whole.length; length += 1) {
      const now = splitBlocks(whole.slice(0, length));
      const finished = now.slice(0, -1);
      expect(splitBlocks(whole).slice(0, finished.length)).toEqual(finished);
    }
  });

  test('of a text that grows are those of the whole text, however it grew', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      '\n',
      '\n\n',
      '`',
      '```',
      '```js\n',
      '- ',
      '1. ',
      '> ',
      '[a]: x',
      '[a]',
      '    ',
      '~~~',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const split = createSplitter();
        let text = '';
        for (const each of pieces) {
          text += each;
          expect(split(text)).toEqual(splitBlocks(text));
        }
        expect(split('another text\n\nafresh')).toEqual(['another text', 'afresh']);
      }),
      { numRuns: counts.propertyRuns },
    );
  });

  test('keep a fence with blank lines in it together, and one that is still open', () => {
    expect(splitBlocks('```\na\n\nb\n```\n\nafter')).toEqual(['```\na\n\nb\n```', 'after']);
    expect(splitBlocks('before\n\n````\na\n\n```\n\nb')).toEqual(['before', '````\na\n\n```\n\nb']);
  });

  test('keep a list with blank lines between its items together (its numbers would begin at one again)', () => {
    expect(splitBlocks('1. one\n\n2. two\n\n   more of two\n\nafter')).toEqual([
      '1. one\n\n2. two\n\n   more of two',
      'after',
    ]);
  });

  test('bring a copy of the definitions that they refer to (a reference would lose its address)', () => {
    expect(splitBlocks('See [a].\n\nNothing here.\n\n[a]: https://example.org')).toEqual([
      'See [a].\n\n[a]: https://example.org',
      'Nothing here.',
      '[a]: https://example.org',
    ]);
  });

  test('take no definition out of code, nor put one into it', () => {
    const code = '```\n[a]: https://example.org\n[b]\n```';
    expect(splitBlocks(`${code}\n\n[a] and [b]\n\n[b]: https://example.net`)).toEqual([
      code,
      '[a] and [b]\n\n[b]: https://example.net',
      '[b]: https://example.net',
    ]);
  });

  test('are one when the text has footnotes (their numbers run over the whole)', () => {
    const text = 'See.[^1]\n\n[^1]: There.';
    expect(splitBlocks(text)).toEqual([text]);
  });

  test('part from a fence at the margin without a blank line (a long one would be parsed with each piece)', () => {
    expect(splitBlocks('So:\n```js\nlet a;\n```\nand on')).toEqual(['So:', '```js\nlet a;\n```', 'and on']);
    expect(splitBlocks('- item\n  ```js\n  let a;\n  ```\n  more')).toHaveLength(1);
    expect(splitBlocks('with ```code``` inside\nand on')).toHaveLength(1);
    expect(splitBlocks('```code``` first\nand on')).toHaveLength(1);
  });

  test('of a long list are pieces of it that stay the same while it grows', () => {
    const items = Array.from({ length: 400 }, (_, index) => `${String(index + 1)}. item number ${String(index + 1)}`);
    const whole = splitBlocks(items.join('\n'));
    expect(whole.length).toBeGreaterThan(1);
    expect(whole.join('\n')).toBe(items.join('\n'));
    const half = splitBlocks(items.slice(0, 300).join('\n'));
    expect(whole.slice(0, half.length - 1)).toEqual(half.slice(0, -1));
  });
});

describe('a block of code', () => {
  test('is read without the parser, open or closed', () => {
    expect(fencedCode('```ts title="x"\nlet a;\n\nlet b;\n```')).toEqual({
      language: 'ts',
      code: 'let a;\n\nlet b;',
      open: false,
    });
    expect(fencedCode('~~~\nlet a;\n```')).toEqual({ language: '', code: 'let a;\n```', open: true });
    expect(fencedCode('words\n```')).toBeNull();
    expect(fencedCode('```inline```')).toBeNull();
    expect(fencedCode('    ```')).toBeNull();
  });
});

describe('what a parser would choke on', () => {
  test.each([
    ['marks of quotes without end', '>'.repeat(12_000)],
    ['quotes and lists in each other', '> 1. > - '.repeat(30)],
    ['numbers of lists without end', '1. '.repeat(4_000)],
    ['brackets without number', ']'.repeat(2_000)],
    ['emphasis within emphasis', '[*`'.repeat(2_000)],
    ['a text without a blank line', 'words and words\n'.repeat(3_000)],
  ])('is left as it is written: %s', (_name, block) => {
    expect(isUnparsable(block)).toBe(true);
  });

  test.each([
    ['a rule', '-'.repeat(200)],
    ['a table', `| a | b |\n| - | - |\n${'| some words | and some more |\n'.repeat(200)}`],
    ['a long paragraph', 'words and words '.repeat(500)],
    ['a list with links', '- [a page](https://example.org/with/a/path) that says **something**\n'.repeat(50)],
  ])('is not %s', (_name, block) => {
    expect(isUnparsable(block)).toBe(false);
  });
});

describe('a long block that is being written', () => {
  test('is drawn line by line, or in steps where it has no lines (each piece would parse it anew)', () => {
    expect(steady('short')).toBe('short');
    const rows = '| some words | and some more |\n'.repeat(100);
    expect(steady(`${rows}| half a r`)).toBe(rows.trimEnd());
    const words = 'words '.repeat(1_000);
    const shown = new Set(Array.from({ length: 800 }, (_, more) => steady(words.slice(0, 4_000 + more))));
    expect(shown.size).toBe(2);
  });
});
