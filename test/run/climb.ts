/** What became of the rungs of the ladder, from the report of a test run. */
import { join } from 'node:path';
import { isMeant, type Rung } from './rungs.ts';

/** One test in Vitest's JSON report. */
export interface TestResult {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
  /** Milliseconds; not there for a test that did not run. */
  readonly duration?: number | null;
}

/** One file in it. */
export interface TestReport {
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly TestResult[];
}

export interface RungOutcome {
  readonly rung: Rung;
  readonly holds: boolean;
  /** Of all its tests, in milliseconds. */
  readonly ms: number;
  readonly tests: number;
  /** Titles that no test of the run has. */
  readonly missing: readonly string[];
}

/** A rung holds when there is a test for each of its names, and every such test has passed. */
export function outcomeOf(rung: Rung, reports: readonly TestReport[], root: string): RungOutcome {
  const found = rung.shownBy.map(({ file, titles }) => {
    const all = reports.find(({ name }) => name === join(root, file))?.assertionResults ?? [];
    const wanted = titles.join('\n');
    const meant = all.filter(({ ancestorTitles, title }) => isMeant(wanted, [...ancestorTitles, title].join('\n')));
    return { wanted: titles.join(' '), meant };
  });
  const tests = found.flatMap(({ meant }) => meant);
  const missing = found.filter(({ meant }) => meant.length === 0).map(({ wanted }) => wanted);
  return {
    rung,
    holds: missing.length === 0 && tests.every(({ status }) => status === 'passed'),
    ms: Math.round(tests.reduce((sum, { duration }) => sum + (duration ?? 0), 0)),
    tests: tests.length,
    missing,
  };
}
