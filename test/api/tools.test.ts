/** Tools, steps and approvals through the window's commands, in a whole host. */
import { describe, expect, it } from 'vitest';
import type { Tool } from '../../main/gateway/tool.ts';
import { subject } from '../../main/lib/observable.ts';
import { startOpenAi } from '../emulators/openai/server.ts';
import { RpcClient, startTestHost } from '../lib/headless.ts';

const send: Tool = {
  description: { name: 'send', description: 'It sends.', parameters: { type: 'object', properties: {} } },
  sideEffects: true,
  outside: true,
  server: 'Post',
  permission: 'ask',
  run: () => Promise.resolve({ ok: true, text: 'x'.repeat(5_000) }),
};

describe('tools in the window', () => {
  it('are listed with what the owner permits, and a permission is taken back with null', async () => {
    await using test = await startTestHost({ wrap: (ports) => ({ ...ports, tools: subject([send]) }) });
    using window = await new RpcClient(test.url).opened();
    window.subscribe((await window.value('host.get', {})).seq);
    const listed = async () => (await window.value('tools.list', {})).find(({ name }) => name === 'send');
    const about = {
      name: 'send',
      fixedByFile: false,
      description: 'It sends.',
      server: 'Post',
      sideEffects: true,
      outside: true,
    };
    expect(await listed()).toEqual({ ...about, permission: 'ask', chosen: false });
    await window.value('tools.setPermission', { name: 'send', permission: 'never' });
    await window.event(({ kind }) => kind === 'tools.changed');
    expect(await listed()).toEqual({ ...about, permission: 'never', chosen: true });
    await window.value('tools.setPermission', { name: 'send', permission: null });
    expect(await listed()).toMatchObject({ permission: 'ask', chosen: false });
    expect(await window.call('tools.setPermission', { name: 'nothing', permission: 'ask' })).toMatchObject({
      ok: false,
      reason: { code: 'input.not-found' },
    });
  });

  it('ask on a card while their turn waits, and what was done is shown below its answer', async () => {
    await using model = await startOpenAi();
    model.next({
      kind: 'reply',
      text: 'I send it.',
      reasoning: ['first send'],
      toolCalls: [{ name: 'send', arguments: '{"to":\n"Ada"}' }],
    });
    const provider = { id: 'lab', kind: 'openai', baseUrl: model.url, apiKey: 'sk-test' };
    await using test = await startTestHost({
      provision: { providers: [provider], models: { default: 'lab/gpt-test' } },
      wrap: (ports) => ({ ...ports, tools: subject([send]) }),
    });
    using window = await new RpcClient(test.url).opened();
    window.subscribe((await window.value('host.get', {})).seq);
    const { id: conversation } = await window.value('conversations.create', {});
    await window.value('messages.send', { conversation, text: 'send it', key: 'k' });
    await window.event((event) => event.kind === 'turn.changed' && event.turn.asking);
    const thread = await window.value('conversations.thread', { conversation, limit: 10 });
    expect(thread).toMatchObject({
      turn: { state: 'running', asking: true, doing: null },
      conversation: { working: false },
    });
    const [card] = await window.value('cards.list', {});
    expect(card).toMatchObject({ kind: 'tool', name: 'send', text: '{"to": "Ada"}', link: 'window', conversation });
    const turn = thread.turn?.id ?? '';
    const given = { text: '{"to":\n"Ada"}', length: 13 };
    expect(card, 'all that is needed to decide').toMatchObject({ turn, given, until: (card?.at ?? 0) + 600_000 });
    const waiting = await window.value('turns.steps', { turn });
    expect(waiting).toMatchObject([
      { text: 'I send it.', reasoning: 'first send', calls: [{ state: 'asking', card: card?.id }] },
    ]);
    expect(waiting[0]?.calls[0]?.askedUntil).toBe((card?.at ?? 0) + 600_000);
    await window.value('cards.answer', { card: card?.id ?? '', answer: 'once' });
    await window.event((event) => event.kind === 'message.added' && event.message.kind === 'assistant');
    const { messages } = await window.value('conversations.thread', { conversation, limit: 10 });
    expect(messages.map(({ kind, steps }) => [kind, steps])).toEqual([
      ['person', null],
      [
        'assistant',
        {
          steps: 1,
          thought: true,
          tools: [{ name: 'send', calls: 1, failed: 0 }],
          refused: 0,
          unanswered: 0,
          unsure: 0,
        },
      ],
    ]);
    const [step] = await window.value('turns.steps', { turn });
    expect(step?.calls).toMatchObject([{ state: 'done', resultLength: 5_000, card: null, askedUntil: null }]);
    expect(step?.calls[0]?.result).toHaveLength(4_000);
    expect(await window.value('cards.list', {})).toEqual([]);
  });
});
