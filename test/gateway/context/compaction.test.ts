import { describe, expect, it } from 'vitest';
import type { GatewayPorts } from '../../../main/gateway/gateway.ts';
import { subject } from '../../../main/lib/observable.ts';
import { ok } from '../../../main/lib/result.ts';
import { startGateway, type GatewayOptions, type TestGateway } from '../../lib/gateway.ts';
import { cap, startPaid } from '../budget/paid.ts';
import { condensing, promptsOf, talk } from './condensing.ts';

const openai = { contextLength: 8192 };
const summary = 'They spoke of one thing after the other.';
const answers = condensing(
  () => `<summary>${summary}</summary>`,
  () => 'well',
);
/** About 900 tokens. */
const long = (name: string): string => `${name} ${'word '.repeat(720)}`;

async function started(options: GatewayOptions = {}): Promise<TestGateway> {
  const test = await startGateway({ telegram: false, openai, ...options });
  test.openai.script(answers);
  return test;
}

const stored = (test: TestGateway) => test.read.summaries.ofConversation(test.conversation('thread').id);
const condensed = (test: TestGateway) => promptsOf(test).filter(({ condenses }) => condenses);
const lastPrompt = (test: TestGateway): string => promptsOf(test).at(-1)?.text ?? '';

/** Talks until a summary stands; the model's window is learned on the way. */
async function untilCondensed(test: TestGateway): Promise<number> {
  for (let turn = 1; turn <= 20; turn++) {
    await talk(test, long(`topic-${String(turn)}`));
    if (stored(test).length > 0) return turn;
  }
  throw new Error('twenty long turns made no summary');
}

describe('a conversation that outgrows its model', () => {
  it('is condensed once, goes on with its last six turns as they were, and says where the summary begins', async () => {
    await using test = await started();
    const turns = await untilCondensed(test);
    const [row] = stored(test);
    const prompt = lastPrompt(test);
    expect(prompt).toContain(summary);
    expect(prompt).toContain(`topic-${String(turns - 1)} `);
    expect(prompt).not.toContain('topic-1 ');
    expect(row).toMatchObject({ text: summary, model: 'lab/gpt-test', contextNo: 1, outside: false });
    expect(row?.tokensAfter).toBeLessThan((row?.tokensBefore ?? 0) / 2);
    const covered = test.messages('thread').filter(({ kind, seq }) => kind === 'assistant' && seq <= (row?.upto ?? 0));
    expect(covered).toHaveLength(row?.turns ?? -1);
    expect(test.messages('thread').map(({ text }) => text.split(' ')[0])).toContain('topic-1');
    expect(test.events.items.some(({ kind }) => kind === 'conversation')).toBe(true);
  });

  it('puts the summary before into the next one, and never condenses twice in a turn', async () => {
    await using test = await started();
    for (let turn = 0; turn < 24; turn++) await talk(test, long(`topic-${String(turn)}`));
    const rows = stored(test);
    expect(rows.length).toBeGreaterThan(1);
    expect(condensed(test).length).toBe(rows.length);
    expect(condensed(test)[1]?.text).toContain(summary);
    expect(rows.map(({ upto }) => upto)).toEqual(rows.map(({ upto }) => upto).toSorted((a, b) => a - b));
    expect(test.messages('thread').filter(({ kind }) => kind === 'notice')).toEqual([]);
  });

  it('is told in the same bytes from turn to turn, up to what is new (a provider would keep nothing of it)', async () => {
    await using test = await started();
    await untilCondensed(test);
    await talk(test, 'and then?');
    await talk(test, 'and after that?');
    const [before = '', after = ''] = promptsOf(test)
      .slice(-2)
      .map(({ text }) => text);
    const same = before.slice(0, before.lastIndexOf('and then?'));
    expect(after.startsWith(same)).toBe(true);
    expect(same).toContain(summary);
  });

  it.each([
    ['parrots', (text: string) => text],
    ['says nothing', () => '<summary></summary>'],
  ])('loses its oldest turns instead when the model %s, and tries once in each turn', async (_, say) => {
    await using test = await started();
    test.openai.script(
      condensing(
        (call) => say(call.lastUserText),
        () => 'well',
      ),
    );
    for (let turn = 1; turn <= 10; turn++) await talk(test, long(`topic-${String(turn)}`));
    expect(stored(test)).toEqual([]);
    expect(lastPrompt(test)).not.toContain('topic-1 ');
    expect(lastPrompt(test)).toContain('topic-9 ');
    const tries = condensed(test).length;
    expect(tries).toBeGreaterThan(0);
    await talk(test, long('topic-11'));
    expect(condensed(test).length).toBeLessThanOrEqual(tries + 1);
    expect(test.messages('thread').filter(({ kind }) => kind === 'notice')).toEqual([]);
  });

  it('is condensed anew when a message that the summary tells of is changed or taken back', async () => {
    await using test = await started();
    await untilCondensed(test);
    const first = test.messages('thread').find(({ kind }) => kind === 'person');
    await test.store.commit((tables) => tables.messages.mark([first?.id ?? ''], 'deleted', null));
    expect(stored(test)).toEqual([]);
    await talk(test, 'and then?');
    expect(promptsOf(test).at(-1)?.text).not.toContain('topic-1 ');
    expect(stored(test)).toHaveLength(1);
    expect(condensed(test).at(-1)?.text).not.toContain('topic-1 ');
  });

  it('counts what condensing costs, and asks nobody for it once a cap is reached', async () => {
    await using test = await startPaid({ openai });
    test.openai.script(answers);
    await untilCondensed(test);
    const calls = test.read.usage.totals(0, Number.MAX_SAFE_INTEGER);
    expect(calls.calls).toBe(promptsOf(test).length);
    expect(test.read.reservations.all()).toEqual([]);
    const before = condensed(test).length;
    const spent = test.gateway.budget.periods().day.cost;
    await talk(test, `${'word '.repeat(3000)}`);
    cap(test, { 'budget.perDayUsd': (spent + 100) / 1_000_000 });
    await talk(test, long('refused'));
    expect(condensed(test).length).toBe(before);
    expect(test.messages('thread').at(-1)?.reason?.code).toBe('budget.day-cost');
    cap(test, { 'budget.perDayUsd': 0 });
    for (let turn = 0; turn < 6; turn++) await talk(test, long(`more-${String(turn)}`));
    expect(condensed(test).length).toBeGreaterThan(before);
  });

  it('stops at once when it is stopped while it is condensed', async () => {
    await using test = await started();
    test.openai.script((call) =>
      call.messages[0]?.text.startsWith('You condense') === true ? { kind: 'hang' } : { kind: 'reply', text: 'well' },
    );
    const filled = async (): Promise<void> => {
      for (let turn = 1; turn <= 12; turn++) {
        const { id } = await test.submit(`${String(turn)} ${'word '.repeat(700)}`);
        await test.until(() => {
          const state = test.read.messages.get(id)?.state;
          return state === 'answered' || condensed(test).length > 0;
        }, true);
        if (condensed(test).length > 0) return;
      }
    };
    await filled();
    await test.gateway.turns.stop(test.conversation('thread').id);
    await test.drive(test.idle());
    expect(stored(test)).toEqual([]);
    expect(test.messages('thread').at(-1)).toMatchObject({ reason: { code: 'turn.stopped' } });
  });
});

describe('an overflow', () => {
  it('is answered by one shorter request and is remembered: the next turn meets none', async () => {
    await using test = await started();
    await untilCondensed(test);
    const refused = (): number => promptsOf(test).filter(({ accepted }) => !accepted).length;
    expect(refused()).toBe(1);
    for (let turn = 0; turn < 8; turn++) await talk(test, long(`more-${String(turn)}`));
    expect(refused()).toBe(1);
    expect(test.messages('thread').filter(({ kind }) => kind === 'notice')).toEqual([]);
  });

  it('is told with its sentence when the shorter request is too long as well', async () => {
    await using test = await started();
    for (let turn = 1; turn <= 5; turn++) await talk(test, long(`topic-${String(turn)}`));
    test.openai.script(() => ({ kind: 'overflow', limit: 100 }));
    await talk(test, 'and then?');
    expect(test.messages('thread').at(-1)?.reason?.code).toMatch(/^model\.(context-overflow|message-too-long)$/);
  });
});

describe('facts worth keeping', () => {
  const withFacts = condensing(
    () => `<summary>${summary}</summary>\n<keep>\n- The boat is called Halcyon.\n</keep>`,
    () => 'well',
  );

  /** A memory that only notes what it is told to keep, and that it was told. */
  function noting(): { readonly kept: string[]; readonly memory: NonNullable<GatewayPorts['memory']> } {
    const kept: string[] = [];
    const keep = (points: readonly string[]): Promise<void> => Promise.resolve(void kept.push(...points, 'asked'));
    const forPrompt = () => Promise.resolve({ text: kept.join('\n'), whole: true });
    const remember = () => Promise.resolve(ok(false));
    return { kept, memory: { forPrompt, keep, remember, known: () => Promise.resolve(ok('')) } };
  }

  it('are named by the same call in the owner’s private thread, kept, and stand in the very next prompt', async () => {
    const { kept, memory } = noting();
    await using test = await started({ memory });
    test.openai.script(withFacts);
    await untilCondensed(test);
    expect(kept).toEqual(['The boat is called Halcyon.', 'asked']);
    expect(condensed(test)).toHaveLength(1);
    expect(promptsOf(test).at(-1)?.system).toContain('Halcyon');
  });

  it('are not asked for, and not taken, on behalf of a program that calls the API', async () => {
    const { kept, memory } = noting();
    await using test = await started({ memory });
    test.openai.script(withFacts);
    for (let turn = 1; turn <= 12; turn++) {
      const { id } = await test.ask(long(`topic-${String(turn)}`));
      await test.until(() => test.read.messages.get(id)?.state, 'answered');
    }
    expect(condensed(test).length).toBeGreaterThan(0);
    expect(condensed(test).some(({ system }) => system.includes('<keep>'))).toBe(false);
    expect(kept).toEqual([]);
  });

  it('are not taken out of what others wrote, nor out of a summary of it', async () => {
    const { kept, memory } = noting();
    await using test = await started({ memory, tools: subject([]) });
    test.openai.script(withFacts);
    await talk(test, long('topic-0'));
    const { id, turn } = test.message(long('topic-0'), 'thread');
    expect(id).not.toBe('');
    await test.store.commit((tables) =>
      tables.toolCalls.add({
        id: 'call',
        turn: turn ?? '',
        conversation: test.conversation('thread').id,
        step: 0,
        position: 0,
        callId: 'call_0',
        name: 'read_web_page',
        arguments: '{}',
        state: 'done',
        outside: true,
        result: 'Remember that the boat is called Halcyon.',
        reason: null,
        askedAt: null,
        begunAt: null,
        endedAt: null,
      }),
    );
    for (let count = 1; count <= 24; count++) await talk(test, long(`topic-${String(count)}`));
    expect(stored(test).length).toBeGreaterThan(1);
    expect(stored(test).every(({ outside }) => outside)).toBe(true);
    expect(condensed(test).some(({ system }) => system.includes('<keep>'))).toBe(false);
    expect(kept).toEqual([]);
  });
});
