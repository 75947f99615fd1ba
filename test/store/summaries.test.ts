import { expect, it } from 'vitest';
import type { Tables } from '../../main/gateway/storage.ts';
import type { SummaryRow } from '../../main/gateway/context/rows.ts';
import { conversationRow, newMessage, openTestStore, TemporaryDirectory, type TestStore } from './support.ts';

const summary: SummaryRow = {
  id: 's1',
  conversation: 'c1',
  contextNo: 1,
  upto: 2,
  text: 'They spoke of boats.',
  model: 'lab/gpt',
  turns: 1,
  tokensBefore: 900,
  tokensAfter: 90,
  outside: false,
  at: 50,
};

async function opened<T>(work: (test: TestStore) => Promise<T>): Promise<T> {
  using directory = new TemporaryDirectory();
  await using test = await openTestStore(directory.path);
  return await work(test);
}

function talk({ conversations, messages }: Tables): void {
  conversations.put(conversationRow());
  for (const id of ['m1', 'm2', 'm3']) messages.add(newMessage({ id, state: 'answered' }));
}

it('keeps every summary of a context, and tells the newest from those of contexts before', async () => {
  await opened(async ({ store }) => {
    await store.commit((tables) => {
      talk(tables);
      tables.summaries.add(summary);
      tables.summaries.add({ ...summary, id: 's2', upto: 3, outside: true });
    });
    expect(store.read.summaries.latest('c1', 1)).toEqual({ ...summary, id: 's2', upto: 3, outside: true });
    expect(store.read.summaries.latest('c1', 2)).toBeNull();
    expect(store.read.summaries.ofConversation('c1').map(({ id }) => id)).toEqual(['s1', 's2']);
    expect(store.read.messages.ofContext('c1', 1, 10, 2).map(({ id }) => id)).toEqual(['m3']);
    expect(store.read.messages.firstOfContext('c1', 1)?.id).toBe('m1');
  });
});

it.each([
  ['took back', (tables: Tables) => tables.messages.mark(['m2'], 'deleted', null)],
  ['changed', (tables: Tables) => tables.messages.revise('m2', 'something else', 60)],
] as const)('forgets a summary of what its author %s (a model would go on reading it)', async (_, change) => {
  await opened(async ({ store }) => {
    await store.commit((tables) => {
      talk(tables);
      tables.summaries.add({ ...summary, upto: 1 });
      tables.summaries.add({ ...summary, id: 's2', upto: 3 });
      change(tables);
    });
    expect(store.read.summaries.ofConversation('c1').map(({ id }) => id)).toEqual(['s1']);
  });
});

it('keeps a summary when a later message is changed, or one of it is only marked', async () => {
  await opened(async ({ store }) => {
    await store.commit((tables) => {
      talk(tables);
      tables.summaries.add(summary);
      tables.messages.revise('m3', 'something else', 60);
      tables.messages.mark(['m1'], 'cleared', null);
    });
    expect(store.read.summaries.latest('c1', 1)?.id).toBe('s1');
  });
});

it('goes with its conversation, and so does its frame', async () => {
  await opened(async ({ store }) => {
    const frame = { conversation: 'c1', contextNo: 1, day: 'Monday', summary: 's1', memory: null, tried: 't1' };
    await store.commit((tables) => {
      talk(tables);
      tables.summaries.add(summary);
      tables.frames.put({ ...frame, memory: 'a boat' });
      tables.frames.put(frame);
    });
    expect(store.read.frames.get('c1')).toEqual(frame);
    await store.commit((tables) => tables.conversations.forget('c1'));
    expect(store.read.summaries.ofConversation('c1')).toEqual([]);
    expect(store.read.frames.get('c1')).toBeNull();
  });
});
