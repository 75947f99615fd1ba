import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import catalog from '../../resources/i18n/window.en.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const sources = globSync('renderer/**/*.{ts,tsx}', { cwd: root })
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .join('\n');

/** Keys that are put together: what stands before the changing part. */
const families = [...sources.matchAll(/t\(`([\w.]+\.)\$\{/g)].map(([, prefix = '']) => prefix);

test('every sentence of the window is used by it (a left-over one gets translated for nothing)', () => {
  const unused = Object.keys(catalog).filter(
    (key) => !sources.includes(`'${key}'`) && !families.some((family) => key.startsWith(family)),
  );
  expect(unused).toEqual([]);
});

test('every member of a family of sentences is there', () => {
  expect([...new Set(families)].sort()).toEqual([
    'channels.',
    'groupAnswer.',
    'link.',
    'linkState.',
    'measure.',
    'modelState.',
    'role.',
    'selfTestStep.',
    'unit.',
  ]);
});
