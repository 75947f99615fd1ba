/* What a model can be made to say by whoever wants to harm its reader: markup, addresses, letters, and sheer amount. */

const many = (piece: string, count: number): string => piece.repeat(count);

/** Letters of marks above and below marks, as "zalgo" texts have them. */
const zalgo = Array.from('he comes', (letter) => letter + many('\u0300\u0316\u0489\u035f', 12)).join('');

const columns = 1_000;
const wideTable = [
  many('| a ', columns),
  many('| - ', columns),
  ...Array.from({ length: 20 }, (_, row) => many(`| ${String(row)} `, columns)),
].join('\n');

/** By what each of them is about. */
export const hostile: Readonly<Record<string, string>> = {
  tags: [
    '<script>globalThis.hurt = true</script>',
    '<img src="https://evil.invalid/a.png" onerror="globalThis.hurt = true">',
    '<svg onload="globalThis.hurt = true"><use href="https://evil.invalid/b.svg#x"/></svg>',
    '<math><mtext><style><img src=x onerror=globalThis.hurt=true></style></mtext></math>',
    '<iframe src="https://evil.invalid"></iframe><object data="https://evil.invalid"></object>',
    '<embed src="https://evil.invalid"><video src="https://evil.invalid/c.mp4" autoplay></video>',
    '<style>@import "https://evil.invalid/d.css"; * { display: none }</style>',
    '<link rel="stylesheet" href="https://evil.invalid/e.css"><base href="https://evil.invalid/">',
    '<meta http-equiv="refresh" content="0;url=https://evil.invalid/"><form action="https://evil.invalid"><button>go',
    '<!-- --!><script>globalThis.hurt = true</script> --> <![CDATA[<script>globalThis.hurt = true</script>]]>',
    'a<b onclick=globalThis.hurt=true style="position:fixed;inset:0">click</b>',
  ].join('\n\n'),
  links: [
    '[a](javascript:globalThis.hurt=true) [b](JaVaScRiPt:globalThis.hurt=true) [c](java\tscript:globalThis.hurt=true)',
    '[d](&#106;avascript:globalThis.hurt=true) [e](\u0001javascript:globalThis.hurt=true) [f]( javascript:1)',
    '[g](data:text/html,<script>globalThis.hurt=true</script>) [h](file:///etc/passwd) [i](vbscript:1) [j](blob:x)',
    '[k](//evil.invalid) [l](/people) [m](#/settings) [n](porchlight://conversations/1) [o](about:blank)',
    '<javascript:globalThis.hurt=true> <data:text/html,x> <file:///etc/passwd>',
    '[p][hidden] and [q]: [hidden]: javascript:globalThis.hurt=true',
    '',
    '[hidden]: javascript:globalThis.hurt=true "title"',
    '',
    '[https://bank.example](https://evil.invalid/?%E2%80%AE) [\u202Emoc.knab](https://xn--bnk-5cd.invalid)',
    `[long](https://evil.invalid/${many('a', 20_000)})`,
  ].join('\n'),
  pictures: [
    '![one](https://evil.invalid/one.png) ![two](//evil.invalid/two.png) ![three](data:image/svg+xml,<svg/>)',
    '![four](javascript:globalThis.hurt=true) ![](http://evil.invalid:1/five.png "six") ![seven](file:///etc/passwd)',
    '[![eight](https://evil.invalid/eight.png)](javascript:globalThis.hurt=true)',
  ].join('\n\n'),
  'quotes in each other': many('>', 10_000),
  'quotes in each other, with blanks': `${many('> ', 10_000)}deep`,
  'lists in each other': `${many('- ', 10_000)}deep`,
  'numbered lists in each other': `${many('1. ', 10_000)}deep`,
  'lists by indentation': Array.from({ length: 400 }, (_, depth) => `${many('  ', depth)}- ${String(depth)}`).join(
    '\n',
  ),
  'emphasis in each other': `${many('*a **b ', 5_000)}${many('** *', 5_000)}`,
  'brackets in each other': `${many('[', 10_000)}x${many('](y)', 10_000)}`,
  'half links': many('[a](', 8_000),
  'half entities': many('&#x;&lt', 8_000),
  'a table of a thousand columns': wideTable,
  'a table that never gets its line': many('| a | b |\n', 4_000),
  'a huge line': many('word ', 60_000),
  'a huge word': many('x', 300_000),
  'a thousand footnotes': Array.from({ length: 1_000 }, (_, n) => `a[^${String(n)}]\n\n[^${String(n)}]: note`).join(
    '\n\n',
  ),
  'a thousand definitions': Array.from({ length: 1_000 }, (_, n) => `[${String(n)}]: https://e.invalid`).join('\n'),
  'an open fence with a name that is markup': '```"><script>globalThis.hurt=true</script>\n<b>x</b>',
  'fences in fences': `${many('```', 2_000)}\n${many('~~~\n```\n', 2_000)}`,
  'code of one line': `\`\`\`js\n${many('a("<b>");', 20_000)}\n\`\`\``,
  letters: [
    `bidi: \u202Egnp.exe\u202C \u2066\u2067\u2068 \u200F\u061C right`,
    many(`${zalgo} `, 40),
    'nothing: a\u0000b\u0001c\u0008d\u001B[31mred\u007F',
    `halves: \uD800 \uDC00 \uFFFE \uFFFF \uFEFF ${many('\u200B\u200D\u2060', 2_000)}`,
    many('\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}', 500),
    many('\u{1F1E6}', 999),
    `${many('\n', 3_000)}far below`,
  ].join('\n\n'),
};
