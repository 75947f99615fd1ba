/*
 * `npm run ladder`: runs the tests of the WhatsApp channel, and prints what each rung of the ladder is
 * about, where it is shown, whether it holds, and how long that took. Everything the run printed is looked through for the
 * names of keys. Exit code 1 when a rung has no passing test, when any other test of the channel failed, or when a name was
 * printed.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { outcomeOf, type RungOutcome, type TestReport } from './climb.ts';
import { rungs } from './rungs.ts';
import { results, root } from './steps.ts';

const path = join(results, 'ladder.json');
/** What only somebody prints who prints keys; tests that look for these do not print them. */
const neverPrinted = /privKey|rootKey|chainKey|SessionEntry \{|advSecretKey|<Buffer [\da-f]{2} /;

async function runTests(): Promise<{ readonly code: number; readonly output: string }> {
  rmSync(path, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const what = ['--project', 'whatsapp', '--project', 'emulators'];
  const where = ['test/channels/whatsapp', 'test/emulators/whatsapp-defects.test.ts'];
  const how = ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`];
  const child = spawn(process.execPath, [vitest, 'run', ...what, ...how, ...where], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  }
  const { promise, resolve } = Promise.withResolvers<number>();
  child.once('close', (code) => resolve(code ?? 1));
  return { code: await promise, output: output.join('') };
}

function reports(): readonly TestReport[] {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as { readonly testResults: readonly TestReport[] };
    return report.testResults;
  } catch (error) {
    console.error(`The report of the run cannot be read: ${String(error)}`);
    return [];
  }
}

function print({ rung, holds, ms, tests, missing }: RungOutcome): void {
  const [first, ...more] = rung.shownBy;
  const name = first === undefined ? '' : `${first.file.replace(/^test\//, '')}: ${first.titles.join(' › ')}`;
  const others = tests > 1 || more.length > 0 ? ` (${String(tests)} tests)` : '';
  console.log([rung.rung, rung.what, name + others, holds ? 'passed' : 'FAILED', `${String(ms)} ms`].join(' · '));
  for (const title of missing) console.log(`  there is no test “${title}”`);
}

const { code, output } = await runTests();
const files = reports();
const outcomes = rungs.map((rung) => outcomeOf(rung, files, root));
const failed = outcomes.filter(({ holds }) => !holds);
const printed = neverPrinted.exec(output);
if (failed.length > 0 || code !== 0 || printed !== null) process.stdout.write(output);
for (const outcome of outcomes) print(outcome);
console.log(`${String(outcomes.length - failed.length)} of ${String(outcomes.length)} rungs hold`);
if (code !== 0) console.log('A test of the channel failed, or found something printed that must not be.');
if (printed !== null) console.log(`Something of a key was printed: ${printed[0]}`);
process.exitCode = failed.length > 0 || code !== 0 || printed !== null ? 1 : 0;
