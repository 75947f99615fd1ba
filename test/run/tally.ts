import { basename } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** How many tests a runner counted. A skipped test counts as failed: nothing here is allowed to be skipped. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Sentences for the person who reads the log. */
  readonly notes: readonly string[];
  /** What failed: file and name of the test, and what it said, a few lines each. */
  readonly failures: readonly string[];
}

/** Lines of what a failed test said, as a log still has room for them. */
const saidLines = 6;

/** The fields read from Vitest's JSON reporter. */
interface VitestReport {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly {
    readonly name?: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly VitestResult[];
  }[];
}

interface VitestResult {
  readonly status: string;
  readonly fullName?: string;
  readonly failureMessages?: readonly string[];
}

/** The fields read from Playwright's JSON reporter. */
interface PlaywrightReport {
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
  readonly errors: readonly { readonly message?: string }[];
  readonly suites?: readonly PlaywrightSuite[];
}

interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly file: string;
    readonly tests: readonly {
      readonly status: string;
      readonly results: readonly { readonly errors: readonly { readonly message?: string }[] }[];
    }[];
  }[];
}

/**
 * Reads the report of Vitest or Playwright.
 *
 * @param path names the report in the notes
 * @param text its content, undefined when the runner wrote none
 */
export function readTally(path: string, text: string | undefined): Tally {
  if (text === undefined) return { passed: 0, failed: 0, notes: [`${basename(path)} was not written.`], failures: [] };
  const report: unknown = JSON.parse(text);
  if (isPlaywright(report)) {
    const { expected, unexpected, flaky, skipped } = report.stats;
    return tally(expected, unexpected + flaky + report.errors.length, skipped, [
      ...report.errors.map(({ message }) => failure('A spec file', [message])),
      ...(report.suites ?? []).flatMap(failedSpecs),
    ]);
  }
  if (isVitest(report)) {
    // A file that failed to load has no test to fail, so it is counted as one.
    const unloaded = report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    );
    const failed = report.testResults.flatMap(({ name = '', assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map((result) => ({ ...result, name })),
    );
    return tally(
      report.numPassedTests,
      failed.length + unloaded.length,
      report.numTotalTests - report.numPassedTests - failed.length,
      [
        ...unloaded.map(({ name, message }) => failure(name ?? '', [message])),
        ...failed.map(({ name, fullName, failureMessages }) =>
          failure(`${basename(name)} › ${fullName ?? ''}`, failureMessages ?? []),
        ),
      ],
    );
  }
  return { passed: 0, failed: 1, notes: [`${basename(path)} is no report of Vitest or Playwright.`], failures: [] };
}

function tally(passed: number, failed: number, skipped: number, failures: readonly string[]): Tally {
  const notes = skipped > 0 ? [`${String(skipped)} skipped, which counts as failed.`] : [];
  return { passed, failed: failed + skipped, notes, failures };
}

function failedSpecs({ suites = [], specs }: PlaywrightSuite): readonly string[] {
  const own = specs.flatMap(({ title, file, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ results }) =>
        failure(
          `${file} › ${title}`,
          results.flatMap(({ errors }) => errors.map(({ message }) => message)),
        ),
      ),
  );
  return [...own, ...suites.flatMap(failedSpecs)];
}

function failure(name: string, said: readonly (string | undefined)[]): string {
  const lines = said.flatMap((text) => stripVTControlCharacters(text ?? '').split('\n')).filter((line) => line.trim());
  return [name, ...lines.slice(0, saidLines).map((line) => `    ${line}`)].join('\n');
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isPlaywright = (report: unknown): report is PlaywrightReport =>
  isRecord(report) && isRecord(report['stats']) && Array.isArray(report['errors']);
const isVitest = (report: unknown): report is VitestReport =>
  isRecord(report) && typeof report['numPassedTests'] === 'number' && Array.isArray(report['testResults']);
