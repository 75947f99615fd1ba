import { expect, test } from 'vitest';
import { placesOf, queryOf } from '../../renderer/screens/conversations/found-words.ts';

/** What would be marked. */
const marked = (text: string, query: string): readonly string[] =>
  placesOf(text, query).map(({ from, to }) => text.slice(from, to));

test('words are marked where they begin like the query, whatever their case and accents, as the search found them', () => {
  expect(marked('The Marmalade, the mar and a grammar', 'mar')).toEqual(['Mar', 'mar']);
  expect(marked('Ein Frühstück im Cafe\u0301', 'fruhst café')).toEqual(['Frühst', 'Cafe\u0301']);
  expect(marked('one two', '"two one" -x')).toEqual(['one', 'two']);
});

test('nothing is marked for a query without a word', () => {
  expect(marked('one * two', '* ()')).toEqual([]);
});

test('only a link of a hit leaves a query behind', () => {
  expect(queryOf({ found: 'mar' })).toBe('mar');
  for (const state of [null, undefined, 'found', {}, { found: 1 }]) expect(queryOf(state)).toBeNull();
});
