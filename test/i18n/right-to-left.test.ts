/** Lines may run from right to left: the styles say where a line begins and ends, not left and right. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const sheets = globSync('renderer/**/*.css', { cwd: root });

const sided = [
  /\b(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)\b/,
  /^\s*(?:left|right)\s*:/,
  /\b(?:text-align|float|clear)\s*:\s*(?:left|right)\b/,
  /\bborder-(?:top|bottom)-(?:left|right)-radius\b/,
  /\btranslatex\(/i,
  /\b(?:to|at) (?:left|right)\b/,
  // Top, right, bottom, left: where the second and the fourth differ, one of them is a side.
  /\b(?:margin|padding|inset)\s*:\s*\S+ (\S+) \S+ (?!\1;)\S+;/,
  /\bborder-radius\s*:\s*\S+ \S+ \S+(?: \S+)?;/,
];

const comments = /\/\*.*?\*\//gs;
const computed = /\b(?:calc|env|max|min|var)\((?:[^()]|\([^()]*\))*\)/g;
const mirror = ':dir(rtl)';

/** Declarations that belong to one direction of writing; those in a rule for one direction are meant. */
function oneSided(sheet: string): readonly string[] {
  const plain = sheet.replaceAll(comments, '').replaceAll(computed, '0');
  const rules = [...plain.matchAll(/([^{}]*)\{([^{}]*)\}/g)].map(
    ([, where = '', body = '']) => [where.trim(), body] as const,
  );
  const mirrored = rules.filter(([where]) => where.includes(mirror)).map(([where]) => where.replace(mirror, ''));
  return rules.flatMap(([where, body]) => {
    if (where.includes(':dir(')) return [];
    const found = body.split('\n').filter((line) => sided.some((pattern) => pattern.test(line)));
    const turns = /\btransform-origin\s*:[^;]*\b(?:left|right)\b/.test(body);
    const lost = turns && !mirrored.some((other) => other.endsWith(where)) ? ['transform-origin'] : [];
    return [...found, ...lost].map((line) => `${where}: ${line.trim()}`);
  });
}

it('no style names a left or a right side where the beginning or the end of a line is meant', () => {
  expect(sheets.length).toBeGreaterThan(5);
  const found = sheets.flatMap((path) =>
    oneSided(readFileSync(join(root, path), 'utf8')).map((what) => `${path} ${what}`),
  );
  expect(found).toEqual([]);
});

it.each([
  'padding-left: 4px;',
  'left: 0;',
  'text-align: right;',
  'border-top-left-radius: 4px;',
  'padding: 1px 2px 3px 4px;',
  'border-radius: 8px 8px 0;',
  'transform: translateX(4px);',
  'transform-origin: left;',
  'background: linear-gradient(to right, red, blue);',
])('sees "%s"', (declaration) => {
  expect(oneSided(`.a {\n  ${declaration}\n}`)).toHaveLength(1);
  expect(oneSided(`.a:dir(rtl) {\n  ${declaration}\n}`)).toEqual([]);
});

it('takes what is the same on both sides, and what has its mirror image', () => {
  const fine = 'margin: 1px 2px 3px 2px;\n  inset-inline-start: 0;\n  text-align: start;\n  border-radius: 4px;';
  expect(oneSided(`.a {\n  ${fine}\n}`)).toEqual([]);
  const turned = '.a {\n  transform-origin: left;\n}\n.a:dir(rtl) {\n  transform-origin: right;\n}';
  expect(oneSided(turned)).toEqual([]);
});
