import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine, plainLine } from '../main/lib/one-line.ts';

const word = fc.stringMatching(/^[a-zäß0-9]{1,8}$/);
const words = fc.array(word, { minLength: 1, maxLength: 6 }).map((each) => each.join(' '));
/** Texts with more marks than letters. */
const marked = fc
  .array(
    fc.constantFrom('*', '**', '_', '`', '```', '#', '> ', '- ', '|', '[', '](', ')', '~~', '\\', '\n', ' ', 'a', '😀'),
  )
  .map((each) => each.join(''));
const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), marked, fc.string({ unit: 'binary', maxLength: 2000 }));

describe('a text on one line', () => {
  it('is one line, never longer than asked, and never ends in half a character, whatever came in', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 200 }), (text, length) => {
        for (const line of [oneLine(text, length), plainLine(text, length)]) {
          expect(line.length).toBeLessThanOrEqual(length);
          expect(line).not.toMatch(/[\n\r\t\p{Cc}]|^\s|\s$|\s\s/u);
          if (text.isWellFormed()) expect(line.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it('keeps words without marks as they are, and says where it cut', () => {
    fc.assert(
      fc.property(words, (text) => {
        expect([oneLine(text, 140), plainLine(text, 140)]).toEqual([text, text]);
      }),
    );
    expect(oneLine('one two three', 8)).toBe('one two…');
    expect(oneLine('😀😀', 2)).toBe('…');
  });
});

describe('Markdown on one line', () => {
  type Mark = (text: string) => string;
  const ofBlocks: readonly Mark[] = [
    (text) => `# ${text}`,
    (text) => `###### ${text}`,
    (text) => `> ${text}`,
    (text) => `- ${text}`,
    (text) => `12. ${text}`,
    (text) => `- [x] ${text}`,
    (text) => `${text}\n=====`,
    (text) => `${text}\n\n---`,
    (text) => `| ${text} |\n| :-- |`,
  ];
  const inLines: readonly Mark[] = [
    (text) => text,
    (text) => `*${text}*`,
    (text) => `**${text}**`,
    (text) => `***${text}***`,
    (text) => `__${text}__`,
    (text) => `_${text}_`,
    (text) => `~~${text}~~`,
    (text) => `\`${text}\``,
    (text) => `[${text}](https://example.com/a?b=c)`,
    (text) => `![${text}](/files/1 "a picture")`,
  ];

  it('shows the words and none of the marks round them (a list full of asterisks)', () => {
    fc.assert(
      fc.property(words, fc.constantFrom(...ofBlocks), fc.constantFrom(...inLines), (text, block, mark) => {
        expect(plainLine(block(mark(text)), 140)).toBe(text);
      }),
    );
    expect(plainLine('```js\nlet a = 1;\n```', 140)).toBe('let a = 1;');
  });

  it.each([
    ['2*3*4 = 24, 2**3 = 8', '2*3*4 = 24, 2**3 = 8'],
    ['snake_case_name', 'snake_case_name'],
    ['a * b * c', 'a * b * c'],
    ['see `a**b**` there', 'see a**b** there'],
    ['\\*not emphasised\\*', '*not emphasised*'],
    ['# A sample of **markdown**\n\nText with *marks*.', 'A sample of markdown Text with marks.'],
    ['**Models**\n- `practice/practice`', 'Models practice/practice'],
    ['| a | b |\n|---|:-:|\n| 1 | 2 |', 'a | b 1 | 2'],
  ])('shows %j as %j: signs that mark nothing stay', (markdown, line) => {
    expect(plainLine(markdown, 140)).toBe(line);
  });
});
