import { describe, expect, it } from 'vitest';
import type { Message } from '../../emulators/telegram/types.ts';
import { ownerChat, soon, startGateway, type GatewayOptions, type TestGateway } from '../../lib/gateway.ts';

const ada = 5151;
const bob = 6161;
const family = -7000;
const tenMinutes = 600_000;

/** A gateway whose owner has written once, so that there is a chat to tell him in. */
async function withOwner(options: GatewayOptions = {}): Promise<TestGateway> {
  const test = await startGateway(options);
  test.say('hello bot');
  await test.replies(1);
  await test.idle();
  return test;
}

function writes(test: TestGateway, who: number, text: string, name = `User ${String(who)}`): void {
  test.bot.say({ chatId: who, text, from: { id: who, first_name: name } });
}

function buttonsOf(message: Message): readonly (readonly string[])[] {
  return message.reply_markup?.inline_keyboard.map((row) => row.map(({ text }) => text)) ?? [];
}

/** Messages about cards in the owner's chat as he sees them now, oldest first. */
function told(test: TestGateway, chat = ownerChat): readonly Message[] {
  const about = test.bot.sent.filter(({ kind, chatId, text }) => kind === 'message' && chatId === chat && isCard(text));
  return about
    .map(({ messageId = 0 }) => test.bot.chat(chat)?.messages.get(messageId))
    .filter((one) => one !== undefined);
}

function isCard(text: string | undefined): boolean {
  return text !== undefined && !text.startsWith('echo: ');
}

function wordsOf(message: Message | undefined): string {
  return message?.text ?? JSON.stringify(message?.rich_message?.blocks ?? '');
}

/** Waits for the nth message about cards. */
async function toldMessage(test: TestGateway, count: number): Promise<Message> {
  await test.until(() => told(test).length, count);
  const message = told(test).at(-1);
  if (message === undefined) throw new Error('nothing was told');
  return message;
}

describe('the owner’s chat', () => {
  it('is told at once who waits, with what was written and the buttons, and answers by them', async () => {
    await using test = await withOwner();
    writes(test, ada, 'may I?', 'Ada');
    const message = await toldMessage(test, 1);
    expect(wordsOf(message)).toContain('Ada');
    expect(wordsOf(message)).toContain('may I?');
    expect(buttonsOf(message)).toEqual([['Allow', 'Just once', 'Ignore']]);
    test.bot.press(ownerChat, message.message_id, 'Allow');
    expect(await test.replies(1, ada)).toEqual(['echo: may I?']);
    await test.until(() => buttonsOf(told(test)[0] ?? message), []);
    expect(wordsOf(told(test)[0])).toContain('allowed as a guest');
    expect(test.bot.callbackAnswers.items.map(({ text }) => text)).toEqual(['Ada: allowed as a guest.']);
    await test.idle();
    expect(test.sent(ada)).toHaveLength(1);
  });

  it('shows a stranger’s words as they are, short and on one line, never as markup, links or commands', async () => {
    await using test = await withOwner();
    writes(test, ada, `<b>x</b> **y** /stop https://evil.example\n\n${'z'.repeat(300)}`, '*Ada*\u202e');
    const message = await toldMessage(test, 1);
    const [sent] = test.bot.sent.filter(({ messageId }) => messageId === message.message_id);
    expect(sent?.text).toContain('*Ada* wrote');
    expect(sent?.text).toContain('<b>x</b> **y** /stop https://evil.example z');
    expect(sent?.text?.length).toBeLessThan(260);
    expect(sent?.entities.map(({ type }) => type).filter((type) => type !== 'code')).toEqual([]);
  });

  it('is told once in ten minutes; those who come in between go together into the next message', async () => {
    await using test = await withOwner();
    writes(test, ada, 'first');
    await toldMessage(test, 1);
    for (const id of [1, 2, 3, 4, 5, 6, 7]) {
      writes(test, id, 'hi');
      await test.becomes('hi', 'kept', id);
    }
    await test.idle();
    expect(told(test)).toHaveLength(1);
    await test.drive(test.bot.waitForSend(({ text }) => text?.includes('User 1') === true, soon));
    const message = await toldMessage(test, 2);
    expect(test.clock.now()).toBeGreaterThanOrEqual(1_750_000_000_000 + tenMinutes);
    expect(buttonsOf(message)).toHaveLength(5);
    expect(buttonsOf(message)[4]).toEqual(['5. Allow', '5. Just once', '5. Ignore']);
    expect(wordsOf(message)).toContain('And 2 more');
  });

  it('hears of groups even when it has just heard of people: the limit is per kind', async () => {
    await using test = await withOwner();
    writes(test, ada, 'first');
    await toldMessage(test, 1);
    test.bot.join({ id: family, type: 'group', title: 'Family' }, { id: ownerChat, first_name: 'Olga' });
    const message = await toldMessage(test, 2);
    expect(buttonsOf(message)).toEqual([['When mentioned', 'Always', 'Ignore']]);
    test.bot.press(ownerChat, message.message_id, 'When mentioned');
    await test.until(() => test.gateway.people.groups().map(({ answer }) => answer), ['mention']);
  });

  it('hears nothing twice after a restart, and what is decided then still changes the old message', async () => {
    await using test = await withOwner();
    writes(test, ada, 'hello');
    const message = await toldMessage(test, 1);
    await test.idle();
    await test.stop();
    await test.open();
    await test.linkIs('up');
    await test.idle();
    expect(told(test)).toHaveLength(1);
    await test.gateway.people.setRole('bot', String(ada), 'blocked', 'owner');
    await test.until(() => buttonsOf(told(test)[0] ?? message), []);
    expect(wordsOf(told(test)[0])).toContain('ignored from now on');
  });

  it('is not told of what was decided while the message waited to be sent', async () => {
    await using test = await withOwner();
    for (const method of ['sendMessage', 'sendRichMessage']) {
      test.bot.faultAlways(method, { kind: 'status', status: 429, description: 'Too Many Requests', retryAfter: 3 });
    }
    writes(test, ada, 'hello');
    await test.until(
      () =>
        test.read.deliveries
          .ready('bot')
          .flatMap(({ id }) => test.read.deliveries.parts(id))
          .map(({ state, reason }) => `${state} ${String(reason?.code)}`),
      ['pending link.rate-limited'],
    );
    const [card] = test.gateway.cards.open();
    await test.gateway.cards.answer(card?.id ?? '', 'ignore');
    await test.idle();
    test.bot.clearFaults();
    await test.clock.elapse(30_000);
    expect(told(test)).toEqual([]);
  });

  it('that does not exist yet is told as soon as it does', async () => {
    await using test = await startGateway();
    writes(test, ada, 'hello');
    await test.becomes('hello', 'kept', ada);
    await test.idle();
    expect(test.bot.sent).toEqual([]);
    test.say('I am the owner');
    await test.becomes('I am the owner', 'answered');
    expect(buttonsOf(await toldMessage(test, 1))).toHaveLength(1);
  });

  it('keeps the buttons of those who still wait when one of a message is decided, under the same numbers', async () => {
    await using test = await startGateway();
    writes(test, ada, 'hello', 'Ada');
    await test.becomes('hello', 'kept', ada);
    writes(test, bob, 'hello', 'Bob');
    await test.becomes('hello', 'kept', bob);
    test.say('I am the owner');
    const message = await toldMessage(test, 1);
    expect(buttonsOf(message)).toHaveLength(2);
    test.bot.press(ownerChat, message.message_id, '1. Ignore');
    await test.until(() => told(test).map(buttonsOf), [[['2. Allow', '2. Just once', '2. Ignore']]]);
    expect(wordsOf(told(test)[0])).toContain('1. Ada: ignored from now on.');
    test.bot.press(ownerChat, message.message_id, '2. Allow');
    expect(await test.replies(1, bob)).toEqual(['echo: hello']);
    await test.until(() => told(test).map(buttonsOf), [[]]);
  });

  it('is told anew when the message could not go out in time, or the card would never be seen there', async () => {
    await using test = await withOwner();
    for (const method of ['sendMessage', 'sendRichMessage']) {
      test.bot.faultAlways(method, { kind: 'status', status: 429, description: 'Too Many Requests', retryAfter: 3 });
    }
    writes(test, ada, 'hello');
    await test.until(() => test.gateway.health().unsentReplies, 1);
    await test.stop();
    test.sleep(2 * 3_600_000);
    test.bot.clearFaults();
    await test.open();
    expect(buttonsOf(await toldMessage(test, 1))).toHaveLength(1);
    await test.idle();
    expect(told(test)).toHaveLength(1);
  });

  it('hears that a limit is nearly used up, once, and has nothing to press', async () => {
    await using test = await startGateway({ settings: { 'budget.perDayTokens': 10_000 }, role: 'owner' });
    await test.gateway.budget.setPrice('lab/gpt-test', { input: 1_000_000, output: 1_000_000 });
    test.openai.next({ kind: 'reply', text: 'echo: well', usage: { promptTokens: 8_000, completionTokens: 500 } });
    test.say('hello');
    const message = await toldMessage(test, 1);
    expect(wordsOf(message)).toContain('85 %');
    expect(buttonsOf(message)).toEqual([]);
    test.say('/usage');
    await test.becomes('/usage', 'answered');
    await test.idle();
    expect(told(test).filter((one) => wordsOf(one).includes('85 %'))).toHaveLength(1);
  });

  it('whose own question meets a limit hears of it once, as the answer', async () => {
    await using test = await startGateway({ settings: { 'budget.perDayTokens': 1000 }, role: 'owner' });
    await test.gateway.budget.setPrice('lab/gpt-test', { input: 1_000_000, output: 1_000_000 });
    test.say('hello');
    const [said = ''] = await test.replies(1);
    expect(said).toContain('1,000 tokens');
    await test.gateway.people.setRole('bot', String(bob), 'guest', 'owner');
    writes(test, bob, 'hello');
    await test.replies(1, bob);
    await test.idle();
    expect(test.sent()).toEqual([said]);
  });

  it('of another link hears that a link is signed out', async () => {
    await using test = await withOwner();
    const token = '888000:AAtest-token_for-the-emulator-0002';
    const other = test.telegram.addBot({ token });
    const { links } = test.gateway;
    await links.add({ id: 'other', kind: 'telegram', secret: token, apiRoot: test.telegram.url, fixedByFile: false });
    await test.until(() => links.get('other')?.state.kind, 'up');
    test.telegram.removeBot(other.token);
    links.reconnect('other', 'owner');
    await test.drive(
      test.bot.waitForSend(({ chatId, text }) => chatId === ownerChat && text?.includes('token') === true, soon),
    );
    expect(told(test).map(buttonsOf)).toEqual([[]]);
  });
});

describe('a pressed button', () => {
  it('counts from the owner in his private chat alone: for anybody else nothing happens, not even an answer', async () => {
    await using test = await withOwner();
    test.bot.privacy = false;
    test.bot.join({ id: family, type: 'group', title: 'Family' }, { id: ownerChat, first_name: 'Olga' });
    await toldMessage(test, 1);
    writes(test, bob, 'hello');
    const message = await toldMessage(test, 2);
    const data = message.reply_markup?.inline_keyboard[0]?.[0]?.callback_data ?? '';
    expect(data).toContain('/allow');
    writes(test, ada, 'me too');
    await test.becomes('me too', 'kept', ada);
    const own = test.bot.history(ada).at(-1);
    const grouped = test.bot.say({
      chatId: family,
      text: '/help',
      from: { id: ownerChat, first_name: 'Olga' },
    }).message;
    await test.becomes('/help', 'kept', family);
    if (own === undefined) throw new Error('no message');
    test.bot.pressed({ ...message, chat: own.chat }, data, { id: ada, first_name: 'Ada' });
    test.bot.pressed(message, data, { id: ada, first_name: 'Ada' });
    test.bot.pressed({ ...message, chat: grouped.chat }, data, { id: ownerChat, first_name: 'Olga' });
    test.say('done');
    await test.becomes('done', 'answered');
    expect(test.gateway.people.role('bot', String(bob))).toBe('unknown');
    expect(test.bot.callbackAnswers.items).toEqual([]);
  });

  it('is obeyed once: offered again after a restart it does not let in what was written since', async () => {
    await using test = await withOwner();
    writes(test, ada, 'one');
    const message = await toldMessage(test, 1);
    const data = message.reply_markup?.inline_keyboard[0]?.[1]?.callback_data ?? '';
    expect(data).toContain('/once');
    const id = test.bot.callbacks.ask(test.clock.now());
    const from = { id: ownerChat, is_bot: false, first_name: 'Olga' };
    const [press] = test.bot.inject([{ callback_query: { id, from, message, chat_instance: '1', data } }]);
    if (press === undefined) throw new Error('no update');
    expect(await test.replies(1, ada)).toEqual(['echo: one']);
    writes(test, ada, 'two');
    await test.becomes('two', 'kept', ada);
    await test.idle();
    test.bot.redeliver(press);
    test.say('done');
    await test.becomes('done', 'answered');
    expect(test.message('two', ada).state).toBe('kept');
    expect(test.sent(ada)).toHaveLength(1);
  });

  it('of a card that was decided elsewhere says so, and changes nothing', async () => {
    await using test = await withOwner();
    writes(test, ada, 'hello');
    const message = await toldMessage(test, 1);
    const data = message.reply_markup?.inline_keyboard[0]?.[0]?.callback_data ?? '';
    await test.gateway.people.setRole('bot', String(ada), 'blocked', 'owner');
    test.bot.pressed(message, data);
    await test.until(() => test.bot.callbackAnswers.items.map(({ text }) => text), ['This is decided already.']);
    expect(test.gateway.people.role('bot', String(ada))).toBe('blocked');
  });
});
