import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counts } from '../counts.ts';
import { splitBlocks } from '../../renderer/blocks.ts';

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

  test('are one when the text defines links (a reference would lose its address)', () => {
    const text = 'See [a].\n\n[a]: https://example.org';
    expect(splitBlocks(text)).toEqual([text]);
  });
});
