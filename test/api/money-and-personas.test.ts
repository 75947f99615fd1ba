import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RpcClient, startTestHost, type TestHost } from '../lib/headless.ts';

const shared: { test: TestHost | null } = { test: null };
const connected = (): Promise<RpcClient> => {
  if (shared.test === null) throw new Error('the host has not been started');
  return new RpcClient(shared.test.url).opened();
};

beforeAll(async () => {
  shared.test = await startTestHost();
});
afterAll(async () => {
  await shared.test?.[Symbol.asyncDispose]();
});

describe('a window', () => {
  it('makes a persona, gives it to a conversation and a link, and sees both fall back when it goes', async () => {
    using client = await connected();
    client.subscribe((await client.value('host.get', {})).seq);
    const { id: conversation } = await client.value('conversations.create', {});
    const { id } = await client.value('personas.save', { name: '  Butler ', text: 'You are a butler.' });
    await client.event((event) => event.kind === 'settings.changed' && event.key === 'persona');
    expect(await client.value('personas.list', {})).toEqual([
      { id, name: 'Butler', text: 'You are a butler.', fixedByFile: false },
    ]);
    expect(await client.value('conversations.setPersona', { conversation, persona: id })).toMatchObject({
      persona: id,
    });
    expect(await client.value('links.setPersona', { link: 'api', persona: id })).toMatchObject({ persona: id });
    expect(await client.value('conversations.setThinking', { conversation, thinking: 'low' })).toMatchObject({
      thinking: 'low',
    });
    expect(await client.call('personas.save', { name: ' ', text: '' })).toMatchObject({
      reason: { code: 'input.malformed' },
    });
    await client.value('personas.remove', { persona: id });
    const { conversation: after } = await client.value('conversations.thread', { conversation, limit: 1 });
    expect(after).toMatchObject({ persona: null, thinking: 'low' });
    expect((await client.value('links.list', {})).map(({ persona }) => persona)).toEqual([null, null]);
  });

  it('limits a provider and a conversation, sees what is used of it, and takes it away', async () => {
    using client = await connected();
    await client.value('providers.save', {
      provider: { id: 'far', kind: 'openai', name: 'Far', baseUrl: 'https://models.example.org/v1', key: 'sk-1' },
    });
    const caps = { dayCost: 1_000_000, dayTokens: null, monthCost: null, monthTokens: 5000 };
    await client.value('caps.set', { scope: 'provider', id: 'far', caps });
    const { id } = await client.value('conversations.create', {});
    await client.value('caps.set', { scope: 'conversation', id, caps });
    const used = { dayCost: 0, dayTokens: 0, monthCost: 0, monthTokens: 0 };
    expect(await client.value('caps.list', {})).toEqual([
      { ...caps, scope: 'provider', id: 'far', title: 'Far', fixedByFile: false, used, reserved: used },
      { ...caps, scope: 'conversation', id, title: '', fixedByFile: false, used, reserved: used },
    ]);
    await client.value('caps.set', { scope: 'provider', id: 'far', caps: null });
    await client.value('caps.set', { scope: 'conversation', id, caps: null });
    expect(await client.value('caps.list', {})).toEqual([]);
    expect(await client.call('caps.set', { scope: 'provider', id: 'nobody', caps })).toMatchObject({
      reason: { code: 'input.not-found' },
    });
  });

  it('sees what a reply cost, and all of its conversation', async () => {
    using client = await connected();
    client.subscribe((await client.value('host.get', {})).seq);
    const { id: conversation } = await client.value('conversations.create', {});
    const nothing = { calls: 0, inputTokens: 0, outputTokens: 0, cost: 0, unpriced: 0, estimated: 0 };
    expect(await client.value('usage.ofConversation', { conversation })).toEqual({ today: nothing, all: nothing });
    await client.value('messages.send', { conversation, text: 'Hello', key: 'cost' });
    const told = await client.event(
      (event) =>
        event.kind === 'message.added' &&
        event.message.kind === 'assistant' &&
        event.message.conversation === conversation,
    );
    const cost = told.kind === 'message.added' ? told.message.cost : null;
    expect(cost).toMatchObject({ calls: 1, cost: 0, unpriced: 0, estimated: 0 });
    expect(cost?.outputTokens).toBeGreaterThan(10);
    expect(await client.value('usage.ofConversation', { conversation })).toEqual({ today: cost, all: cost });
    const { messages } = await client.value('conversations.thread', { conversation, limit: 5 });
    expect(messages.map((message) => message.cost)).toEqual([null, cost]);
    expect(await client.call('usage.ofConversation', { conversation: 'gone' })).toMatchObject({
      reason: { code: 'input.not-found' },
    });
  });
});
