import fc from 'fast-check';
import { expect, test } from 'vitest';
import { givenLines, shortGiven } from '../../renderer/components/given-lines.ts';
import { leftWords, nextWords } from '../../renderer/components/time-left.ts';

test('what a tool is given reads as names and values, texts without the signs of JSON', () => {
  const given = { to: 'Ada', text: 'one\n"two"', times: 3, cc: ['a', 'b'], note: '' };
  expect(givenLines(JSON.stringify(given))).toEqual([
    { name: 'to', value: 'Ada' },
    { name: 'text', value: 'one\n"two"' },
    { name: 'times', value: '3' },
    { name: 'cc', value: '[\n  "a",\n  "b"\n]' },
    { name: 'note', value: '""' },
  ]);
  expect(givenLines(' ')).toEqual([]);
});

test('of a name that is there twice the last counts, as for the tool (a card that showed the other one)', () => {
  expect(givenLines('{"to":"Ada","to":"Eve"}')).toEqual([{ name: 'to', value: 'Eve' }]);
  expect(givenLines('{"__proto__":"Eve"}')).toEqual([{ name: '__proto__', value: 'Eve' }]);
});

test('what is no object, or only the beginning of one, is no list', () => {
  for (const text of ['[1]', '"x"', 'null', '7', '{"to": "Ad', 'x']) expect(givenLines(text), text).toBeNull();
});

test('neither names nor values can run the other way or hide (a file that seems to be a picture)', () => {
  const unseen = fc.constantFrom('\u202e', '\u2066', '\u200b', '\u00ad', '\u0007', '\ufeff');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), unseen, fc.string())), (parts) => {
      const given = Object.fromEntries(parts.map((part) => [part.join(''), part.join('')]));
      const lines = givenLines(JSON.stringify(given)) ?? [];
      expect(JSON.stringify(lines)).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u00ad\ufeff]/);
      expect(lines).toHaveLength(Object.keys(given).length);
    }),
  );
});

test('a long value hides none of the names behind it (to whom it goes stood below what was sent)', () => {
  const lines = [
    { name: 'text', value: 'x'.repeat(60_000) },
    { name: 'to', value: 'eve@example.org' },
  ];
  const short = shortGiven(lines);
  expect(short.cut).toBe(true);
  expect(short.lines[0]?.value).toMatch(/^x{350}…$/);
  expect(short.lines[1]).toEqual(lines[1]);
  expect(shortGiven(lines.slice(1))).toEqual({ lines: lines.slice(1), more: 0, cut: false });
  const many = Array.from({ length: 40 }, (_, index) => ({ name: String(index), value: '' }));
  expect(shortGiven(many)).toMatchObject({ more: 28, cut: true });
});

test('what is left is told in minutes, and in seconds in the last one; it never says less than there is', () => {
  const words = [600_000, 540_001, 540_000, 60_001, 60_000, 59_001, 59_000, 1].map(leftWords);
  expect(words).toEqual(['10 min', '10 min', '9 min', '2 min', '1 min', '1 min', '59 s', '1 s']);
});

test('the words are looked at again when they change, and not every second before (a list drawn 600 times)', () => {
  let left = 600_000;
  let looks = 0;
  for (; left > 0; looks += 1) {
    const next = nextWords(left);
    expect(next).toBeGreaterThan(0);
    if (left > 60_000) expect(leftWords(left - next + 1)).toBe(leftWords(left));
    left -= next;
  }
  expect(looks).toBeLessThanOrEqual(9 * 12 + 60);
});
