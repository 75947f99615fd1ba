import { describe, expect, it } from 'vitest';
import type { Channel, SendOutcome } from '../../../main/gateway/channel.ts';
import type { DeliveryRow, PartRow } from '../../../main/gateway/types.ts';
import { gate } from '../../emulators/lib/gate.ts';
import { ownerChat, startGateway, type TestGateway } from '../../lib/gateway.ts';

function deliveryOf(test: TestGateway, text: string, chat = ownerChat): DeliveryRow | null {
  return test.read.deliveries.ofTurn(test.turn(text, chat).id);
}

function partsOf(test: TestGateway, text: string): readonly PartRow[] {
  return test.read.deliveries.parts(deliveryOf(test, text)?.id ?? '');
}

/** Waits until a reply is settled, moving the clock through its retries. */
async function settled(test: TestGateway, text: string, chat = ownerChat): Promise<DeliveryRow['state'] | undefined> {
  await test.drive(
    test.until(() => ['sent', 'failed', 'held'].includes(deliveryOf(test, text, chat)?.state ?? ''), true),
  );
  return deliveryOf(test, text, chat)?.state;
}

/** How often a message was sent into a chat, as the server saw it, refused attempts included. */
const attempts = (test: TestGateway): number => test.telegram.calls('sendMessage').length;

describe('a reply', () => {
  it('that was surely not sent is tried again without a label', async () => {
    await using test = await startGateway();
    test.bot.fault('sendMessage', { kind: 'status', status: 500 }, { kind: 'status', status: 500 });
    test.say('hello');
    await test.asked(1);
    expect(await settled(test, 'hello')).toBe('sent');
    expect(test.sent()).toEqual(['echo: hello']);
    expect(attempts(test)).toBe(3);
    expect(test.gateway.health().sentAgain).toBe(0);
  });

  it('waits as long as the platform asks and not a moment less', async () => {
    await using test = await startGateway();
    test.bot.fault('sendMessage', { kind: 'status', status: 429, retryAfter: 7 });
    test.say('hello');
    await test.until(() => partsOf(test, 'hello')[0]?.state, 'pending');
    const from = test.clock.monotonic();
    expect(await settled(test, 'hello')).toBe('sent');
    expect(test.clock.monotonic() - from).toBeGreaterThanOrEqual(7000);
  });

  it('whose answer was lost is sent once more, labelled and counted', async () => {
    await using test = await startGateway();
    test.bot.fault('sendMessage', { kind: 'html', status: 502, executed: true });
    test.say('hello');
    await test.asked(1);
    expect(await settled(test, 'hello')).toBe('sent');
    const label = test.ports.sentences.text('label.sent-again', {}, null);
    expect(test.sent()).toEqual(['echo: hello', `${label}\necho: hello`]);
    expect(test.gateway.health().sentAgain).toBe(1);
  });

  it('is not sent a third time when the second answer was lost as well', async () => {
    await using test = await startGateway();
    test.bot.faultAlways('sendMessage', { kind: 'drop', executed: true });
    test.say('hello');
    await test.asked(1);
    expect(await settled(test, 'hello')).toBe('failed');
    expect(test.sent()).toHaveLength(2);
    expect(deliveryOf(test, 'hello')?.reason?.code).toBe('delivery.unknown-after-send');
  });

  it('that is refused fails at once with its reason, and the next one goes on', async () => {
    await using test = await startGateway();
    const wrong = { kind: 'status', status: 400, description: 'Bad Request: something is wrong' } as const;
    for (const method of ['sendMessage', 'sendDocument']) test.bot.faultAlways(method, wrong);
    test.say('one');
    await test.asked(1);
    expect(await settled(test, 'one')).toBe('failed');
    expect(deliveryOf(test, 'one')?.reason?.code).toBe('delivery.rejected');
    test.bot.clearFaults();
    test.say('two');
    expect(await test.replies(1)).toEqual(['echo: two']);
  });

  it('to somebody who blocked the bot marks the conversation, until he writes again', async () => {
    await using test = await startGateway();
    const sending = gate();
    test.bot.fault('sendMessage', { kind: 'wait', gate: sending.promise });
    test.say('hello');
    await test.until(() => attempts(test), 1);
    test.bot.setAccess(ownerChat, 'blocked');
    sending.open();
    expect(await settled(test, 'hello')).toBe('failed');
    expect(test.conversation().undeliverable?.code).toBe('delivery.blocked-by-person');
    expect(attempts(test)).toBe(1);
    test.bot.setAccess(ownerChat, 'open');
    test.say('here again');
    await test.replies(1);
    expect(test.conversation().undeliverable).toBeNull();
  });

  it('fails after five attempts, the next one goes on, and Retry sends it after all', async () => {
    await using test = await startGateway();
    test.bot.faultAlways('sendMessage', { kind: 'status', status: 500 });
    test.say('one');
    await test.asked(1);
    expect(await settled(test, 'one')).toBe('failed');
    expect(attempts(test)).toBe(5);
    expect(deliveryOf(test, 'one')?.reason?.code).toBe('delivery.gave-up');
    test.bot.clearFaults();
    test.say('two');
    expect(await test.drive(test.replies(1))).toEqual(['echo: two']);
    expect(await test.gateway.turns.retryDelivery(test.turn('one').id)).toEqual({ ok: true, value: undefined });
    expect(await test.replies(2)).toEqual(['echo: two', 'echo: one']);
    await test.idle();
    expect(await test.gateway.turns.retryDelivery(test.turn('one').id)).toMatchObject({ ok: false });
  });

  it('in several parts keeps their order: a part waits for the one before it', async () => {
    await using test = await startGateway();
    test.openai.next({
      kind: 'reply',
      text: Array.from({ length: 3 }, (_, at) => `${String(at)} ${'x'.repeat(3900)}`).join('\n\n'),
    });
    test.bot.fault('sendMessage', { kind: 'pass' }, { kind: 'status', status: 500 });
    test.say('hello');
    const said = await test.drive(test.replies(3));
    expect(said.map((text) => text[0])).toEqual(['0', '1', '2']);
  });

  it('holds up nobody else while it waits', async () => {
    await using test = await startGateway({ role: null });
    await test.gateway.people.setRole('bot', '*', 'guest', 'owner');
    test.bot.fault('sendMessage', { kind: 'status', status: 429, retryAfter: 60 });
    test.say('one', 1);
    await test.until(() => attempts(test), 1);
    test.say('two', 2);
    expect(await test.replies(1, 2)).toEqual(['echo: two']);
    expect(test.sent(1)).toEqual([]);
  });
});

describe('a link that is down', () => {
  it('uses up no attempts: replies wait for it and go out when it is up again', async () => {
    await using test = await startGateway();
    const answer = gate();
    test.openai.next({ kind: 'reply', text: 'well', gate: answer.promise });
    test.say('hello');
    await test.asked(1);
    for (const method of ['getUpdates', 'getMe', 'sendMessage'])
      test.bot.faultAlways(method, { kind: 'status', status: 503 });
    test.gateway.links.reconnect('bot', 'network');
    await test.linkIs('retrying');
    answer.open();
    await test.becomes('well', 'answered');
    await test.clock.elapse(300_000);
    expect(deliveryOf(test, 'hello')?.state).toBe('ready');
    test.bot.clearFaults();
    expect(await test.drive(test.replies(1))).toEqual(['well']);
    await test.idle();
  });

  it('takes no place that another link needs, however many replies wait for it', async () => {
    const dead = new Set<string>();
    const wrapChannel = (channel: Channel): Channel => ({
      ...channel,
      async send(to, part, options, signal): Promise<SendOutcome> {
        if (dead.has(to.chat)) return { kind: 'not-sent', reason: { code: 'delivery.network' } };
        return channel.send(to, part, options, signal);
      },
    });
    await using test = await startGateway({
      role: null,
      settings: { 'turns.parallel': 64 },
      wrap: (ports) => ({ ...ports, createChannel: async (seed) => wrapChannel(await ports.createChannel(seed)) }),
    });
    const other = test.telegram.addBot({ token: '888000:AAother-token-for-the-emulator-0002' });
    await test.gateway.links.add({
      id: 'other',
      kind: 'telegram',
      secret: other.token,
      apiRoot: test.telegram.url,
      fixedByFile: false,
    });
    for (const link of ['bot', 'other']) await test.gateway.people.setRole(link, '*', 'guest', 'owner');
    const chats = Array.from({ length: 70 }, (_, at) => at + 1);
    const answers = gate();
    test.openai.script(({ lastUserText }) => ({ kind: 'reply', text: lastUserText, gate: answers.promise }));
    test.bot.sayAll(chats.map((chatId) => ({ chatId, text: 'hello' })));
    await test.asked(64);
    for (const chat of chats) dead.add(String(chat));
    for (const method of ['getUpdates', 'getMe']) test.bot.faultAlways(method, { kind: 'drop' });
    test.gateway.links.reconnect('bot', 'network');
    await test.linkIs('retrying');
    answers.open();
    await test.until(() => test.gateway.health(), {
      ...test.gateway.health(),
      unsentReplies: 70,
      runningTurns: 0,
      waitingMessages: 0,
    });
    other.say({ chatId: 999, text: 'over here' });
    await other.waitForSend(({ text }) => text === 'over here', { timeoutMs: 15_000 });
  });

  it('has its next reply sent with the new token when the old one is replaced', async () => {
    await using test = await startGateway();
    const answer = gate();
    test.openai.next({ kind: 'reply', text: 'well', gate: answer.promise });
    test.say('hello');
    await test.asked(1);
    const fresh = '777000:AAfresh-token-for-the-same-bot-0003';
    test.bot.faultAlways('sendMessage', { kind: 'status', status: 401 });
    const bot = test.telegram.addBot({ token: fresh });
    bot.addChat({ id: ownerChat, type: 'private', first_name: 'Ada' });
    answer.open();
    await test.until(() => partsOf(test, 'hello')[0]?.attempts, 1);
    await test.gateway.links.update('bot', { secret: fresh });
    await test.drive(bot.waitForSend(({ text }) => text === 'well', { timeoutMs: 15_000 }));
  });

  it('can be given back to the public server', async () => {
    await using test = await startGateway();
    await test.gateway.links.update('bot', { enabled: false });
    expect(test.gateway.links.get('bot')?.row.apiRoot).toBe(test.telegram.url);
    const changed = await test.gateway.links.update('bot', { apiRoot: null });
    expect(changed).toMatchObject({ ok: true, value: { apiRoot: null } });
    expect(test.read.links.get('bot')?.apiRoot).toBeNull();
  });
});

describe('the typing sign', () => {
  /** What was shown in each chat, in order. */
  async function watched(settings = {}) {
    const shown: string[] = [];
    const wrapChannel = (channel: Channel): Channel => ({
      ...channel,
      presence(chat, what) {
        shown.push(`${chat.chat} ${what}`);
        channel.presence?.(chat, what);
      },
    });
    const test = await startGateway({
      settings,
      wrap: (ports) => ({ ...ports, createChannel: async (seed) => wrapChannel(await ports.createChannel(seed)) }),
    });
    return { test, shown };
  }
  const composing = `${String(ownerChat)} composing`;
  const idle = `${String(ownerChat)} idle`;

  it('is shown from the first moment, refreshed every four seconds, and cleared with the last part', async () => {
    const { test, shown } = await watched();
    await using _ = test;
    const answer = gate();
    test.openai.next({ kind: 'reply', text: 'well', gate: answer.promise });
    test.say('hello');
    await test.asked(1);
    expect(shown).toEqual([composing]);
    await test.clock.elapse(3999);
    expect(shown).toHaveLength(1);
    await test.clock.elapse(1);
    expect(shown).toHaveLength(2);
    await test.clock.elapse(8000);
    expect(shown).toEqual([composing, composing, composing, composing]);
    answer.open();
    await test.replies(1);
    await test.until(() => shown.at(-1), idle);
    await test.clock.elapse(10_000);
    expect(shown.filter((line) => line === idle)).toHaveLength(1);
    expect(test.bot.sent.some(({ kind, action }) => kind === 'action' && action === 'typing')).toBe(true);
  });

  it('is cleared when the model fails, when the turn is stopped, and when the program ends', async () => {
    const { test, shown } = await watched();
    await using _ = test;
    test.openai.next({ kind: 'status', status: 401 });
    test.say('hello');
    await test.replies(1);
    await test.until(() => shown.at(-1), idle);
    await test.gateway.models.saveProvider({
      id: 'lab',
      kind: 'openai',
      name: null,
      baseUrl: test.openai.url,
      key: 'sk-test',
      fixedByFile: false,
    });
    test.openai.next({ kind: 'hang' });
    test.say('hello');
    await test.asked(2);
    expect(shown.at(-1)).toBe(composing);
    test.say('/stop');
    await test.replies(2);
    await test.until(() => shown.at(-1), idle);
    test.openai.next({ kind: 'hang' });
    test.say('hello');
    await test.asked(3);
    expect(shown.at(-1)).toBe(composing);
    await test.stop(1000);
    expect(shown.at(-1)).toBe(idle);
    expect(test.clock.pending).toBe(0);
  });

  it('is not shown to somebody nobody knows', async () => {
    const { test, shown } = await watched();
    await using _ = test;
    test.say('hello', 99);
    await test.becomes('hello', 'kept', 99);
    test.say('to the owner');
    await test.replies(1);
    expect(shown.filter((line) => line.startsWith('99'))).toEqual([]);
  });
});
