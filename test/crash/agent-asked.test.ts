/**
 * The built host is killed with -9 while the owner decides about a tool. What he allowed is made once, what he refused or
 * did not answer is not made, and the model hears which of them it was.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ToolBench, write, type Plan, type Scene, type ToolLife } from './lib/tool-bench.ts';

const holds = (text: string): string => expect.stringContaining(text) as string;
/** Longer than a card waits. */
const ahead = 11 * 60_000;

function writing(key: string, more: Readonly<Record<string, unknown>> = {}): Plan {
  return [[{ name: write, arguments: JSON.stringify({ key, ...more }) }]];
}

describe.concurrent('the built host, killed with -9 while the owner is asked', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = new ToolBench();
    await bench.prepare();
  });
  afterAll(() => bench[Symbol.dispose]());

  /** The tool is asked about, the question asked; the card is there. The host lives. */
  async function asked(scene: Scene, life: ToolLife): Promise<string> {
    await life.window.value('tools.setPermission', { name: write, permission: 'ask' });
    await scene.ask(life);
    const card = await scene.card(life);
    await scene.states(life, ['asking']);
    return card;
  }

  /** His press; the host may die of it. */
  async function press({ host, window }: ToolLife, card: string, answer: 'once' | 'ignore'): Promise<void> {
    await Promise.race([window.value('cards.answer', { card, answer }), host.ended]);
  }

  const dieWhen = (state: string) => ({ kind: 'commit', table: 'tool_call', words: [state, write] }) as const;

  it('as the card is listed, and between his permission and the call: it is made once, and he is asked once', async () => {
    await bench.scene(writing('granted'), async (scene) => {
      await using first = await scene.begin();
      const card = await asked(scene, first);
      await first.host.kill();
      await using second = await scene.begin({ dieAt: dieWhen('allowed') });
      expect(await scene.card(second), 'the same card').toBe(card);
      await press(second, card, 'once');
      await second.died();
      expect(scene.lines('granted')).toBe(0);
      expect(await scene.end()).toMatchObject({ states: ['done'], told: [holds('written granted')] });
      expect(scene.lines('granted')).toBe(1);
      expect(scene.model.chats, 'asked for the call, and for the answer').toHaveLength(2);
    });
  });

  it('while what he allowed is being done: it is not done again, and he is not asked again', async () => {
    await bench.scene(writing('under-way', { hold: true }), async (scene) => {
      await using life = await scene.begin();
      await press(life, await asked(scene, life), 'once');
      await scene.written('under-way');
      await life.host.kill();
      expect(await scene.end()).toMatchObject({ states: ['unsure'], told: [holds('Nobody knows')] });
      expect(scene.lines('under-way')).toBe(1);
    });
  });

  it('after he refused and before the model heard it: it is not made, and the model hears that he refused', async () => {
    await bench.scene(writing('refused'), async (scene) => {
      await using life = await scene.begin({ dieAt: dieWhen('refused') });
      await press(life, await asked(scene, life), 'ignore');
      await life.died();
      const { calls, told } = await scene.end();
      expect(calls).toMatchObject([{ state: 'refused', reason: { code: 'tool.refused' } }]);
      expect(told).toEqual([holds('did not allow this call')]);
      expect(scene.lines('refused')).toBe(0);
    });
  });

  it('while nobody answered, and when that was noted: it is not made, and the model hears that nobody answered', async () => {
    await bench.scene(writing('unanswered'), async (scene) => {
      await using first = await scene.begin();
      await asked(scene, first);
      await first.host.kill();
      await using second = scene.start({ time: { ahead }, dieAt: dieWhen('refused') });
      expect(await second.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
      const { calls, told } = await scene.end({ time: { ahead } });
      expect(calls).toMatchObject([{ state: 'refused', reason: { code: 'tool.unanswered' } }]);
      expect(told).toEqual([holds('nobody answered in time')]);
      expect(scene.lines('unanswered')).toBe(0);
    });
  });
});
