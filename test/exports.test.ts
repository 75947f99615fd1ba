import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const sources = globSync('{main,preload,renderer,test}/**/*.{ts,tsx}', { cwd: root }).concat(
  globSync('*.ts', { cwd: root }),
);
const texts = new Map(sources.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

/** `path name` of what a file imports of another, or passes on; `path *` where it takes all of it. */
function importsOf([file, text]: readonly [string, string]): readonly string[] {
  const pathOf = (from: string): string => posix.join(posix.dirname(file), from);
  const named = [...text.matchAll(/^(?:import|export) (?:type )?\{([^}]*)\} from '(\.[^']*)'/gm)].flatMap(
    ([, names = '', from = '']) =>
      names.split(',').map(
        (name) =>
          `${pathOf(from)} ${name
            .trim()
            .replace(/^type /, '')
            .replace(/ as .*/, '')}`,
      ),
  );
  const whole = [...text.matchAll(/(?:import\(|\* as \w+ from )'(\.[^']*)'/g)].map(
    ([, from = '']) => `${pathOf(from)} *`,
  );
  return [...named, ...whole];
}

const imported = new Set([...texts].flatMap(importsOf));

/** What the files of the product export and nobody imports. */
function unused(kinds: string): readonly string[] {
  const declaration = new RegExp(String.raw`^export (?:async )?(?:${kinds}) (\w+)`, 'gm');
  return [...texts].flatMap(([file, text]) => {
    if (!/^(main|preload|renderer)\//.test(file) || imported.has(`${file} *`)) return [];
    const names = [...text.matchAll(declaration)].map(([, name = '']) => name);
    return names.filter((name) => !imported.has(`${file} ${name}`)).map((name) => `${file} ${name}`);
  });
}

it('every function, class and constant that is exported is imported somewhere (what looks like an interface is none)', () => {
  expect(unused(String.raw`function\*?|const|let|class`)).toEqual([]);
});

it('every type that is exported is imported, or said by something that is (what is left of what was taken out)', () => {
  const said = (entry: string): number => {
    const [file = '', name = ''] = entry.split(' ');
    return texts.get(file)?.match(new RegExp(String.raw`\b${name}\b`, 'g'))?.length ?? 0;
  };
  expect(unused('interface|type').filter((entry) => said(entry) < 2)).toEqual([]);
});
