/** Conversations by their title, in every implementation of the port `Storage`. */
import { describe, expect, it } from 'vitest';
import { storeForEach } from '../store/each.ts';
import { conversationRow } from '../store/support.ts';

const titles = ['Moving the bees', 'Tax letter', 'Bee club 100%', 'The letter of Ada', 'A_b'];

const opened = storeForEach(({ conversations }) => {
  for (const [index, title] of titles.entries()) {
    conversations.put(conversationRow({ id: `c${String(index)}`, chat: String(index), title, lastAt: index }));
  }
});

const found = (query: string, limit = 10): readonly string[] =>
  opened.store.read.conversations.titled(query, limit).map(({ title }) => title);

describe('conversations by title', () => {
  it('have the letters in their order, those with the words as they stand first, then the latest', () => {
    expect(found('letter')).toEqual(['The letter of Ada', 'Tax letter']);
    expect(found('TLR')).toEqual(['The letter of Ada', 'Tax letter']);
    expect(found('bee')).toEqual(['Bee club 100%', 'Moving the bees']);
    expect(found('tax', 1)).toEqual(['Tax letter']);
  });

  it('are not found by nothing, and signs of a pattern stand for themselves (every conversation for a per cent sign)', () => {
    expect(found('')).toEqual([]);
    expect(found('  ')).toEqual([]);
    expect(found('%')).toEqual(['Bee club 100%']);
    expect(found('_')).toEqual(['A_b']);
    expect(found('\\')).toEqual([]);
  });
});
