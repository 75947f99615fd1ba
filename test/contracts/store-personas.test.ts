/** What every implementation of the port `Storage` must do with personas and with caps of single ones. */
import { describe, expect, it } from 'vitest';
import { storeForEach } from '../store/each.ts';
import { conversationRow, linkRow } from '../store/support.ts';

const opened = storeForEach();

describe('a persona', () => {
  const butler = { id: 'p1', name: 'butler', text: 'You are a butler.', createdAt: 1 };

  it('is kept as it was written, listed by name, and taken from whoever had it when it goes', async () => {
    const { store } = opened;
    const admiral = { id: 'p2', name: 'Admiral', text: '', createdAt: 2 };
    await store.commit((tables) => {
      for (const row of [butler, admiral]) tables.personas.put(row);
      tables.links.put(linkRow({ persona: 'p1' }));
      tables.conversations.put(conversationRow({ persona: 'p1', thinking: 'high' }));
      tables.conversations.put(conversationRow({ id: 'c2', persona: 'p2' }));
    });
    expect(store.read.personas.all()).toEqual([admiral, butler]);
    await store.commit(({ personas }) => personas.put({ ...butler, text: 'Sir.' }));
    expect(store.read.personas.get('p1')?.text).toBe('Sir.');
    await store.commit(({ personas }) => personas.remove('p1'));
    expect(store.read.personas.get('p1')).toBeNull();
    expect(store.read.links.get('bot')?.persona).toBeNull();
    expect(store.read.conversations.get('c1')).toMatchObject({ persona: null, thinking: 'high' });
    expect(store.read.conversations.get('c2')).toMatchObject({ persona: 'p2', thinking: null });
  });
});

describe('a cap', () => {
  it('is one row for each provider and each conversation, and goes with its conversation', async () => {
    const { store } = opened;
    const amounts = { dayCost: 1, dayTokens: null, monthCost: null, monthTokens: 4 };
    const lab = { scope: { kind: 'provider', id: 'c1' }, ...amounts } as const;
    const chat = { scope: { kind: 'conversation', id: 'c1' }, ...amounts, monthCost: 9 } as const;
    await store.commit((tables) => {
      tables.links.put(linkRow());
      tables.conversations.put(conversationRow());
      for (const row of [chat, { ...lab, dayCost: 7 }, lab]) tables.caps.put(row);
    });
    expect(store.read.caps.all()).toEqual([lab, chat]);
    await store.commit(({ conversations }) => conversations.forget('c1'));
    expect(store.read.caps.all()).toEqual([lab]);
    await store.commit(({ caps }) => caps.remove(lab.scope));
    expect(store.read.caps.all()).toEqual([]);
  });
});
