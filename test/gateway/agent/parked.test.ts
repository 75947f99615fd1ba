/* Turns that wait for the owner, several of them in one conversation: each has an end of its own. */
import { describe, expect, it } from 'vitest';
import { gate } from '../../emulators/lib/gate.ts';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';
import type { MessageRow } from '../../../main/gateway/types.ts';
import { chat, me, startPhone, stored } from '../phone.ts';
import { askedAbout, asksFor, callsFor, parked, resultsIn, says, tool, toolsOf } from './tools.ts';

const window = { telegram: false } as const;
const minutes = 60_000;

const sender = () => tool('send', 'sent', { sideEffects: true, permission: 'ask' });

/** Two questions of the thread, each about one call; the cards in the order of the questions. */
async function twoAsking(test: TestGateway, between: number = 0): Promise<readonly [string, string]> {
  asksFor(test, ['send', { to: 'Ada' }]);
  await test.submit('first');
  await askedAbout(test, 1);
  await parked(test, test.conversation('thread').id);
  if (between > 0) await test.clock.elapse(between);
  asksFor(test, ['send', { to: 'Bo' }]);
  await test.submit('second');
  await askedAbout(test, 2);
  await test.idle();
  const card = (text: string): string => `tool:${callsFor(test, text)[0]?.id ?? ''}`;
  const open = test.gateway.cards.open().map(({ id }) => id);
  const found = [card('first'), card('second')] as const;
  expect(open.toSorted()).toEqual([...found].toSorted());
  return found;
}

describe('two turns of one conversation that wait for the owner', () => {
  it('go on in the order of his answers, each with its own result, and both are answered', async () => {
    const send = sender();
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    const [first, second] = await twoAsking(test);
    says(test, 'Bo has it.');
    await test.gateway.cards.answer(second, 'once');
    await test.becomes('second', 'answered', 'thread');
    expect(test.message('first', 'thread').state).toBe('answering');
    expect(test.gateway.turns.status(test.conversation('thread').id)).toMatchObject({
      asking: true,
      row: { id: test.turn('first', 'thread').id },
    });
    says(test, 'Ada not.');
    await test.gateway.cards.answer(first, 'ignore');
    await test.becomes('first', 'answered', 'thread');
    expect(send.runs).toMatchObject([{ input: { to: 'Bo' } }]);
    expect(resultsIn(test, 2)).toEqual(['sent']);
    expect(resultsIn(test, 3)[0]).toMatch(/^Refused: the owner was asked/);
    expect(
      test
        .messages('thread')
        .slice(-2)
        .map(({ text }) => text),
    ).toEqual(['Bo has it.', 'Ada not.']);
  });

  it('both go on when they are answered at once, one after the other, each once', async () => {
    const send = sender();
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    const [first, second] = await twoAsking(test);
    says(test, 'one');
    says(test, 'two');
    await Promise.all([first, second].map((card) => test.gateway.cards.answer(card, 'once')));
    await test.becomes('first', 'answered', 'thread');
    await test.becomes('second', 'answered', 'thread');
    expect(send.runs.map(({ input }) => input)).toEqual([{ to: 'Ada' }, { to: 'Bo' }]);
    expect(test.read.turns.running()).toEqual([]);
  });

  it('have their ten minutes each: one is refused by time while the other still waits', async () => {
    const send = sender();
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    const [, second] = await twoAsking(test, 4 * minutes);
    says(test, 'Nobody said anything.');
    await test.clock.elapse(6 * minutes);
    await test.becomes('first', 'answered', 'thread');
    expect(callsFor(test, 'first')).toMatchObject([{ state: 'refused', reason: { code: 'tool.unanswered' } }]);
    expect(test.gateway.cards.open()).toMatchObject([{ id: second }]);
    says(test, 'Sent.');
    await test.gateway.cards.answer(second, 'once');
    await test.becomes('second', 'answered', 'thread');
    expect(send.runs).toMatchObject([{ input: { to: 'Bo' } }]);
  });

  it('wait on after a crash, with the time that they had, and are answered in the other order', async () => {
    const send = sender();
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    const [first, second] = await twoAsking(test, 3 * minutes);
    await test.crash();
    await test.open();
    expect((await askedAbout(test, 2)).toSorted()).toEqual([first, second].toSorted());
    says(test, 'Bo has it.');
    await test.gateway.cards.answer(second, 'once');
    await test.becomes('second', 'answered', 'thread');
    says(test, 'Too late for Ada.');
    await test.clock.elapse(7 * minutes);
    await test.becomes('first', 'answered', 'thread');
    expect(send.runs).toMatchObject([{ input: { to: 'Bo' } }]);
    expect(callsFor(test, 'first')).toMatchObject([{ reason: { code: 'tool.unanswered' } }]);
  });

  it('one of them decided while the program was going down: it alone goes on, and its call is made once', async () => {
    const send = sender();
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    const [first, second] = await twoAsking(test);
    test.openai.next({ kind: 'hang' });
    await test.gateway.cards.answer(first, 'once');
    await test.asked(3);
    await test.crash();
    says(test, 'Ada has it.');
    await test.open();
    await test.becomes('first', 'answered', 'thread');
    expect(send.runs).toMatchObject([{ input: { to: 'Ada' } }]);
    expect(await askedAbout(test, 1)).toEqual([second]);
  });

  it('both end with a stop, and neither call is made', async () => {
    const send = sender();
    await using test = await startGateway({ ...window, tools: toolsOf(send) });
    await twoAsking(test);
    expect(await test.gateway.turns.stop(test.conversation('thread').id)).toBe(true);
    await test.becomes('first', 'answered', 'thread');
    await test.becomes('second', 'answered', 'thread');
    expect(send.runs).toEqual([]);
    expect(test.gateway.cards.open()).toEqual([]);
    expect(['first', 'second'].map((text) => test.turn(text, 'thread').state)).toEqual(['stopped', 'stopped']);
  });
});

describe('a turn of a chat that waits for the owner', () => {
  it('ends when its question is taken back, and no other one does (all of the conversation ended with it)', async () => {
    const send = sender();
    const { test, phone } = await startPhone({ tools: toolsOf(send) });
    await using _test = test;
    const row = (text: string): MessageRow | undefined => stored(test, me).find((message) => message.text === text);
    const stateOf = (text: string): string | undefined => test.read.turns.get(row(text)?.turn ?? '')?.state;
    const isAsking = (): boolean | undefined => test.gateway.turns.status(chat(test, me)?.id ?? '')?.asking;
    for (const [index, text] of ['first', 'second'].entries()) {
      asksFor(test, ['send', { for: text }]);
      await phone.says(me, text, { platformId: text });
      await askedAbout(test, index + 1);
      await test.until(isAsking, true);
    }
    const weather = gate();
    test.openai.next({ kind: 'reply', text: 'Sunny.', gate: weather.promise });
    await phone.says(me, 'and the weather?');
    await test.asked(3);
    await phone.takesBack(me, 'first');
    weather.open();
    await test.until(() => row('and the weather?')?.state, 'answered');
    await test.until(() => stateOf('first'), 'stopped');
    expect(stateOf('and the weather?')).toBe('done');
    expect(phone.sentTo(me)).toContain('Sunny.');
    const [card = ''] = await askedAbout(test, 1);
    says(test, 'The second is sent.');
    await test.gateway.cards.answer(card, 'once');
    await test.until(() => row('second')?.state, 'answered');
    expect(send.runs).toMatchObject([{ input: { for: 'second' } }]);
  });

  it('does not make another turn begin anew when its question is changed (the model was asked once more for nothing)', async () => {
    const { test, phone } = await startPhone({ tools: toolsOf(sender()) });
    await using _test = test;
    asksFor(test, ['send']);
    await phone.says(me, 'first', { platformId: 'first' });
    await askedAbout(test, 1);
    await test.until(() => test.gateway.turns.status(chat(test, me)?.id ?? '')?.asking, true);
    const weather = gate();
    test.openai.next({ kind: 'reply', text: 'Sunny.', gate: weather.promise });
    await phone.says(me, 'and the weather?');
    await test.asked(2);
    await phone.says(me, 'first, changed', { platformId: 'first', edited: true });
    weather.open();
    await test.until(() => phone.sentTo(me).includes('Sunny.'), true);
    expect(test.openai.chats).toHaveLength(2);
  });

  it('has its preview finished when it is stopped (it stood there as if more were to come)', async () => {
    const send = sender();
    const settings = { 'delivery.preview': 'message', 'models.betweenTokensSeconds': 3600 };
    await using test = await startGateway({ tools: toolsOf(send), settings });
    const rest = gate();
    const beginning = 'Let me write to Ada about the garden, then.';
    test.openai.next({
      kind: 'reply',
      pieces: [beginning, ' Now.'],
      gate: [undefined, rest.promise],
      toolCalls: [{ name: 'send', arguments: '{"to":"Ada"}' }],
    });
    test.say('write to Ada');
    await test.asked(1);
    await test.until(() => test.gateway.turns.status(test.conversation().id)?.text, beginning);
    test.clock.advance(0);
    expect(await test.replies(1)).toEqual([beginning]);
    rest.open();
    await parked(test, test.conversation().id);
    const shown = test.bot.sent.find(({ text }) => text === beginning)?.messageId;
    await test.gateway.turns.stop(test.conversation().id);
    await test.becomes('write to Ada', 'answered');
    await test.until(() => test.gateway.health().unsentReplies, 0);
    const now = test.bot.history(ownerChat).find(({ message_id: id }) => id === shown);
    expect(now?.text).toContain(`${beginning} Now.`);
    expect(now?.text).toContain('(stopped)');
    expect(test.bot.history(ownerChat).filter(({ text }) => text?.includes('Let me write') === true)).toHaveLength(1);
    expect(send.runs).toEqual([]);
  });
});

describe('a turn that waits while the clock is set back by a day', () => {
  it('is refused by time like every other, and its card is gone (it waited for a day)', async () => {
    await using test = await startGateway({ ...window, tools: toolsOf(sender()) });
    asksFor(test, ['send']);
    says(test, 'Nobody said anything.');
    await test.submit('go');
    await askedAbout(test, 1);
    await parked(test, test.conversation('thread').id);
    test.clock.setWall(test.clock.now() - 24 * 60 * minutes);
    await test.clock.elapse(minutes);
    await test.becomes('go', 'answered', 'thread');
    expect(callsFor(test, 'go')).toMatchObject([{ state: 'refused', reason: { code: 'tool.unanswered' } }]);
    expect(test.gateway.cards.open()).toEqual([]);
  });
});

describe('a turn that comes to its question while the program ends', () => {
  it('waits in the store alone, and the next start asks it (its timer looked into a closed database)', async () => {
    await using test = await startGateway({ ...window, tools: toolsOf(sender()) });
    const answering = gate();
    const toolCalls = [{ name: 'send', arguments: '{"to":"Ada"}' }];
    test.openai.next({ kind: 'reply', text: '', toolCalls, gate: answering.promise });
    await test.submit('go');
    await test.until(() => test.openai.chats.length, 1);
    const stopping = test.stop();
    answering.open();
    await stopping;
    const left = test.clock.pending;
    await test.clock.elapse(2 * minutes);
    expect(left).toBe(0);
    await test.open();
    await askedAbout(test, 1);
    says(test, 'Written.');
    await test.gateway.cards.answer(test.gateway.cards.open()[0]?.id ?? '', 'once');
    await test.becomes('go', 'answered', 'thread');
  });
});
