import { describe, expect, it } from 'vitest';
import { gate } from '../../emulators/lib/gate.ts';
import { ownerChat, soon, startGateway, type TestGateway } from '../../lib/gateway.ts';

/** One turn of the event loop. */
const breathe = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const stopped = (test: TestGateway): string => test.ports.sentences.text('command.stopped', {}, null);
const nothing = (test: TestGateway): string => test.ports.sentences.text('command.nothing-to-stop', {}, null);

describe('stop', () => {
  it('aborts the call, clears what waits and says so; what is written later is answered', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'hang' });
    test.say('one');
    await test.asked(1);
    test.say('two');
    await test.becomes('two', 'waiting');
    test.say('/stop');
    expect(await test.replies(1)).toEqual([stopped(test)]);
    await test.openai.waitFor((request) => request.aborted, soon);
    expect(test.turn('one')).toMatchObject({ state: 'stopped', reason: { code: 'turn.stopped' } });
    expect(test.message('two').state).toBe('cleared');
    test.say('three');
    expect((await test.replies(2)).at(-1)).toBe('echo: three');
    expect(test.openai.chats).toHaveLength(2);
  });

  it('keeps what was already written, in the thread and for the model, and sends nothing of it', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'stall', after: 2, pieces: ['One, ', 'two, ', 'three'] });
    test.say('count');
    await test.until(() => test.gateway.turns.status(test.conversation().id)?.text, 'One, two, ');
    test.say('stop');
    await test.replies(1);
    test.say('go on');
    expect(await test.replies(2)).toEqual([stopped(test), 'echo: go on']);
    expect(test.message('One, two, ')).toMatchObject({ kind: 'assistant', reason: { code: 'turn.stopped' } });
    expect(test.prompt(1)).toEqual(['user: count', 'assistant: One, two, ', 'user: go on']);
  });

  it('says that there was nothing to stop, also right behind an answer that has just ended', async () => {
    await using test = await startGateway();
    test.say('/stop');
    expect(await test.replies(1)).toEqual([nothing(test)]);
    test.say('hello');
    await test.replies(2);
    test.say('/stop');
    expect((await test.replies(3)).at(-1)).toBe(nothing(test));
    expect(test.turn('hello').state).toBe('done');
  });

  it('tells the truth about a command before it, whether that was cleared or had already run', async () => {
    await using test = await startGateway({ telegram: false });
    for (let point = 0; point < 12; point++) {
      const thread = `thread${String(point)}`;
      await test.submit('/whoami', thread);
      for (let turn = 0; turn < point; turn++) await breathe();
      await test.submit('/stop', thread);
      await test.idle();
      const cleared = test.message('/whoami', thread).state === 'cleared';
      expect(test.messages(thread).at(-1)?.text).toBe(cleared ? stopped(test) : nothing(test));
    }
  });

  it('that comes in one batch with what it stops leaves nothing behind that runs', async () => {
    await using test = await startGateway();
    test.openai.script(() => ({ kind: 'hang' }));
    test.bot.sayAll(['one', 'two', '/stop'].map((text) => ({ chatId: ownerChat, text })));
    expect(await test.replies(1)).toEqual([stopped(test)]);
    await test.idle();
    expect(['one', 'two'].map((text) => test.message(text).state)).not.toContain('waiting');
  });

  it('races with a turn at any point of its beginning without losing the lane or a later message', async () => {
    await using test = await startGateway({ telegram: false });
    test.openai.script(({ lastUserText }) =>
      lastUserText.startsWith('later') ? { kind: 'reply', text: 'well' } : { kind: 'hang' },
    );
    for (let point = 0; point < 12; point++) {
      const thread = `thread${String(point)}`;
      await test.submit('one', thread);
      for (let turn = 0; turn < point; turn++) await breathe();
      const conversation = test.conversation(thread).id;
      expect(await test.gateway.turns.stop(conversation)).toBe(true);
      await test.submit('later', thread);
      await test.becomes('later', 'answered', thread);
      expect(['cleared', 'answered']).toContain(test.message('one', thread).state);
      expect(test.messages(thread).at(-1)?.text).toBe('well');
    }
    await test.idle();
  });

  it('by the button clears all that waits, each of which can still be answered', async () => {
    await using test = await startGateway({ telegram: false });
    const first = gate();
    test.openai.next({ kind: 'reply', text: 'first', gate: first.promise });
    await test.submit('one');
    await test.asked(1);
    await test.submit('two');
    expect(await test.gateway.turns.stop(test.conversation('thread').id)).toBe(true);
    await test.idle();
    expect(test.message('two', 'thread').state).toBe('cleared');
    await test.gateway.turns.answerNow(test.message('two', 'thread').id);
    await test.becomes('echo: two', 'answered', 'thread');
    expect(await test.gateway.turns.stop(test.conversation('thread').id)).toBe(false);
  });

  it('clears a queue of any length (what came behind its first two hundred was answered all the same)', async () => {
    await using test = await startGateway({ telegram: false });
    test.openai.next({ kind: 'hang' });
    await test.submit('one');
    await test.asked(1);
    const rest = Array.from({ length: 230 }, (_, index) => `more ${String(index)}`);
    for (const text of rest) await test.submit(text);
    await test.gateway.turns.stop(test.conversation('thread').id);
    await test.idle();
    expect(new Set(rest.map((text) => test.message(text, 'thread').state))).toEqual(new Set(['cleared']));
    expect(test.openai.chats).toHaveLength(1);
  });

  it('interrupts the wait for the rest of a long paste', async () => {
    await using test = await startGateway({ telegram: false });
    const paste = 'x'.repeat(4000);
    await test.submit(paste);
    expect(await test.gateway.turns.stop(test.conversation('thread').id)).toBe(true);
    await test.idle();
    expect(test.message(paste, 'thread').state).toBe('cleared');
    expect(test.openai.chats).toEqual([]);
  });

  it('reaches only its own conversation', async () => {
    await using test = await startGateway({ telegram: false });
    const other = gate();
    test.openai.next({ kind: 'hang' }, { kind: 'reply', text: 'well', gate: other.promise });
    await test.submit('one', 'a');
    await test.asked(1);
    await test.submit('one', 'b');
    await test.asked(2);
    await test.gateway.turns.stop(test.conversation('a').id);
    other.open();
    await test.idle();
    expect([test.turn('one', 'a').state, test.turn('one', 'b').state]).toEqual(['stopped', 'done']);
  });
});
