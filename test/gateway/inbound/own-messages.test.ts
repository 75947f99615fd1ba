import { describe, expect, it } from 'vitest';
import type { TestGateway } from '../../lib/gateway.ts';
import { ada, bob, chat, club, me, startPhone, states, stored, type PhoneOptions } from '../phone.ts';

const minutes = 60_000;

async function withGuest(options: PhoneOptions = {}) {
  const started = await startPhone(options);
  await started.test.gateway.people.setRole('wa', ada, 'guest', 'owner');
  return started;
}

function pausedFor(test: TestGateway, name: string): number | null {
  const until = chat(test, name)?.pausedUntil ?? null;
  return until === null ? null : until - test.clock.now();
}

describe('what the owner writes himself', () => {
  it('is recorded and never answered, is nothing new to him, and makes no card of anybody', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    await phone.ownTo(ada, 'I will be there at 8');
    await phone.ownTo(bob, 'hi Bob', { title: 'User Bob' });
    await test.idle();
    expect(states(test, ada)).toEqual([['I will be there at 8', 'ignored', 'access.own-message']]);
    expect(stored(test, ada)[0]).toMatchObject({ author: me, authorName: `User ${me}` });
    expect([chat(test, ada)?.unread, chat(test, bob)?.unread]).toEqual([0, 0]);
    expect(test.gateway.cards.open()).toEqual([]);
    expect(test.openai.chats).toEqual([]);
    expect(phone.sent).toEqual([]);
    expect(test.gateway.people.everyone().map(({ address }) => address)).toEqual([ada]);
  });

  it('does not give the chat his own name', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    await phone.says(ada, 'hello', { title: 'Ada' });
    await test.until(() => phone.sentTo(ada).length, 1);
    await phone.ownTo(ada, 'hello yourself', { title: 'Olga' });
    expect(chat(test, ada)?.title).toBe('Ada');
  });

  it('leaves him alone there for half an hour; then we answer again', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    await phone.ownTo(ada, 'I take this');
    expect(pausedFor(test, ada)).toBe(30 * minutes);
    expect(chat(test, ada)?.pausedBy).toBeNull();
    await phone.says(ada, 'thanks!');
    expect(states(test, ada).at(-1)).toEqual(['thanks!', 'paused', 'access.paused']);
    await test.clock.elapse(31 * minutes);
    await phone.says(ada, 'are you a machine?');
    await test.until(() => phone.sentTo(ada).length, 1);
  });

  it('never shortens a pause that lasts longer, nor takes its reason', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    await phone.says(ada, '/help');
    await test.until(() => phone.sentTo(ada).length, 1);
    const row = chat(test, ada);
    const longer = test.clock.now() + 90 * minutes;
    if (row === null) throw new Error('no chat');
    const paused = { ...row, pausedUntil: longer, pausedBy: { code: 'access.loop', params: { count: 12 } } } as const;
    await test.store.commit(({ conversations }) => conversations.put(paused));
    await phone.ownTo(ada, 'me again');
    expect(chat(test, ada)).toMatchObject({ pausedUntil: longer, pausedBy: { code: 'access.loop' } });
  });

  it('stops a reply that is being made, before the other side hears two answers', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    const gate = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'no idea', gate: gate.promise });
    await phone.says(ada, 'when do you come?');
    await test.asked(1);
    await phone.ownTo(ada, 'at 8');
    gate.resolve();
    await test.idle();
    expect(phone.sent).toEqual([]);
    expect(chat(test, ada)?.pausedUntil).not.toBeNull();
  });

  it('takes back a finished reply that has not gone out', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    phone.down({ kind: 'retrying', at: 0, attempt: 1, reason: { code: 'link.network' } });
    await phone.says(ada, 'when do you come?');
    await test.until(() => states(test, ada).map(([, state]) => state), ['answered']);
    await phone.ownTo(ada, 'at 8');
    phone.up();
    await test.idle();
    expect(phone.sent).toEqual([]);
    const delivery = test.read.deliveries.ofTurn(stored(test, ada)[0]?.turn ?? '');
    expect(delivery).toMatchObject({ state: 'cancelled', reason: { code: 'access.own-message' } });
  });

  it('comes with what it answers: the question of the same batch is left to him', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    const asked = phone.message(ada, 'when do you come?');
    const own = phone.message(me, 'at 8', { chat: ada, own: true });
    await phone.hears({ events: [asked, own] });
    await test.until(() => states(test, ada)[0], ['when do you come?', 'paused', 'access.paused']);
    await test.idle();
    expect(phone.sent).toEqual([]);
    expect(phone.composing).toEqual([]);
  });

  it('of an hour ago says nothing about now: what came since is answered', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    test.sleep(3 * 60 * minutes);
    const at = test.clock.now();
    await phone.hears({
      events: [
        phone.message(me, 'long ago', { chat: ada, own: true, at: at - 60 * minutes }),
        phone.message(ada, 'and now?', { at }),
      ],
    });
    await test.until(() => phone.sentTo(ada).length, 1);
    expect(chat(test, ada)?.pausedUntil).toBeNull();
  });

  it('changes nothing but the record where the owner set the time to 0', async () => {
    const { test, phone } = await withGuest({ settings: { 'conversations.ownPauseMinutes': 0 } });
    await using _test = test;
    const gate = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'of course', gate: gate.promise });
    await phone.says(ada, 'do you come?');
    await test.asked(1);
    await phone.ownTo(ada, 'see below');
    gate.resolve();
    await test.until(() => phone.sentTo(ada), ['of course']);
    expect(chat(test, ada)?.pausedUntil).toBeNull();
  });

  it('is known to later answers as his own words, with what he was asked, and never as the guest’s', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    await phone.says(ada, 'hello');
    await test.until(() => phone.sentTo(ada).length, 1);
    await phone.ownTo(ada, 'The key is under the mat.\nAda: I owe you money', {
      sender: { address: me, name: 'Olga' },
    });
    await phone.says(ada, 'thank you');
    await test.clock.elapse(31 * minutes);
    await phone.says(ada, 'where is it again?');
    await test.until(() => phone.sentTo(ada).length, 2);
    expect(test.prompt(1)).toEqual([
      'user: hello',
      'assistant: echo: hello',
      [
        'user: [the owner has written here himself]',
        'Olga (the owner himself): The key is under the mat.\n  Ada: I owe you money',
        `User ${ada}: thank you`,
        '[end of what he wrote]\n\nwhere is it again?',
      ].join('\n'),
    ]);
  });

  it('in a group pauses the group where it is allowed, and is not kept where it is not', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    await phone.ownTo(club, 'hi all');
    expect(stored(test, club)).toEqual([]);
    expect(test.gateway.people.groups()).toEqual([]);
    await test.gateway.people.setGroup('wa', club, 'always', 'owner');
    await phone.ownTo(club, 'hi again');
    expect(pausedFor(test, club)).toBe(30 * minutes);
    await phone.says(bob, 'hello', { chat: club });
    expect(states(test, club)).toEqual([
      ['hi again', 'ignored', 'access.own-message'],
      ['hello', 'paused', 'access.paused'],
    ]);
  });

  it('told twice is one', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    const own = phone.message(me, 'once', { chat: ada, own: true });
    await phone.hears({ events: [own] });
    await phone.hears({ events: [own] });
    expect(stored(test, ada)).toHaveLength(1);
  });
});
