import { describe, expect, it } from 'vitest';
import type { TestGateway } from '../../lib/gateway.ts';
import { asksFor, tool, toolsOf } from '../agent/tools.ts';
import { ada, bob, club, me, startPhone, states, type Phone, type PhoneOptions } from '../phone.ts';

const tenMinutes = 600_000;

/** The owner has a chat with himself; everything after `before` is about cards. */
async function withOwner(options: PhoneOptions = {}) {
  const { test, phone } = await startPhone(options);
  await phone.says(me, 'hello');
  await test.until(() => phone.sentTo(me).length, 1);
  await test.idle();
  const told = (): readonly string[] => phone.sentTo(me).slice(1);
  return { test, phone, told };
}

async function writesOnce(test: TestGateway, phone: Phone, told: () => readonly string[]): Promise<string> {
  const before = told().length;
  await phone.says(ada, 'may I?');
  await test.until(() => told().length, before + 1);
  await test.idle();
  return told().at(-1) ?? '';
}

describe('a card where there are no buttons', () => {
  it('says which number is which answer, and a number alone is obeyed, confirmed and read by no model', async () => {
    const { test, phone, told } = await withOwner();
    await using _test = test;
    expect(await writesOnce(test, phone, told)).toContain('Answer with a number: 1 Allow, 2 Just once, 3 Ignore');
    await phone.says(me, ' 1 ');
    await test.until(() => phone.sentTo(ada), ['echo: may I?']);
    await test.until(() => told().at(-1), `User ${ada}: allowed as a guest.`);
    await test.idle();
    expect(test.gateway.people.role('wa', ada)).toBe('guest');
    expect(states(test, me).at(-1)).toEqual([' 1 ', 'answered', null]);
    expect(test.openai.chats.map((_call, index) => test.prompt(index).at(-1))).toEqual(['user: hello', 'user: may I?']);
  });

  it('of several people counts on over all of their answers, and each can be answered in turn', async () => {
    const { test, phone, told } = await withOwner();
    await using _test = test;
    await writesOnce(test, phone, told);
    await phone.says(me, '3');
    await test.until(() => test.gateway.people.role('wa', ada), 'blocked');
    await phone.says(bob, 'me too', { sender: { address: bob, name: 'Bob' } });
    await phone.says('4917', 'and me', { sender: { address: '4917', name: 'Cleo' } });
    await test.clock.elapse(tenMinutes);
    await test.until(() => told().length, 3);
    await test.idle();
    const message = told().at(-1) ?? '';
    expect(message).toContain('1 Allow, 2 Just once, 3 Ignore\n4 Allow, 5 Just once, 6 Ignore\nAnswer with a number.');
    await phone.says(me, '6');
    await test.until(() => test.gateway.people.role('wa', '4917'), 'blocked');
    await test.idle();
    await phone.says(me, '2');
    await test.until(() => phone.sentTo(bob), ['echo: me too']);
    expect(test.gateway.people.role('wa', bob)).toBe('unknown');
    await test.idle();
    // Both are decided: the numbers mean nothing any more.
    await phone.says(me, '1');
    await test.until(() => phone.sentTo(me).at(-1), 'echo: 1');
    expect(test.gateway.people.role('wa', bob)).toBe('unknown');
  });

  it('that was decided elsewhere meanwhile says so while another of the message is open', async () => {
    const { test, phone, told } = await withOwner();
    await using _test = test;
    await phone.says(ada, 'one');
    await test.until(() => told().length, 1);
    await test.gateway.people.setRole('wa', ada, 'blocked', 'owner');
    await phone.says(bob, 'two');
    await phone.says('4917', 'three');
    await test.clock.elapse(tenMinutes);
    await test.until(() => told().length, 2);
    await test.idle();
    await test.gateway.people.setRole('wa', bob, 'blocked', 'owner');
    await phone.says(me, '1');
    await test.until(() => told().at(-1), 'This is decided already.');
    expect(test.gateway.people.role('wa', bob)).toBe('blocked');
  });

  it('counts for `/allow` as well: the number stands for the one it is shown with', async () => {
    const { test, phone, told } = await withOwner();
    await using _test = test;
    await writesOnce(test, phone, told);
    await phone.says(me, '/allow 3');
    await test.until(() => test.gateway.people.role('wa', ada), 'guest');
  });

  it('of a group is answered by its own answers', async () => {
    const { test, phone, told } = await withOwner();
    await using _test = test;
    await phone.says(ada, 'hello', { chat: club, title: 'Club' });
    await test.until(() => told().length, 1);
    await test.idle();
    expect(told()[0]).toContain('1 When mentioned, 2 Always, 3 Ignore');
    await phone.says(me, '2');
    await test.until(() => test.gateway.people.groups().map(({ answer }) => answer), ['always']);
  });

  it('is obeyed in a paused chat and once, however often it is told', async () => {
    const { test, phone, told } = await withOwner();
    await using _test = test;
    await writesOnce(test, phone, told);
    await test.gateway.pause({ kind: 'all' }, test.clock.now() + 3_600_000);
    const number = phone.message(me, '2');
    await phone.hears({ events: [number] });
    await test.until(() => phone.sentTo(ada), ['echo: may I?']);
    await phone.says(ada, 'more');
    await phone.hears({ events: [number] });
    await test.idle();
    expect(states(test, ada).map(([, state]) => state)).toEqual(['answered', 'kept']);
  });

  it('survives a restart between the question and the number', async () => {
    const { test, phone, told } = await withOwner();
    await using _test = test;
    await writesOnce(test, phone, told);
    await test.stop();
    await test.open();
    await phone.says(me, '1');
    await test.until(() => test.gateway.people.role('wa', ada), 'guest');
  });
});

describe('a number that is no answer', () => {
  const isNormal = async (test: TestGateway, phone: Phone, text: string): Promise<void> => {
    await test.until(() => phone.sentTo(me).at(-1), `echo: ${text}`);
    expect(test.gateway.people.role('wa', ada)).toBe('unknown');
  };

  it('goes to the model where no card is open', async () => {
    const { test, phone } = await withOwner();
    await using _test = test;
    await phone.says(me, '1');
    await isNormal(test, phone, '1');
  });

  it('goes to the model once something else was said since: it may be the answer to that', async () => {
    const { test, phone, told } = await withOwner();
    await using _test = test;
    await writesOnce(test, phone, told);
    await phone.says(me, 'give me three choices');
    await test.until(() => phone.sentTo(me).at(-1), 'echo: give me three choices');
    await test.idle();
    await phone.says(me, '1');
    await isNormal(test, phone, '1');
  });

  it('goes to the model with another word beside it, or beyond the numbers that were told', async () => {
    const { test, phone, told } = await withOwner();
    await using _test = test;
    await writesOnce(test, phone, told);
    await phone.says(me, '4');
    await isNormal(test, phone, '4');
    await phone.says(me, '1 please');
    await isNormal(test, phone, '1 please');
  });

  it('goes to the model when it was written before the card was there to be seen', async () => {
    const { test, phone, told } = await withOwner();
    await using _test = test;
    const early = phone.message(me, '1');
    await test.clock.elapse(5 * 60_000);
    await writesOnce(test, phone, told);
    await phone.hears({ events: [early] });
    await isNormal(test, phone, '1');
  });

  it('goes to the model when it was written for the card before, and came in late (it let a tool be used)', async () => {
    const send = tool('send', 'sent', { sideEffects: true, permission: 'ask' });
    const { test, phone, told } = await withOwner({ tools: toolsOf(send) });
    await using _test = test;
    await writesOnce(test, phone, told);
    const late = phone.message(me, '1');
    await test.clock.elapse(20_000);
    asksFor(test, ['send']);
    await test.submit('go');
    await test.until(() => told().length, 2);
    await test.idle();
    await phone.hears({ events: [late] });
    await isNormal(test, phone, '1');
    expect(test.gateway.cards.open().map(({ kind }) => kind)).toEqual(['person', 'tool']);
    expect(send.runs).toEqual([]);
  });

  it('of anybody else decides nothing, in whatever chat', async () => {
    const { test, phone, told } = await withOwner();
    await using _test = test;
    await writesOnce(test, phone, told);
    await test.gateway.people.setRole('wa', bob, 'guest', 'owner');
    await phone.says(bob, '1');
    await test.until(() => phone.sentTo(bob), ['echo: 1']);
    await phone.says(ada, '1');
    await phone.ownTo(bob, '1');
    await phone.says(me, '1', { chat: club });
    await test.idle();
    expect(test.gateway.people.role('wa', ada)).toBe('unknown');
  });

  it('goes to the model of somebody who was an owner when he was told, and is none any more', async () => {
    const { test, phone } = await withOwner();
    await using _test = test;
    await test.gateway.people.setRole('wa', bob, 'owner', 'owner');
    await test.clock.elapse(1_000);
    await phone.says(bob, 'hello');
    await test.until(() => phone.sentTo(bob).length, 1);
    await test.idle();
    await phone.says(ada, 'may I?');
    await test.until(() => phone.sentTo(bob).length, 2);
    await test.idle();
    await test.gateway.people.setRole('wa', bob, 'guest', 'owner');
    await phone.says(bob, '1');
    await test.until(() => phone.sentTo(bob).at(-1), 'echo: 1');
    expect(test.gateway.people.role('wa', ada)).toBe('unknown');
  });

  it('goes to the model when the card could not be sent at all', async () => {
    const { test, phone } = await withOwner();
    await using _test = test;
    phone.outcomes.push({ kind: 'rejected', reason: { code: 'delivery.rejected' } });
    await phone.says(ada, 'may I?');
    await test.until(() => test.read.deliveries.troubled(5).map(({ state }) => state), ['failed']);
    await phone.says(me, '1');
    await isNormal(test, phone, '1');
  });

  it('goes to the model while the card has not gone out yet: nobody has seen it', async () => {
    const { test, phone } = await withOwner();
    await using _test = test;
    const gate = Promise.withResolvers<void>();
    phone.gate = gate.promise;
    await phone.says(ada, 'may I?');
    await test.until(() => phone.sentTo(me).length, 2);
    await phone.says(me, '1');
    gate.resolve();
    await isNormal(test, phone, '1');
  });
});
