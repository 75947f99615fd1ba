/**
 * Cuts Markdown into blocks that can be drawn one by one, so that while a reply is being written only its last block is
 * parsed again. Cuts are made at blank lines outside of code fences, never inside a list or an indented continuation, and
 * round a fence that begins at the margin, which is a block wherever it stands. Joined again with blank lines the blocks
 * mean the same; a block that refers to a definition elsewhere brings a copy of it. A text with footnotes, which number
 * themselves over the whole, stays one block.
 */
const fenceOpen = /^ {0,3}(`{3,}|~{3,})/;
const definition = /^ {0,3}\[([^\]^][^\]]{0,200})\]:\s*\S/;
const footnote = /^ {0,3}\[\^[^\]]+\]:/m;
const listItem = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const topItem = /^(?:[-*+]|\d{1,9}[.)])\s/;
const indented = /^(?: {2,}|\t)/;
/** More definitions than a person writes: then the text is parsed as a whole. */
const mostDefinitions = 100;
/** A list that is longer, in UTF-16 units, goes on as a list of its own with its next item. */
const longList = 4_000;
/** A longer block is not parsed at all. */
const longest = 24_000;
/** From here on a block is looked at for what takes a parser of Markdown seconds. */
const worthALook = 1_500;
const nested = /^[ \t]*(?:>[ \t]*|(?:[-*+]|\d{1,9}[.)])[ \t]+){20}/m;

/** Lists in lists, each further in than the one before. */
const nestedByBlanks = /^[ \t]{40,}(?:[-*+]|\d{1,9}[.)])[ \t]/m;
/** More columns than fit on any screen. */
const manyColumns = /^(?:[^|\n]*\|){200}/m;
/** Footnotes and what refers to them. */
const manyNotes = /(?:\[\^[^[]*){200}/;
/** Definitions of addresses, which are looked up for each other. */
const manyDefinitions = /(?:\]:[^\]]*){200}/;
/** Rows of a table, each of which could be its first one until the line below the heading comes. */
const manyRows = /^(?:\|.*\n){100}/m;
const tableLine = /^\|?[ \t]*:?-+:?[ \t]*\|/m;

/** The blocks of a whole text. */
export function splitBlocks(source: string): readonly string[] {
  return createSplitter()(source);
}

/** The same for a text that grows: what was cut before is kept, so that a piece more costs its last block alone. */
export function createSplitter(): (source: string) => readonly string[] {
  let before: Cut = nothing;
  return (source) => {
    const grown = source.startsWith(before.source);
    before = cut(source, grown ? before : nothing);
    const { blocks, definitions, footnotes } = before;
    if (footnotes || definitions.size > mostDefinitions) return [source];
    return definitions.size === 0 ? blocks : blocks.map((block) => withDefinitions(block, definitions));
  };
}

interface Cut {
  readonly source: string;
  readonly blocks: readonly string[];
  /** So many blocks end before the last line, which may still come to mean something else as it grows. */
  readonly sure: number;
  /** Where in the source the block after those begins. */
  readonly from: number;
  /** By label, in brackets and lower case. */
  readonly definitions: ReadonlyMap<string, string>;
  readonly footnotes: boolean;
}

const nothing: Cut = { source: '', blocks: [], sure: 0, from: 0, definitions: new Map(), footnotes: false };

/** Goes on behind the sure blocks of `before`, of which the source is a longer form. */
function cut(source: string, before: Cut): Cut {
  const blocks = before.blocks.slice(0, before.sure);
  const definitions = new Map(before.definitions);
  let lines: string[] = [];
  let length = 0;
  let at = before.from;
  let begin = before.from;
  let { sure, from } = before;
  let fence: Fence | null = null;
  let blank = false;
  let closed = false;
  const end = (): void => {
    if (lines.length > 0) blocks.push(lines.join('\n').trimEnd());
    lines = [];
    length = 0;
  };
  for (const line of source.slice(before.from).split('\n')) {
    sure = blocks.length;
    from = lines.length === 0 ? at : begin;
    const empty = line.trim() === '';
    const opens = fence === null && atMargin(line);
    const apart = fence === null && blank && !continues(lines[0] ?? '', line);
    const enough = fence === null && length > longList && topItem.test(line) && listItem.test(lines[0] ?? '');
    if (opens || closed || apart || enough) end();
    if (lines.length === 0) begin = at;
    const label = fence === null ? definition.exec(line)?.[1] : undefined;
    if (label !== undefined) definitions.set(`[${label.toLowerCase()}]`, line);
    const after: Fence | null = fenceAfter(fence, line);
    closed = after === null && fence?.margin === true;
    fence = after;
    if (!(empty && lines.length === 0)) lines.push(line);
    length += line.length + 1;
    at += line.length + 1;
    blank = empty && fence === null;
  }
  end();
  const footnotes = before.footnotes || footnote.test(source.slice(before.from));
  return { source, blocks, sure, from, definitions, footnotes };
}

function withDefinitions(block: string, definitions: ReadonlyMap<string, string>): string {
  if (!block.includes('[') || atMargin(block)) return block;
  const words = block.toLowerCase();
  const wanted = [...definitions].filter(([label, line]) => words.includes(label) && !block.includes(line));
  return wanted.length === 0 ? block : [block, '', ...wanted.map(([, line]) => line)].join('\n');
}

/** Whether a line after a blank one still belongs to the block that began with `first`. */
function continues(first: string, line: string): boolean {
  if (line.trim() === '') return true;
  return listItem.test(first) && (indented.test(line) || listItem.test(line));
}

interface Fence {
  readonly marks: string;
  /** It began at the margin, so it is no part of a list. */
  readonly margin: boolean;
}

/** A fence at the margin begins here. What follows backticks holds none, or they are code within a line. */
function atMargin(line: string): boolean {
  const marks = opened(line);
  return marks !== null && !line.startsWith(' ');
}

function opened(line: string): string | null {
  const marks = fenceOpen.exec(line)?.[1];
  if (marks === undefined) return null;
  const first = line.split('\n', 1)[0] ?? '';
  return marks.startsWith('`') && first.trimStart().slice(marks.length).includes('`') ? null : marks;
}

/** The fence that is open after this line, or null. */
function fenceAfter(open: Fence | null, line: string): Fence | null {
  if (open === null) {
    const marks = opened(line);
    return marks === null ? null : { marks, margin: !line.startsWith(' ') };
  }
  return closes(open.marks, line) ? null : open;
}

function closes(open: string, line: string): boolean {
  const marks = fenceOpen.exec(line)?.[1];
  return marks !== undefined && marks[0] === open[0] && marks.length >= open.length && line.trim() === marks;
}

export interface FencedCode {
  /** The first word behind the fence; empty when there is none. */
  readonly language: string;
  readonly code: string;
  /** The fence is still open: more may come. */
  readonly open: boolean;
}

/** A block that is one fence at the margin and nothing else, read without parsing Markdown; null for every other one. */
export function fencedCode(block: string): FencedCode | null {
  if (!atMargin(block)) return null;
  const [first = '', ...lines] = block.split('\n');
  const marks = opened(first);
  if (marks === null) return null;
  const at = lines.findIndex((line) => closes(marks, line));
  if (at !== -1 && at !== lines.length - 1) return null;
  const [language = ''] = first.slice(marks.length).trim().split(/\s/, 1);
  return { language, code: (at === -1 ? lines : lines.slice(0, at)).join('\n'), open: at === -1 };
}

/**
 * Whether a block is shown as it was written: one that would take a parser of Markdown seconds or all of its stack (marks
 * nested without end, brackets without number, a text without a blank line). No person writes such a thing.
 */
export function isUnparsable(block: string): boolean {
  if (nested.test(block) || block.length > longest) return true;
  if (block.length < worthALook) return false;
  if (nestedByBlanks.test(block) || manyColumns.test(block) || manyNotes.test(block)) return true;
  if (manyDefinitions.test(block)) return true;
  if (manyRows.test(block) && !tableLine.test(block)) return true;
  const marks = block.length - block.replace(/[[\]*_~`]/g, '').length;
  return marks > block.length * 0.3;
}

/** A block that grows is drawn anew for each piece; a long one only for each line, or for so many UTF-16 units. */
const longWhileWritten = 2_000;
const step = 400;

/** As much of a block that is being written as is drawn now. */
export function steady(block: string): string {
  if (block.length <= longWhileWritten) return block;
  const line = block.lastIndexOf('\n');
  return line > block.length - step ? block.slice(0, line) : block.slice(0, block.length - (block.length % step));
}
