import { describe, expect, it } from 'vitest';
import type { GroupAnswer } from '../../../main/gateway/types.ts';
import { ownerChat, startGateway, type GatewayOptions, type TestGateway } from '../../lib/gateway.ts';

const group = -4711;
const owner = { id: ownerChat, first_name: 'Ada' };
const bob = { id: 55, first_name: 'Bob' };

/** A gateway whose bot is in the group "Club", with what the owner decided about it. */
async function inGroup(answer: Exclude<GroupAnswer, 'unknown'> | null, options: GatewayOptions = {}) {
  const test = await startGateway(options);
  test.bot.join({ id: group, type: 'group', title: 'Club' }, bob);
  await test.until(
    () => test.gateway.people.groups().map(({ title, answer: is }) => [title, is]),
    [['Club', 'unknown']],
  );
  if (answer !== null) await test.gateway.people.setGroup('bot', String(group), answer, 'owner');
  const me = `@${test.bot.me.username ?? ''}`;
  const say = (text: string, from = bob): number => test.bot.say({ chatId: group, from, text }).message.message_id;
  return { test, me, say };
}

const stored = (test: TestGateway): readonly (readonly [string, string])[] =>
  test.messages(group).map(({ text, state }) => [text, state]);

describe('a group nobody decided about', () => {
  it('hears nothing; what is for us is kept, the rest is not stored at all', async () => {
    const { test, me, say } = await inGroup(null);
    await using _test = test;
    say('between us');
    say(`${me} hello`);
    say('hello too', owner);
    await test.becomes('hello', 'kept', group);
    await test.idle();
    expect(stored(test)).toEqual([['hello', 'kept']]);
    expect(test.bot.sent.filter(({ chatId }) => chatId === group)).toEqual([]);
    expect(test.openai.chats).toEqual([]);
  });

  it('is answered once it is allowed, in answer to the message that asked', async () => {
    const { test, me, say } = await inGroup(null);
    await using _test = test;
    const asked = say(`${me} hello`);
    await test.becomes('hello', 'kept', group);
    await test.gateway.people.setGroup('bot', String(group), 'mention', 'owner');
    await test.replies(1, group);
    await test.idle();
    expect(test.sent(group)).toEqual(['echo: Bob: hello']);
    expect(test.bot.history(group).at(-1)?.reply_to_message?.message_id).toBe(asked);
  });

  it('is not opened by a row for everyone, or adding the bot to a group would be enough', async () => {
    const { test, me, say } = await inGroup(null);
    await using _test = test;
    await test.gateway.people.setRole('bot', '*', 'guest', 'owner');
    say(`${me} hello`);
    await test.becomes('hello', 'kept', group);
    await test.idle();
    expect(test.sent(group)).toEqual([]);
  });
});

describe('an allowed group', () => {
  it('is answered when it mentions us; the rest is context, with names', async () => {
    const { test, me, say } = await inGroup('mention');
    await using _test = test;
    say('shall we eat?', owner);
    await test.becomes('shall we eat?', 'overheard', group);
    say(`${me} what do you think?`);
    await test.replies(1, group);
    await test.idle();
    expect(test.prompt(0)).toEqual([
      'user: [said to others in the group]\nAda: shall we eat?\n[end of what was said to others]\n\nBob: what do you think?',
    ]);
    expect(test.openai.chats).toHaveLength(1);
  });

  it('is answered to a reply to us, and to everything where the owner wants that', async () => {
    const { test, me, say } = await inGroup('mention');
    await using _test = test;
    say(`${me} one`);
    await test.replies(1, group);
    const ours = test.bot.history(group).at(-1)?.message_id ?? 0;
    test.bot.say({ chatId: group, from: bob, text: 'two', replyTo: ours });
    await test.replies(2, group);
    say('three');
    await test.becomes('three', 'overheard', group);
    await test.gateway.people.setGroup('bot', String(group), 'always', 'owner');
    say('four');
    await test.replies(3, group);
    await test.idle();
    expect(test.message('four', group).state).toBe('answered');
  });

  it('is a conversation for each of its topics', async () => {
    await using test = await startGateway();
    const forum = -1_002_000;
    test.bot.join({ id: forum, type: 'supergroup', title: 'Forum', is_forum: true }, bob);
    await test.until(() => test.gateway.people.groups().length, 1);
    await test.gateway.people.setGroup('bot', String(forum), 'always', 'owner');
    const topic = test.bot.addTopic(forum, 'Birds', bob);
    test.bot.say({ chatId: forum, from: bob, text: 'tweet', thread: topic });
    test.bot.say({ chatId: forum, from: bob, text: 'general' });
    await test.replies(2, forum);
    await test.idle();
    const topics = test.read.conversations.ofChat('bot', String(forum)).map((row) => row.topic);
    expect(topics.toSorted()).toEqual([String(topic), null].toSorted());
    const sent = test.bot.history(forum).filter(({ from }) => from?.is_bot === true);
    expect(sent.find(({ text }) => text?.includes('tweet'))?.message_thread_id).toBe(topic);
  });

  it('gives members the guests’ commands and the owner his own', async () => {
    const { test, me, say } = await inGroup('mention');
    await using _test = test;
    say(`/status${me}`);
    await test.replies(1, group);
    say(`/status${me}`, owner);
    await test.replies(2, group);
    await test.idle();
    const [refused = '', status = ''] = test.sent(group);
    expect(refused).toBe(test.ports.sentences.text('command.not-yours', { command: 'status' }, null));
    expect(status).not.toBe(refused);
  });

  it('that is switched off falls silent at once, in the middle of an answer too', async () => {
    const { test, me, say } = await inGroup('mention');
    await using _test = test;
    test.openai.next({ kind: 'hang' });
    say(`${me} slow`);
    await test.asked(1);
    await test.gateway.people.setGroup('bot', String(group), 'off', 'owner');
    say(`${me} anybody?`);
    await test.drive(test.idle());
    expect(test.sent(group)).toEqual([]);
    expect(stored(test)).toEqual([['slow', 'answered'], ...stored(test).slice(1)]);
    expect(stored(test).some(([text]) => text === 'anybody?')).toBe(false);
  });

  it('does not answer a member who is blocked, nor uses his words', async () => {
    const { test, me, say } = await inGroup('mention');
    await using _test = test;
    await test.gateway.people.setRole('bot', String(bob.id), 'blocked', 'owner');
    say('quiet words');
    say(`${me} hello`);
    await test.becomes('hello', 'ignored', group);
    say(`${me} ask`, owner);
    await test.replies(1, group);
    await test.idle();
    expect(test.prompt(0)).toEqual(['user: Ada: ask']);
  });

  it('stays the same conversation when it becomes a supergroup, and what waits goes there', async () => {
    const { test, me, say } = await inGroup('mention');
    await using _test = test;
    test.openai.next({ kind: 'hang' }, { kind: 'reply', text: 'after all' });
    say(`${me} one`);
    await test.asked(1);
    const before = test.conversation(group).id;
    const to = test.bot.migrate(group);
    await test.until(
      () => test.gateway.people.groups().map(({ chat, answer }) => [chat, answer]),
      [[String(to), 'mention']],
    );
    await test.gateway.turns.stop(before);
    await test.idle();
    expect(await test.gateway.turns.retry(before)).toMatchObject({ ok: true });
    await test.replies(1, to);
    await test.idle();
    expect(test.sent(to)).toEqual(['after all']);
    expect(test.read.conversations.find('bot', { chat: String(to), topic: null })?.id).toBe(before);
  });

  it('that moved while an answer was on its way gets it under its new name', async () => {
    const { test, me, say } = await inGroup('mention');
    await using _test = test;
    const moved = -1_009_999;
    test.bot.fault('sendMessage', { kind: 'pass' });
    test.openai.script(async () => {
      test.bot.migrate(group, moved);
      return { kind: 'reply', text: 'there' };
    });
    say(`${me} where?`);
    await test.drive(test.replies(1, moved));
    await test.idle();
    expect(test.sent(moved)).toEqual(['there']);
    expect(test.gateway.health().sentAgain).toBe(0);
  });
});

describe('a changed question', () => {
  it('that waits is answered as it reads now, and is still one message', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'stall', after: 0, pieces: ['never'] });
    test.say('first');
    await test.asked(1);
    const { message } = test.bot.say({ chatId: ownerChat, text: 'secnd' });
    await test.becomes('secnd', 'waiting');
    test.bot.edit(ownerChat, message.message_id, 'second');
    await test.becomes('second', 'waiting');
    test.bot.say({ chatId: ownerChat, text: 'stop' });
    await test.becomes('second', 'cleared');
    await test.idle();
    expect(test.messages().filter(({ platformId }) => platformId === String(message.message_id))).toHaveLength(1);
    expect(test.message('second').revision).toBe(1);
    expect(test.read.messages.revisions(test.message('second').id).map(({ text }) => text)).toEqual(['secnd']);
  });

  it('that is being answered and was not shown begins the answer anew, without a second start or a second reply', async () => {
    await using test = await startGateway();
    test.openai.next({ kind: 'hang' });
    const { message } = test.bot.say({ chatId: ownerChat, text: 'waht?' });
    await test.asked(1);
    test.bot.edit(ownerChat, message.message_id, 'what?');
    expect(await test.replies(1)).toEqual(['echo: what?']);
    await test.idle();
    expect(test.openai.chats).toHaveLength(2);
    expect(test.turn('what?')).toMatchObject({ state: 'done', starts: 1 });
  });

  it('that was answered stays answered: the change is noted and nothing is said', async () => {
    await using test = await startGateway();
    const { message } = test.bot.say({ chatId: ownerChat, text: 'hello' });
    await test.replies(1);
    test.bot.edit(ownerChat, message.message_id, 'goodbye');
    await test.until(() => test.messages()[0]?.text, 'goodbye');
    await test.idle();
    expect(test.sent()).toEqual(['echo: hello']);
    expect(test.openai.chats).toHaveLength(1);
  });

  it('begins anew at most three times, or an author could keep a model busy for ever', async () => {
    await using test = await startGateway();
    test.openai.script(() => ({ kind: 'hang' }));
    const { message } = test.bot.say({ chatId: ownerChat, text: 'v0' });
    for (let version = 1; version <= 3; version++) {
      await test.asked(version);
      test.bot.edit(ownerChat, message.message_id, `v${String(version)}`);
    }
    await test.asked(4);
    test.bot.edit(ownerChat, message.message_id, 'v4');
    await test.until(() => test.messages()[0]?.text, 'v4');
    expect(test.openai.chats).toHaveLength(4);
    await test.gateway.turns.stop(test.conversation().id);
    await test.idle();
  });

  it('of a stranger is kept as it reads now, and makes no sound', async () => {
    await using test = await startGateway({ role: null });
    const { message } = test.bot.say({ chatId: 9, text: 'psst' });
    await test.becomes('psst', 'kept', 9);
    test.bot.edit(9, message.message_id, 'psst!');
    await test.becomes('psst!', 'kept', 9);
    expect(test.bot.sent).toEqual([]);
    await test.gateway.people.setRole('bot', '9', 'guest', 'owner');
    expect(await test.replies(1, 9)).toEqual(['echo: psst!']);
    await test.idle();
  });

  it('that turns words to others into words to us is answered', async () => {
    const { test, me, say } = await inGroup('mention');
    await using _test = test;
    const id = say('what time is it?');
    await test.becomes('what time is it?', 'overheard', group);
    test.bot.edit(group, id, `${me} what time is it?`);
    await test.replies(1, group);
    await test.idle();
    expect(test.openai.chats).toHaveLength(1);
  });
});
