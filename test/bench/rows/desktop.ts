/*
 * The desktop's start, in the stand-in for Electron: since the process began until the app was read and run, Electron
 * was ready, and the window had painted something, which have no goals: the stand-in's browser is not Electron's, and
 * starting it is most of the time until ready. And what is ours: from the app that was read and run until its gateway
 * answers the window, on a directory that has a provider and a link in it.
 */
import { temporaryFolder } from '../host.ts';
import { findDesk, startDesk, type DeskPlace } from '../desk.ts';
import type { Marks } from '../inside.ts';
import { startModel } from '../model.ts';
import { atMost, WrongAnswer, type Bench, type Measured, type Scenario } from '../rows.ts';
import { median } from '../stats.ts';
import { startTelegram } from '../telegram.ts';

/** One start, of a gateway that really answers. */
async function timeOfStart(place: DeskPlace, folder: string): Promise<Marks> {
  await using desk = await startDesk(place, folder);
  const { problem } = await desk.call('host.get', {});
  if (problem !== null) throw new WrongAnswer(`it started with ${JSON.stringify(problem)}`);
  if ((await desk.call('links.list', {})).length === 0) throw new WrongAnswer('it started without its link');
  return desk.marks;
}

async function starts(bench: Bench, place: DeskPlace): Promise<readonly Marks[]> {
  await using folder = await temporaryFolder();
  await using model = await startModel();
  await using telegram = await startTelegram();
  {
    await using desk = await startDesk(place, folder.path);
    const provider = { id: 'lab', kind: 'openai', baseUrl: model.url, key: model.key } as const;
    await desk.call('providers.save', { provider });
    await desk.call('links.addTelegram', { id: 'bot', token: telegram.token, apiRoot: telegram.url });
  }
  const all: Marks[] = [];
  for (let round = 0; round < (bench.quick ? 1 : 11); round++) {
    await bench.quiet();
    all.push(await timeOfStart(place, folder.path));
  }
  return all;
}

async function run(bench: Bench): Promise<readonly Measured[]> {
  const place = findDesk(bench, 'desktop');
  if (place === null) return [];
  const all = await starts(bench, place);
  const row = (name: string, of: (marks: Marks) => number): Measured => ({
    name: `desktop in the stand-in: ${name}`,
    unit: 'ms',
    value: median(all.map(of)),
    goal: null,
    how: `median of ${String(all.length)} starts, since the process began`,
    each: all.map(of),
  });
  const toGateway = ({ evaluated, gateway }: Marks): number => gateway - evaluated;
  const how = `of ${String(all.length)} starts; the stand-in's browser is started in between`;
  return [
    row('the app is read and run', ({ evaluated }) => evaluated),
    row('Electron is ready', ({ ready }) => ready),
    row('first content is painted', ({ painted }) => painted),
    { ...row('from the app run to the gateway ready', toGateway), goal: atMost(500), how: `median ${how}` },
    {
      name: 'desktop in the stand-in: the same, slowest start',
      unit: 'ms',
      value: Math.max(...all.map(toGateway)),
      goal: atMost(500),
      how: `slowest ${how}`,
    },
    {
      ...row('from Electron ready to the gateway ready', ({ ready, gateway }) => gateway - ready),
      how: `median ${how}`,
    },
  ];
}

export const desktop: Scenario = { name: 'desktop', run };
