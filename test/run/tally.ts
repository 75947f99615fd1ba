import { basename } from 'node:path';

/** How many tests a runner counted. A skipped test counts as failed: nothing here is allowed to be skipped. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Sentences for the person who reads the log. */
  readonly notes: readonly string[];
}

/** The fields read from Vitest's JSON reporter. */
interface VitestReport {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** The fields read from Playwright's JSON reporter. */
interface PlaywrightReport {
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
  readonly errors: readonly unknown[];
}

/**
 * Reads the report of Vitest or Playwright.
 *
 * @param path names the report in the notes
 * @param text its content, undefined when the runner wrote none
 */
export function readTally(path: string, text: string | undefined): Tally {
  if (text === undefined) return { passed: 0, failed: 0, notes: [`${basename(path)} was not written.`] };
  const report: unknown = JSON.parse(text);
  if (isPlaywright(report)) {
    const { expected, unexpected, flaky, skipped } = report.stats;
    return tally(expected, unexpected + flaky + report.errors.length, skipped);
  }
  if (isVitest(report)) {
    // A file that failed to load has no test to fail, so it is counted as one.
    const unloaded = report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    );
    const failed = report.testResults.flatMap((file) => file.assertionResults).filter(isFailed).length;
    return tally(
      report.numPassedTests,
      failed + unloaded.length,
      report.numTotalTests - report.numPassedTests - failed,
    );
  }
  return { passed: 0, failed: 1, notes: [`${basename(path)} is no report of Vitest or Playwright.`] };
}

function tally(passed: number, failed: number, skipped: number): Tally {
  const notes = skipped > 0 ? [`${String(skipped)} skipped, which counts as failed.`] : [];
  return { passed, failed: failed + skipped, notes };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isFailed = (result: unknown): boolean => isRecord(result) && result['status'] === 'failed';
const isPlaywright = (report: unknown): report is PlaywrightReport =>
  isRecord(report) && isRecord(report['stats']) && Array.isArray(report['errors']);
const isVitest = (report: unknown): report is VitestReport =>
  isRecord(report) && typeof report['numPassedTests'] === 'number' && Array.isArray(report['testResults']);
