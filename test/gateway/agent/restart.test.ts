import { describe, expect, it } from 'vitest';
import { startGateway } from '../../lib/gateway.ts';
import { askedAbout, asksFor, callsFor, hangs, parked, resultsIn, says, tool, toolsOf } from './tools.ts';

const window = { telegram: false } as const;
const minutes = 60_000;

describe('a turn with tools that a crash cut', () => {
  it('keeps results that it has, makes reads again, and never a change that had begun', async () => {
    const first = tool('first', 'one', { sideEffects: true });
    let reads = 0;
    const read = tool('read', (input, signal) =>
      reads++ === 0 ? hangs(input, signal) : Promise.resolve({ ok: true, text: 'read' }),
    );
    const change = tool('change', hangs, { sideEffects: true });
    const last = tool('last', 'four', { sideEffects: true });
    await using test = await startGateway({ ...window, tools: toolsOf(first, read, change, last) });
    asksFor(test, ['first'], ['read'], ['change'], ['last']);
    await test.submit('go');
    await test.until(() => [reads, change.runs.length], [1, 1]);
    await test.crash();
    says(test, 'well');
    await test.open();
    await test.becomes('go', 'answered', 'thread');
    expect([first.runs.length, reads, change.runs.length, last.runs.length]).toEqual([1, 2, 1, 1]);
    expect(callsFor(test, 'go').map(({ state }) => state)).toEqual(['done', 'done', 'unsure', 'done']);
    expect(resultsIn(test, 1)).toEqual(['one', 'read', expect.stringMatching(/^Unknown: this call had begun/), 'four']);
    expect(test.openai.chats).toHaveLength(2);
    expect(test.turn('go', 'thread')).toMatchObject({ state: 'done', starts: 2 });
  });

  it('takes a call that had begun for a change, though it would do nothing now: it may have done it before', async () => {
    let there = true;
    const remove = tool('remove', hangs, { sideEffects: true, isHarmless: () => !there });
    await using test = await startGateway({ ...window, tools: toolsOf(remove) });
    asksFor(test, ['remove']);
    await test.submit('go');
    await test.until(() => remove.runs.length, 1);
    there = false;
    await test.crash();
    says(test, 'well');
    await test.open();
    await test.becomes('go', 'answered', 'thread');
    expect(remove.runs).toHaveLength(1);
    expect(callsFor(test, 'go').map(({ state }) => state)).toEqual(['unsure']);
  });

  it('asks the model again when it died before the step was stored, and makes nothing twice', async () => {
    const send = tool('send', 'sent', { sideEffects: true });
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    test.openai.next({ kind: 'hang' });
    await test.submit('go');
    await test.asked(1);
    await test.crash();
    asksFor(test, ['send']);
    says(test, 'well');
    await test.open();
    await test.becomes('go', 'answered', 'thread');
    expect(send.runs).toHaveLength(1);
  });

  it('goes on after the results of a step without making its calls again', async () => {
    const send = tool('send', 'sent', { sideEffects: true });
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    asksFor(test, ['send']);
    test.openai.next({ kind: 'hang' });
    await test.submit('go');
    await test.asked(2);
    await test.crash();
    says(test, 'well');
    await test.open();
    await test.becomes('go', 'answered', 'thread');
    expect(send.runs).toHaveLength(1);
    expect(resultsIn(test, 2)).toEqual(['sent']);
  });

  it('goes on asking the owner, with the same deadline, and answers what comes meanwhile', async () => {
    const send = tool('send', 'sent', { sideEffects: true, permission: 'ask' });
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    asksFor(test, ['send']);
    await test.submit('go');
    const [card = ''] = await askedAbout(test, 1);
    await parked(test, test.conversation('thread').id);
    await test.clock.elapse(4 * minutes);
    await test.crash();
    await test.open();
    expect(await askedAbout(test, 1)).toEqual([card]);
    await test.submit('and this?');
    await test.becomes('and this?', 'answered', 'thread');
    says(test, 'nobody there');
    await test.clock.elapse(6 * minutes - 1_000);
    expect(test.gateway.cards.open()).toHaveLength(1);
    await test.clock.elapse(1_000);
    await test.becomes('go', 'answered', 'thread');
    expect(send.runs).toEqual([]);
    expect(callsFor(test, 'go')).toMatchObject([{ state: 'refused', reason: { code: 'tool.unanswered' } }]);
  });

  it('refuses what nobody answered while the program was away', async () => {
    const send = tool('send', 'sent', { sideEffects: true, permission: 'ask' });
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    asksFor(test, ['send']);
    await test.submit('go');
    await askedAbout(test, 1);
    await parked(test, test.conversation('thread').id);
    await test.crash();
    test.sleep(11 * minutes);
    says(test, 'too late');
    await test.open();
    await test.becomes('go', 'answered', 'thread');
    expect(send.runs).toEqual([]);
    expect(test.gateway.cards.open()).toEqual([]);
  });

  it('makes a call that was allowed and not begun, once', async () => {
    const send = tool('send', 'sent', { sideEffects: true, permission: 'ask' });
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    asksFor(test, ['send']);
    await test.submit('go');
    const [card = ''] = await askedAbout(test, 1);
    await parked(test, test.conversation('thread').id);
    await test.store.commit(({ toolCalls }) => {
      const [call] = toolCalls.asking();
      if (call !== undefined) toolCalls.put({ ...call, state: 'allowed' });
    });
    expect(card).not.toBe('');
    await test.crash();
    says(test, 'well');
    await test.open();
    await test.becomes('go', 'answered', 'thread');
    expect(send.runs).toHaveLength(1);
  });

  it('an orderly end cuts a read and leaves it to the next start, which counts as the first', async () => {
    let reads = 0;
    const read = tool('read', (input, signal) =>
      reads++ === 0 ? hangs(input, signal) : Promise.resolve({ ok: true, text: 'read' }),
    );
    await using test = await startGateway({ ...window, tools: toolsOf(read) });
    asksFor(test, ['read']);
    await test.submit('go');
    await test.until(() => reads, 1);
    await test.stop();
    says(test, 'well');
    await test.open();
    await test.becomes('go', 'answered', 'thread');
    expect(reads).toBe(2);
    expect(test.turn('go', 'thread')).toMatchObject({ state: 'done', starts: 1 });
  });
});
