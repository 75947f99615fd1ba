import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rpcCloseCodes } from '../../preload/contract/bridge.ts';
import type { GatewayEvent } from '../../preload/contract/events.ts';
import { RpcClient, startTestHost, type TestHost } from '../lib/headless.ts';

const shared: { test: TestHost | null } = { test: null };
const running = (): TestHost => {
  if (shared.test === null) throw new Error('the host has not been started');
  return shared.test;
};

beforeAll(async () => {
  shared.test = await startTestHost();
});
afterAll(async () => {
  await shared.test?.[Symbol.asyncDispose]();
});

const connected = (): Promise<RpcClient> => new RpcClient(running().url).opened();

function isAnswer(conversation: string) {
  return (event: GatewayEvent): event is Extract<GatewayEvent, { kind: 'message.added' }> =>
    event.kind === 'message.added' && event.message.conversation === conversation && event.message.kind === 'assistant';
}

describe('a window over /rpc', () => {
  it('gets an answer of the practice model, token by token and then whole (the first thing a person tries)', async () => {
    using client = await connected();
    const { seq } = await client.value('host.get', {});
    client.subscribe(seq);
    const conversation = await client.value('conversations.create', {});
    const sent = await client.value('messages.send', {
      conversation: conversation.id,
      text: 'Good evening',
      key: 'k1',
    });
    const answer = await client.event(isAnswer(conversation.id));
    if (answer.kind !== 'message.added') throw new Error('another event');
    await client.event((event) => event.kind === 'turn.changed' && event.turn.state === 'done');

    const deltas = client.events.flatMap(({ event }) => (event.kind === 'turn.delta' ? [event] : []));
    expect(deltas.map(({ text }) => text).join('')).toBe(answer.message.text);
    expect(deltas.every(({ offset, text }) => answer.message.text.slice(offset, offset + text.length) === text)).toBe(
      true,
    );
    const numbers = client.events.map((event) => event.seq);
    expect(numbers).toEqual(numbers.map((_, index) => seq + 1 + index));

    const thread = await client.value('conversations.thread', { conversation: conversation.id, limit: 50 });
    expect(thread.messages.map(({ id, kind, state }) => [id, kind, state])).toEqual([
      [sent.message, 'person', 'answered'],
      [answer.message.id, 'assistant', expect.any(String)],
    ]);
    expect(thread).toMatchObject({ more: false, turnText: null, conversation: { working: false, failed: false } });
    expect(thread.messages[1]?.delivery).toMatchObject({ state: 'sent', reason: null });
  });

  it('takes the same key for the same message (a doubled question after a lost answer)', async () => {
    using client = await connected();
    const conversation = await client.value('conversations.create', {});
    const params = { conversation: conversation.id, text: 'once', key: 'same' };
    const [first, second] = await Promise.all([
      client.value('messages.send', params),
      client.value('messages.send', params),
    ]);
    const third = await client.value('messages.send', params);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    const thread = await client.value('conversations.thread', { conversation: conversation.id, limit: 50 });
    expect(thread.messages.filter(({ kind }) => kind === 'person')).toHaveLength(1);
  });

  it('pages through a thread both ways and says whether there is more (messages that cannot be reached)', async () => {
    using client = await connected();
    client.subscribe((await client.value('host.get', {})).seq);
    const { id: conversation } = await client.value('conversations.create', {});
    for (const text of ['one', 'two', 'three']) {
      await client.value('messages.send', { conversation, text, key: text });
      await client.event((event) => isAnswer(conversation)(event) && event.message.text.includes(text));
    }
    const newest = await client.value('conversations.thread', { conversation, limit: 4 });
    expect([newest.messages.length, newest.more]).toEqual([4, true]);
    const first = newest.messages[0];
    if (first === undefined) throw new Error('no message');
    const older = await client.value('conversations.thread', { conversation, limit: 4, beforeSeq: first.seq });
    expect([older.messages.map(({ text }) => text)[0], older.messages.length, older.more]).toEqual(['one', 2, false]);
    const after = await client.value('conversations.thread', {
      conversation,
      limit: 50,
      afterSeq: older.messages[1]?.seq ?? 0,
    });
    expect(after.messages).toEqual(newest.messages);
  });

  it('answers what is not there with a reason (an exception for an old page)', async () => {
    using client = await connected();
    const gone = { ok: false, reason: { code: 'input.not-found' } };
    expect(await client.call('conversations.thread', { conversation: 'gone', limit: 5 })).toMatchObject(gone);
    expect(await client.call('conversations.markRead', { conversation: 'gone' })).toMatchObject(gone);
    expect(await client.call('messages.send', { conversation: 'gone', text: 'x', key: 'y' })).toMatchObject(gone);
    expect(await client.call('messages.answerNow', { message: 'gone' })).toMatchObject(gone);
    expect(await client.call('turns.retry', { conversation: 'gone' })).toMatchObject(gone);
    expect(await client.call('messages.revisions', { message: 'gone' })).toMatchObject(gone);
    expect(await client.call('cards.answer', { card: 'gone', answer: 'allow' })).toMatchObject(gone);
    expect(await client.call('links.removeObstacle', { link: 'gone' })).toMatchObject(gone);
    expect(await client.call('links.setLanguage', { link: 'gone', language: null })).toMatchObject(gone);
    const scope = { kind: 'conversation', conversation: 'gone' } as const;
    expect(await client.call('pause.set', { scope, until: null })).toMatchObject(gone);
    expect(await client.call('links.setLanguage', { link: 'api', language: 'xx' })).toMatchObject({
      reason: { code: 'settings.wrong-type', params: { expected: 'en, de' } },
    });
    expect(await client.call('usage.series', { bounds: [3, 2] })).toMatchObject({
      reason: { code: 'input.malformed', params: { path: 'bounds' } },
    });
    expect(await client.call('links.reconnect', { link: 'gone' })).toMatchObject(gone);
    expect(await client.call('links.remove', { link: 'window' })).toMatchObject(gone);
    expect(await client.call('providers.remove', { provider: 'gone' })).toMatchObject(gone);
    expect(await client.call('settings.set', { key: 'gone', value: 1 })).toMatchObject({
      reason: { code: 'settings.unknown-key' },
    });
    expect(await client.call('settings.set', { key: 'timeZone', value: 'Moon/Base' })).toMatchObject({
      reason: { code: 'settings.wrong-type' },
    });
    expect(await client.value('turns.stop', { conversation: 'gone' })).toEqual({ stopped: false });
  });

  it('answers every reading command at once (a screen that stays empty)', async () => {
    using client = await connected();
    expect(await client.value('links.list', {})).toMatchObject([
      { id: 'window', state: { kind: 'up' }, hasOwner: true },
      { id: 'api' },
    ]);
    expect(await client.value('models.choice', {})).toEqual({ default: 'practice/practice', fallbacks: [] });
    expect(await client.value('models.list', {})).toMatchObject([
      { provider: 'practice', reason: null, models: [{ ref: 'practice/practice', local: true }] },
    ]);
    expect(await client.value('providers.list', {})).toMatchObject([
      { id: 'practice', kind: 'practice', keyEnd: null, fixedByFile: false },
    ]);
    expect(await client.value('providers.test', { ref: 'practice/practice' })).toMatchObject({ ok: true });
    expect(await client.value('cards.list', {})).toEqual([]);
    expect(await client.value('groups.list', {})).toEqual([]);
    expect(await client.value('deliveries.troubled', { limit: 10 })).toEqual([]);
    expect(await client.value('budget.get', {})).toMatchObject({
      day: { reservedCost: 0, capCost: 5_000_000, capTokens: null },
      month: { capCost: 50_000_000 },
      alarm: null,
    });
    expect(await client.value('prices.list', {})).toEqual([
      { model: 'practice/practice', input: 0, output: 0, source: 'local', date: null },
    ]);
    expect((await client.value('settings.list', {})).find(({ key }) => key === 'delivery.pacing')).toMatchObject({
      type: 'number',
      min: 0,
      max: 10,
      value: 1,
    });
    expect(await client.value('usage.totals', { from: 0, to: 4e12 })).toMatchObject({ unpriced: 0 });
    const { calls } = await client.value('usage.totals', { from: 0, to: 4e12 });
    const slices = await client.value('usage.series', { bounds: [0, 1e12, 4e12] });
    expect(slices).toMatchObject([{ from: 1e12, model: 'practice/practice', calls }]);
    expect(await client.value('host.health', {})).toMatchObject({
      status: 'ok',
      problem: null,
      waitingCards: 0,
      pausedUntil: null,
      budgetAlarm: null,
    });
    expect((await client.value('host.log', { limit: 5 })).length).toBeGreaterThan(0);
    expect(await client.value('conversations.search', { query: '"; DROP', limit: 5 })).toEqual([]);
    expect((await client.value('conversations.page', { limit: 10 })).length).toBeGreaterThan(0);
  });

  it('changes a setting and is told so (a screen that shows the old value)', async () => {
    using client = await connected();
    client.subscribe((await client.value('host.get', {})).seq);
    expect(await client.value('settings.set', { key: 'window.theme', value: 'dark' })).toMatchObject({ value: 'dark' });
    await client.event((event) => event.kind === 'settings.changed' && event.key === 'window.theme');
    expect(await client.call('settings.set', { key: 'window.theme', value: 'pink' })).toMatchObject({ ok: false });
    expect((await client.value('settings.list', {})).find(({ key }) => key === 'window.theme')?.value).toBe('dark');
  });

  it('pauses everything and hears of it, and sees what came meanwhile as paused (a pause that nobody sees)', async () => {
    using client = await connected();
    client.subscribe((await client.value('host.get', {})).seq);
    await client.value('pause.set', { scope: { kind: 'all' }, until: Number.MAX_SAFE_INTEGER });
    await client.event((event) => event.kind === 'host.changed');
    expect(await client.value('host.get', {})).toMatchObject({ pausedUntil: Number.MAX_SAFE_INTEGER });
    await client.value('pause.set', { scope: { kind: 'all' }, until: null });
    expect(await client.value('host.get', {})).toMatchObject({ pausedUntil: null });
    const { id: conversation } = await client.value('conversations.create', {});
    await client.value('pause.set', { scope: { kind: 'conversation', conversation }, until: 4e12 });
    const thread = await client.value('conversations.thread', { conversation, limit: 1 });
    expect(thread.conversation).toMatchObject({ pausedUntil: 4e12, pausedBy: null, undeliverable: null });
  });

  it("takes the owner's price for a model and gives it back (a price that stays where it was typed)", async () => {
    using client = await connected();
    await client.value('providers.save', {
      provider: { id: 'far', kind: 'openai', baseUrl: 'https://models.example.org/v1', key: 'sk-1' },
    });
    const model = 'far/large';
    await client.value('prices.set', { model, price: { input: 1_000_000, output: 2_000_000 } });
    const find = async () => (await client.value('prices.list', {})).find((each) => each.model === model);
    expect(await find()).toMatchObject({ input: 1_000_000, output: 2_000_000, source: 'owner' });
    await client.value('prices.set', { model, price: null });
    expect(await find()).toBeUndefined();
    await client.value('providers.remove', { provider: 'far' });
  });

  it('gets what it missed when it comes back with its last number (a reply lost over a reconnect)', async () => {
    using stays = await connected();
    const { seq } = await stays.value('host.get', {});
    stays.subscribe(seq);
    const conversation = await stays.value('conversations.create', {});
    await stays.value('messages.send', { conversation: conversation.id, text: 'while away', key: 'away' });
    await stays.event(isAnswer(conversation.id));
    using back = await connected();
    back.subscribe(seq);
    await back.event(isAnswer(conversation.id));
    const count = back.events.length;
    expect(back.events).toEqual(stays.events.slice(0, count));
  });

  it('refuses an address with a password and keeps nothing of it (a secret in a list)', async () => {
    using client = await connected();
    const provider = {
      id: 'lab',
      kind: 'openai',
      baseUrl: 'http://me:hunter2@example.org/v1',
      key: 'sk-secret-1234',
    } as const;
    const refused = await client.call('providers.save', { provider });
    expect(refused).toMatchObject({ ok: false, reason: { code: 'input.url-malformed' } });
    expect(JSON.stringify(refused)).not.toContain('hunter2');
    const saved = await client.value('providers.save', {
      provider: { ...provider, baseUrl: 'http://127.0.0.1:9/v1/' },
    });
    expect(saved).toMatchObject({ baseUrl: 'http://127.0.0.1:9/v1', keyEnd: '1234' });
    expect(JSON.stringify([saved, await client.value('providers.list', {})])).not.toContain('sk-secret');
    await client.value('providers.remove', { provider: 'lab' });
  });
});

describe('a host that stops', () => {
  it('says so to its windows with a close code of its own (a page that calls it a network fault)', async () => {
    const test = await startTestHost();
    using client = await new RpcClient(test.url).opened();
    await test[Symbol.asyncDispose]();
    expect(await client.closed).toEqual({ code: rpcCloseCodes.stopping, reason: 'stopping' });
  });
});
