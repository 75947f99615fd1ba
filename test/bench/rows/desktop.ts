/*
 * The desktop, in the stand-in for Electron: from the start of the process until the app was read and run, until
 * Electron was ready, and until the window had painted something. Without goals: the stand-in's browser is not
 * Electron's, and starting it is most of the time until ready.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { browserVariable, findBrowser } from '../../lib/browser.ts';
import { temporaryFolder } from '../host.ts';
import type { Marks } from '../marks.ts';
import { startNode } from '../process.ts';
import { WrongAnswer, type Bench, type Measured, type Scenario } from '../rows.ts';
import { median } from '../stats.ts';

async function startDesktop(folder: string, root: string, browser: string): Promise<Marks> {
  const bench = join(import.meta.dirname, '..');
  await using started = await startNode({
    args: [join(bench, '../host/start.ts'), '-r', join(bench, 'marks.ts'), root],
    env: { HOME: folder, PORCHLIGHT_DATA_DIR: join(folder, 'data'), [browserVariable]: browser },
  });
  const marks = started.said as Readonly<Record<keyof Marks, unknown>>;
  const { evaluated, ready, painted, text } = marks;
  const numbers = [evaluated, ready, painted].map(Number);
  const [first = Number.NaN, second = Number.NaN, third = Number.NaN] = numbers;
  if (!(first > 0 && second > first && third > second)) throw new WrongAnswer(`marks out of order: ${numbers.join()}`);
  return { evaluated: first, ready: second, painted: third, text: String(text) };
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  const root = join(bench.build, '..');
  const browser = findBrowser();
  if (browser === undefined || !existsSync(join(root, 'package.json'))) {
    console.error('desktop: left out, because it needs a browser and the build of this folder');
    return [];
  }
  await using folder = await temporaryFolder();
  const all: Marks[] = [];
  await startDesktop(folder.path, root, browser);
  for (let round = 0; round < (bench.quick ? 1 : 5); round++) {
    await bench.quiet();
    all.push(await startDesktop(folder.path, root, browser));
  }
  const row = (name: string, each: readonly number[]): Measured => ({
    name: `desktop in the stand-in: ${name}`,
    unit: 'ms',
    value: median(each),
    goal: null,
    how: `median of ${String(each.length)} starts, since the process began`,
    each,
  });
  return [
    row(
      'the app is read and run',
      all.map(({ evaluated }) => evaluated),
    ),
    row(
      'Electron is ready',
      all.map(({ ready }) => ready),
    ),
    row(
      'first content is painted',
      all.map(({ painted }) => painted),
    ),
  ];
}

export const desktop: Scenario = { name: 'desktop', run };
