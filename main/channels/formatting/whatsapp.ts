/**
 * Parts with the marks of WhatsApp (https://faq.whatsapp.com/539178204879377): `*bold*`, `_italic_`, `~strike~`,
 * `` `code` ``, ```` ```preformatted``` ```` and lines that begin with `> `. A mark takes only at the edge of a word, with
 * no blank inside of it, and within one line; there is no sign that takes its meaning away. So a mark that would not take
 * is left out, and text that would be taken for one is parted from what follows it.
 */
import type { Block, Cell, Inline, MarkdownTree } from '../../gateway/markdown.ts';
import type { Part } from '../../gateway/types.ts';
import { assertNever } from '../../lib/assert-never.ts';
import type { FlatText, Run } from './flatten.ts';
import { flattenInlines, isShownBeside, isStyled, writtenLink } from './flatten.ts';
import { skipSpace } from './split.ts';
import { treeParts } from './split-tree.ts';
import { markedLine, markedPre, quoted } from './whatsapp-marks.ts';

/** Below so many units a part is not cut again to make room for its marks; it goes out without them. */
const SMALLEST_CUT = 2;

/**
 * Parts of at most `maxUnits` UTF-16 units with their marks, none for a tree without a visible character. `plain` is the
 * same text without marks. Addresses of links stand behind their labels; tables are aligned text.
 */
export function renderWhatsApp(tree: MarkdownTree, { maxUnits }: { readonly maxUnits: number }): readonly Part[] {
  const limit = Math.max(2, Math.floor(maxUnits));
  const written = { ...tree, blocks: tree.blocks.map(withWrittenLinks) };
  return partsOf(written, limit, limit);
}

/** Cut for `size` units of bare text; what its marks make longer than `limit` is cut again, smaller. */
function partsOf(tree: MarkdownTree, size: number, limit: number): readonly Part[] {
  return treeParts(tree, size).flatMap((part): readonly Part[] => {
    const runs = visibleRuns(part.flat);
    const plain = runs.map(({ text }) => text).join('');
    const text = marked(runs);
    if (text.length <= limit) return [{ format: 'whatsapp', text, plain }];
    const smaller = Math.min(plain.length - 1, Math.floor((plain.length * limit) / text.length));
    if (smaller < SMALLEST_CUT) return [{ format: 'plain', text: plain, plain }];
    return partsOf(part.tree, smaller, limit);
  });
}

/** The runs after whitespace, but with the indentation of a first line of code; and before whitespace. */
function visibleRuns({ text, runs }: FlatText): readonly Run[] {
  const isCode = runs[0] !== undefined && runs[0].style.pre !== null;
  const first = skipSpace(text, 0);
  const start = isCode && first < text.length ? text.lastIndexOf('\n', first) + 1 : first;
  const end = text.trimEnd().length;
  let at = 0;
  return runs.flatMap(({ text: words, style }) => {
    const [from, to] = [Math.max(start - at, 0), Math.min(end - at, words.length)];
    at += words.length;
    return from < to ? [{ text: words.slice(from, to), style }] : [];
  });
}

/** Marks close at the end of each line and open again in the next, but for those around preformatted text. */
function marked(runs: readonly Run[]): string {
  let text = '';
  let line: Run[] = [];
  const endLine = (): void => {
    const isQuote = line.some(({ style }) => style.quote);
    const words = markedLine(line);
    text += isQuote ? quoted(words) : words;
    line = [];
  };
  for (const run of runs) {
    if (run.style.pre !== null) {
      // A quote and a fence begin at the beginning of a line, also in an item.
      if (line.every(({ text: words }) => words.trim() === '')) line = [];
      endLine();
      text += markedPre(run.text, run.style.quote);
      continue;
    }
    run.text.split('\n').forEach((words, index) => {
      if (index > 0) {
        endLine();
        text += '\n';
      }
      if (words !== '') line.push({ text: words, style: run.style });
    });
  }
  endLine();
  return text;
}

/** A safe address is of use however long it is; others are shown as {@link writtenLink} says. */
function writtenOut(link: Extract<Inline, { kind: 'link' }>): readonly Inline[] {
  const children = withWritten(link.children);
  const label = flattenInlines(children).text;
  const isSaid = label === link.url || `mailto:${label}` === link.url;
  if (!isStyled(link) || isSaid || isShownBeside(link.url, label)) return withWritten(writtenLink(link));
  return [...children, { kind: 'text', text: ` (${link.url})` }];
}

function withWritten(inlines: readonly Inline[]): readonly Inline[] {
  return inlines.flatMap((inline): readonly Inline[] => {
    switch (inline.kind) {
      case 'text':
      case 'code':
      case 'break':
        return [inline];
      case 'bold':
      case 'italic':
      case 'strike':
        return [{ ...inline, children: withWritten(inline.children) }];
      case 'link':
        return writtenOut(inline);
      default:
        return assertNever(inline, 'inline');
    }
  });
}

function withWrittenLinks(block: Block): Block {
  const cell = (inlines: Cell): Cell => withWritten(inlines);
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return { ...block, children: withWritten(block.children) };
    case 'quote':
      return { ...block, children: block.children.map(withWrittenLinks) };
    case 'list': {
      const items = block.items.map((item) => ({ ...item, children: item.children.map(withWrittenLinks) }));
      return { ...block, items };
    }
    case 'table':
      return { ...block, header: block.header.map(cell), rows: block.rows.map((row) => row.map(cell)) };
    case 'code':
    case 'rule':
      return block;
    default:
      return assertNever(block, 'block');
  }
}
