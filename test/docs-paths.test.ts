import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
/** Its paths are those inside of a package. */
const ofAPackage = 'docs/package-contents.md';
const documents = ['README.md', 'SECURITY.md', ...globSync('docs/*.md', { cwd: root })].filter(
  (path) => path !== ofAPackage,
);

/** Where the links of a document lead in this repository, and the files and folders it names in code. */
function pathsIn(document: string): readonly string[] {
  const text = readFileSync(join(root, document), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, to = '']) => join(dirname(document), to));
  const named = [...text.matchAll(/`((?:main|preload|renderer|resources|test)\/[\w./-]+)`/g)].map(([, to = '']) => to);
  return [...links, ...named];
}

describe.each(documents)('%s', (document) => {
  it('names only files and folders that are there (a map to what was moved away)', () => {
    expect(pathsIn(document).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  it.each(['main', 'main/gateway'])(
    'tells of every folder of %s (one that is new, and that nobody is told about)',
    (at) => {
      const folders = readdirSync(join(root, at), { withFileTypes: true }).filter((entry) => entry.isDirectory());
      const linked = pathsIn('docs/architecture.md');
      expect(folders.map(({ name }) => `${at}/${name}`).filter((path) => !linked.includes(path))).toEqual([]);
    },
  );
});

const sources = globSync('{main,preload,renderer,test}/**/*.{ts,tsx,js,mjs,css,html}', { cwd: root });
/** A document in a comment, with its folders; not the end of an address. */
const documentName = /(?<![\w./<>:-])(?:[\w.-]+\/)*[\w.<>-]+\.md\b/g;
/** Notes of the owner's memory, which lie in the data directory. */
const ownersNote = /^(?:memory\/)?(?:MEMORY(?:\.conflict-<mark>)?|YYYY-MM-DD)\.md$/;

/** The comments of a source, each in one line. */
function commentsIn(path: string, source: string): readonly string[] {
  const found = /\.(?:css|html)$/.test(path)
    ? [...source.matchAll(/\/\*[^]*?\*\/|<!--[^]*?-->/g)].map(([comment]) => comment)
    : commentsOfCode(path, source);
  return found.map((comment) => comment.replace(/\s*\n\s*(?:\*(?!\/)|\/\/)?\s*/g, ' '));
}

/** They stand before or behind the tokens; several lines that begin with `//` are one comment. */
function commentsOfCode(path: string, source: string): readonly string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const ranges = new Map<number, number>();
  const shown: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(file);
    if (ts.isJsxText(node)) shown.push(node);
    else if (children.length === 0) {
      const before = ts.getLeadingCommentRanges(source, node.getFullStart()) ?? [];
      const behind = ts.getTrailingCommentRanges(source, node.getEnd()) ?? [];
      for (const { pos, end } of [...before, ...behind]) ranges.set(pos, end);
    }
    children.forEach(visit);
  };
  visit(file);
  const isShown = (at: number): boolean => shown.some((text) => text.pos <= at && at < text.end);
  const joined: [number, number][] = [];
  for (const [pos, end] of [...ranges].toSorted(([one], [other]) => one - other)) {
    if (isShown(pos)) continue;
    const last = joined.at(-1);
    const goesOn = last !== undefined && source.startsWith('//', pos) && source.slice(last[1], pos).trim() === '';
    if (goesOn) last[1] = end;
    else joined.push([pos, end]);
  }
  return joined.map(([pos, end]) => source.slice(pos, end));
}

/** Headings of a document; null when it is not there. */
function headingsOf(document: string): readonly string[] | null {
  if (!existsSync(join(root, document))) return null;
  const text = readFileSync(join(root, document), 'utf8').replace(/^```[^]*?^```/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
}

/** The headings after a document's name: `, Heading`, and more of them behind `; `. Gives the first that is not there. */
function wrongHeading(rest: string, headings: readonly string[]): string | null {
  const wanted = /^[,;] (?=\p{Lu})/u.exec(rest)?.[0];
  if (wanted === undefined) return null;
  const text = rest.slice(wanted.length);
  const fits = (heading: string): boolean =>
    text.startsWith(heading) && !/^[\p{L}\d]/u.test(text.slice(heading.length));
  const [longest] = headings.filter(fits).toSorted((one, other) => other.length - one.length);
  return longest === undefined ? text.slice(0, 40) : wrongHeading(text.slice(longest.length), headings);
}

/** What the comments of a source name and this repository has not: documents, and headings of those it has. */
function missingIn(path: string, source: string): readonly string[] {
  if (!source.includes('.md')) return [];
  return commentsIn(path, source).flatMap((comment) =>
    [...comment.matchAll(documentName)].flatMap(({ 0: name, index }) => {
      if (ownersNote.test(name)) return [];
      const headings = headingsOf(name);
      const heading = headings === null ? null : wrongHeading(comment.slice(index + name.length), headings);
      if (headings === null) return [`${path} names ${name}`];
      return heading === null ? [] : [`${path} names ${name}, ${heading}`];
    }),
  );
}

describe('a comment', () => {
  it('names only documents and headings that are there (notes that whoever reads the code does not have)', () => {
    expect(sources.flatMap((path) => missingIn(path, readFileSync(join(root, path), 'utf8')))).toEqual([]);
  });

  it.each([
    ['x.ts', '/** Why: notes.md, Waiting. */', 'notes.md'],
    ['x.ts', '// as docs/nowhere.md has it\nexport const x = 1;', 'docs/nowhere.md'],
    ['x.ts', 'const x = f(1 /* see whatsapp.md 5.4 */);', 'whatsapp.md'],
    ['x.ts', 'if (x) {\n  // nowhere.md\n}', 'nowhere.md'],
    ['x.tsx', 'const x = <p>{/* nowhere.md */}</p>;', 'nowhere.md'],
    ['x.css', '/* nowhere.md */', 'nowhere.md'],
    ['x.html', '<!-- nowhere.md -->', 'nowhere.md'],
    ['x.ts', '/* docs/bench.md, Nothing of the kind */', 'docs/bench.md, Nothing of the kind */'],
    ['x.ts', '/** (docs/whatsapp-protocol.md,\n * Nowhere). */', 'docs/whatsapp-protocol.md, Nowhere). */'],
    ['x.ts', '// (docs/whatsapp-protocol.md, Media; Nowhere)', 'docs/whatsapp-protocol.md, Nowhere)'],
    ['x.ts', '// docs/whatsapp-protocol.md, Mediation', 'docs/whatsapp-protocol.md, Mediation'],
  ])('in %s that says %j is found', (path, source, missing) => {
    expect(missingIn(path, source)).toEqual([`${path} names ${missing}`]);
  });

  it.each([
    ['x.ts', '/** docs/whatsapp-protocol.md, Media: where from. */'],
    ['x.ts', '/*\n * (docs/whatsapp-protocol.md, Lost\n * messages; Sessions written too late).\n */'],
    ['x.ts', '// docs/whatsapp-protocol.md, Events\n// that wait'],
    ['x.ts', '// as docs/bench.md says, and `MEMORY.md` of the owner'],
    ['x.ts', "const x = 'nowhere.md, Waiting'; const y = `https://example.org/ // nowhere.md ${x}`;"],
    ['x.ts', 'const x = /\\/\\* nowhere.md/;'],
    ['x.tsx', 'const x = <p>// nowhere.md</p>;'],
    ['x.ts', '// https://example.org/README-of-others.md'],
  ])('in %s that says %j is right', (path, source) => {
    expect(missingIn(path, source)).toEqual([]);
  });
});
