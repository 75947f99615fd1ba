import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flatten } from '../../main/channels/formatting/flatten.ts';
import type { Style } from '../../main/channels/formatting/flatten.ts';
import { parseMarkdown } from '../../main/channels/formatting/parse.ts';
import { renderWhatsApp } from '../../main/channels/formatting/whatsapp.ts';
import { counts } from '../counts.ts';
import { markdown, wordsOf } from './formatting-samples.ts';
import { readWhatsApp } from './strict-whatsapp.ts';

const render = (source: string, maxUnits = 4_000) => renderWhatsApp(parseMarkdown(source), { maxUnits });
const texts = (source: string, maxUnits?: number): readonly string[] =>
  render(source, maxUnits).map(({ text }) => text);

test.each([
  ['**b** _i_ ~~s~~ `c<d`', '*b* _i_ ~s~ `c<d`'],
  ['***both***', '*_both_*'],
  ['# Title `x`', '*Title* `x`'],
  ['**two\nlines**', '*two*\n*lines*'],
  ['> a\n> > **b**', '> a\n\n> *b*'],
  ['```ts\na < b\n  c\n```', '```a < b\n  c```'],
  ['> ```\n> x\n> y\n> ```', '> ```x```\n> ```y```'],
  ['- a\n  - b\n- [x] c\n- [ ] d', '• a\n  ◦ b\n☑ c\n☐ d'],
  ['3. a\n4. b\n\n   more', '3. a\n4. b\n   more'],
  ['|a|long|\n|-|-|\n|漢字|*x*|', '```a    | long\n-----|-----\n漢字 | x```'],
  ['[docs](https://x.org/d) [https://y.org](https://y.org)', 'docs (https://x.org/d) https://y.org'],
  [`[long](https://x.org/${'a'.repeat(300)})`, `long (https://x.org/${'a'.repeat(300)})`],
  ['[x](javascript:alert)', 'x (javascript:alert)'],
  ['a\n\n---\n\nb', 'a\n\n──────────\n\nb'],
  ['#', '#'],
])('%j is written with the marks of WhatsApp', (source, expected) => {
  expect(texts(source)).toEqual([expected]);
});

test.each([
  ['next to a letter', 'un**believ**able', 'unbelievable'],
  ['next to a letter of another script', '是**重要**的', '是重要的'],
  ['around text that holds the same mark', '**2 \\* 3**', '2 * 3'],
  ['around code that holds a tick', '`` a`b ``', 'a`b'],
  ['beside an address, which would become a longer one', '*https://x.org/a*', 'https://x.org/a'],
  ['across another one', '**a *b****c*', 'a _bc_'],
])('a mark is left out %s, so that nobody reads it as a sign', (_where, source, expected) => {
  expect(texts(source)).toEqual([expected]);
});

test('blanks at the edges of a mark stand outside of it, since it would not take', () => {
  expect(
    renderWhatsApp({ source: '', blocks: [{ kind: 'paragraph', children: BLANKS }] }, { maxUnits: 100 })[0]?.text,
  ).toBe('a *b* c');
});

const BLANKS = [
  { kind: 'text', text: 'a' },
  { kind: 'bold', children: [{ kind: 'text', text: ' b ' }] },
  { kind: 'text', text: 'c' },
] as const;

test('text that looks like marks, items, quotes or fences is shown as it is', () => {
  for (const source of ['\\*x\\*', '\\_x\\_ y', '\\`x\\`', '\\- x', '\\> x', '\\`\\`\\`x\\`\\`\\`', '~x~ **~**']) {
    const [part] = render(source);
    expect(part?.text).not.toBe(part?.plain);
    expect(visible(readWhatsApp(part?.text ?? '').text)).toBe(visible(part?.plain ?? ''));
  }
});

test('names with underscores, products and addresses are left alone (a filename that cannot be copied)', () => {
  for (const text of ['snake_case_name', '2*3*4', 'https://x.org/_a_/*b*', 'a * b * c', 'one *alone']) {
    expect(texts(text.replace(/[*_]/g, '\\$&'))).toEqual([text]);
  }
});

test('a fence in a fence does not end it', () => {
  const [part] = render('````\n```js\nx\n```\n````');
  const { text, marks } = readWhatsApp(part?.text ?? '');
  expect(visible(text)).toBe('```js\nx\n```');
  expect(new Set(marks)).toEqual(new Set(['pre']));
});

test('marks and fences are closed at the end of a message and opened again in the next', () => {
  expect(texts('**one two three**', 11)).toEqual(['*one two*', '*three*']);
  expect(texts('```\none\ntwo\n```', 9)).toEqual(['```one```', '```two```']);
  expect(texts('> **one two three**', 12)).toEqual(['> *one two*', '> *three*']);
});

test('nothing to show gives no part, since no platform takes an empty message', () => {
  expect(['', ' \n\n ', '\u00a0'].flatMap((source) => texts(source))).toEqual([]);
});

/** Without blanks, and without what parts a character from a mark. */
const visible = (text: string): string => text.replace(/[\u200a\u200b]/gu, '');
const bare = (text: string): string => text.replace(/[\s\u200b]+/gu, '');
const limits = fc.oneof(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 40, max: 400 }));
const runs = { numRuns: counts.propertyRuns };
/** Milliseconds, for the long counts on a busy machine. */
const LONG = 240_000;

function marksOf({ quote, bold, italic, strike, code, pre }: Style): ReadonlySet<string> {
  const all = { quote, bold, italic, strike, code, pre: pre !== null };
  return new Set(Object.entries(all).flatMap(([name, isThere]) => (isThere ? [name] : [])));
}

test(
  'whatever the text, a client shows all of it, and no mark where none was meant',
  () => {
    fc.assert(
      fc.property(markdown, (source) => {
        const tree = parseMarkdown(source);
        const flat = flatten(tree, 'written');
        const [part, ...others] = renderWhatsApp(tree, { maxUnits: 100_000 });
        expect(others).toEqual([]);
        const shown = readWhatsApp(part?.text ?? '');
        expect(bare(shown.text)).toBe(bare(flat.text));
        const meant = flat.runs.flatMap(({ text, style }) => [...bare(text)].map(() => marksOf(style)));
        const seen = [...shown.text].map((character, index) => ({ character, index }));
        let at = 0;
        let unit = 0;
        for (const { character } of seen) {
          const marks = shown.marks[unit] ?? '';
          unit += character.length;
          if (bare(character) === '') continue;
          for (const mark of marks === '' ? [] : marks.split(' ')) expect([...(meant[at] ?? [])]).toContain(mark);
          at += 1;
        }
      }),
      runs,
    );
  },
  LONG,
);

test(
  'whatever the text, every part fits, is well formed and not blank, and together they say all of it in order',
  () => {
    fc.assert(
      fc.property(markdown, limits, (source, maxUnits) => {
        const tree = parseMarkdown(source);
        const parts = renderWhatsApp(tree, { maxUnits });
        for (const { text, plain } of parts) {
          expect(text.length).toBeLessThanOrEqual(maxUnits);
          expect(plain.length).toBeLessThanOrEqual(maxUnits);
          expect(plain.trim()).not.toBe('');
          expect(text.isWellFormed()).toBe(true);
        }
        const words = bare(wordsOf(tree, 'written').replace(/ \(https?:[^)]*\)/g, ''));
        expectSubsequence(words, bare(parts.map(({ plain }) => plain).join('\n')));
      }),
      runs,
    );
  },
  LONG,
);

/** In order, every character of `words` must be somewhere in `shown`. */
function expectSubsequence(words: string, shown: string): void {
  let at = 0;
  for (const character of words) {
    const found = shown.indexOf(character, at);
    if (found === -1) expect(shown.slice(at)).toContain(character);
    at = found + character.length;
  }
}

test(
  'whatever the text, its marked form is read as its plain one, part by part',
  () => {
    fc.assert(
      fc.property(markdown, fc.integer({ min: 30, max: 400 }), (source, maxUnits) => {
        for (const { format, text, plain } of renderWhatsApp(parseMarkdown(source), { maxUnits })) {
          if (format === 'plain') continue;
          expect(bare(readWhatsApp(text).text)).toBe(bare(plain));
        }
      }),
      runs,
    );
  },
  LONG,
);

test(
  'whatever the text, no part begins or ends inside a grapheme that fits, and no mark tears one',
  () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    const graphemes = (text: string): readonly string[] =>
      [...segmenter.segment(text)].map(({ segment }) => bare(segment));
    fc.assert(
      fc.property(markdown, fc.integer({ min: 40, max: 400 }), (source, maxUnits) => {
        const whole = graphemes(flatten(parseMarkdown(source), 'written').text);
        // A mark with an accent is still one: nobody may lose what it would hide.
        fc.pre(whole.every((grapheme) => grapheme.length <= 20 && !/^[*_~`]./su.test(grapheme)));
        const known = new Set([...whole, ...'*_~`>•◦▪☑☐─0123456789.|-', '']);
        for (const { text } of render(source, maxUnits)) {
          expect(graphemes(text).filter((grapheme) => !known.has(grapheme))).toEqual([]);
        }
      }),
      runs,
    );
  },
  LONG,
);

test(
  'rendering again gives the same, as a repetition under the same id has to',
  () => {
    fc.assert(
      fc.property(markdown, limits, (source, maxUnits) => {
        expect(render(source, maxUnits)).toEqual(render(source, maxUnits));
      }),
      runs,
    );
  },
  LONG,
);

test.each([
  ['quotes', '>'.repeat(30_000)],
  ['marks', '*a* _b_ ~c~ `d` '.repeat(5_000)],
  ['emphasis', `${'**a *b '.repeat(1_500)}${'c* d** '.repeat(1_500)}`],
  ['one line of stars', '\\*x'.repeat(3_000)],
  ['megabytes', 'word **x** '.repeat(100_000)],
])('hostile %s come to an end and lose nothing (a reply that hangs the gateway)', (_name, source) => {
  const parts = render(source);
  expect(parts.length).toBeGreaterThan(0);
  for (const { text } of parts) expect(text.length).toBeLessThanOrEqual(4_000);
});
