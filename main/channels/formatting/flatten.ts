/**
 * The tree as one line of styled runs, which is what a chat message is: text, and marks over stretches of it. Splitting
 * and markup then work on positions in that text, so that a mark is closed and reopened wherever a message ends.
 */
import type { Block, Inline, ListItem, MarkdownTree } from '../../gateway/markdown.ts';
import { assertNever } from '../../lib/assert-never.ts';
import { plainBlocks } from './parse.ts';
import { alignTable } from './table.ts';

export interface Style {
  readonly quote: boolean;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly strike: boolean;
  readonly url: string | null;
  readonly code: boolean;
  readonly pre: { readonly language: string | null } | null;
}

export interface Run {
  /** Never empty. */
  readonly text: string;
  readonly style: Style;
}

export interface FlatText {
  readonly text: string;
  readonly runs: readonly Run[];
  /** Where one block ends and the next begins: the positions of the line breaks between them, rising. */
  readonly blockEnds: readonly number[];
}

/** `styled`: a link is a style of its label. `written`: the address follows the label in brackets. */
export type LinkForm = 'styled' | 'written';

const PLAIN: Style = { quote: false, bold: false, italic: false, strike: false, url: null, code: false, pre: null };
const RULE = '──────────';
const BULLETS = ['•', '◦', '▪'] as const;
/** A longer address that cannot be a link is not shown: it is data, not something to read. */
const MAX_SHOWN_URL = 200;

interface Writer {
  readonly runs: Run[];
  readonly blockEnds: number[];
  readonly links: LinkForm;
  length: number;
}

interface Place {
  /** Put after each line break of a list item. */
  readonly indent: string;
  readonly listDepth: number;
  readonly style: Style;
}

/** Every visible character of the tree, in order. A tree without any shows its source, so that no reply is silence. */
export function flatten(tree: MarkdownTree, links: LinkForm): FlatText {
  const flat = flattenBlocks(tree.blocks, links);
  return flat.text.trim() === '' ? flattenBlocks(plainBlocks(tree.source.toWellFormed()), links) : flat;
}

function flattenBlocks(blocks: readonly Block[], links: LinkForm): FlatText {
  const writer: Writer = { runs: [], blockEnds: [], links, length: 0 };
  writeBlocks(writer, blocks, { indent: '', listDepth: 0, style: PLAIN });
  return { text: writer.runs.map((run) => run.text).join(''), runs: writer.runs, blockEnds: writer.blockEnds };
}

function write(writer: Writer, text: string, style: Style): void {
  if (text === '') return;
  writer.runs.push({ text, style });
  writer.length += text.length;
}

function writeBlocks(writer: Writer, blocks: readonly Block[], place: Place): void {
  blocks.forEach((block, index) => {
    if (index > 0) separate(writer, '\n\n', place);
    writeBlock(writer, block, place);
  });
}

function separate(writer: Writer, breaks: string, place: Place): void {
  writer.blockEnds.push(writer.length);
  write(writer, breaks + place.indent, place.style);
}

function writeBlock(writer: Writer, block: Block, place: Place): void {
  switch (block.kind) {
    case 'paragraph':
      return writeInlines(writer, block.children, place);
    case 'heading':
      return writeInlines(writer, block.children, { ...place, style: { ...place.style, bold: true } });
    case 'code':
      return write(writer, block.text, { ...PLAIN, quote: place.style.quote, pre: { language: block.language } });
    case 'quote':
      return writeBlocks(writer, block.children, { ...place, style: { ...place.style, quote: true } });
    case 'list':
      return writeList(writer, block, place);
    case 'table': {
      const rows = [block.header, ...block.rows].map((row) => row.map((cell) => cellText(cell)));
      return write(writer, alignTable(rows), { ...PLAIN, quote: place.style.quote, pre: { language: null } });
    }
    case 'rule':
      return write(writer, RULE, place.style);
    default:
      return assertNever(block, 'block');
  }
}

function writeList(writer: Writer, list: Extract<Block, { kind: 'list' }>, place: Place): void {
  list.items.forEach((item, index) => {
    if (index > 0) separate(writer, '\n', place);
    const marker = markerOf(list, item, index, place.listDepth);
    write(writer, `${marker} `, place.style);
    writeItem(writer, item, {
      ...place,
      indent: place.indent + ' '.repeat(marker.length + 1),
      listDepth: place.listDepth + 1,
    });
  });
}

function markerOf(list: Extract<Block, { kind: 'list' }>, item: ListItem, index: number, depth: number): string {
  if (item.checked !== null) return item.checked ? '☑' : '☐';
  if (list.ordered) return `${list.start + index}.`;
  return BULLETS[depth % BULLETS.length] ?? BULLETS[0];
}

function writeItem(writer: Writer, item: ListItem, place: Place): void {
  item.children.forEach((block, index) => {
    // Preformatted text keeps its own columns and starts on its own line.
    const own = block.kind === 'code' || block.kind === 'table';
    if (index > 0 || block.kind !== 'paragraph') separate(writer, '\n', own ? { ...place, indent: '' } : place);
    writeBlock(writer, block, place);
  });
}

function writeInlines(writer: Writer, inlines: readonly Inline[], place: Place): void {
  for (const inline of inlines) writeInline(writer, inline, place);
}

function writeInline(writer: Writer, inline: Inline, place: Place): void {
  const { style, indent } = place;
  switch (inline.kind) {
    case 'text':
      return write(writer, inline.text.replaceAll('\n', `\n${indent}`), style);
    case 'break':
      return write(writer, `\n${indent}`, style);
    case 'code': {
      // Telegram: code holds no other mark and is part of none but a quote; a link is worth more than its look.
      const look = style.url === null ? { ...PLAIN, quote: style.quote, code: true } : style;
      return write(writer, inline.text.replaceAll('\n', ' '), look);
    }
    case 'bold':
    case 'italic':
    case 'strike':
      return writeInlines(writer, inline.children, { ...place, style: { ...style, [inline.kind]: true } });
    case 'link':
      return writeLink(writer, inline, place);
    default:
      return assertNever(inline, 'inline');
  }
}

function writeLink(writer: Writer, link: Extract<Inline, { kind: 'link' }>, place: Place): void {
  const label = cellText(link.children);
  if (label.trim() === '') return write(writer, link.url, place.style);
  if (writer.links === 'styled' && isSafeUrl(link.url)) {
    return writeInlines(writer, link.children, { ...place, style: { ...place.style, url: link.url } });
  }
  writeInlines(writer, link.children, place);
  if (isShownBeside(link.url, label)) write(writer, ` (${link.url})`, place.style);
}

/** Whether an address says more than its label does, and is short enough to be read. */
export function isShownBeside(url: string, label: string): boolean {
  return url !== '' && url.length <= MAX_SHOWN_URL && url !== label && url !== `mailto:${label}`;
}

/** Only these are made links; anything else (`javascript:`, `file:`, relative paths) stays text. */
function isSafeUrl(url: string): boolean {
  return /^(?:https?:\/\/|mailto:|tg:\/\/)[^\s\p{Cc}]+$/iu.test(url);
}

function cellText(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      switch (inline.kind) {
        case 'text':
        case 'code':
          return inline.text.replaceAll('\n', ' ');
        case 'break':
          return ' ';
        case 'link':
        case 'bold':
        case 'italic':
        case 'strike':
          return cellText(inline.children);
        default:
          return assertNever(inline, 'inline');
      }
    })
    .join('');
}
