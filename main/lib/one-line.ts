/** Texts shortened to one line, for lists. Nothing here parses: what looks like a mark of Markdown is taken away. */

/** Of a longer text so much is looked at for each unit that is shown: marks and addresses are left out. */
const looked = 6;

/** `text` on one line: blanks and breaks as single spaces, at most `length` UTF-16 units (≥ 1), "…" where it was cut. */
export function oneLine(text: string, length: number): string {
  const line = text
    .slice(0, length * looked)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (line.length <= length) return line;
  // A pair of surrogates is one character: half of it would be shown as a box.
  const cut = line.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '');
  return `${cut.trimEnd()}…`;
}

/** What a reader sees of `markdown`, as {@link oneLine}: no headings' signs, list marks, fences, emphasis or addresses. */
export function plainLine(markdown: string, length: number): string {
  const lines = markdown.slice(0, length * looked).replace(/\r\n?/g, '\n');
  return oneLine(withoutInlineMarks(withoutBlockMarks(lines)), length);
}

function withoutBlockMarks(lines: string): string {
  return lines
    .replace(/^[ \t>]*(?:`{3,}|~{3,})[^\n`]*$/gm, '') // fences
    .replace(/^[ \t>]*(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|=+)$/gm, '') // rules, underlines of headings
    .replace(/^[ \t]*\|?[ \t:-]*-[ \t:-]*(?:\|[ \t:-]*)+$/gm, '') // the line below a table's head
    .replace(/^[ \t]*\|(.*)\|[ \t]*$/gm, '$1')
    .replace(/^(?:[ \t]*>)+/gm, '')
    .replace(/^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/gm, '')
    .replace(/^[ \t]*#{1,6}(?:[ \t]+|$)/gm, '');
}

/** Code is shown as it stands. */
function withoutInlineMarks(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part, index) => (index % 2 === 1 ? part.slice(1, -1) : withoutEmphasis(part)))
    .join('');
}

function withoutEmphasis(text: string): string {
  return text
    .replace(/!?\[([^[\]]*)\]\([^()\s]*(?:[ \t]+"[^"]*")?\)/g, '$1')
    .replace(/(?<!\\)(\*{2,3})(?=[^\s*])([^*\n]*[^\s*\\])\1/g, '$2')
    .replace(/(?<![\w*\\])\*(?=[^\s*])([^*\n]*[^\s*\\])\*(?![\w*])/g, '$1')
    .replace(/(?<![\w\\])(_{1,3})(?=[^\s_])([^_\n]*[^\s_\\])\1(?!\w)/g, '$2')
    .replace(/(?<![\w*\\])\*\*(?=[^\s*])/g, '') // emphasis that ends behind the part that is looked at
    .replace(/(?<!\\)~~/g, '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1');
}
