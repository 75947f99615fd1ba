import { describe, expect, it } from 'vitest';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';

const minute = 60_000;

/** The one turn that covers a message, with its one delivery. */
function delivered(test: TestGateway, text: string) {
  const turn = test.turn(text);
  return { turn: turn.id, starts: turn.starts, state: turn.state, delivery: test.read.deliveries.ofTurn(turn.id)?.id };
}

/** Waits until a part was refused and that is stored: it is known not to have arrived. */
async function refused(test: TestGateway, text: string, position = 0): Promise<void> {
  await test.becomes(text, 'answered');
  const delivery = test.read.deliveries.ofTurn(test.turn(text).id);
  const part = () => test.read.deliveries.parts(delivery?.id ?? '')[position];
  await test.until(() => ({ state: part()?.state, tried: part()?.attempts }), { state: 'pending', tried: 1 });
}

describe('a crash', () => {
  it('in the middle of an answer has it made again: the same turn, the same delivery, one answer', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'hang' });
    test.say('hello');
    await test.asked(1);
    const before = delivered(test, 'hello');
    await test.crash();
    await test.open();
    expect(await test.replies(1)).toEqual(['echo: hello']);
    await test.idle();
    expect(delivered(test, 'hello')).toEqual({ ...before, starts: 2, state: 'done' });
    expect(test.messages().map(({ text }) => text)).toEqual(['hello', 'echo: hello']);
    expect(test.sent()).toHaveLength(1);
  });

  it('before its turn began loses nothing, and the order of the conversation stays', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'hang' });
    test.say('one');
    await test.asked(1);
    test.say('two');
    await test.becomes('two', 'waiting');
    await test.crash();
    await test.open();
    expect(await test.replies(2)).toEqual(['echo: one', 'echo: two']);
  });

  it('after the final text was committed sends what was committed and asks no model again', async () => {
    await using test = await startGateway();
    test.bot.faultAlways('sendMessage', { kind: 'status', status: 500 });
    test.say('hello');
    await refused(test, 'hello');
    await test.crash();
    test.bot.clearFaults();
    await test.open();
    expect(await test.replies(1)).toEqual(['echo: hello']);
    await test.idle();
    expect(test.openai.chats).toHaveLength(1);
  });

  it('while a part was on its way sends it once more, says so and counts it', async () => {
    await using test = await startGateway();
    test.bot.fault('sendMessage', { kind: 'hang', executed: true });
    test.say('hello');
    await test.replies(1);
    await test.crash();
    await test.open();
    const label = test.ports.sentences.text('label.sent-again', {}, null);
    expect(await test.replies(2)).toEqual(['echo: hello', `${label}\necho: hello`]);
    await test.idle();
    expect(test.gateway.health().sentAgain).toBe(1);
  });

  it('does not send again the parts of a long answer that had arrived', async () => {
    await using test = await startGateway();
    const answer = Array.from({ length: 3 }, (_, at) => `${String(at)} ${'x'.repeat(3900)}`).join('\n\n');
    test.openai.next({ kind: 'reply', text: answer });
    test.bot.fault('sendMessage', { kind: 'pass' }, { kind: 'status', status: 500 });
    test.say('hello');
    await refused(test, 'hello', 1);
    await test.crash();
    await test.open();
    expect((await test.replies(3)).map((text) => text[0])).toEqual(['0', '1', '2']);
    await test.idle();
    expect(test.sent()).toHaveLength(3);
  });

  it('has its answer rendered for its platform, though the model is quicker than the link', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'hang' });
    test.openai.script(() => ({ kind: 'reply', text: `**bold** ${'word '.repeat(1500)}` }));
    test.say('hello');
    await test.asked(1);
    await test.crash();
    await test.open();
    const [first = ''] = await test.replies(2);
    expect(first).toMatch(/^bold word/);
  });

  it('for the fifth time makes a dead letter that can be seen and retried, and the lane goes on', async () => {
    await using test = await startGateway();
    test.openai.script(({ lastUserText }) =>
      lastUserText === 'poison' ? { kind: 'hang' } : { kind: 'reply', text: 'well' },
    );
    test.say('poison');
    for (let start = 1; start <= 5; start++) {
      await test.asked(start);
      expect(test.turn('poison').starts).toBe(start);
      if (start === 5) test.say('later');
      if (start === 5) await test.becomes('later', 'waiting');
      await test.crash();
      await test.open();
    }
    expect(await test.replies(1)).toEqual(['well']);
    expect(test.openai.chats).toHaveLength(6);
    expect(test.turn('poison')).toMatchObject({ state: 'dead', reason: { code: 'turn.dead-letter' } });
    expect(test.messages().some(({ kind, reason }) => kind === 'notice' && reason?.code === 'turn.dead-letter')).toBe(
      true,
    );
    test.openai.script(() => ({ kind: 'reply', text: 'at last' }));
    expect(await test.gateway.turns.answerNow(test.message('poison').id)).toMatchObject({ ok: true });
    expect(await test.replies(2)).toEqual(['well', 'at last']);
    expect(test.turn('poison')).toMatchObject({ state: 'done', starts: 1 });
  });

  it('gives nothing to somebody who was blocked meanwhile', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'hang' });
    test.say('hello');
    await test.asked(1);
    await test.gateway.people.setRole('bot', String(ownerChat), 'blocked', 'file');
    await test.crash();
    await test.open();
    await test.becomes('hello', 'ignored');
    await test.idle();
    expect(test.openai.chats).toHaveLength(1);
    expect(test.turn('hello').state).toBe('stopped');
  });

  it('does not make us forget what the owner asked to be answered in spite of its age', async () => {
    await using test = await startGateway({ role: null });
    test.say('hello');
    await test.becomes('hello', 'kept');
    test.sleep(48 * 60 * minute);
    test.openai.next({ kind: 'hang' });
    await test.gateway.people.setRole('bot', String(ownerChat), 'guest', 'owner');
    await test.asked(1);
    await test.crash();
    await test.open();
    expect((await test.replies(1))[0]).toContain('echo: hello');
  });

  it('and a stop before the turn could go on: it does not go on', async () => {
    await using test = await startGateway({ telegram: false });
    test.openai.script(() => ({ kind: 'hang' }));
    for (const thread of ['a', 'b']) await test.submit('hello', thread);
    await test.asked(2);
    test.ports.settings.set('turns.parallel', 1);
    await test.crash();
    await test.open();
    await test.asked(3);
    expect(await test.gateway.turns.stop(test.conversation('b').id)).toBe(true);
    expect(await test.gateway.turns.stop(test.conversation('a').id)).toBe(true);
    await test.idle();
    expect([test.turn('hello', 'a').state, test.turn('hello', 'b').state]).toEqual(['stopped', 'stopped']);
    expect(test.openai.chats).toHaveLength(3);
  });
});

describe('what is old after a long absence', () => {
  it('is set aside for guests and answered for the owner', async () => {
    for (const [role, state] of [
      ['guest', 'late'],
      ['owner', 'answered'],
    ] as const) {
      await using test = await startGateway({ role });
      test.openai.next({ kind: 'hang' });
      test.say('running');
      await test.asked(1);
      test.say('waiting');
      await test.becomes('waiting', 'waiting');
      await test.crash();
      test.sleep(60 * minute);
      await test.open();
      await test.becomes('running', state);
      await test.becomes('waiting', state);
      if (role === 'owner') expect((await test.replies(2))[1]).toContain('echo: waiting');
      else expect(test.openai.chats).toHaveLength(1);
    }
  });

  it('is set aside however much of it waits (a guest got answers to what came behind the first two hundred)', async () => {
    await using test = await startGateway({ role: 'guest' });
    test.openai.next({ kind: 'hang' });
    test.say('running');
    await test.asked(1);
    const rest = Array.from({ length: 230 }, (_, index) => `waiting ${String(index)}`);
    test.bot.sayAll(rest.map((text) => ({ chatId: ownerChat, text })));
    await test.becomes('waiting 229', 'waiting');
    await test.crash();
    test.sleep(60 * minute);
    await test.open();
    await test.becomes('running', 'late');
    await test.idle();
    expect(new Set(rest.map((text) => test.message(text).state))).toEqual(new Set(['late']));
    expect(test.openai.chats).toHaveLength(1);
  });

  it('is not answered by itself after a day, nor is a finished reply sent', async () => {
    await using test = await startGateway();
    test.bot.faultAlways('sendMessage', { kind: 'status', status: 500 });
    test.say('hello');
    await refused(test, 'hello');
    await test.crash();
    test.bot.clearFaults();
    test.sleep(25 * 60 * minute);
    await test.open();
    const turn = test.turn('hello').id;
    await test.until(() => test.read.deliveries.ofTurn(turn)?.state, 'held');
    expect(test.sent()).toEqual([]);
    await test.gateway.turns.retryDelivery(turn);
    expect((await test.replies(1))[0]).toContain('echo: hello');
  });

  it('goes out labelled as late when it is the owner’s', async () => {
    await using test = await startGateway();
    test.bot.faultAlways('sendMessage', { kind: 'status', status: 500 });
    test.say('hello');
    await refused(test, 'hello');
    await test.crash();
    test.bot.clearFaults();
    test.sleep(60 * minute);
    await test.open();
    expect(await test.replies(1)).toEqual([`${test.ports.sentences.text('label.late', {}, null)}\necho: hello`]);
  });
});

describe('an orderly end', () => {
  it('lets a running turn finish within its time and sends the answer', async () => {
    await using test = await startGateway();
    const { promise, resolve } = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'in time', gate: promise });
    test.say('hello');
    await test.asked(1);
    const ended = test.gateway.stop(10_000);
    resolve();
    await ended;
    expect(test.read.turns.running()).toEqual([]);
    await test.until(() => test.messages().at(-1)?.text, 'in time');
  });

  it('cuts a model that hangs, does not count that start, counts the call, and goes on at the next start', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'hang-after-headers' });
    test.say('hello');
    await test.asked(1);
    await test.until(() => test.openai.chats[0]?.played, 'hang-after-headers');
    const before = delivered(test, 'hello');
    const from = test.clock.monotonic();
    await test.stop(10_000);
    expect(test.clock.monotonic() - from).toBeLessThanOrEqual(10_000);
    await test.open();
    expect(await test.replies(1)).toEqual(['echo: hello']);
    await test.idle();
    expect(delivered(test, 'hello')).toEqual({ ...before, starts: 1, state: 'done' });
    expect(test.read.usage.totals(0, Number.MAX_SAFE_INTEGER).calls).toBe(2);
  });

  it('keeps its deadline with a send that hangs, which is then unknown', async () => {
    await using test = await startGateway();
    test.bot.fault('sendMessage', { kind: 'hang', executed: true });
    test.say('hello');
    await test.replies(1);
    const from = test.clock.monotonic();
    await test.stop(10_000);
    expect(test.clock.monotonic() - from).toBeLessThanOrEqual(10_000);
    await test.open();
    expect(await test.replies(2)).toHaveLength(2);
  });

  it('begins nothing new: what comes in meanwhile is stored for the next start', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'hang' });
    test.say('one');
    await test.asked(1);
    const ended = test.drive(test.gateway.stop(10_000));
    test.say('two');
    await test.becomes('two', 'waiting');
    await ended;
    await test.crash();
    await test.open();
    expect(await test.replies(2)).toEqual(['echo: one', 'echo: two']);
  });

  it('leaves no timer behind', async () => {
    await using test = await startGateway();
    test.say('hello');
    await test.replies(1);
    test.openai.next({ kind: 'hang' });
    test.say('again');
    await test.asked(2);
    await test.stop(10_000);
    expect(test.clock.pending).toBe(0);
  });
});
