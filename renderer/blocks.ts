/**
 * Cuts Markdown into blocks that can be drawn one by one, so that while a reply is being written only its last block is
 * parsed again. Cuts are made at blank lines outside of code fences, never inside a list or an indented continuation.
 * Joined again with blank lines the blocks mean the same, except for references to definitions elsewhere; a text that
 * has such definitions stays one block.
 */
const fenceOpen = /^ {0,3}(`{3,}|~{3,})/;
const definition = /^ {0,3}\[[^\]]+\]:/m;
const listItem = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const indented = /^(?: {2,}|\t)/;

export function splitBlocks(source: string): readonly string[] {
  if (definition.test(source)) return [source];
  const blocks: string[] = [];
  let lines: string[] = [];
  let fence: string | null = null;
  let blank = false;
  for (const line of source.split('\n')) {
    const starts = blank && fence === null && lines.length > 0 && !continues(lines[0] ?? '', line);
    if (starts) {
      blocks.push(lines.join('\n').trimEnd());
      lines = [];
    }
    fence = fenceAfter(fence, line);
    const empty = line.trim() === '';
    if (!(empty && lines.length === 0)) lines.push(line);
    blank = empty && fence === null;
  }
  if (lines.length > 0) blocks.push(lines.join('\n').trimEnd());
  return blocks;
}

/** Whether a line after a blank one still belongs to the block that began with `first`. */
function continues(first: string, line: string): boolean {
  if (line.trim() === '') return true;
  return listItem.test(first) && (indented.test(line) || listItem.test(line));
}

/** The fence that is open after this line: its marks, or null. */
function fenceAfter(open: string | null, line: string): string | null {
  const marks = fenceOpen.exec(line)?.[1];
  if (open === null) return marks ?? null;
  const closes = marks !== undefined && marks[0] === open[0] && marks.length >= open.length && line.trim() === marks;
  return closes ? null : open;
}
