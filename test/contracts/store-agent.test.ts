/** What every implementation of the port `Storage` must do with the steps of turns, calls of tools and permissions. */
import { describe, expect, it } from 'vitest';
import type { StepRow, ToolCallRow } from '../../main/gateway/agent/types.ts';
import type { NewMessage } from '../../main/gateway/tables/messages.ts';
import type { AttachmentRow, MessageRow } from '../../main/gateway/types.ts';
import { storeForEach } from '../store/each.ts';
import { conversationRow, linkRow, newMessage, turnRow } from '../store/support.ts';

const opened = storeForEach(({ links, conversations, turns }) => {
  links.put(linkRow());
  conversations.put(conversationRow());
  turns.add(turnRow());
});

const step = (over: Partial<StepRow> = {}): StepRow => ({
  turn: 't1',
  position: 0,
  model: 'lab/gpt-test',
  text: 'I look',
  reasoning: 'hm',
  at: 30,
  ...over,
});

const call = (over: Partial<ToolCallRow> = {}): ToolCallRow => ({
  id: 'k1',
  turn: 't1',
  conversation: 'c1',
  step: 0,
  position: 0,
  callId: 'call_0',
  name: 'look',
  arguments: '{',
  state: 'pending',
  outside: false,
  result: null,
  reason: null,
  askedAt: null,
  begunAt: null,
  endedAt: null,
  ...over,
});

describe('steps and calls', () => {
  it('come back as they were stored and in their order, whatever the order in which they were written', async () => {
    const { store } = opened;
    expect(store.read.steps.has('t1')).toBe(false);
    const full = call({
      id: 'k2',
      step: 1,
      state: 'refused',
      outside: true,
      result: 'no',
      reason: { code: 'model.none', params: { tool: 'look' } },
      askedAt: 1,
      begunAt: 2,
      endedAt: 3,
    });
    await store.commit(({ steps, toolCalls }) => {
      steps.add(step({ position: 1 }));
      steps.add(step());
      toolCalls.add(full);
      toolCalls.add(call({ id: 'k3', position: 1 }));
      toolCalls.add(call());
    });
    expect(store.read.steps.has('t1')).toBe(true);
    expect(store.read.steps.ofTurn('t1')).toEqual([step(), step({ position: 1 })]);
    expect(store.read.toolCalls.ofTurn('t1').map(({ id }) => id)).toEqual(['k1', 'k3', 'k2']);
    expect(store.read.toolCalls.get('k2')).toEqual(full);
    await store.commit(({ toolCalls }) => toolCalls.put({ ...call(), state: 'done', result: 'seen' }));
    expect(store.read.toolCalls.get('k1')).toEqual(call({ state: 'done', result: 'seen' }));
    await expect(store.commit(({ steps }) => steps.add(step()))).rejects.toThrow();
  });

  it('are counted for many turns at once: by tool and state, in the order of the first (one request per reply)', async () => {
    const { store } = opened;
    expect(store.read.steps.tallies([])).toEqual(new Map());
    expect(store.read.steps.tallies(['t1', 'none'])).toEqual(new Map());
    await store.commit(({ turns, steps, toolCalls }) => {
      turns.add(turnRow({ id: 't2' }));
      turns.add(turnRow({ id: 't3' }));
      steps.add(step({ reasoning: '' }));
      steps.add(step({ position: 1 }));
      steps.add(step({ turn: 't2', reasoning: '' }));
      steps.add(step({ turn: 't3' }));
      const add = (id: string, position: number, over: Partial<ToolCallRow>): void =>
        toolCalls.add(call({ id, position, state: 'done', result: 'x'.repeat(70_000), ...over }));
      add('a', 0, {});
      add('b', 1, { name: 'send', state: 'refused', reason: { code: 'tool.refused', params: { tool: 'send' } } });
      add('c', 2, { name: 'send', state: 'refused', reason: { code: 'tool.unanswered', params: { tool: 'send' } } });
      add('d', 3, {});
      add('e', 4, { state: 'failed', reason: { code: 'tool.failed', params: { tool: 'look' } } });
      add('f', 0, { turn: 't2', state: 'unsure' });
    });
    const [look, send] = ['look', 'send'].map((name) => ({ name, unanswered: false, count: 1 }));
    expect(store.read.steps.tallies(['t1', 't2', 'none'])).toEqual(
      new Map([
        [
          't1',
          {
            steps: 2,
            thought: true,
            calls: [
              { ...look, state: 'done', count: 2 },
              { ...send, state: 'refused' },
              { ...send, state: 'refused', unanswered: true },
              { ...look, state: 'failed' },
            ],
          },
        ],
        ['t2', { steps: 1, thought: false, calls: [{ ...look, state: 'unsure' }] }],
      ]),
    );
  });

  it('ask only as long as their turn runs: a turn that was stopped leaves no card behind', async () => {
    const { store } = opened;
    await store.commit(({ toolCalls }) => toolCalls.add(call({ state: 'asking', askedAt: 40 })));
    expect(store.read.toolCalls.asking().map(({ id }) => id)).toEqual(['k1']);
    await store.commit(({ turns }) => turns.put(turnRow({ state: 'stopped', endedAt: 50 })));
    expect(store.read.toolCalls.asking()).toEqual([]);
  });

  it('go with their conversation when it is forgotten', async () => {
    const { store } = opened;
    await store.commit(({ steps, toolCalls }) => {
      steps.add(step());
      toolCalls.add(call());
    });
    await store.commit(({ conversations }) => conversations.forget('c1'));
    expect(store.read.steps.ofTurn('t1')).toEqual([]);
    expect(store.read.toolCalls.get('k1')).toBeNull();
  });
});

describe('whether others had a say in a context', () => {
  const part = { conversation: 'c1', contextNo: 1, after: 0, upto: Number.MAX_SAFE_INTEGER, except: 'now' };
  const answer = (turn: string, over: Partial<MessageRow> = {}): NewMessage =>
    newMessage({ id: `a-${turn}`, kind: 'assistant', author: null, state: 'answered', turn, ...over });
  const question = (turn: string, over: Partial<MessageRow> = {}): NewMessage =>
    newMessage({ id: `q-${turn}`, state: 'answered', turn, ...over });
  const has = (over: Partial<typeof part> = {}): boolean => opened.store.read.messages.hasOthers({ ...part, ...over });
  const file = (message: string, kind: string): AttachmentRow => ({
    id: `f-${message}`,
    message,
    position: 0,
    kind,
    platformRef: 'there',
    name: 'a',
    type: 'text/plain',
    size: 1,
    seconds: 7,
    state: 'failed',
    file: null,
    reason: null,
  });

  it('is told by a result from outside, in this context, behind the summary, and not by the turn that asks', async () => {
    const { store } = opened;
    const seq = await store.commit(({ turns, toolCalls, messages }) => {
      turns.add(turnRow({ id: 't2', contextNo: 2 }));
      toolCalls.add(call({ outside: true, state: 'done', result: 'page' }));
      toolCalls.add(call({ id: 'k2', turn: 't2', outside: true, state: 'done', result: 'page' }));
      messages.add(question('t1'));
      return messages.add(answer('t1')).seq;
    });
    expect(has()).toBe(true);
    expect(has({ upto: seq, after: seq - 1 })).toBe(true);
    expect(has({ after: seq })).toBe(false);
    expect(has({ upto: seq - 1 })).toBe(false);
    expect(has({ except: 't1' })).toBe(false);
    expect(has({ contextNo: 2 })).toBe(false);
    expect(has({ conversation: 'c2' })).toBe(false);
  });

  it('is not told by our own results, by what was not carried out, or by an answer that was superseded', async () => {
    const { store } = opened;
    await store.commit(({ turns, toolCalls, messages }) => {
      turns.add(turnRow({ id: 't2' }));
      toolCalls.add(call({ state: 'done', result: 'ours' }));
      toolCalls.add(call({ id: 'k2', position: 1, outside: true }));
      toolCalls.add(call({ id: 'k3', turn: 't2', outside: true, state: 'done', result: 'page' }));
      for (const turn of ['t1', 't2']) messages.add(question(turn));
      messages.add(answer('t1'));
      messages.add(answer('t2', { state: 'cleared' }));
    });
    expect(has()).toBe(false);
  });

  it('is told by a question that was passed on, of the context before too where it was answered in this one', async () => {
    const { store } = opened;
    await store.commit(({ messages }) => {
      messages.add(question('t1', { contextNo: 1, forwarded: true }));
      messages.add(answer('t1', { contextNo: 2 }));
    });
    expect(has()).toBe(false);
    expect(has({ contextNo: 2 })).toBe(true);
    expect(store.read.messages.get('q-t1')?.forwarded).toBe(true);
    expect(store.read.messages.get('a-t1')?.forwarded).toBe(false);
  });

  it('is told by any file but a voice message: somebody else gave it its name at least', async () => {
    const { store } = opened;
    await store.commit(({ messages, attachments, turns }) => {
      messages.add(question('t1'));
      messages.add(answer('t1'));
      turns.addInputs('t1', ['q-t1']);
      attachments.add(file('q-t1', 'voice'));
    });
    expect(has()).toBe(false);
    await store.commit(({ attachments }) => attachments.add({ ...file('q-t1', 'document'), id: 'f2', position: 1 }));
    expect(has()).toBe(true);
  });

  it('is told by what was passed on while the owner had taken over, not by what still waits', async () => {
    const { store } = opened;
    await store.commit(({ messages }) => messages.add(newMessage({ id: 'w', forwarded: true, state: 'waiting' })));
    expect(has()).toBe(false);
    await store.commit(({ messages }) => messages.mark(['w'], 'paused', null));
    expect(has()).toBe(true);
  });
});

describe('permissions of tools', () => {
  it('hold until they are changed or taken away', async () => {
    const { store } = opened;
    expect(store.read.toolPermissions.get('look')).toBeNull();
    await store.commit(({ toolPermissions }) => toolPermissions.put('look', 'ask', 1));
    await store.commit(({ toolPermissions }) => toolPermissions.put('look', 'always', 2));
    expect(store.read.toolPermissions.get('look')).toBe('always');
    await store.commit(({ toolPermissions }) => toolPermissions.remove('look'));
    expect(store.read.toolPermissions.get('look')).toBeNull();
  });

  it('go with all tools of one server, and of no other (an underscore stands for any letter in LIKE)', async () => {
    const { store } = opened;
    const names = ['a_b__say', 'a_b__look', 'axb__say', 'a_b_c__say', 'A_B__say'];
    await store.commit(({ toolPermissions }) => {
      for (const name of names) toolPermissions.put(name, 'always', 1);
      toolPermissions.removeOf('a_b__');
    });
    expect(names.filter((name) => store.read.toolPermissions.get(name) !== null)).toEqual(names.slice(2));
  });
});

describe('how the newest turns and calls ended', () => {
  it('is counted by state and code, of so many and no more, whatever the reasons say besides', async () => {
    const { store } = opened;
    const failed = (what: string) => ({ code: 'model.network', params: { provider: what } }) as const;
    await store.commit(({ turns, toolCalls }) => {
      turns.add(turnRow({ id: 't2', state: 'failed', reason: failed('a') }));
      turns.add(turnRow({ id: 't3', state: 'failed', reason: failed('b') }));
      turns.add(turnRow({ id: 't4', state: 'done' }));
      toolCalls.add(call({ state: 'refused', reason: { code: 'tool.refused' } }));
    });
    expect(store.read.turns.endings(3)).toEqual([
      { state: 'failed', code: 'model.network', count: 2 },
      { state: 'done', code: null, count: 1 },
    ]);
    expect(store.read.turns.endings(1)).toEqual([{ state: 'done', code: null, count: 1 }]);
    expect(store.read.toolCalls.endings(10)).toEqual([{ state: 'refused', code: 'tool.refused', count: 1 }]);
  });
});
