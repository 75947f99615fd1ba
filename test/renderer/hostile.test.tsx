import fc from 'fast-check';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { splitBlocks } from '../../renderer/blocks.ts';
import { Markdown } from '../../renderer/components/markdown.tsx';
import { hostile } from '../lib/hostile.ts';

/** Bytes of a piece as the gateway sends them at most. */
const piece = 4_096;
/** Processor time for one piece, in ms. The dearest takes a third of it; what a parser is slow over takes seconds. */
const longest = 150;

/** What a reply is made of; an element of another name came out of its text. */
const elements = (
  'a blockquote br button circle code del div em figcaption figure h1 h2 h3 h4 h5 h6 hr input li ol p path pre rect ' +
  'section span strong sup svg table tbody td th thead tr ul'
).split(' ');

function expectHarmless(html: string): void {
  for (const [, name] of html.matchAll(/<([a-z][^\s/>]*)/gi)) expect(elements).toContain(name);
  for (const [, href] of html.matchAll(/\shref="([^"]*)"/g)) expect(href).toMatch(/^(?:https?:|mailto:)/i);
  // In a tag, not in a text: what is left of a tag after its name and its quoted values.
  for (const [tag] of html.matchAll(/<[a-z](?:[^>"]|"[^"]*")*>/gi)) {
    expect(tag.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/\s(?:on\w+|src|srcset|style|formaction|srcdoc)=/i);
  }
}

/** Processor time of this thread for `work`, in ms: what other tests and others on the machine do is not in it. */
function effort(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** Tells `text` in pieces, draws what each piece changed, and says what the dearest of them took. */
function tell(text: string): number {
  let drawn: readonly string[] = [];
  let worst = 0;
  for (let end = piece; end < text.length + piece; end += piece) {
    const took = effort(() => {
      const blocks = splitBlocks(text.slice(0, end));
      for (const [index, block] of blocks.entries()) {
        if (block !== drawn[index]) draw(block, end < text.length && index === blocks.length - 1);
      }
      drawn = blocks;
    });
    worst = Math.max(worst, took);
  }
  return worst;
}

function draw(text: string, writing: boolean): string {
  return renderToStaticMarkup(<Markdown text={text} writing={writing} />);
}

describe('what a model says to harm its reader', () => {
  test.each(Object.entries(hostile))('is drawn as nothing but words: %s', (_about, text) => {
    expectHarmless(draw(text, false));
  });

  test.each(Object.entries(hostile))('holds nobody up, piece by piece: %s', (_about, text) => {
    tell('**warm** [up](https://example.org)\n\n| a |\n| - |\n| b |\n');
    let took = tell(text);
    // Once more where it was much: a collection of garbage, or a busy machine, is not the text's fault.
    for (let again = 0; took >= longest && again < 3; again += 1) took = Math.min(took, tell(text));
    expect(took, 'ms for one piece').toBeLessThan(longest);
  });

  test('is drawn as nothing but words, however it is put together', () => {
    const part = fc.oneof(
      fc.constantFrom(...Object.values(hostile).map((text) => text.slice(0, 300))),
      fc.constantFrom(
        '\n',
        '\n\n',
        '> ',
        '- ',
        '1. ',
        '| ',
        '```',
        '~~~',
        '    ',
        '[',
        '](',
        ')',
        '<',
        '>',
        '![',
        '*',
        '_',
      ),
      fc.constantFrom('javascript:', 'data:text/html,', 'onerror=', '&#106;', '\u0000', '\u202E', '\\', '"', "'"),
      fc.string({ maxLength: 12, unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 24 }), (parts) => {
        expectHarmless(draw(parts.join(''), false));
      }),
      { numRuns: 400 },
    );
  });
});
