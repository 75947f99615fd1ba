/**
 * The built host is killed with -9 in the middle of what a model asks of its tools. No change is made twice, and the turn
 * goes on to its answer, in which every call has one result that says what is known.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { found } from './lib/found.ts';
import { byPlan, ToolBench, write, type Plan, type Scene } from './lib/tool-bench.ts';

const unknown = expect.stringContaining('Nobody knows whether it took effect') as string;
const holds = (text: string): string => expect.stringContaining(text) as string;

function writing(key: string, more: Readonly<Record<string, unknown>> = {}): Plan[number][number] {
  return { name: write, arguments: JSON.stringify({ key, ...more }) };
}

describe.concurrent('the built host, killed with -9 in the middle of calls', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = new ToolBench();
    await bench.prepare();
  });
  afterAll(() => bench[Symbol.dispose]());

  /** Asks, and kills the host once the server has written `key`, which it never answers. */
  async function killedAtLine(scene: Scene, key: string, states: readonly string[]): Promise<void> {
    await using life = await scene.begin();
    await scene.ask(life);
    await scene.written(key);
    await scene.states(life, states);
    await life.host.kill();
  }

  it.each([
    { state: 'pending', before: 0, lines: 1, ends: 'done', told: holds('written') },
    { state: 'running', before: 0, lines: 0, ends: 'unsure', told: unknown },
    { state: 'done', before: 1, lines: 1, ends: 'done', told: holds('written') },
  ])('a call that is $state is made once, or not at all and nobody says it was', async (row) => {
    const key = `at-${row.state}`;
    await bench.scene([[writing(key)]], async (scene) => {
      await using life = await scene.begin({
        dieAt: { kind: 'commit', table: 'tool_call', words: [row.state, write] },
      });
      await scene.ask(life);
      await life.died();
      expect(scene.lines(key)).toBe(row.before);
      const { states, told } = await scene.end();
      expect({ states, told }).toEqual({ states: [row.ends], told: [row.told] });
      expect(scene.lines(key)).toBe(row.lines);
      expect(scene.model.chats, 'asked for the call, and for the answer').toHaveLength(2);
    });
  });

  it('of calls side by side, what was read stays read, the change that ran is unsure, the next is made', async () => {
    const recall = { name: 'recall', arguments: '{"query": "bread"}' };
    const readMore = { name: 'read_more', arguments: '{"id": "m:none"}' };
    const plan = [[recall, writing('side-1', { hold: true }), writing('side-2'), readMore]];
    await bench.scene(plan, async (scene) => {
      await killedAtLine(scene, 'side-1', ['done', 'running', 'pending', 'failed']);
      expect(scene.lines('side-2'), 'changes are made one after the other').toBe(0);
      const { states, told } = await scene.end();
      expect(states).toEqual(['done', 'unsure', 'done', 'failed']);
      expect(told).toEqual([holds('Nothing is found'), unknown, holds('written side-2'), holds('nothing with the id')]);
      expect([scene.lines('side-1'), scene.lines('side-2')]).toEqual([1, 1]);
    });
  });

  it('calls that only read are made again where they had begun', async () => {
    const reads = [
      { name: 'recall', arguments: '{"query": "bread"}' },
      { name: 'read_more', arguments: '{"id": "m:none"}' },
      { name: 'read_web_page', arguments: '{"url": "http://127.0.0.1/private"}' },
    ];
    await bench.scene([reads], async (scene) => {
      const begun = ['running', 'read_web_page'];
      await using life = await scene.begin({ dieAt: { kind: 'commit', table: 'tool_call', words: begun } });
      await scene.ask(life);
      await life.died();
      const { states, told } = await scene.end();
      expect(states).toEqual(['done', 'failed', 'failed']);
      expect(told).toEqual([holds('Nothing is found'), holds('nothing with the id'), holds('address')]);
    });
  });

  it('malformed arguments are refused once, also after a kill, and what the model writes then is carried out', async () => {
    const malformed = { name: write, arguments: '{"key": "torn-1", "hold": tru' };
    const plan = [[malformed, writing('torn-2', { hold: true })], [writing('torn-1')]];
    await bench.scene(plan, async (scene) => {
      await killedAtLine(scene, 'torn-2', ['refused', 'running']);
      const { calls, states, told } = await scene.end();
      expect(states).toEqual(['refused', 'unsure', 'done']);
      expect(calls[0]).toMatchObject({ arguments: malformed.arguments, reason: { code: 'tool.malformed' } });
      expect(told).toEqual([holds('not a JSON object'), unknown, holds('written torn-1')]);
      expect([scene.lines('torn-1'), scene.lines('torn-2')]).toEqual([1, 1]);
    });
  });

  it('an unknown tool is refused; killed while the model is told so, it is told again and nothing is made again', async () => {
    const plan = [[{ name: 'no_such_tool', arguments: '{}' }, writing('known-1')]];
    await bench.scene(plan, async (scene) => {
      scene.model.script((call) => (call.number === 2 ? { kind: 'hang-after-headers' } : byPlan(plan, call)));
      await using life = await scene.begin();
      await scene.ask(life);
      await scene.model.waitFor(() => scene.model.chats.length === 2);
      await scene.states(life, ['refused', 'done']);
      await life.host.kill();
      const { calls, told } = await scene.end();
      expect(calls).toMatchObject([{ state: 'refused', reason: { code: 'tool.unknown' } }, { state: 'done' }]);
      expect(told).toEqual([holds('no tool of this name'), holds('written known-1')]);
      expect(scene.lines('known-1')).toBe(1);
      expect(scene.model.chats).toHaveLength(3);
    });
  });

  it('a call that ran into its minute is given up and not made again, also after a kill', async () => {
    const plan = [[writing('late-1', { hold: true })]];
    await bench.scene(plan, async (scene) => {
      scene.model.script((call) => (call.number === 2 ? { kind: 'hang-after-headers' } : byPlan(plan, call)));
      await using life = await scene.begin({ time: { minute: 4_000 } });
      await scene.ready(life);
      await scene.ask(life);
      await scene.written('late-1');
      await scene.states(life, ['running']);
      await scene.model.waitFor(() => scene.model.chats.length === 2);
      await scene.states(life, ['failed']);
      await life.host.kill();
      const { calls, told } = await scene.end();
      expect(calls).toMatchObject([{ state: 'failed', reason: { code: 'tool.timeout', params: { seconds: 60 } } }]);
      expect(told).toEqual([holds('It may have taken effect all the same')]);
      expect(scene.lines('late-1')).toBe(1);
    });
  });

  it('25 calls are made in all, however many are asked for and whatever dies among them', async () => {
    const keys = Array.from({ length: 30 }, (_none, index) => `many-${String(index + 1)}`);
    const plan = [keys.map((key) => writing(key, key === 'many-13' ? { hold: true } : {}))];
    const each = (done: number, state: string): readonly string[] => Array.from({ length: done }, () => state);
    await bench.scene(plan, async (scene) => {
      const over = each(5, 'refused');
      await killedAtLine(scene, 'many-13', [...each(12, 'done'), 'running', ...each(12, 'pending'), ...over]);
      const { calls, states, told } = await scene.end();
      expect(states).toEqual([...each(12, 'done'), 'unsure', ...each(12, 'done'), ...over]);
      expect(calls.at(-1)?.reason).toMatchObject({ code: 'tool.limit', params: { limit: 25 } });
      expect(told.at(-1)).toContain('25 calls were made');
      expect(keys.map((key) => scene.lines(key))).toEqual(keys.map((_key, index) => (index < 25 ? 1 : 0)));
      const last = scene.model.chats.at(-1)?.body;
      expect(last, 'nothing more is offered').not.toHaveProperty('tools');
    });
  });

  it('a call of which only fragments had come is none: the model is asked anew, and its call is made once', async () => {
    const plan = [[writing('torn-stream')]];
    await bench.scene(plan, async (scene) => {
      const never = new Promise<void>(() => undefined);
      scene.model.script((call) => {
        const wanted = byPlan(plan, call);
        if (call.number !== 1 || wanted.kind !== 'reply') return wanted;
        // The pieces before it go out in one write with the words that the window shows.
        const torn = wanted.toolCalls?.map((one) => ({ ...one, gate: [undefined, undefined, never] }));
        return { ...wanted, toolCalls: torn ?? [] };
      });
      await using life = await scene.begin();
      await scene.ask(life);
      await found(
        life.window,
        () => 'the window shows no word of it',
        async () => life.window.events.find(({ event }) => event.kind === 'turn.delta'),
      );
      await life.host.kill();
      expect(await scene.end()).toMatchObject({ states: ['done'], told: [holds('written torn-stream')] });
      expect(scene.lines('torn-stream')).toBe(1);
      expect(scene.model.chats).toHaveLength(3);
    });
  });
});
