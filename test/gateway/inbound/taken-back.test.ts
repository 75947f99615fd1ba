import { describe, expect, it } from 'vitest';
import { ada, bob, chat, club, startPhone, states, stored, type Phone } from '../phone.ts';
import type { TestGateway } from '../../lib/gateway.ts';

async function withGuest() {
  const started = await startPhone();
  await started.test.gateway.people.setRole('wa', ada, 'guest', 'owner');
  return started;
}

/** Whoever is in the group is answered. */
async function inGroup(phone: Phone, test: TestGateway) {
  await test.gateway.people.setGroup('wa', club, 'always', 'owner');
  return (who: string, text: string, platformId: string) => phone.says(who, text, { chat: club, platformId });
}

const gone = 'access.taken-back';

describe('a message that its author takes back', () => {
  it('while it waits is not answered', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    const gate = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'first', gate: gate.promise });
    await phone.says(ada, 'one');
    await test.asked(1);
    await phone.says(ada, 'two', { platformId: 'TWO' });
    await phone.takesBack(ada, 'TWO');
    gate.resolve();
    await test.until(() => phone.sentTo(ada), ['first']);
    await test.idle();
    expect(states(test, ada)).toEqual([
      ['one', 'answered', null],
      ['two', 'deleted', gone],
    ]);
    expect(test.openai.chats).toHaveLength(1);
  });

  it('while it is answered ends the answer without a word', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    test.openai.next({ kind: 'reply', text: 'too late', gate: new Promise(() => undefined) });
    await phone.says(ada, 'oops', { platformId: 'OOPS' });
    await test.asked(1);
    await phone.takesBack(ada, 'OOPS');
    await test.idle();
    expect(phone.sent).toEqual([]);
    expect(states(test, ada)).toEqual([['oops', 'deleted', gone]]);
    expect(test.events.items.some((event) => event.kind === 'message' && event.message.state === 'deleted')).toBe(true);
  });

  it('leaves the question of others to be answered as if it had not been there', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    const says = await inGroup(phone, test);
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    test.openai.next({ kind: 'reply', text: 'first', gate: first.promise });
    await says(bob, 'zero', 'ZERO');
    await test.asked(1);
    await says(ada, 'secret', 'SECRET');
    await says(bob, 'and the weather?', 'WEATHER');
    test.openai.next({ kind: 'reply', text: 'of both', gate: second.promise });
    first.resolve();
    await test.asked(2);
    await phone.takesBack(ada, 'SECRET', club);
    second.resolve();
    await test.until(() => phone.sentTo(club).length, 2);
    expect(phone.sentTo(club)[1]).toBe(`echo: User ${bob}: and the weather?`);
    expect(test.prompt(2).join('\n')).not.toContain('secret');
    await test.idle();
    expect(states(test, club).map(([text, state]) => [text, state])).toEqual([
      ['zero', 'answered'],
      ['secret', 'deleted'],
      ['and the weather?', 'answered'],
    ]);
  });

  it('after it was answered is read by no model any more, nor is what was answered to it alone', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    await phone.says(ada, 'my code is 4711', { platformId: 'CODE' });
    await test.until(() => phone.sentTo(ada).length, 1);
    await phone.takesBack(ada, 'CODE');
    await phone.says(ada, 'what is my code?');
    await test.until(() => phone.sentTo(ada).length, 2);
    expect(test.prompt(1)).toEqual(['user: what is my code?']);
    expect(stored(test, ada)[0]).toMatchObject({ text: 'my code is 4711', state: 'deleted' });
  });

  it('takes back the finished answer that has not gone out', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    phone.down({ kind: 'retrying', at: 0, attempt: 1, reason: { code: 'link.network' } });
    await phone.says(ada, 'oops', { platformId: 'OOPS' });
    await test.until(() => states(test, ada).map(([, state]) => state), ['answered']);
    await phone.takesBack(ada, 'OOPS');
    phone.up();
    await test.idle();
    expect(phone.sent).toEqual([]);
  });

  it('is no card any more, and is not asked again by a retry', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    await phone.says(bob, 'hello', { platformId: 'HELLO' });
    expect(test.gateway.cards.open()).toHaveLength(1);
    await phone.takesBack(bob, 'HELLO');
    expect(test.gateway.cards.open()).toEqual([]);
    await phone.says(ada, 'oops', { platformId: 'OOPS' });
    await test.until(() => phone.sentTo(ada).length, 1);
    await phone.takesBack(ada, 'OOPS');
    expect(await test.gateway.turns.retry(chat(test, ada)?.id ?? '')).toMatchObject({ ok: false });
    await test.idle();
    expect(test.openai.chats).toHaveLength(1);
  });

  it('is only his: another name, an unknown message and a second time change nothing', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    await phone.says(ada, 'mine', { platformId: 'MINE' });
    await test.until(() => phone.sentTo(ada).length, 1);
    await phone.hears({ deletions: [{ key: 'd', chat: ada, topic: null, sender: bob, platformId: 'MINE' }] });
    await phone.takesBack(ada, 'NEVER');
    await phone.takesBack(bob, 'NEVER');
    expect(states(test, ada)).toEqual([['mine', 'answered', null]]);
    await phone.takesBack(ada, 'MINE');
    await phone.takesBack(ada, 'MINE');
    expect(states(test, ada)).toEqual([['mine', 'deleted', gone]]);
  });

  it('in the batch that brought it is never answered at all', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    const message = phone.message(ada, 'oops', { platformId: 'OOPS' });
    await phone.hears({
      events: [message],
      deletions: [{ key: 'd', chat: ada, topic: null, sender: ada, platformId: 'OOPS' }],
    });
    await test.idle();
    expect(phone.sent).toEqual([]);
    expect(test.openai.chats).toEqual([]);
  });

  it('while the program was down is not answered at the next start', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    test.openai.next({ kind: 'reply', text: 'x', gate: new Promise(() => undefined) });
    await phone.says(ada, 'oops', { platformId: 'OOPS' });
    await test.asked(1);
    const [asked] = stored(test, ada);
    await test.store.commit(({ messages }) => messages.mark([asked?.id ?? ''], 'deleted', { code: gone }));
    await test.crash();
    await test.open();
    await test.idle();
    expect(phone.sent).toEqual([]);
    expect(test.read.turns.get(asked?.turn ?? '')).toMatchObject({ state: 'stopped', reason: { code: gone } });
  });
});

describe('a block in a group', () => {
  it('leaves the others their answer, without the words of the one who is blocked', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    const says = await inGroup(phone, test);
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    test.openai.next({ kind: 'reply', text: 'first', gate: first.promise });
    await says(bob, 'zero', 'ZERO');
    await test.asked(1);
    await says(ada, 'spam', 'SPAM');
    await says(bob, 'and the weather?', 'WEATHER');
    test.openai.next({ kind: 'reply', text: 'of both', gate: second.promise });
    first.resolve();
    await test.asked(2);
    await test.gateway.people.setRole('wa', ada, 'blocked', 'owner');
    second.resolve();
    await test.until(() => phone.sentTo(club).length, 2);
    expect(phone.sentTo(club)[1]).toBe(`echo: User ${bob}: and the weather?`);
    await test.idle();
    expect(states(test, club)[1]).toEqual(['spam', 'ignored', 'access.blocked']);
  });

  it('at a start lets go of his question alone, also when he asked first', async () => {
    const { test, phone } = await withGuest();
    await using _test = test;
    const says = await inGroup(phone, test);
    const first = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'first', gate: first.promise });
    await says(bob, 'zero', 'ZERO');
    await test.asked(1);
    await says(ada, 'spam', 'SPAM');
    await says(bob, 'and the weather?', 'WEATHER');
    test.openai.next({ kind: 'reply', text: 'of both', gate: new Promise(() => undefined) });
    first.resolve();
    await test.asked(2);
    const row = test.read.addresses.get('wa', ada);
    if (row === null) throw new Error('nobody');
    await test.store.commit(({ addresses }) => addresses.put({ ...row, role: 'blocked' }));
    await test.crash();
    await test.open();
    await test.until(() => phone.sentTo(club).at(-1), `echo: User ${bob}: and the weather?`);
  });
});

describe('a command of a stranger that was kept', () => {
  it('is not obeyed as the owner’s when he becomes one', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await phone.says(bob, 'let me in');
    await phone.says(ada, `/allow ${bob}`);
    await test.gateway.people.setRole('wa', ada, 'owner', 'owner');
    await test.until(() => phone.sentTo(ada).length, 1);
    await test.idle();
    expect(test.gateway.people.role('wa', bob)).toBe('unknown');
    await phone.says(ada, `/allow ${bob}`);
    await test.until(() => test.gateway.people.role('wa', bob), 'guest');
  });

  it('in a group is, where the owner himself sent it before he allowed the group', async () => {
    const { test, phone } = await startPhone();
    await using _test = test;
    await test.gateway.people.setRole('wa', ada, 'owner', 'owner');
    await phone.says(ada, '/status', { chat: club });
    await phone.says(bob, '/status', { chat: club });
    await test.gateway.people.setRole('wa', bob, 'owner', 'owner');
    await test.gateway.people.setGroup('wa', club, 'mention', 'owner');
    await test.until(() => phone.sentTo(club).length, 2);
    const [first = '', second = ''] = phone.sentTo(club);
    expect(first).toContain('lab/gpt-test');
    expect(second).not.toContain('lab/gpt-test');
  });
});
