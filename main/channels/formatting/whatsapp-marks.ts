/** The marks of WhatsApp on one line of text, and on preformatted text; see `whatsapp.ts` for what they are. */
import type { Run, Style } from './flatten.ts';
import { graphemeEnd } from './split.ts';

/**
 * Put behind a character that would open a mark. It is the narrowest one that every client counts as a blank; an invisible
 * one would not do, because it is none.
 */
const HAIR_SPACE = '\u200a';
/** Before a line that would be taken for an item or a quote, and between the ticks of what would be a fence. */
const ZERO_WIDTH = '\u200b';

const FENCE = '```';
const MARKS = [
  ['bold', '*'],
  ['italic', '_'],
  ['strike', '~'],
] as const;
const CODE = '`';
const ALL_MARKS = /[*_~`]/;
/** UTF-16 units, more than graphemes of any language have. */
const NEAR = 64;

interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly mark: string;
}

/** One line (without a break in it) with the marks of its runs. */
export function markedLine(runs: readonly Run[]): string {
  const text = runs.map((run) => run.text).join('');
  if (text === '') return '';
  const links = linksIn(text);
  const code = spansOf(runs, CODE, ({ code: isCode }) => isCode).filter((span) => isCode(text, span));
  const spans = [...code];
  for (const [name, mark] of MARKS) {
    for (const span of spansOf(runs, mark, (style) => style[name])) {
      if (takes(text, span, links) && !spans.some((other) => isCrossing(span, other))) spans.push(span);
    }
  }
  return withMarks(text, spans, opening(text, spans, [...links, ...code]));
}

/** Preformatted text; in a quote each line for itself, since a mark around several lines does not take there. */
export function markedPre(text: string, isQuote: boolean): string {
  if (!isQuote) return fenced(text);
  return text
    .split('\n')
    .map((line) => quoted(fenced(line)))
    .join('\n');
}

/** A line of a quote. An empty one stays empty: it would show its mark. */
export function quoted(line: string): string {
  return line.trim() === '' ? line : `> ${line}`;
}

function fenced(text: string): string {
  if (text.trim() === '') return text;
  const inner = text.replace(/`(?=`)/g, `${CODE}${ZERO_WIDTH}`);
  const before = inner.startsWith(CODE) || !isApart(CODE, inner.slice(0, NEAR)) ? ZERO_WIDTH : '';
  const after = inner.endsWith(CODE) || !isApart(inner.slice(-NEAR), CODE) ? ZERO_WIDTH : '';
  return FENCE + before + inner + after + FENCE;
}

/** Addresses, in which nothing is a mark and nothing may be put. */
function linksIn(text: string): readonly Omit<Span, 'mark'>[] {
  return [...text.matchAll(/[a-z][a-z\d+.-]*:\/\/[^\s`]+|www\.[^\s`]+/gi)].map(({ 0: link, index }) => ({
    start: index,
    end: index + link.length,
  }));
}

/** The stretches of a style, without the blanks at their ends. */
function spansOf(runs: readonly Run[], mark: string, has: (style: Style) => boolean): readonly Span[] {
  const stretches: { start: number; end: number; text: string }[] = [];
  let at = 0;
  let isOpen = false;
  for (const { text, style } of runs) {
    const last = stretches.at(-1);
    if (has(style) && isOpen && last !== undefined) {
      last.end += text.length;
      last.text += text;
    } else if (has(style)) stretches.push({ start: at, end: at + text.length, text });
    isOpen = has(style);
    at += text.length;
  }
  return stretches.flatMap(({ start, end, text }) => {
    const span = {
      start: start + text.length - text.trimStart().length,
      end: end - text.length + text.trimEnd().length,
    };
    return span.start < span.end ? [{ ...span, mark }] : [];
  });
}

function isCode(text: string, span: Span): boolean {
  return !text.slice(span.start, span.end).includes(CODE) && isAtEdges(text, span);
}

function takes(text: string, span: Span, links: readonly Omit<Span, 'mark'>[]): boolean {
  if (text.slice(span.start, span.end).includes(span.mark)) return false;
  // A mark right beside an address would become a part of it.
  const isIn = (at: number): boolean => links.some(({ start, end }) => start <= at && at < end);
  return isAtEdges(text, span) && !isIn(span.start) && !isIn(span.end - 1);
}

/** Blank, sign or nothing on the outer sides, and no grapheme that the marks would tear or become a part of. */
function isAtEdges(text: string, { start, end, mark }: Span): boolean {
  const [before, after] = [text.slice(Math.max(0, end - NEAR), end), text.slice(start, start + NEAR)];
  return (
    isEdge(text.slice(Math.max(0, start - 2), start), /.$/su) &&
    isEdge(text.slice(end, end + 2), /^./su) &&
    graphemeEnd(text, start) === start &&
    graphemeEnd(text, end) === end &&
    isApart(mark, after) &&
    isApart(before, mark)
  );
}

/** Whether two texts stay what they are side by side. */
function isApart(one: string, other: string): boolean {
  return graphemeEnd(one + other, one.length) === one.length;
}

function isEdge(beside: string, nearest: RegExp): boolean {
  const character = nearest.exec(beside)?.[0];
  return character === undefined || (/^[\s\p{P}\p{S}]$/u.test(character) && !ALL_MARKS.test(character));
}

function isCrossing(one: Span, other: Span): boolean {
  const [first, second] = one.start <= other.start ? [one, other] : [other, one];
  return second.start < first.end && first.end < second.end;
}

/** The positions of characters that would open a mark although they are text. */
function opening(text: string, spans: readonly Span[], inert: readonly Omit<Span, 'mark'>[]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { 0: mark, index } of text.matchAll(/[*_~`]/g)) {
    if (inert.some(({ start, end }) => start <= index && index < end)) continue;
    const before = text.slice(Math.max(0, index - 2), index);
    const next = text.charAt(index + 1);
    if (/[\p{L}\p{N}]$/u.test(before) || next === '' || /\s/.test(next)) continue;
    const closes = text.includes(mark, index + 1) || spans.some((span) => span.mark === mark && span.end > index);
    if (closes) found.add(index);
  }
  return found;
}

function withMarks(text: string, spans: readonly Span[], parted: ReadonlySet<number>): string {
  // The outermost first where several begin.
  const ordered = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const open: Span[] = [];
  let next = 0;
  let line = '';
  let at = 0;
  const copyTo = (end: number): void => {
    for (; at < end; at += 1) line += parted.has(at) ? text.charAt(at) + HAIR_SPACE : text.charAt(at);
  };
  const closeUpTo = (end: number): void => {
    for (let last = open.at(-1); last !== undefined && last.end <= end; last = open.at(-1)) {
      copyTo(last.end);
      line += last.mark;
      open.pop();
    }
  };
  for (; next < ordered.length; next += 1) {
    const span = ordered[next];
    if (span === undefined) break;
    closeUpTo(span.start);
    copyTo(span.start);
    line += span.mark;
    open.push(span);
  }
  closeUpTo(text.length);
  copyTo(text.length);
  return startsLikeBlock(line) ? ZERO_WIDTH + line : line;
}

/** An item or a quote; an opening mark has no blank behind it. */
function startsLikeBlock(text: string): boolean {
  return /^\s*(?:[-*]\s|>)/.test(text);
}
