/**
 * The built host is killed with -9 in the middle of what its own tools write: a note of the memory, a schedule. It stands
 * there once or not at all, and the model is not told that it does where nobody knows.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DieAt } from './lib/preload.ts';
import { ToolBench, type Plan } from './lib/tool-bench.ts';

const fact = 'The baker opens at seven.';
const note = 'MEMORY.md';
const remembering = { name: 'remember', arguments: JSON.stringify({ text: fact, where: 'memory' }) };
const unknown = expect.stringContaining('Nobody knows whether it took effect') as string;

const scheduled = 'Water the plants';
const scheduling = {
  name: 'schedule',
  arguments: JSON.stringify({
    action: 'create',
    name: scheduled,
    prompt: 'Remind me of the plants.',
    when: { kind: 'cron', expression: '0 9 1 1 *' },
  }),
};
const listing = { name: 'schedule', arguments: '{"action": "list"}' };

function committed(table: string, ...words: readonly string[]): DieAt {
  return { kind: 'commit', table, words };
}

describe.concurrent('the built host, killed with -9 in the middle of its own tools', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = new ToolBench();
    await bench.prepare();
  });
  afterAll(() => bench[Symbol.dispose]());

  const place = join('memory', note);
  const again = 'has this already';
  it.each<{ readonly name: string; readonly dieAt: DieAt; readonly lines: number; readonly told: readonly string[] }>([
    {
      name: 'it was begun',
      dieAt: committed('tool_call', 'running', 'remember'),
      lines: 0,
      told: [unknown, `Written to ${note}.`],
    },
    {
      name: 'it was written beside',
      dieAt: { kind: 'placed', when: 'before', file: place },
      lines: 0,
      told: [unknown, `Written to ${note}.`],
    },
    {
      name: 'it stood in its place',
      dieAt: { kind: 'placed', when: 'after', file: place },
      lines: 1,
      told: [unknown, `${note} ${again}.`],
    },
    {
      name: 'its result was noted',
      dieAt: committed('tool_call', 'done', 'remember'),
      lines: 1,
      told: [`Written to ${note}.`, `${note} ${again}.`],
    },
  ])('after $name, a fact stands there once or not at all, and once when it is written again', async (row) => {
    const plan: Plan = [[remembering], [remembering]];
    await bench.scene(plan, async (scene) => {
      const folder = join(scene.dataDir, 'memory');
      const lines = (): number =>
        readdirSync(folder)
          .filter((name) => name === note)
          .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
          .filter((line) => line.includes(fact)).length;
      await using life = await scene.begin({ dieAt: row.dieAt });
      await scene.ask(life);
      await life.died();
      expect(lines()).toBe(row.lines);
      const { states, told } = await scene.end();
      expect(states).toEqual([row.told[0] === unknown ? 'unsure' : 'done', 'done']);
      expect(told).toEqual(row.told);
      expect(lines()).toBe(1);
      const left = readdirSync(folder).filter((name) => name !== note);
      expect(left, 'nothing of what was torn is left').toEqual([]);
    });
  });

  it.each([
    { name: 'it was begun', dieAt: committed('tool_call', 'running', 'schedule'), made: 0 },
    { name: 'it was stored', dieAt: committed('schedule', scheduled), made: 1 },
  ])('after $name, a schedule is there once or not at all, and the model sees which of them', async (row) => {
    await bench.scene([[scheduling], [listing]], async (scene) => {
      await using life = await scene.begin({ dieAt: row.dieAt });
      await scene.ask(life);
      await life.died();
      const schedules: string[] = [];
      const { states, told } = await scene.end({}, async ({ window }) => {
        schedules.push(...(await window.value('schedules.list', {})).map(({ name }) => name));
      });
      expect(schedules).toEqual(Array.from({ length: row.made }, () => scheduled));
      expect(states).toEqual(['unsure', 'done']);
      const listed = row.made === 0 ? 'There are no schedules' : scheduled;
      expect(told).toEqual([unknown, expect.stringContaining(listed)]);
    });
  });
});
