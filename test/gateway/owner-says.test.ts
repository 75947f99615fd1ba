import { describe, expect, it } from 'vitest';
import { ownerChat, startGateway, type TestGateway } from '../lib/gateway.ts';
import { ada, chat, club, me, startPhone, states, stored, type Phone, type PhoneOptions } from './phone.ts';

const minutes = 60_000;

/** Ada may talk, and has: there is a conversation to write into. */
async function withAda(options: PhoneOptions = {}): Promise<{ test: TestGateway; phone: Phone; id: string }> {
  const { test, phone } = await startPhone(options);
  await test.gateway.people.setRole('wa', ada, 'guest', 'owner');
  await phone.says(ada, 'hello');
  await test.until(() => phone.sentTo(ada), ['echo: hello']);
  await test.idle();
  return { test, phone, id: chat(test, ada)?.id ?? '' };
}

async function refusal(test: TestGateway, id: string): Promise<string | undefined> {
  const said = await test.gateway.say(id, 'I am here', 'k');
  return said.ok ? undefined : said.failure.code;
}

describe('what the owner writes into a chat from the window', () => {
  it('goes out as he wrote it, without a model, and is recorded as his own words', async () => {
    const { test, phone, id } = await withAda();
    await using _test = test;
    const said = await test.gateway.say(id, 'I am *here*', 'k1');
    await test.until(() => phone.sentTo(ada).at(-1), 'I am *here*');
    await test.idle();
    expect(said.ok && said.value).toMatchObject({ kind: 'person', author: me, authorName: 'Olga' });
    expect(states(test, ada).at(-1)).toEqual(['I am *here*', 'ignored', 'access.own-message']);
    expect(test.openai.chats).toHaveLength(1);
    expect(chat(test, ada)?.unread).toBe(0);
    const delivery = test.read.deliveries.ofTurn(stored(test, ada).at(-1)?.turn ?? '');
    expect(delivery?.state).toBe('sent');
    expect(phone.sent.at(-1)?.ownId, 'under an id of our own, so that its echo is known').not.toBeNull();
  });

  it('leaves him alone there for half an hour, like words from his phone', async () => {
    const { test, phone, id } = await withAda();
    await using _test = test;
    await test.gateway.say(id, 'I take this', 'k1');
    await phone.says(ada, 'thanks!');
    expect(states(test, ada).at(-1)).toEqual(['thanks!', 'paused', 'access.paused']);
    await test.clock.elapse(31 * minutes);
    await phone.says(ada, 'and now?');
    await test.until(() => phone.sentTo(ada).length, 3);
    expect(test.prompt(1).join('\n')).toContain('Olga (the owner himself): I take this');
  });

  it('stops a reply that is being made there (the other side would hear two answers)', async () => {
    const { test, phone, id } = await withAda();
    await using _test = test;
    const gate = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'no idea', gate: gate.promise });
    await phone.says(ada, 'when do you come?');
    await test.asked(2);
    await test.gateway.say(id, 'at 8', 'k1');
    gate.resolve();
    await test.idle();
    expect(phone.sentTo(ada)).toEqual(['echo: hello', 'at 8']);
  });

  it('is one message however often the window asks for it (the first answer was lost)', async () => {
    const { test, phone, id } = await withAda();
    await using _test = test;
    const [first, second] = [await test.gateway.say(id, 'once', 'k1'), await test.gateway.say(id, 'once', 'k1')];
    await test.idle();
    expect(first.ok && second.ok && first.value.id === second.value.id).toBe(true);
    expect(phone.sentTo(ada).filter((text) => text === 'once')).toHaveLength(1);
  });

  it('waits for a link that is away for a moment, also over a restart, and goes out once', async () => {
    const { test, phone, id } = await withAda();
    await using _test = test;
    phone.down({ kind: 'retrying', at: 0, attempt: 1, reason: { code: 'link.network' } });
    expect((await test.gateway.say(id, 'soon', 'k1')).ok).toBe(true);
    await test.crash();
    await test.open();
    await test.until(() => phone.sentTo(ada).at(-1), 'soon');
    await test.idle();
    expect(phone.sentTo(ada).filter((text) => text === 'soon')).toHaveLength(1);
  });

  it('that could not be sent is kept, and is sent when he asks again', async () => {
    const { test, phone, id } = await withAda();
    await using _test = test;
    phone.outcomes.push({ kind: 'rejected', reason: { code: 'delivery.rejected' } });
    const said = await test.gateway.say(id, 'hm', 'k1');
    const turn = said.ok ? (said.value.turn ?? '') : '';
    await test.until(() => test.read.deliveries.ofTurn(turn)?.state, 'failed');
    await test.gateway.turns.retryDelivery(turn);
    await test.until(() => test.read.deliveries.ofTurn(turn)?.state, 'sent');
  });

  it('goes to nobody whom he has blocked, into no group that is not allowed, and into no chat that cannot be reached', async () => {
    const { test, phone, id } = await withAda();
    await using _test = test;
    await phone.says(ada, 'hello all', { chat: club });
    const group = chat(test, club)?.id ?? '';
    expect(await refusal(test, group)).toBe('say.group-off');
    await test.gateway.people.setGroup('wa', club, 'mention', 'owner');
    expect(await refusal(test, group)).toBeUndefined();
    await test.gateway.people.setRole('wa', ada, 'blocked', 'owner');
    expect(await refusal(test, id)).toBe('say.blocked');
    await test.gateway.people.setRole('wa', ada, 'guest', 'owner');
    await test.store.commit(({ conversations }) => {
      const row = conversations.get(id);
      if (row !== null) conversations.put({ ...row, undeliverable: { code: 'delivery.chat-gone' } });
    });
    expect(await refusal(test, id)).toBe('say.unreachable');
    await test.gateway.links.update('wa', { mode: 'only-me' });
    expect(await refusal(test, id)).toBe('say.only-me');
    await test.idle();
    expect(phone.sentTo(ada)).toEqual(['echo: hello']);
  });

  it('is refused where the link is not connected, and stores nothing', async () => {
    const { test, phone, id } = await withAda();
    await using _test = test;
    const before = stored(test, ada).length;
    phone.down({ kind: 'signed-out', reason: { code: 'link.logged-out' } });
    expect(await refusal(test, id)).toBe('say.link-off');
    await test.gateway.links.update('wa', { enabled: false });
    expect(await refusal(test, id)).toBe('say.link-off');
    expect(stored(test, ada)).toHaveLength(before);
    expect(chat(test, ada)?.pausedUntil).toBeNull();
  });

  it('is sent by the bot on Telegram, and does not pause the owner’s own chat', async () => {
    await using test = await startGateway();
    test.say('hello');
    await test.replies(1);
    await test.idle();
    await test.gateway.say(test.conversation().id, 'note to <myself> & me', 'k1');
    expect((await test.replies(2)).at(-1)).toBe('note to <myself> & me');
    expect(test.conversation().pausedUntil).toBeNull();
    test.say('still there?');
    expect((await test.replies(3, ownerChat)).at(-1)).toContain('still there?');
  });

  it('has no other place than chats of a platform: threads of the window have their own way', async () => {
    await using test = await startGateway({ telegram: false });
    await test.submit('hello');
    await test.idle();
    expect(await refusal(test, test.conversation('thread').id)).toBe('input.not-found');
    expect(await refusal(test, 'nobody')).toBe('input.not-found');
  });
});
