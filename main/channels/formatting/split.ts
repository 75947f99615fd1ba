/**
 * Where a text that is too long for one message is parted: between blocks, else at a line, a sentence, a word, a
 * grapheme, and only within a grapheme that alone exceeds the limit at a code point.
 */
import type { FlatText } from './flatten.ts';

/** A stretch of the text, without the whitespace at its ends. */
export interface Stretch {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const SENTENCE_END = /[.!?…]["'”’)\]]*(?=\s)|[。！？]/gu;

/**
 * Stretches of at most `limit` UTF-16 units (2 at least, so that every code point fits) which together hold everything
 * but whitespace at the joints. Stretches of whitespace alone are left out: no platform takes an empty message.
 */
export function splitText(flat: FlatText, limit: number): readonly Stretch[] {
  const { text } = flat;
  const size = Math.max(2, Math.floor(limit));
  const stretches: Stretch[] = [];
  let start = skipBlank(text, 0);
  while (start < text.length) {
    const cut = text.length - start <= size ? text.length : start + cutWithin(flat, start, size);
    const end = start + text.slice(start, cut).trimEnd().length;
    if (end > start) stretches.push({ start, end });
    start = skipBlank(text, cut);
  }
  return stretches;
}

/** How many units from `start` on belong to the next part; more than 0 and at most `size`. */
function cutWithin(flat: FlatText, start: number, size: number): number {
  // One code point beyond the limit is enough to know whether the limit itself lies inside a grapheme.
  const window = flat.text.slice(start, start + size + 2).toWellFormed();
  const segments = graphemes.segment(window);
  const fits = (at: number): boolean => at > 0 && at <= size && segments.containing(at)?.index === at;
  const half = size / 2;
  const wanted = [
    () => lastBlockEnd(flat.blockEnds, start, size),
    () => window.lastIndexOf('\n', size),
    () => lastSentenceEnd(window, size),
  ];
  for (const find of wanted) {
    const at = find();
    if (at >= half && fits(at)) return at;
  }
  for (let at = lastSpace(window, size); at > 0; at = lastSpace(window, at - 1)) {
    if (fits(at) && window.slice(0, at).trim() !== '') return at;
  }
  const boundary = segments.containing(size)?.index ?? 0;
  if (boundary > 0) return boundary;
  const low = window.charCodeAt(size);
  return low >= 0xdc00 && low <= 0xdfff ? size - 1 : size;
}

function lastBlockEnd(blockEnds: readonly number[], start: number, size: number): number {
  return (blockEnds.findLast((at) => at <= start + size) ?? start) - start;
}

function lastSentenceEnd(window: string, size: number): number {
  let last = 0;
  for (const match of window.matchAll(SENTENCE_END)) {
    const end = match.index + match[0].length;
    if (end > size) break;
    last = end;
  }
  return last;
}

/** The last whitespace at or before `from`, 0 when there is none. */
function lastSpace(window: string, from: number): number {
  let at = Math.min(from, window.length - 1);
  while (at > 0 && !/\s/.test(window.charAt(at))) at -= 1;
  return Math.max(0, at);
}

/** Where the next part begins: after blank lines, but with the indentation of its first line, which code needs. */
function skipBlank(text: string, from: number): number {
  const blank = /^\s*/.exec(text.slice(from))?.[0] ?? '';
  if (blank === '') return from;
  const end = from + blank.length;
  if (end === text.length) return end;
  const keep = blank.lastIndexOf('\n');
  if (keep !== -1) return from + keep + 1;
  // A mark that combines with the last blank belongs to it.
  const joined = graphemes.segment(text.slice(end - 1, end + 2).toWellFormed()).containing(1)?.index === 0;
  return joined ? end - 1 : end;
}
