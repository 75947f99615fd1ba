/**
 * What a client of WhatsApp makes of a message: marks at the edges of words, with no blank inside, within one line;
 * fences; quotes; items. Written from the rules in `formatting/whatsapp.ts`, not from its code.
 */

export interface Shown {
  /** What is read. */
  readonly text: string;
  /** For each UTF-16 unit of `text`, the marks over it, sorted. */
  readonly marks: readonly string[];
}

const NAMES: Readonly<Record<string, string>> = { '*': 'bold', _: 'italic', '~': 'strike', '`': 'code' };

/** Reads a message. Throws where a line would become an item, which nobody asks for with a mark. */
export function readWhatsApp(message: string): Shown {
  const found: { text: string; marks: string[] } = { text: '', marks: [] };
  const add = (text: string, marks: readonly string[]): void => {
    found.text += text;
    for (let at = 0; at < text.length; at += 1) found.marks.push([...marks].sort().join(' '));
  };
  let isLineStart = true;
  for (const [index, piece] of message.split(/(```[^]*?```)/).entries()) {
    if (index % 2 === 1) add(piece.slice(3, -3), ['pre']);
    else {
      piece.split('\n').forEach((line, at) => {
        if (at > 0) add('\n', []);
        readLine(line, at > 0 || isLineStart, add);
      });
    }
    isLineStart = piece.endsWith('\n') || piece === '';
  }
  return found;
}

function readLine(line: string, isWhole: boolean, add: (text: string, marks: readonly string[]) => void): void {
  const isQuote = isWhole && line.startsWith('> ');
  const words = isQuote ? line.slice(2) : line;
  if (isWhole && /^\s*(?:[-*]\s|>)/.test(words)) throw new Error(`an item or a quote: ${JSON.stringify(line)}`);
  readMarks(words, isQuote ? ['quote'] : [], add);
}

function readMarks(
  text: string,
  outer: readonly string[],
  add: (text: string, marks: readonly string[]) => void,
): void {
  const links = [...text.matchAll(/[a-z][a-z\d+.-]*:\/\/[^\s`]+|www\.[^\s`]+/gi)];
  const linkAt = (at: number) => links.find(({ 0: link, index }) => index <= at && at < index + link.length);
  let at = 0;
  while (at < text.length) {
    const mark = text.charAt(at);
    const name = NAMES[mark];
    const end =
      name === undefined || linkAt(at) !== undefined ? -1 : closing(text, at, (index) => linkAt(index) !== undefined);
    if (name === undefined || end === -1) {
      add(mark, outer);
      at += 1;
      continue;
    }
    const inner = text.slice(at + 1, end);
    if (name === 'code') add(inner, [...outer, name]);
    else readMarks(inner, [...outer, name], add);
    at = end + 1;
  }
}

/** Where the mark that begins at `at` ends; -1 when it is only a character. */
function closing(text: string, at: number, isInLink: (index: number) => boolean): number {
  const mark = text.charAt(at);
  if (isWord(text.slice(Math.max(0, at - 2), at), /.$/su) || !/^\S/.test(text.slice(at + 1))) return -1;
  for (let end = text.indexOf(mark, at + 2); end !== -1; end = text.indexOf(mark, end + 1)) {
    const isEnd = /\S$/.test(text.slice(0, end)) && !isWord(text.slice(end + 1, end + 3), /^./su);
    if (isEnd && !isInLink(end)) return end;
  }
  return -1;
}

function isWord(beside: string, nearest: RegExp): boolean {
  return /[\p{L}\p{N}]/u.test(nearest.exec(beside)?.[0] ?? '');
}
