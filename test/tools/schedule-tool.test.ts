import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tool, ToolResult } from '../../main/gateway/tool.ts';
import { createScheduleTool } from '../../main/tools/schedule/index.ts';
import { gate } from '../emulators/lib/gate.ts';
import { startGateway, type TestGateway } from '../lib/gateway.ts';

const hour = 3_600_000;
const daily = { kind: 'cron', expression: '0 9 * * *' };

function toolOf(test: TestGateway): Tool {
  return createScheduleTool({
    schedules: () => test.gateway.schedules,
    now: () => test.clock.now(),
    timeZone: () => 'Europe/Berlin',
    sentence: (reason) => test.ports.sentences.reason(reason, 'en'),
  });
}

async function begin() {
  const stack = new AsyncDisposableStack();
  const test = stack.use(await startGateway({ telegram: false }));
  const [here, there] = [await test.gateway.createThread('here'), await test.gateway.createThread('there')];
  const tool = toolOf(test);
  const use = (input: unknown, conversation = here.id): Promise<ToolResult> =>
    tool.run(input, { conversation, link: 'window' }, new AbortController().signal);
  return { test, tool, here, there, use, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('the tool schedule', () => {
  it('makes, lists, changes, pauses, resumes and removes schedules of its conversation, and says when they run', async () => {
    await using all = await begin();
    const { test, here, use } = all;
    expect(await use({ action: 'list' })).toMatchObject({
      ok: true,
      text: expect.stringContaining('no schedules') as string,
    });
    const made = await use({ action: 'create', name: 'Morning', prompt: 'What is on today?', when: daily });
    expect(made).toMatchObject({
      ok: true,
      text: expect.stringMatching(/Made: “Morning” \(id .*\): Every day at 0?9:00/) as string,
    });
    const [status] = test.gateway.schedules.list();
    expect(status?.row).toMatchObject({
      conversation: here.id,
      origin: 'tool',
      timing: { ...daily, timeZone: 'Europe/Berlin' },
    });
    const id = status?.row.id;
    expect((await use({ action: 'list' })).text).toContain(`(id ${String(id)})`);
    expect(await use({ action: 'change', id, prompt: 'And the weather?' })).toMatchObject({ ok: true });
    expect(test.gateway.schedules.list()[0]?.row).toMatchObject({
      name: 'Morning',
      prompt: 'And the weather?',
      timing: { ...daily, timeZone: 'Europe/Berlin' },
    });
    expect(await use({ action: 'change', id, when: { kind: 'every', minutes: 60 } })).toMatchObject({ ok: true });
    expect(test.gateway.schedules.list()[0]?.row.timing).toMatchObject({ kind: 'every', everyMs: hour });
    expect((await use({ action: 'pause', id })).text).toContain('Paused.');
    expect(test.gateway.schedules.list()[0]?.next).toBeNull();
    expect(await use({ action: 'resume', id })).toMatchObject({ ok: true });
    expect(test.gateway.schedules.list()[0]?.next).not.toBeNull();
    expect(await use({ action: 'remove', id })).toMatchObject({ ok: true });
    expect(test.gateway.schedules.list()).toEqual([]);
  });

  it('knows nothing of schedules elsewhere, not even by their ids (orders from one chat about another)', async () => {
    await using all = await begin();
    const { test, there, use } = all;
    await use({ action: 'create', name: 'Other', prompt: 'Elsewhere', when: daily }, there.id);
    const id = test.gateway.schedules.list()[0]?.row.id;
    expect((await use({ action: 'list' })).text).not.toContain('Other');
    for (const action of ['change', 'pause', 'resume', 'remove']) {
      const refused = await use({ action, id, name: 'Mine', prompt: 'mine' });
      expect(refused).toMatchObject({ ok: false, text: expect.stringContaining('no schedule with this id') as string });
    }
    expect(test.gateway.schedules.list()[0]?.row).toMatchObject({ name: 'Other', prompt: 'Elsewhere' });
    expect(test.gateway.schedules.list()[0]?.pausedUntil).toBeNull();
  });

  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [null, /action has to be/],
    [{ action: 'destroy' }, /action has to be/],
    [{ action: 'create', when: daily }, /name and prompt/],
    [{ action: 'create', name: 'a', prompt: 'b' }, /has to be an object/],
    [{ action: 'create', name: 'a'.repeat(81), prompt: 'b', when: daily }, /at most 80/],
    [{ action: 'create', name: 'a', prompt: 'b'.repeat(8001), when: daily }, /at most 8000/],
    [{ action: 'create', name: 'a', prompt: 'b', when: { kind: 'once', at: '2001-01-01T09:00' } }, /has passed/],
    [{ action: 'remove' }, /no schedule with this id/],
    [{ action: 'pause', id: 7 }, /no schedule with this id/],
  ];
  it.each(wrong)('answers %j with what is wrong, and changes nothing', async (input, sentence) => {
    await using all = await begin();
    const result = await all.use(input);
    expect(result.ok).toBe(false);
    expect(result.text).toMatch(sentence);
    expect(all.test.gateway.schedules.list()).toEqual([]);
  });

  it('refuses a pause until a moment that has passed', async () => {
    await using all = await begin();
    await all.use({ action: 'create', name: 'a', prompt: 'b', when: daily });
    const id = all.test.gateway.schedules.list()[0]?.row.id;
    expect(await all.use({ action: 'pause', id, until: '2001-01-01T09:00' })).toMatchObject({ ok: false });
    expect(all.test.gateway.schedules.list()[0]?.pausedUntil).toBeNull();
  });

  it('makes none in a conversation that is not the owner’s, whoever asks', async () => {
    await using all = await begin();
    await all.test.ask('hello', 'caller');
    const { id } = all.test.conversation('caller', 'api');
    const refused = await all.use({ action: 'create', name: 'a', prompt: 'b', when: daily }, id);
    expect(refused).toMatchObject({ ok: false, text: expect.stringContaining('own private conversations') as string });
  });

  it('makes none while a schedule is what asks, or they would breed (a bill that grows by itself)', async () => {
    await using all = await begin();
    const { test, here, use } = all;
    const from = new Date(test.clock.now() + hour).toISOString().slice(0, 16);
    await use({ action: 'create', name: 'a', prompt: 'b', when: { kind: 'every', minutes: 60, from: `${from}Z` } });
    const held = gate();
    test.openai.next({ kind: 'reply', text: 'slow', gate: held.promise });
    await test.clock.elapse(hour);
    await test.asked(1);
    const refused = await use({ action: 'create', name: 'c', prompt: 'd', when: daily });
    expect(refused).toMatchObject({ ok: false, text: expect.stringContaining('only you do') as string });
    held.open();
    await test.idle();
    expect(test.gateway.schedules.list().map(({ row }) => [row.name, row.conversation])).toEqual([['a', here.id]]);
    expect(await use({ action: 'create', name: 'c', prompt: 'd', when: daily })).toMatchObject({ ok: true });
  });

  it('bothers nobody with a call that changes nothing: one that lists, or one that could not be carried out', async () => {
    await using all = await begin();
    const { test, tool, here, there, use } = all;
    await use({ action: 'create', name: 'a', prompt: 'b', when: daily });
    const id = test.gateway.schedules.list()[0]?.row.id;
    const harmless = (input: Readonly<Record<string, unknown>>, conversation = here.id): boolean | undefined =>
      tool.isHarmless?.(input, { conversation, link: 'window' });
    const never = { kind: 'cron', expression: '0 0 30 2 *' };
    const nothing: readonly Readonly<Record<string, unknown>>[] = [
      { action: 'list' },
      { action: 'destroy' },
      { action: 'create', name: 'a', prompt: 'b', when: never },
      { action: 'change', id, when: never },
      { action: 'pause', id, until: '2001-01-01T09:00' },
      { action: 'remove', id: 'unknown' },
    ];
    for (const input of nothing) expect(harmless(input), JSON.stringify(input)).toBe(true);
    const before = test.gateway.schedules.list();
    for (const input of nothing) await use(input);
    expect(test.gateway.schedules.list(), 'and run agrees').toEqual(before);
    const changes: readonly Readonly<Record<string, unknown>>[] = [
      { action: 'create', name: 'a', prompt: 'b', when: daily },
      { action: 'change', id, name: 'c' },
      { action: 'pause', id },
      { action: 'resume', id },
      { action: 'remove', id },
    ];
    for (const input of changes) expect(harmless(input), JSON.stringify(input)).toBe(false);
    expect(harmless({ action: 'remove', id }, there.id), 'of another conversation').toBe(true);
  });

  it('can be asked whether a call is harmless whatever a model wrote (a turn that hangs on its own question)', async () => {
    await using all = await begin();
    const { tool, here } = all;
    const field = fc.oneof(fc.jsonValue(), fc.constantFrom('create', 'change', 'pause', 'cron', 'once', '* * * * *'));
    const names = fc.constantFrom(
      'action',
      'id',
      'name',
      'prompt',
      'when',
      'until',
      'kind',
      'at',
      'expression',
      'timeZone',
    );
    const when = fc.dictionary(names, field);
    const input = fc.dictionary(
      names,
      fc.oneof(
        field,
        when,
        when.map((value) => JSON.stringify(value)),
      ),
    );
    fc.assert(
      fc.property(input, (given) => {
        const context = { conversation: here.id, link: 'window' };
        expect(typeof tool.isHarmless?.(given, context)).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });

  it('asks first and is marked as one that changes something: a crash must not make a schedule twice', async () => {
    await using all = await begin();
    expect(all.tool).toMatchObject({ permission: 'ask', sideEffects: true, outside: false });
  });
});
