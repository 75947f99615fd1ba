/*
 * `npm run bench [-- --only start,telegram] [--quick] [--build DIR]`: times of the built headless host, each scenario in
 * processes of its own. docs/bench.md says how each row is measured. Ends with 1 when a reply was wrong, missing or
 * doubled; a goal that was missed is shown and is no failure, because times depend on the machine.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, lookAround, waitForQuiet } from './machine.ts';
import { isClean, table } from './report.ts';
import { plants, WrongAnswer, type Bench, type Row, type Scenario, type Surroundings } from './rows.ts';
import { agent } from './rows/agent.ts';
import { busy } from './rows/busy.ts';
import { context } from './rows/context.ts';
import { crowd } from './rows/crowd.ts';
import { desktop } from './rows/desktop.ts';
import { growth } from './rows/growth.ts';
import { http } from './rows/http.ts';
import { idle } from './rows/idle.ts';
import { limits } from './rows/limits.ts';
import { million } from './rows/million.ts';
import { recall } from './rows/recall.ts';
import { start } from './rows/start.ts';
import { stream } from './rows/stream.ts';
import { telegram } from './rows/telegram.ts';
import { whatsapp } from './rows/whatsapp.ts';
import { window } from './rows/window.ts';
import { windowScale } from './rows/window-scale.ts';
import { windowStream } from './rows/window-stream.ts';

const root = join(import.meta.dirname, '../..');
const scenarios: readonly Scenario[] = [
  ...[start, idle, window, windowScale, windowStream, telegram, whatsapp, stream, http, crowd, limits, million, growth],
  ...[recall, context, agent, desktop, busy],
];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean' },
    build: { type: 'string' },
    json: { type: 'string' },
    plant: { type: 'string' },
  },
});
const wanted = values.only?.split(',') ?? scenarios.map(({ name }) => name);
/** `window` stands for `window-scale` and `window-stream` too. */
const isWanted = ({ name }: Scenario): boolean => wanted.some((each) => name === each || name.startsWith(`${each}-`));
const unknown = wanted.filter((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. There are: ${scenarios.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const build = values.build ?? join(root, 'dist');
if (!existsSync(join(build, 'main/serve.js'))) {
  console.error(`There is no build in ${build}: run \`npm run build\` first.`);
  process.exit(2);
}

// So that what was started is ended with it (process.ts).
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => process.exit(code));
}

let surroundings: Surroundings = await lookAround();
const quick = values.quick === true;
/** On a machine that never gets quiet the run must end all the same; the table says how busy it was. */
let patience = quick ? 0 : 180_000;
const bench: Bench = {
  quick,
  build,
  plant: plants.find((plant) => plant === values.plant) ?? null,
  async quiet() {
    const from = performance.now();
    surroundings = await waitForQuiet(Math.min(patience, 20_000));
    patience -= performance.now() - from;
  },
};

async function rowsOf(scenario: Scenario): Promise<readonly Row[]> {
  try {
    const measured = await scenario.run(bench);
    return measured.map((row) => ({ ...row, ...surroundings }));
  } catch (error) {
    if (!(error instanceof WrongAnswer)) throw error;
    return [{ name: scenario.name, wrong: error.message.replaceAll(/\s+/g, ' '), ...surroundings }];
  }
}

const rows: Row[] = [];
for (const scenario of scenarios) {
  if (!isWanted(scenario)) continue;
  console.error(`${scenario.name}…`);
  await bench.quiet();
  const added = await rowsOf(scenario);
  rows.push(...added);
  console.error(table(added));
}
const report = { at: new Date().toISOString(), machine: describeMachine(), quick, rows };
const target = values.json ?? join(root, 'test-results/bench.json');
mkdirSync(join(target, '..'), { recursive: true });
writeFileSync(target, `${JSON.stringify(report, undefined, 2)}\n`);
console.log(`${report.machine}${quick ? ' (quick: the times mean nothing)' : ''}\n\n${table(rows)}`);
process.exitCode = isClean(rows) ? 0 : 1;
