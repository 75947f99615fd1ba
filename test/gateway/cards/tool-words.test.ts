import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { givenLines, serverToolName, toolNameKey } from '../../../main/gateway/cards/tool-words.ts';

describe('what a tool would be given, in a chat', () => {
  it('is a line for each value, in the order in which the model wrote them', () => {
    const when = { kind: 'once', minutes: 20 };
    expect(givenLines(JSON.stringify({ name: 'Tea', when, empty: '' }))).toEqual([
      { name: 'name', value: 'Tea' },
      { name: 'when', value: '{"kind":"once","minutes":20}' },
      { name: 'empty', value: '""' },
    ]);
    expect(givenLines('')).toEqual([]);
    expect(givenLines('{"cut')).toEqual([{ name: null, value: '{"cut' }]);
  });

  it('shows the beginning of each, so that a long one hides nothing behind it (whom it goes to)', () => {
    const lines = givenLines(JSON.stringify({ text: 'word '.repeat(5_000), to: 'eve@evil.example' }));
    expect(lines.map(({ name }) => name)).toEqual(['text', 'to']);
    expect(lines[0]?.value).toHaveLength(300);
    expect(lines[1]?.value).toBe('eve@evil.example');
  });

  it('cannot fake a line, turn the direction of reading, or push the rest out of sight (an approval by trickery)', () => {
    const rare = fc.constantFrom('\u202e', '\u2066', '\n', '\r\n', '\u2028', '\0', 'a', '"');
    const nasty = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(rare).map((parts) => parts.join('')),
    );
    const input = fc.dictionary(nasty, fc.oneof(nasty, fc.jsonValue()), { maxKeys: 30 });
    fc.assert(
      fc.property(
        fc.oneof(
          input.map((value) => JSON.stringify(value)),
          fc.string(),
        ),
        (written) => {
          const lines = givenLines(written);
          expect(lines.length).toBeLessThanOrEqual(13);
          for (const { name, value } of lines) {
            const shown = `${name ?? ''}: ${value}`;
            expect(shown).not.toMatch(/[\n\r\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
            expect(shown.length).toBeLessThanOrEqual(642);
          }
        },
      ),
    );
  });

  it('is asked for by the name that people know, and by that of its server', () => {
    expect(toolNameKey('read_web_page')).toBe('tool.read-web-page');
    expect(toolNameKey('constructor')).toBeNull();
    expect(toolNameKey('mail__send')).toBeNull();
    expect(serverToolName('mail__send__all')).toBe('send__all (mail)');
    expect(serverToolName('__')).toBe('__');
  });
});
