import { describe, expect, it } from 'vitest';
import { gate } from '../../emulators/lib/gate.ts';
import { ownerChat, startGateway } from '../../lib/gateway.ts';
import { askedAbout, asksFor, parked, tool, toolsOf } from '../agent/tools.ts';

describe('/new', () => {
  it('begins a context in which the model sees nothing of the one before', async () => {
    await using test = await startGateway();
    test.say('my name is Ada');
    await test.replies(1);
    test.say('/new');
    await test.replies(2);
    test.say('who am I?');
    await test.replies(3);
    expect(test.prompt(1)).toEqual(['user: who am I?']);
    test.say('and now?');
    await test.replies(4);
    expect(test.prompt(2)).toEqual(['user: who am I?', 'assistant: echo: who am I?', 'user: and now?']);
    expect(test.message('my name is Ada').state).toBe('answered');
  });

  it('takes along the question that came right behind it, or its answer would stand there unasked', async () => {
    await using test = await startGateway();
    test.say('my name is Ada');
    await test.replies(1);
    test.bot.sayAll(['/new', 'one', 'two'].map((text) => ({ chatId: ownerChat, text })));
    await test.replies(3);
    test.say('three');
    await test.replies(4);
    expect(test.prompt(2)).toEqual(['user: one\n\ntwo', 'assistant: echo: one\n\ntwo', 'user: three']);
  });
});

describe('retry', () => {
  it('answers the same question again, and neither prompt nor thread holds on to the old answer', async () => {
    await using test = await startGateway();
    test.say('before');
    await test.replies(1);
    test.openai.next({ kind: 'reply', text: 'a bad answer' });
    test.say('hello');
    await test.replies(2);
    test.say('/retry');
    await test.replies(4);
    await test.idle();
    expect(test.prompt(2)).toEqual(['user: before', 'assistant: echo: before', 'user: hello']);
    expect(test.message('a bad answer').state).toBe('cleared');
    expect(test.message('hello')).toMatchObject({ state: 'answered' });
    test.say('next');
    await test.replies(5);
    expect(test.prompt(3)).toEqual([
      'user: before',
      'assistant: echo: before',
      'user: hello',
      'assistant: echo: hello',
      'user: next',
    ]);
  });

  it('says so when there is nothing to retry', async () => {
    await using test = await startGateway();
    test.say('/retry');
    expect(await test.replies(1)).toEqual([test.ports.sentences.text('command.nothing-to-retry', {}, null)]);
    expect(await test.gateway.turns.retry(test.conversation().id)).toMatchObject({ ok: false });
  });

  it('says so too while the last turn still waits for a permission (it said "Trying again." and did nothing)', async () => {
    const send = tool('send', 'sent', { sideEffects: true, permission: 'ask' });
    await using test = await startGateway({ telegram: false, tools: toolsOf(send) });
    asksFor(test, ['send']);
    await test.submit('go');
    await askedAbout(test, 1);
    await parked(test, test.conversation('thread').id);
    await test.submit('/retry');
    await test.becomes('/retry', 'answered', 'thread');
    expect(test.messages('thread').at(-1)?.text).toBe(test.ports.sentences.text('command.nothing-to-retry', {}, null));
  });

  it('is begun with the words that say so: whoever reads them after a crash is answered', async () => {
    await using test = await startGateway({ telegram: false });
    await test.submit('hello');
    await test.becomes('echo: hello', 'answered', 'thread');
    await test.idle();
    const said = test.ports.sentences.text('command.retrying', {}, null);
    const waited = Promise.withResolvers<string | undefined>();
    test.gateway.events.subscribe((event) => {
      if (event.kind === 'message' && event.message.text === said)
        waited.resolve(test.message('hello', 'thread').state);
    });
    await test.submit('/retry');
    expect(await waited.promise).toBe('waiting');
    await test.idle();
    expect(test.openai.chats).toHaveLength(2);
  });

  it('asks what was asked together as one turn, also where messages are followed up by now', async () => {
    await using test = await startGateway();
    test.bot.sayAll(['a', 'b'].map((text) => ({ chatId: ownerChat, text })));
    await test.replies(1);
    test.ports.settings.set('turns.mode', 'followup');
    test.openai.next({ kind: 'hang' });
    await test.gateway.turns.retry(test.conversation().id);
    await test.asked(2);
    await test.crash();
    await test.open();
    await test.replies(2);
    await test.idle();
    expect(test.openai.chats).toHaveLength(3);
    expect(test.prompt(2)).toEqual(['user: a\n\nb']);
    expect(test.turn('b').id).toBe(test.turn('a').id);
  });

  it('does not send on what is left of a superseded answer', async () => {
    await using test = await startGateway();
    const sending = gate();
    test.openai.next({ kind: 'reply', text: `${'old '.repeat(1500)}` });
    test.bot.fault('sendMessage', { kind: 'wait', gate: sending.promise });
    test.say('hello');
    await test.until(() => test.telegram.calls('sendMessage').length, 1);
    await test.gateway.turns.retry(test.conversation().id);
    await test.asked(2);
    sending.open();
    const said = await test.replies(2);
    await test.idle();
    expect(said[0]).toMatch(/^old /);
    expect(said[1]).toBe('echo: hello');
    expect(test.sent()).toHaveLength(2);
  });
});

describe('messages that come while an answer is made', () => {
  it('become one turn of their own, when messages are collected', async () => {
    await using test = await startGateway();
    const first = gate();
    test.openai.next({ kind: 'reply', text: 'first', gate: first.promise });
    test.say('one');
    await test.asked(1);
    for (const text of ['two', 'three', 'four']) test.say(text);
    await test.becomes('four', 'waiting');
    first.open();
    expect(await test.replies(2)).toEqual(['first', 'echo: two\n\nthree\n\nfour']);
    expect(test.prompt(1)).toEqual(['user: one', 'assistant: first', 'user: two\n\nthree\n\nfour']);
  });

  it('become one turn each, in their order, when they are followed up', async () => {
    await using test = await startGateway({ settings: { 'turns.mode': 'followup' } });
    const first = gate();
    test.openai.next({ kind: 'reply', text: 'first', gate: first.promise });
    test.say('one');
    await test.asked(1);
    for (const text of ['two', 'three']) test.say(text);
    await test.becomes('three', 'waiting');
    first.open();
    expect(await test.replies(3)).toEqual(['first', 'echo: two', 'echo: three']);
    expect(test.prompt(2)).toEqual([
      'user: one',
      'assistant: first',
      'user: two',
      'assistant: echo: two',
      'user: three',
    ]);
  });

  it('of another conversation are not held up, but no more turns run at once than allowed', async () => {
    await using test = await startGateway({ role: null, settings: { 'turns.parallel': 2 } });
    await test.gateway.people.setRole('bot', '*', 'guest', 'owner');
    const gates = [gate(), gate(), gate()];
    for (const { promise } of gates) test.openai.next({ kind: 'reply', text: 'held', gate: promise });
    for (const chat of [1, 2, 3]) test.say('hello', chat);
    await test.becomes('hello', 'waiting', 3);
    await test.asked(2);
    expect(test.gateway.health()).toMatchObject({ runningTurns: 2, waitingMessages: 1 });
    gates[1]?.open();
    expect(await test.replies(1, 2)).toEqual(['held']);
    await test.asked(3);
    for (const { open } of gates) open();
    await test.idle();
  });
});

describe('a very long message', () => {
  const paste = 'x'.repeat(4000);

  it('waits a second for its rest, as clients split long pastes', async () => {
    await using test = await startGateway();
    test.say(paste);
    await test.becomes(paste, 'waiting');
    await test.clock.elapse(900);
    test.say('and the rest');
    await test.becomes('and the rest', 'waiting');
    await test.clock.elapse(100);
    await test.becomes('and the rest', 'answered');
    expect(test.openai.chats).toHaveLength(1);
    expect(test.prompt(0)).toEqual([`user: ${paste}\n\nand the rest`]);
  });

  it('waits anew for each part of the paste that is as long', async () => {
    await using test = await startGateway();
    const parts = ['a', 'b', 'c'].map((letter) => letter.repeat(4096));
    for (const part of parts) {
      test.say(part);
      await test.becomes(part, 'waiting');
      await test.clock.elapse(700);
    }
    expect(test.openai.chats).toHaveLength(0);
    await test.clock.elapse(300);
    await test.asked(1);
    expect(test.prompt(0)).toEqual([`user: ${parts.join('\n\n')}`]);
  });

  it('is answered alone when nothing follows, and a shorter one at once', async () => {
    await using test = await startGateway();
    test.say(paste);
    await test.becomes(paste, 'waiting');
    await test.clock.elapse(999);
    expect(test.openai.chats).toHaveLength(0);
    await test.clock.elapse(1);
    await test.replies(1);
    test.say('y'.repeat(3999));
    await test.asked(2);
  });
});
