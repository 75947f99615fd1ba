/** Notes in pieces that are small enough to be found and read by themselves. */

export interface Section {
  readonly file: string;
  /** The headings it stands under, outermost first. */
  readonly path: readonly string[];
  /** Without its own heading. */
  readonly text: string;
}

/** Characters after which a section goes on in a new one, at the next point of a list or paragraph. */
const comfortable = 600;
const longest = 1500;

/** Headings are those at the beginning of a line (`#` to `######`), outside of code. Nothing else is parsed. */
export function sectionsOf(file: string, markdown: string): readonly Section[] {
  const sections: Section[] = [];
  let path: readonly (readonly [level: number, title: string])[] = [];
  let lines: string[] = [];
  let size = 0;
  let isCode = false;
  const flush = (): void => {
    const text = lines.join('\n').trim();
    if (text !== '') sections.push({ file, path: path.map(([, title]) => title), text });
    [lines, size] = [[], 0];
  };
  for (const line of markdown.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (/^(?:```|~~~)/.test(line)) isCode = !isCode;
    const [, marks, title = ''] = isCode ? [] : (/^(#{1,6})[ \t]+(.*)$/.exec(line) ?? []);
    if (marks !== undefined) {
      flush();
      path = [...path.filter(([level]) => level < marks.length), [marks.length, title.trim()]];
      continue;
    }
    if (
      (size > comfortable && !isCode && /^(?:[-*+]|\d+[.)])?(?:\s|$)/.test(line) && !/^[ \t]+\S/.test(line)) ||
      size > longest
    ) {
      flush();
    }
    // A line without an end is cut like a section is.
    for (let from = 0; from < Math.max(1, line.length); from += longest) {
      lines.push(line.slice(from, from + longest));
      if (from + longest < line.length) flush();
    }
    size += line.length + 1;
  }
  flush();
  return sections;
}
