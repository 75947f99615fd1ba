import { describe, expect, it } from 'vitest';
import { listFailures } from './run/steps.ts';
import { readTally } from './run/tally.ts';

const vitest = (statuses: readonly string[], more: readonly object[] = []): string =>
  JSON.stringify({
    numTotalTests: statuses.length,
    numPassedTests: statuses.filter((status) => status === 'passed').length,
    testResults: [{ status: 'passed', assertionResults: statuses.map((status) => ({ status })) }, ...more],
  });
const playwright = (expected: number, unexpected: number, flaky: number, skipped: number, errors: number): string =>
  JSON.stringify({
    stats: { expected, unexpected, flaky, skipped },
    errors: Array.from({ length: errors }, () => ({})),
  });

describe('the sum of all runners', () => {
  it.each([
    ['all passed', vitest(['passed', 'passed']), 2, 0],
    ['one failed', vitest(['passed', 'failed']), 1, 1],
    ['skipped and planned tests hide nothing', vitest(['passed', 'skipped', 'todo', 'pending']), 1, 3],
    ['a file that did not load', vitest(['passed'], [{ status: 'failed', assertionResults: [] }]), 1, 1],
    ['specs that passed', playwright(3, 0, 0, 0, 0), 3, 0],
    ['a spec that passed only the second time', playwright(2, 0, 1, 0, 0), 2, 1],
    ['a spec that was skipped', playwright(2, 0, 0, 1, 0), 2, 1],
    ['a spec file that did not load', playwright(0, 0, 0, 0, 1), 0, 1],
    ['a report of something else', '{}', 0, 1],
  ])('counts %s, or CI could be green over a test that did not pass', (_name, text, passed, failed) => {
    expect(readTally('report.json', text)).toMatchObject({ passed, failed });
  });

  it('says when a runner left no report, which the runner then counts as a failure', () => {
    expect(readTally('/x/unit.json', undefined)).toEqual({
      passed: 0,
      failed: 0,
      notes: ['unit.json was not written.'],
      failures: [],
    });
  });

  it('names what failed and what it said, or a log of which only the end is kept tells nothing', () => {
    const unit = JSON.stringify({
      numTotalTests: 2,
      numPassedTests: 1,
      testResults: [
        {
          name: '/x/test/lanes.test.ts',
          status: 'failed',
          assertionResults: [
            { status: 'passed', fullName: 'a lane is kept' },
            {
              status: 'failed',
              fullName: 'a lane is free',
              failureMessages: ['\u001B[31mexpected 1\u001B[39m\n\n  at it'],
            },
          ],
        },
        { name: '/x/test/other.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
      ],
    });
    const specs = JSON.stringify({
      stats: { expected: 0, unexpected: 1, flaky: 0, skipped: 0 },
      errors: [],
      suites: [
        {
          specs: [],
          suites: [
            {
              specs: [
                {
                  title: 'a reply',
                  file: 'chat.spec.ts',
                  tests: [{ status: 'unexpected', results: [{ errors: [{ message: 'not seen' }] }] }],
                },
                { title: 'another', file: 'chat.spec.ts', tests: [{ status: 'expected', results: [] }] },
              ],
            },
          ],
        },
      ],
    });
    const outcome = (name: string, text: string) => ({ ...readTally(name, text), name, seconds: 1 });
    const lint = { name: 'lint', passed: 0, failed: 1, notes: [], failures: [], seconds: 1 };
    expect(listFailures([outcome('unit', unit), lint, outcome('e2e', specs)])).toEqual([
      '✗ unit: /x/test/other.test.ts\n    no such module',
      '✗ unit: lanes.test.ts › a lane is free\n    expected 1\n      at it',
      '✗ lint: see its output above',
      '✗ e2e: chat.spec.ts › a reply\n    not seen',
    ]);
  });
});
