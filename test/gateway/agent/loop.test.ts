import { describe, expect, it } from 'vitest';
import { ownerChat, startGateway } from '../../lib/gateway.ts';
import { asksFor, callsFor, hangs, offeredIn, resultsIn, says, tool, toolsOf } from './tools.ts';

const window = { telegram: false } as const;

describe('a turn with tools', () => {
  it('runs what the model asks for in fragments, tells it the result, and only its last words are the answer', async () => {
    const look = tool('look', 'a red door');
    await using test = await startGateway({ ...window, tools: toolsOf(look) });
    test.openai.next({
      kind: 'reply',
      text: 'Let me look.',
      toolCalls: [{ name: 'look', arguments: '{"where":"here"}', fragments: ['{"wh', 'ere":', '"here"}'] }],
    });
    says(test, 'It is red.');
    await test.submit('what colour?');
    await test.becomes('what colour?', 'answered', 'thread');
    expect(look.runs).toMatchObject([{ input: { where: 'here' }, context: { link: 'window' } }]);
    expect(resultsIn(test, 1)).toEqual(['a red door']);
    expect(offeredIn(test, 0)).toEqual(['read_more', 'look']);
    expect(test.messages('thread').map(({ text }) => text)).toEqual(['what colour?', 'It is red.']);
    expect(callsFor(test, 'what colour?')).toMatchObject([{ name: 'look', state: 'done', result: 'a red door' }]);
    const { id } = test.turn('what colour?', 'thread');
    expect(test.read.steps.ofTurn(id)).toMatchObject([{ position: 0, text: 'Let me look.', model: 'lab/gpt-test' }]);
    expect(test.read.usage.totals(0, Number.MAX_SAFE_INTEGER).calls).toBe(2);
    expect(test.events.items.filter(({ kind }) => kind === 'step').length).toBeGreaterThan(0);
  });

  it('makes calls without side effects at once, and changes one after the other in the order of the model', async () => {
    const order: string[] = [];
    const both = Promise.withResolvers<null>();
    let reading = 0;
    const read = tool('read', async () => {
      if (++reading === 2) both.resolve(null);
      // Neither ends before both have begun.
      await both.promise;
      return { ok: true, text: 'read' };
    });
    const change = tool(
      'change',
      async (input) => {
        const name = JSON.stringify(input);
        order.push(`begin ${name}`);
        await Promise.resolve();
        order.push(`end ${name}`);
        return { ok: true, text: 'changed' };
      },
      { sideEffects: true },
    );
    await using test = await startGateway({ ...window, tools: toolsOf(read, change) });
    asksFor(test, ['change', { a: 1 }], ['read'], ['change', { a: 2 }], ['read']);
    says(test, 'done');
    await test.submit('go');
    await test.becomes('go', 'answered', 'thread');
    expect(order).toEqual(['begin {"a":1}', 'end {"a":1}', 'begin {"a":2}', 'end {"a":2}']);
    expect(resultsIn(test, 1)).toEqual(['changed', 'read', 'changed', 'read']);
  });

  it('tells the model of a tool that breaks down or says no, and goes on', async () => {
    const broken = tool('broken', () => Promise.reject(new Error('boom')));
    const refusing = tool('refusing', () => Promise.resolve({ ok: false, text: 'not today' }));
    const tools = toolsOf(broken, refusing);
    await using test = await startGateway({ ...window, tools, errors: ['tool.bug'] });
    asksFor(test, ['broken'], ['refusing']);
    says(test, 'well');
    await test.submit('go');
    await test.becomes('go', 'answered', 'thread');
    expect(resultsIn(test, 1)).toEqual(['Failed: the tool broke down.', 'not today']);
    expect(callsFor(test, 'go')).toMatchObject([
      { state: 'failed', reason: { code: 'tool.failed' } },
      { state: 'failed', reason: null },
    ]);
  });

  it('gives a tool a minute and not more, though it hangs and does not obey', async () => {
    const deaf = tool('deaf', () => new Promise<never>(() => undefined));
    const slow = tool('slow', hangs);
    await using test = await startGateway({ ...window, tools: toolsOf(deaf, slow) });
    asksFor(test, ['deaf'], ['slow']);
    says(test, 'gave up');
    await test.submit('go');
    await test.until(() => [deaf.runs.length, slow.runs.length], [1, 1]);
    await test.clock.elapse(59_999);
    expect(callsFor(test, 'go').map(({ state }) => state)).toEqual(['running', 'running']);
    await test.clock.elapse(1_001);
    await test.becomes('go', 'answered', 'thread');
    expect(callsFor(test, 'go')).toMatchObject([
      { state: 'failed', reason: { code: 'tool.timeout', params: { tool: 'deaf', seconds: 60 } } },
      { state: 'failed', reason: { code: 'tool.timeout' } },
    ]);
  });

  it('gives a tool no more than the turn has left, and ends at its deadline', async () => {
    const slow = tool('slow', hangs);
    const settings = { 'turns.deadlineSeconds': 30 };
    await using test = await startGateway({ ...window, settings, tools: toolsOf(slow) });
    asksFor(test, ['slow']);
    await test.submit('go');
    await test.until(() => slow.runs[0]?.context.left, 30_000);
    await test.clock.elapse(30_000);
    await test.drive(test.becomes('go', 'answered', 'thread'));
    expect(test.turn('go', 'thread')).toMatchObject({ state: 'failed', reason: { code: 'turn.deadline' } });
  });

  it('shows which tool is at work, and stops it when somebody says stop', async () => {
    const slow = tool('slow', hangs);
    await using test = await startGateway({ ...window, tools: toolsOf(slow) });
    asksFor(test, ['slow']);
    await test.submit('go');
    await test.until(() => slow.runs.length, 1);
    const { id } = test.conversation('thread');
    expect(test.gateway.turns.status(id)?.doing).toMatchObject({ tool: 'slow' });
    await test.gateway.turns.stop(id);
    await test.becomes('go', 'answered', 'thread');
    expect(test.turn('go', 'thread').state).toBe('stopped');
    expect(callsFor(test, 'go')).toMatchObject([{ state: 'refused', reason: { code: 'tool.not-made' } }]);
    expect(test.openai.chats).toHaveLength(1);
  });

  it('says of a change that was stopped in the middle that nobody knows', async () => {
    const slow = tool('slow', hangs, { sideEffects: true });
    await using test = await startGateway({ ...window, tools: toolsOf(slow) });
    asksFor(test, ['slow'], ['slow']);
    await test.submit('go');
    await test.until(() => slow.runs.length, 1);
    await test.gateway.turns.stop(test.conversation('thread').id);
    await test.becomes('go', 'answered', 'thread');
    expect(slow.runs).toHaveLength(1);
    expect(callsFor(test, 'go').map(({ state }) => state)).toEqual(['unsure', 'refused']);
  });

  it('keeps head and tail of a huge result and no more than 64 KiB', async () => {
    const text = `begin ${'ä'.repeat(100_000)} end`;
    await using test = await startGateway({ ...window, tools: toolsOf(tool('huge', text)) });
    asksFor(test, ['huge']);
    says(test, 'much');
    await test.submit('go');
    await test.becomes('go', 'answered', 'thread');
    const result = callsFor(test, 'go')[0]?.result ?? '';
    expect(Buffer.byteLength(result)).toBeLessThanOrEqual(65_536);
    expect(result).toMatch(/^begin ä+\n\[… \d+ characters are left out here …\]\nä+ end$/u);
  });

  it('keeps what the model thought for the window alone, of its last answer too', async () => {
    await using test = await startGateway({ ...window, tools: toolsOf(tool('look', 'seen')) });
    test.openai.next({
      kind: 'reply',
      text: '',
      reasoning: ['I should ', 'look'],
      toolCalls: [{ name: 'look', arguments: '{}' }],
    });
    test.openai.next({ kind: 'reply', text: 'red', reasoning: ['so it is red'] });
    await test.submit('go');
    await test.becomes('go', 'answered', 'thread');
    const { id } = test.turn('go', 'thread');
    expect(test.read.steps.ofTurn(id)).toMatchObject([{ reasoning: 'I should look' }, { reasoning: 'so it is red' }]);
    expect(JSON.stringify(test.openai.chats[1]?.body)).not.toContain('I should');
    expect(test.messages('thread').at(-1)?.text).toBe('red');
  });

  it('answers a changed question anew only as long as no tool ran', async () => {
    const slow = tool('slow', hangs, { sideEffects: true });
    await using test = await startGateway({ tools: toolsOf(slow) });
    asksFor(test, ['slow']);
    says(test, 'well');
    test.say('send it');
    await test.until(() => slow.runs.length, 1);
    test.bot.edit(ownerChat, Number(test.message('send it').platformId), 'send nothing');
    await test.until(() => test.messages().some(({ text }) => text === 'send nothing'), true);
    await test.clock.elapse(61_000);
    await test.drive(test.becomes('send nothing', 'answered'));
    expect(slow.runs).toHaveLength(1);
  });
});
