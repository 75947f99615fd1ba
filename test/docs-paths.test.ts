import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
