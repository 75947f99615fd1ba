import { describe, expect, it } from 'vitest';
import { untilResumed } from '../../../main/gateway/limits.ts';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';

const hour = 3_600_000;
const guest = 7;

async function withGuest(settings: Parameters<typeof startGateway>[0] = {}): Promise<TestGateway> {
  const test = await startGateway(settings);
  await test.gateway.people.setRole('bot', String(guest), 'guest', 'owner');
  return test;
}

describe('a pause', () => {
  it('of everything keeps what comes in, on every link and after a restart, until it is over', async () => {
    await using test = await withGuest();
    await test.gateway.pause({ kind: 'all' }, test.clock.now() + hour);
    test.say('one');
    test.say('two', guest);
    await test.submit('three');
    await test.becomes('one', 'paused');
    await test.becomes('two', 'paused', guest);
    await test.becomes('three', 'paused', 'thread');
    await test.stop();
    await test.open();
    expect(test.gateway.pausedUntil()).toBeGreaterThan(test.clock.now());
    test.say('four');
    await test.becomes('four', 'paused');
    test.sleep(hour);
    expect(test.gateway.pausedUntil()).toBeNull();
    test.say('five');
    expect(await test.replies(1)).toEqual(['echo: five']);
    await test.idle();
    expect(test.openai.chats).toHaveLength(1);
    expect(test.message('one').state).toBe('paused');
  });

  it('of a link leaves the others alone, and resuming answers nothing by itself', async () => {
    await using test = await withGuest();
    await test.gateway.pause({ kind: 'link', link: 'bot' }, untilResumed);
    test.say('one');
    await test.becomes('one', 'paused');
    await test.submit('window');
    await test.until(() => test.messages('thread').at(-1)?.text, 'echo: window');
    await test.gateway.pause({ kind: 'link', link: 'bot' }, null);
    test.say('two');
    expect(await test.replies(1)).toEqual(['echo: two']);
    await test.idle();
    expect(test.message('one').state).toBe('paused');
    await test.gateway.turns.answerNow(test.message('one').id);
    await test.replies(2);
  });

  it('of a conversation that is lifted early is lifted; of one that does not exist it is refused', async () => {
    await using test = await withGuest();
    test.say('hello', guest);
    await test.replies(1, guest);
    const { id } = test.conversation(guest);
    await test.gateway.pause({ kind: 'conversation', conversation: id }, untilResumed);
    test.say('one', guest);
    await test.becomes('one', 'paused', guest);
    test.say('other');
    await test.replies(1);
    await test.gateway.pause({ kind: 'conversation', conversation: id }, null);
    test.say('two', guest);
    await test.replies(2, guest);
    await test.idle();
    expect(await test.gateway.pause({ kind: 'conversation', conversation: 'none' }, null)).toMatchObject({ ok: false });
    expect(await test.gateway.pause({ kind: 'link', link: 'none' }, null)).toMatchObject({ ok: false });
  });

  it('that begins while a message waits holds that message too', async () => {
    await using test = await withGuest();
    test.openai.next({ kind: 'hang' });
    test.say('one');
    await test.asked(1);
    test.say('two');
    await test.becomes('two', 'waiting');
    await test.gateway.pause({ kind: 'all' }, untilResumed);
    test.clock.advance(600_000);
    await test.drive(test.until(() => test.message('two').state, 'paused'));
    await test.drive(test.idle());
    expect(test.openai.chats).toHaveLength(1);
  });
});

describe('two machines that talk to each other', () => {
  const talk = async (test: TestGateway, chat: number, count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const before = test.sent(chat).length;
      test.say(`ping ${String(before)}`, chat);
      await test.replies(before + 1, chat);
    }
  };

  it('are parted after twelve replies in a minute: the conversation is paused, with a card and the reason', async () => {
    await using test = await withGuest();
    await talk(test, guest, 12);
    test.say('one too many', guest);
    await test.becomes('one too many', 'paused', guest);
    await test.idle();
    expect(test.sent(guest)).toHaveLength(12);
    expect(test.message('one too many', guest).reason).toEqual({ code: 'access.loop', params: { count: 12 } });
    expect(test.conversation(guest).pausedBy?.code).toBe('access.loop');
    const card = test.gateway.cards.open().find(({ kind }) => kind === 'loop');
    expect(card?.answers).toContain('resume');
    await test.gateway.cards.answer(card?.id ?? '', 'resume');
    test.sleep(61_000);
    test.say('back', guest);
    await test.replies(13, guest);
    await test.idle();
    expect(test.gateway.cards.open()).toEqual([]);
  });

  it('are not thought to be at work at a slower pace, nor is the owner', async () => {
    await using test = await withGuest();
    await talk(test, guest, 8);
    test.sleep(61_000);
    await talk(test, guest, 8);
    await talk(test, ownerChat, 20);
    await test.idle();
    expect(test.conversation(guest).pausedUntil).toBeNull();
    expect(test.conversation().pausedUntil).toBeNull();
  });

  it('may go on where the owner set no limit', async () => {
    await using test = await withGuest({ settings: { 'turns.loopReplies': 0 } });
    await talk(test, guest, 14);
    await test.idle();
  });
});
