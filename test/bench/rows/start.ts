/*
 * From just before the spawn until the ready line was read: on an empty directory, on one that has a provider and a
 * Telegram link in it, and with the provision file that says the same once more. Compiled code is kept per person, so
 * the very first start of all is a row of its own.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startHost, temporaryFolder, type HostSetup } from '../host.ts';
import { startModel } from '../model.ts';
import { atMost, WrongAnswer, type Bench, type Measured, type Scenario } from '../rows.ts';
import { median } from '../stats.ts';
import { startTelegram } from '../telegram.ts';

const goal = atMost(400);

/** One start; that the port is open when the line says so is checked with a request. */
export async function timeOfStart(bench: Bench, setup: HostSetup): Promise<number> {
  await using host = await startHost(bench, setup);
  const health = await fetch(new URL('/healthz', host.url));
  const said: unknown = await health.json();
  if (!health.ok || JSON.stringify(said) !== '{"status":"ok"}') {
    throw new WrongAnswer(`it said it was ready, and /healthz says ${JSON.stringify(said)}`);
  }
  return host.readyAfter;
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  const rounds = bench.quick ? 1 : 11;
  await using folder = await temporaryFolder();
  await using model = await startModel();
  await using telegram = await startTelegram();
  const setup = { folder: folder.path, model, telegram };
  const data = join(folder.path, 'data');
  const times = { cold: [] as number[], fresh: [] as number[], kept: [] as number[], file: [] as number[] };
  const emptied = async (): Promise<void> => rm(data, { recursive: true, force: true });
  for (let round = 0; round < Math.ceil(rounds / 2); round++) {
    await emptied();
    await rm(join(folder.path, '.cache'), { recursive: true, force: true });
    times.cold.push(await timeOfStart(bench, { ...setup, provision: false }));
  }
  await timeOfStart(bench, setup);
  for (let round = 0; round < rounds; round++) {
    await bench.quiet();
    await emptied();
    times.fresh.push(await timeOfStart(bench, { ...setup, provision: false }));
    await timeOfStart(bench, setup);
    times.kept.push(await timeOfStart(bench, { ...setup, provision: false }));
    times.file.push(await timeOfStart(bench, setup));
  }
  const row = (name: string, each: readonly number[], aim: Measured['goal']): Measured => ({
    name,
    unit: 'ms',
    value: median(each),
    goal: aim,
    how: `median of ${String(each.length)} starts`,
    each,
  });
  return [
    row('start to ready, existing directory', times.kept, goal),
    row('start to ready, fresh directory', times.fresh, goal),
    row('start to ready, existing directory and provision file', times.file, goal),
    row('start to ready, fresh directory, nothing compiled yet', times.cold, null),
  ];
}

export const start: Scenario = { name: 'start', run };
