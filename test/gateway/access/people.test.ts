import { describe, expect, it } from 'vitest';
import type { Role } from '../../../main/gateway/types.ts';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';

const ada = 5151;
const bob = 6161;
const family = -7000;

function setRole(test: TestGateway, role: Exclude<Role, 'unknown'>, who: number | '*' = ada): Promise<unknown> {
  return test.gateway.people.setRole('bot', String(who), role, 'owner');
}

function inFamily(test: TestGateway, text: string, who: number): void {
  test.bot.say({ chatId: family, text, from: { id: who, first_name: `User ${String(who)}` } });
}

async function allowFamily(test: TestGateway, answer: 'mention' | 'always' | 'off'): Promise<void> {
  await test.gateway.people.setGroup('bot', String(family), answer, 'owner');
}

describe('a role', () => {
  it('lets in everyone with "*", but answers to nobody in particular what is too old by now', async () => {
    await using test = await startGateway();
    test.say('early', ada);
    await test.becomes('early', 'kept', ada);
    test.sleep(2 * 3_600_000);
    test.say('now', bob);
    await test.becomes('now', 'kept', bob);
    await setRole(test, 'guest', '*');
    expect(await test.replies(1, bob)).toEqual(['echo: now']);
    await test.becomes('early', 'late', ada);
    await test.idle();
    expect(test.sent(ada)).toEqual([]);
  });

  it('of an owner is never given to everyone, nor is everyone blocked', async () => {
    await using test = await startGateway();
    for (const role of ['owner', 'blocked'] as const) {
      expect(await setRole(test, role, '*')).toMatchObject({ ok: false, failure: { code: 'input.malformed' } });
    }
    expect(test.gateway.people.everyone().map(({ address }) => address)).not.toContain('*');
  });

  it('given on a link that does not exist changes nothing', async () => {
    await using test = await startGateway();
    const given = await test.gateway.people.setRole('nowhere', '1', 'guest', 'owner');
    expect(given).toMatchObject({ ok: false, failure: { code: 'input.not-found' } });
    expect(test.gateway.people.role('nowhere', '1')).toBe('unknown');
  });
});

describe('a block', () => {
  it('ends the running reply without another word, and neither what waits nor what comes is answered', async () => {
    await using test = await startGateway();
    await setRole(test, 'guest');
    const gate = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'a long reply', gate: gate.promise });
    test.say('tell me', ada);
    await test.asked(1);
    test.say('and more', ada);
    await test.becomes('and more', 'waiting', ada);
    await setRole(test, 'blocked');
    gate.resolve();
    await test.becomes('and more', 'ignored', ada);
    await test.until(() => test.turn('tell me', ada).state, 'stopped');
    expect(test.message('tell me', ada)).toMatchObject({ state: 'ignored', reason: { code: 'access.blocked' } });
    test.say('hello?', ada);
    await test.becomes('hello?', 'ignored', ada);
    await test.idle();
    expect(test.sent(ada)).toEqual([]);
  });

  it('takes back a finished reply that has not gone out yet', async () => {
    await using test = await startGateway();
    await setRole(test, 'guest');
    test.bot.faultAlways('sendMessage', { kind: 'status', status: 503, description: 'Service Unavailable' });
    test.bot.faultAlways('sendRichMessage', { kind: 'status', status: 503, description: 'Service Unavailable' });
    test.say('tell me', ada);
    await test.becomes('tell me', 'answered', ada);
    const delivery = test.read.deliveries.ofTurn(test.turn('tell me', ada).id)?.id ?? '';
    await test.until(() => test.read.deliveries.parts(delivery)[0]?.reason !== null, true);
    await setRole(test, 'blocked');
    expect(test.read.deliveries.get(delivery)).toMatchObject({ state: 'cancelled' });
    test.bot.clearFaults();
    await test.clock.elapse(60_000);
    expect(test.sent(ada)).toEqual([]);
  });

  it('does not end a reply to somebody else in the same group', async () => {
    await using test = await startGateway();
    test.bot.join({ id: family, type: 'group', title: 'Family' }, { id: ownerChat, first_name: 'Olga' });
    await test.until(() => test.gateway.people.groups().length, 1);
    await allowFamily(test, 'always');
    const gate = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'for Bob', gate: gate.promise });
    test.bot.privacy = false;
    inFamily(test, 'I am Bob', bob);
    await test.asked(1);
    await setRole(test, 'blocked');
    gate.resolve();
    expect(await test.replies(1, family)).toEqual(['for Bob']);
  });

  it('taken back: a guest again, who is answered from then on', async () => {
    await using test = await startGateway();
    await setRole(test, 'blocked');
    test.say('one', ada);
    await test.becomes('one', 'ignored', ada);
    await setRole(test, 'guest');
    test.say('two', ada);
    expect(await test.replies(1, ada)).toEqual(['echo: two']);
  });
});

describe('allowing once', () => {
  it('finds nothing where nothing waits, and does not lift a block', async () => {
    await using test = await startGateway();
    const once = (): Promise<unknown> => test.gateway.people.allowOnce('bot', String(ada));
    expect(await once()).toMatchObject({ ok: false, failure: { code: 'input.not-found' } });
    test.say('hello', ada);
    await test.becomes('hello', 'kept', ada);
    await setRole(test, 'blocked');
    expect(await once()).toMatchObject({ ok: false });
    expect(test.message('hello', ada).state).toBe('ignored');
  });
});

describe('a group', () => {
  it('switched off ends the reply that is being made there', async () => {
    await using test = await startGateway();
    test.bot.privacy = false;
    test.bot.join({ id: family, type: 'group', title: 'Family' }, { id: ownerChat, first_name: 'Olga' });
    await test.until(() => test.gateway.people.groups().length, 1);
    await allowFamily(test, 'always');
    const gate = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'too late', gate: gate.promise });
    inFamily(test, 'hello', bob);
    await test.asked(1);
    await allowFamily(test, 'off');
    gate.resolve();
    await test.idle();
    expect(test.sent(family)).toEqual([]);
  });

  it('can be decided about before anything was heard of it, as provision files do', async () => {
    await using test = await startGateway();
    expect(await test.gateway.people.setGroup('bot', '-1', 'mention', 'file')).toMatchObject({ ok: true });
    expect(test.gateway.people.groups()).toMatchObject([
      { chat: '-1', title: '-1', answer: 'mention', origin: 'file' },
    ]);
  });
});

describe('forgetting a person', () => {
  it('takes away the private chat with everything in it, also while a reply is being made', async () => {
    await using test = await startGateway();
    await setRole(test, 'guest');
    test.say('remember the zebra', ada);
    await test.replies(1, ada);
    await test.idle();
    const gate = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'never', gate: gate.promise });
    test.say('and the gnu', ada);
    await test.asked(2);
    test.say('and the emu', ada);
    await test.becomes('and the emu', 'waiting', ada);
    const { id } = test.conversation(ada);
    expect(await test.gateway.people.forget('bot', String(ada))).toMatchObject({ ok: true });
    gate.resolve();
    await test.idle();
    expect(test.read.conversations.get(id)).toBeNull();
    expect(test.gateway.people.everyone().map(({ address }) => address)).not.toContain(String(ada));
    const found = await test.ports.storage.search('zebra', 10, new AbortController().signal);
    expect(found).toEqual([]);
    expect(test.sent(ada)).toEqual(['echo: remember the zebra']);
    expect(test.openai.chats).toHaveLength(2);
  });

  it('makes a stranger of somebody who comes back', async () => {
    await using test = await startGateway();
    await setRole(test, 'guest');
    test.say('hello', ada);
    await test.replies(1, ada);
    await test.idle();
    await test.gateway.people.forget('bot', String(ada));
    test.say('me again', ada);
    await test.becomes('me again', 'kept', ada);
    expect(test.gateway.cards.open()).toMatchObject([{ kind: 'person', messages: 1 }]);
    expect(test.sent(ada)).toHaveLength(1);
  });

  it('finds nobody who was never there', async () => {
    await using test = await startGateway();
    const nobody = await test.gateway.people.forget('bot', '99');
    expect(nobody).toMatchObject({ ok: false, failure: { code: 'input.not-found' } });
  });
});
