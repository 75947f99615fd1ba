import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { Markdown } from '../../renderer/components/markdown.tsx';
import { Highlighted } from '../../renderer/components/markdown-highlight.tsx';

const drawn = (text: string): string => renderToStaticMarkup(<Markdown text={text} />);

describe('a reply', () => {
  test('keeps HTML as text, links to nothing but the web and mail, and loads no picture', () => {
    const html = drawn(
      '<img src=x onerror=alert(1)><script>1</script>\n\n[a](javascript:alert(1)) [b](https://example.org) ' +
        '![c](https://example.org/c.png) [d](data:text/html,x) [e](//example.org) [f](mailto:a@example.org)',
    );
    expect(html).not.toMatch(/<img|<script|javascript:|data:|href="\/\//);
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
      'https://example.org',
      'https://example.org/c.png',
      'mailto:a@example.org',
    ]);
  });

  test('keeps the address of a link that is defined elsewhere in it', () => {
    expect(drawn('See [there].\n\nMore.\n\n[there]: https://example.org/there')).toContain('https://example.org/there');
  });

  test.each([
    ['quotes in each other', '>'.repeat(20_000)],
    ['lists in each other', '1. '.repeat(5_000)],
    ['brackets', '['.repeat(30_000)],
    ['one huge word', 'x'.repeat(300_000)],
    ['emphasis', '*_~`'.repeat(5_000)],
    ['a thousand definitions', Array.from({ length: 1_000 }, (_, n) => `[${String(n)}]: https://e.org`).join('\n')],
  ])('of hostile marks is shown as it was written, at once (%s)', (_name, text) => {
    const begun = performance.now();
    expect(drawn(text)).toContain('class="markdown"');
    expect(performance.now() - begun, 'the parser would take many seconds, or all of its stack').toBeLessThan(5_000);
  });
});

describe('code', () => {
  test('says its language and can be copied; within other blocks, too', () => {
    for (const text of ['```rust\nfn main() {}\n```', '- item\n\n  ```rust\n  fn main() {}\n  ```']) {
      const html = drawn(text);
      expect(html).toContain('<span>rust</span>');
      expect(html).toContain('aria-label="Copy code"');
      // Coloured as soon as the colours have been loaded, by whomever.
      expect(html.replace(/<[^>]+>/g, '')).toContain('fn main() {}');
    }
  });

  test('is coloured by class names alone (the policy of the page lets no style through)', () => {
    const html = renderToStaticMarkup(<Highlighted language="TS" code="const a = '<b>'; // say" />);
    expect(html).toContain('<span class="hl-keyword">const</span>');
    expect(html).toContain('&lt;b&gt;');
    expect(html).not.toContain('style');
  });

  test('of a language that nobody knows, or of great length, stays as it is', () => {
    expect(renderToStaticMarkup(<Highlighted language="klingon" code="a < b" />)).toBe('a &lt; b');
    expect(renderToStaticMarkup(<Highlighted language="js" code={'a;\n'.repeat(30_000)} />)).not.toContain('span');
  });
});
