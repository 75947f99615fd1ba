/**
 * One owner of a data directory: two hosts are started on it in the same moment, with and without a port (as the desktop
 * has none), again and again, and some owners are killed with -9. The loser ends with code 3 and names the other.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counts } from '../counts.ts';
import { Workplace, type HostProcess } from './lib/host-process.ts';
import { Chance, seedOfRun, seedVariable } from './lib/random.ts';

type Mode = 'desktop' | 'headless';

describe('two hosts on one data directory', () => {
  let workplace: Workplace;
  beforeAll(() => {
    workplace = new Workplace();
  });
  afterAll(() => workplace[Symbol.dispose]());

  const sentence = (mode: Mode, pid: number): string =>
    `Porchlight is already running with this data directory (${mode}, process ${String(pid)}). Use that one, or stop it first.`;

  function start(dataDir: string, mode: Mode, built: boolean): HostProcess {
    return built && mode === 'headless' ? workplace.startBuilt(dataDir) : workplace.startEntry(dataDir, { mode });
  }

  it('started together: one holds it, the other ends with 3 and names mode and process, also after a kill', async () => {
    const seed = seedOfRun();
    const chance = new Chance(seed);
    const dataDir = workplace.newDataDir();
    const killed = new Set(chance.some(counts.lockKills, counts.lockRaces));
    const wins = new Map<string, number>();
    for (let race = 1; race <= counts.lockRaces; race += 1) {
      const modes = [chance.maybe(0.5), chance.maybe(0.5)].map((desktop): Mode => (desktop ? 'desktop' : 'headless'));
      // The built host starts faster: mixed with the sources, either side may win a race.
      const built = chance.maybe(0.3);
      const hosts = modes.map((mode) => start(dataDir, mode, built));
      const [first, second] = hosts;
      if (first === undefined || second === undefined) throw new Error('two hosts');
      await using _first = first;
      await using _second = second;
      const begun = await Promise.all([first.begun, second.begun]);
      const context = `race ${String(race)} of ${modes.join(' and ')}, ${seedVariable}=${String(seed)}`;
      const kinds = begun.map(({ kind }) => kind);
      expect(kinds.toSorted(), `${context}: ${first.said}${second.said}`).toEqual(['ended', 'ready']);
      const winner = kinds.indexOf('ready');
      const [owner, loser] = winner === 0 ? [first, second] : [second, first];
      const mode = modes[winner] ?? 'headless';
      const ended = await loser.ended;
      expect(ended, context).toMatchObject({ code: 3, signal: null });
      expect(ended.said.trim().split('\n').at(-1), context).toBe(sentence(mode, owner.pid));
      // The one that holds it was not disturbed: it still keeps a third one out, and ends when it is asked to.
      if (race % 10 === 1) {
        await using third = start(dataDir, 'headless', true);
        expect(await third.ended, context).toMatchObject({ code: 3 });
      }
      expect(owner.process.exitCode, context).toBeNull();
      if (killed.has(race)) expect(await owner.kill(), context).toMatchObject({ signal: 'SIGKILL' });
      else expect(await owner.stop(), context).toMatchObject({ code: 0 });
      wins.set(mode, (wins.get(mode) ?? 0) + 1);
    }
    const figures = { races: counts.lockRaces, kills: killed.size, wins: Object.fromEntries(wins) };
    process.stdout.write(`races for a data directory, ${seedVariable}=${String(seed)}: ${JSON.stringify(figures)}\n`);
  });

  it('an owner that was stopped in mid-life still holds it: nothing is taken from a process that lives', async () => {
    const dataDir = workplace.newDataDir();
    await using owner = workplace.startBuilt(dataDir);
    await owner.ready();
    owner.process.kill('SIGSTOP');
    await using other = workplace.startBuilt(dataDir);
    expect(await other.ended).toMatchObject({ code: 3, said: `${sentence('headless', owner.pid)}\n` });
    owner.process.kill('SIGCONT');
    expect(await owner.stop()).toMatchObject({ code: 0 });
  });
});
