/*
 * `npm test` (and `npm run test:long`, with the full counts of test/counts.ts): sets up a browser when there is none, then runs the checks, the build and every suite. It goes on after
 * a failure, so that one run tells everything, and leaves the sum in test-results/summary.json for .ci/run.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { browserVariable, setUpBrowser } from '../lib/browser.ts';
import { type Outcome, listFailures, results, runStep, runSteps, total } from './steps.ts';
import { absent, build, built, checks, unit } from './suites.ts';

if (process.argv.includes('--long')) process.env['PORCHLIGHT_TEST_COUNTS'] = 'long';
rmSync(results, { recursive: true, force: true });
const browser = setUpBrowser(console.log);
if ('sentence' in browser) {
  console.error(browser.sentence);
  process.exit(1);
}
process.env[browserVariable] = browser.path;

const outcomes: Outcome[] = [...(await runSteps(checks)), await runStep(unit, { live: false })];
const made = await runStep(build, { live: false });
outcomes.push(made);
if (made.failed === 0) {
  outcomes.push(...(await runSteps(built.beside)));
  for (const step of built.alone) outcomes.push(await runStep(step, { live: true }));
} else {
  for (const { name } of [...built.beside, ...built.alone]) {
    console.log(`✗ ${name}: not run, because the build failed`);
    outcomes.push({ name, passed: 0, failed: 1, notes: [], failures: [], seconds: 0 });
  }
}

const sum = total(outcomes);
writeFileSync(join(results, 'summary.json'), `${JSON.stringify({ ...sum, outcomes }, undefined, 2)}\n`);
for (const name of absent) console.log(`- ${name}: there are no tests of this kind yet`);
for (const failure of listFailures(outcomes)) console.log(failure);
console.log(`${String(sum.passed)} passed, ${String(sum.failed)} failed`);
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
