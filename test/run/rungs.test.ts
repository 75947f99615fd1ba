/* Every rung of the ladder is there once, and names tests that exist. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { outcomeOf, type TestReport } from './climb.ts';
import { isMeant, rungs } from './rungs.ts';

const root = join(import.meta.dirname, '../..');

it('all rungs are there, in order', () => {
  const numbers = Array.from({ length: 39 }, (_none, index) => String(index + 1));
  const between: Readonly<Record<string, readonly string[]>> = {
    '13': ['13', '13b', '13c'],
    '15': ['15', '15b'],
    '19': ['19', '19b', '19c'],
  };
  expect(rungs.map(({ rung }) => rung)).toEqual([...numbers.flatMap((number) => between[number] ?? [number]), 'log']);
});

/** Titles in the source of a test file, with what `it.each` puts in as a star. */
function titlesIn(file: string): readonly string[] {
  const source = readFileSync(join(root, file), 'utf8');
  const strings = [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'/g)].map(([, text = '']) => text);
  return strings.map((text) => text.replace(/%[sijdo]/g, 'x'));
}

it.each(rungs)('rung $rung names tests that exist ($what)', ({ shownBy }) => {
  expect(shownBy).not.toEqual([]);
  for (const { file, titles } of shownBy) {
    const there = titlesIn(file);
    for (const title of titles)
      expect(
        there.some((one) => isAlike(title, one)),
        `${title} in ${file}`,
      ).toBe(true);
  }
});

/** `it.each` may have put anything for an x, so that what is wanted is looked for where the x stands. */
function isAlike(wanted: string, written: string): boolean {
  if (isMeant(wanted, written)) return true;
  const pattern = written.split(/\bx\b/).join('*');
  return pattern !== written && isMeant(pattern, wanted);
}

const report = (titles: readonly string[], status: string, fileStatus = 'passed'): TestReport => ({
  name: `${root}/test/channels/whatsapp/a.test.ts`,
  status: fileStatus,
  assertionResults: [{ ancestorTitles: titles.slice(0, -1), title: titles.at(-1) ?? '', status, duration: 12.4 }],
});

it('a rung holds when all its tests passed, and not when one failed, was skipped, or is not there', () => {
  const rung = { rung: '1', what: 'x', shownBy: [{ file: 'test/channels/whatsapp/a.test.ts', titles: ['a', 'b *'] }] };
  expect(outcomeOf(rung, [report(['a', 'b c'], 'passed')], root)).toMatchObject({ holds: true, ms: 12 });
  expect(outcomeOf(rung, [report(['a', 'b c'], 'failed')], root)).toMatchObject({ holds: false });
  expect(outcomeOf(rung, [report(['a', 'b c'], 'skipped')], root)).toMatchObject({ holds: false });
  expect(outcomeOf(rung, [report(['a', 'c'], 'passed')], root)).toMatchObject({ holds: false });
  expect(outcomeOf(rung, [], root)).toMatchObject({ holds: false });
  const two = [...report(['a', 'b c'], 'passed').assertionResults, ...report(['a', 'b d'], 'failed').assertionResults];
  const both = { ...report([], 'passed'), assertionResults: two };
  expect(outcomeOf(rung, [both], root)).toMatchObject({ holds: false });
});
