import { describe, expect, it } from 'vitest';
import type { InboundMessage } from '../../../main/gateway/channel.ts';
import { StorageTrouble, type Storage } from '../../../main/gateway/storage.ts';
import { ownerChat, startGateway } from '../../lib/gateway.ts';

const minute = 60_000;

/** The message `id` of the owner, as Telegram hands it over with the update `update`. */
function update(id: number, text: string, date: number) {
  const from = { id: ownerChat, is_bot: false, first_name: 'Ada' };
  return { message: { message_id: id, from, chat: { id: ownerChat, type: 'private', first_name: 'Ada' }, date, text } };
}

describe('a message that comes in', () => {
  it('is answered once and lies in the store with its answer', async () => {
    await using test = await startGateway();
    test.say('hello');
    expect(await test.replies(1)).toEqual(['echo: hello']);
    await test.idle();
    expect(test.messages().map(({ kind, state, text }) => ({ kind, state, text }))).toEqual([
      { kind: 'person', state: 'answered', text: 'hello' },
      { kind: 'assistant', state: 'answered', text: 'echo: hello' },
    ]);
  });

  it('is one row when the same event comes twice, or a redelivery would be answered again', async () => {
    await using test = await startGateway();
    const once = await test.submit('hello', 'thread', 'same');
    const twice = await test.submit('hello', 'thread', 'same');
    expect(twice.id).toBe(once.id);
    await test.becomes('hello', 'answered', 'thread');
    await test.idle();
    expect(test.messages('thread')).toHaveLength(2);
    expect(test.openai.chats).toHaveLength(1);
  });

  it('is stored though its update id was used before, since those begin anew after a quiet week', async () => {
    await using test = await startGateway();
    test.say('before');
    await test.replies(1);
    const [first] = test.bot.handed.items;
    test.sleep(7 * 24 * 60 * minute);
    test.bot.restartIds(first?.updateId ?? 0);
    await test.crash();
    await test.open();
    await test.linkIs('up');
    test.say('after');
    expect(await test.replies(2)).toEqual(['echo: before', 'echo: after']);
  });

  it('is stored though another bot numbered its messages alike, or a new token would take nothing in for ever', async () => {
    await using test = await startGateway();
    test.say('to the first bot');
    await test.replies(1);
    const { platformId } = test.message('to the first bot');
    const other = test.telegram.addBot({ token: '888000:AAother-token-for-the-emulator-0002' });
    await test.gateway.links.update('bot', { secret: other.token });
    await test.until(() => test.gateway.links.get('bot')?.row.account, '888000');
    const date = Math.floor(test.clock.now() / 1000) + 1;
    other.inject([update(Number(platformId), 'to the second bot', date)]);
    await test.becomes('to the second bot', 'answered');
    expect(test.message('to the second bot')).toMatchObject({ platformId, revision: 1 });
  });

  it('is acknowledged only when it is stored: a refusing disk leaves the offset where it was', async () => {
    const state = { refuse: false };
    const wrapStorage = (storage: Storage): Storage => ({
      ...storage,
      commit: (work) =>
        state.refuse
          ? Promise.reject(new StorageTrouble({ code: 'host.disk-full' }, new Error('no space')))
          : storage.commit(work),
    });
    await using test = await startGateway({
      wrap: (ports) => ({ ...ports, storage: wrapStorage(ports.storage) }),
      errors: ['telegram.not-stored'],
    });
    state.refuse = true;
    test.say('hello');
    await test.until(() => test.lines.some(({ event }) => event === 'telegram.not-stored'), true);
    const offsets = (): readonly unknown[] => test.telegram.calls('getUpdates').map(({ params }) => params['offset']);
    const before = offsets().at(-1);
    expect(test.bot.queue.pending.length).toBe(1);
    state.refuse = false;
    expect(await test.drive(test.replies(1))).toEqual(['echo: hello']);
    await test.until(() => test.bot.queue.pending.length, 0);
    expect(offsets().at(-1)).not.toBe(before);
    expect(test.bot.handed.items).toHaveLength(2);
  });

  it('of a batch starts its lane only when all of the batch is stored, so that what came together is one turn', async () => {
    await using test = await startGateway();
    test.bot.sayAll(['one', 'two', 'three'].map((text) => ({ chatId: ownerChat, text })));
    expect(await test.replies(1)).toEqual(['echo: one\n\ntwo\n\nthree']);
    expect(test.openai.chats).toHaveLength(1);
  });

  it('keeps its conversation apart from the same chat on another link', async () => {
    await using test = await startGateway();
    test.say('on Telegram');
    await test.replies(1);
    const inbound: InboundMessage = {
      key: 'k',
      chat: String(ownerChat),
      topic: null,
      chatKind: 'private',
      title: '',
      sender: { address: 'me', name: '' },
      platformId: 'k',
      text: 'in the window',
      media: null,
      at: test.clock.now(),
    };
    const stored = await test.gateway.submit('window', inbound);
    expect(stored.conversation).not.toBe(test.conversation().id);
    await test.asked(2);
    expect(test.prompt(1)).toEqual(['user: in the window']);
  });
});

describe('a message of somebody who is not known', () => {
  it('is met with silence and kept, and answered once when the owner says who that is', async () => {
    await using test = await startGateway({ role: null });
    test.say('hello');
    await test.becomes('hello', 'kept');
    expect(
      test.gateway.cards.open().map((card) => (card.kind === 'person' ? [card.address, card.last.text] : [])),
    ).toEqual([[String(ownerChat), 'hello']]);
    expect(test.bot.sent).toEqual([]);
    expect(test.openai.chats).toEqual([]);
    await test.gateway.people.setRole('bot', String(ownerChat), 'owner', 'owner');
    expect(await test.replies(1)).toEqual(['echo: hello']);
    await test.idle();
    expect(test.gateway.cards.open()).toEqual([]);
    expect(test.openai.chats).toHaveLength(1);
  });

  it('is answered to a claim though it lay there for two days', async () => {
    await using test = await startGateway({ role: null });
    test.say('hello');
    await test.becomes('hello', 'kept');
    test.sleep(48 * 60 * minute);
    await test.gateway.people.setRole('bot', String(ownerChat), 'guest', 'owner');
    const [said = ''] = await test.replies(1);
    expect(said).toContain('echo: hello');
    expect(said).toContain(test.ports.sentences.text('label.late', {}, null));
  });

  it('is never answered when the owner blocks him, nor is what he writes then', async () => {
    await using test = await startGateway({ role: null });
    test.say('hello');
    await test.becomes('hello', 'kept');
    await test.gateway.people.setRole('bot', String(ownerChat), 'blocked', 'owner');
    test.say('hello?');
    await test.becomes('hello?', 'ignored');
    expect(test.message('hello').state).toBe('ignored');
    expect(test.bot.sent).toEqual([]);
  });

  it('is answered when the door is opened to everyone, unless it is too old by then', async () => {
    await using test = await startGateway({ role: null });
    test.say('old', 1);
    await test.becomes('old', 'kept', 1);
    test.sleep(31 * minute);
    test.say('new', 2);
    await test.becomes('new', 'kept', 2);
    await test.gateway.people.setRole('bot', '*', 'guest', 'owner');
    expect(await test.replies(1, 2)).toEqual(['echo: new']);
    expect(test.message('old', 1).state).toBe('late');
    expect(test.gateway.cards.open().map(({ kind }) => kind)).toEqual(['late']);
  });

  it('cannot make owners of everyone', async () => {
    await using test = await startGateway({ role: null });
    expect(await test.gateway.people.setRole('bot', '*', 'owner', 'owner')).toMatchObject({ ok: false });
    expect(await test.gateway.people.setRole('bot', '*', 'blocked', 'owner')).toMatchObject({ ok: false });
  });
});

describe('a message that is set aside', () => {
  it('is that of a guest who wrote while we were away, and is answered when the owner wants it', async () => {
    await using test = await startGateway({ role: 'guest' });
    const date = Math.floor(test.clock.now() / 1000);
    test.sleep(31 * minute);
    test.bot.say({ chatId: ownerChat, text: 'long ago', date });
    await test.becomes('long ago', 'late');
    expect(test.openai.chats).toEqual([]);
    const { id } = test.message('long ago');
    expect(await test.gateway.turns.answerNow(id)).toEqual({ ok: true, value: undefined });
    expect((await test.replies(1))[0]).toContain('echo: long ago');
    expect(await test.gateway.turns.answerNow(id)).toMatchObject({ ok: false });
  });

  it('is not the owner’s of an hour ago: that is answered and labelled', async () => {
    await using test = await startGateway();
    const date = Math.floor(test.clock.now() / 1000);
    test.sleep(60 * minute);
    test.bot.say({ chatId: ownerChat, text: 'an hour ago', date });
    const [said = ''] = await test.replies(1);
    expect(said).toMatch(new RegExp(`^${test.ports.sentences.text('label.late', {}, null)}\necho: an hour ago$`));
  });

  it('is one in a paused conversation, which resuming does not answer but "Answer now" does', async () => {
    await using test = await startGateway();
    test.say('/pause');
    await test.replies(1);
    test.say('hello');
    await test.becomes('hello', 'paused');
    test.say('/resume');
    await test.replies(2);
    await test.idle();
    expect(test.openai.chats).toEqual([]);
    await test.gateway.turns.answerNow(test.message('hello').id);
    expect((await test.replies(3)).at(-1)).toBe('echo: hello');
  });

  it('is never one of ours: a superseded answer must not become a question', async () => {
    await using test = await startGateway();
    test.say('hello');
    await test.replies(1);
    await test.idle();
    await test.gateway.turns.retry(test.conversation().id);
    await test.replies(2);
    await test.idle();
    const superseded = test.messages().find(({ kind, state }) => kind === 'assistant' && state === 'cleared');
    expect(await test.gateway.turns.answerNow(superseded?.id ?? '')).toMatchObject({ ok: false });
  });
});

describe('between receiving and answering', () => {
  it('somebody who is blocked gets nothing', async () => {
    await using test = await startGateway({ settings: { 'turns.mode': 'followup' } });
    const { promise, resolve } = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'first', gate: promise });
    test.say('one');
    await test.asked(1);
    test.say('two');
    await test.becomes('two', 'waiting');
    await test.gateway.people.setRole('bot', String(ownerChat), 'blocked', 'owner');
    resolve();
    await test.becomes('two', 'ignored');
    await test.idle();
    expect(test.openai.chats).toHaveLength(1);
  });

  it('a pause sets aside what still waits', async () => {
    await using test = await startGateway({ settings: { 'turns.mode': 'followup' } });
    const { promise, resolve } = Promise.withResolvers<void>();
    test.openai.next({ kind: 'reply', text: 'first', gate: promise });
    test.say('one');
    await test.asked(1);
    test.say('/pause');
    test.say('two');
    await test.becomes('two', 'waiting');
    resolve();
    await test.becomes('two', 'paused');
    expect(test.openai.chats).toHaveLength(1);
  });
});
