import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Tally, readTally } from './tally.ts';

export const root = join(import.meta.dirname, '../..');
export const results = join(root, 'test-results');

/** One thing that passes or fails, or a runner whose report says how much of it did. */
export interface Step {
  readonly name: string;
  /** The command and its arguments, found in node_modules/.bin first. */
  readonly command: readonly [string, ...string[]];
  /** File in test-results/ that the runner writes; without it the exit code alone counts, as one. */
  readonly report?: string;
}

/** What came of a step. */
export interface Outcome extends Tally {
  readonly name: string;
  readonly seconds: number;
}

const bin = join(root, 'node_modules/.bin');

/**
 * Runs a step to its end. Its output is held back and printed when it failed, or at once with `live`.
 *
 * A runner that failed without saying which test (it crashed, or wrote no report) counts as one failure.
 */
export async function runStep(step: Step, options: { readonly live: boolean }): Promise<Outcome> {
  const report = step.report && join(results, step.report);
  mkdirSync(results, { recursive: true });
  if (report) rmSync(report, { force: true });
  const started = performance.now();
  const { code, output } = await runCommand(step.command, options.live);
  const tally = report ? readTally(report, readText(report)) : { passed: 0, failed: 0, notes: [], failures: [] };
  const counted = tally.passed + tally.failed;
  const passed = report ? tally.passed : Number(code === 0);
  const failed = report && counted > 0 ? Math.max(tally.failed, Number(code !== 0)) : Number(code !== 0 || !!report);
  const outcome = { ...tally, name: step.name, passed, failed, seconds: (performance.now() - started) / 1000 };
  if (failed > 0) process.stdout.write(output);
  for (const note of tally.notes) console.log(`  ${note}`);
  if (failed > 0 && report && counted === 0) console.log(`  ${step.name} ran no test at all.`);
  console.log(`${failed > 0 ? '✗' : '✓'} ${step.name.padEnd(12)} ${outcome.seconds.toFixed(1).padStart(6)} s`);
  return outcome;
}

/** Runs steps, at most two at a time, and returns their outcomes in the given order. */
export async function runSteps(steps: readonly Step[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...steps.entries()];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      outcomes[next[0]] = await runStep(next[1], { live: false });
    }
  };
  await Promise.all([lane(), lane()]);
  return outcomes;
}

/** What failed, once more and together: a log is read from its end, and often only the end of it is kept. */
export function listFailures(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes
    .filter(({ failed }) => failed > 0)
    .flatMap(({ name, failures }) =>
      failures.length === 0 ? [`✗ ${name}: see its output above`] : failures.map((failure) => `✗ ${name}: ${failure}`),
    );
}

/** Adds outcomes up. */
export function total(outcomes: readonly Outcome[]): { readonly passed: number; readonly failed: number } {
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

interface Ended {
  readonly code: number;
  readonly output: string;
}

function runCommand([command, ...args]: Step['command'], live: boolean): Promise<Ended> {
  const env = { ...process.env, PATH: [bin, process.env['PATH']].join(delimiter) };
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      shell: process.platform === 'win32',
      stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => output.push(text));
    }
    child.once('error', (error) => resolve({ code: 1, output: `${command} could not be run: ${error.message}\n` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output: output.join('') }));
  });
}
