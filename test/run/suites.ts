import { existsSync, globSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Step, root } from './steps.ts';

const vitest = (project: string): Step => ({
  name: project,
  command: [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=test-results/${project}.json`,
  ],
  report: `${project}.json`,
});

/** Every part that TypeScript checks on its own, because each may see something else. */
const parts = ['main', 'main/gateway', 'main/lib', 'preload', 'preload/contract', 'renderer', 'test'];

/** Whether a part has sources: tsc calls an empty one an error. */
const hasSources = (part: string): boolean => globSync(join(root, part, '**/*.{ts,tsx}')).length > 0;

/** `npm run check`: what is quick and needs no build. The unit tests come after the rest. */
export const checks: readonly Step[] = [
  { name: 'lint', command: ['eslint', '--max-warnings', '0', '.'] },
  { name: 'format', command: ['prettier', '--check', '.'] },
  ...parts.filter(hasSources).map((part): Step => ({ name: `types ${part}`, command: ['tsc', '-p', part] })),
  { name: 'boundaries', command: ['node', 'test/run/boundaries.ts'] },
];
export const unit = vitest('unit');

export const build: Step = { name: 'build', command: ['vite', 'build'] };

/** Whether a suite has test files. A suite that is not there is not run, and the log says so. */
function isThere(paths: readonly string[], ending: RegExp): boolean {
  return paths.some((path) => {
    const full = join(root, path);
    if (!existsSync(full)) return false;
    if (!statSync(full).isDirectory()) return ending.test(path);
    return readdirSync(full, { recursive: true }).some((name) => ending.test(String(name)));
  });
}

const test = /\.test\.tsx?$/;
interface Suite {
  readonly step: Step;
  readonly there: boolean;
}

/** Alone, each of these leaves processor time over (it keeps one core busy, or mostly waits): two of them run at a time. */
const sparing: readonly Suite[] = [
  { step: vitest('whatsapp'), there: isThere(['test/channels/whatsapp'], test) },
  { step: vitest('emulators'), there: isThere(['test/emulators'], test) },
  { step: vitest('contracts'), there: isThere(['test/contracts'], test) },
  { step: vitest('host-process'), there: isThere(['test/host-process'], test) },
  { step: vitest('faults'), there: isThere(['test/faults'], test) },
];
const taking: readonly Suite[] = [
  { step: vitest('packaging'), there: isThere(['test/packaging', 'test/packaging.test.ts'], test) },
  { step: vitest('crash'), there: isThere(['test/crash'], test) },
  {
    step: { name: 'e2e', command: ['playwright', 'test'], report: 'e2e.json' },
    there: isThere(['test/e2e', 'test/host-tests'], /\.spec\.ts$/),
  },
];

const stepsOf = (suites: readonly Suite[]): readonly Step[] =>
  suites.filter(({ there }) => there).map(({ step }) => step);

/** The suites that need the build: some run beside each other, then the others one by one. */
export const built = { beside: stepsOf(sparing), alone: stepsOf(taking) };
/** Names of those that have no tests. */
export const absent: readonly string[] = [...sparing, ...taking]
  .filter(({ there }) => !there)
  .map(({ step }) => step.name);
