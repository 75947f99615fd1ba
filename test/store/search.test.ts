import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchExpression } from '../../main/store/search-query.ts';
import { counts } from '../counts.ts';
import { conversationRow, newMessage, openTestStore, TemporaryDirectory, type TestStore } from './support.ts';

const directory = new TemporaryDirectory();
let opened: TestStore;
const texts = {
  plain: 'The quick brown fox jumps over the lazy dog',
  accents: 'Ein Frühstück im Café, später ein Spaziergang',
  code: 'use SELECT * FROM t WHERE a = "b" OR NOT (c NEAR d)',
  long: `${'x'.repeat(5000)} needle ${'word '.repeat(3000)}`,
  unbroken: `${'漢'.repeat(3000)} lantern`,
};

beforeAll(async () => {
  opened = await openTestStore(directory.path);
  await opened.store.commit(({ conversations, messages }) => {
    conversations.put(conversationRow());
    for (const [id, text] of Object.entries(texts)) messages.add(newMessage({ id, text }));
  });
});
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

async function find(query: string, limit = 10): Promise<readonly string[]> {
  const hits = await opened.store.search(query, limit, new AbortController().signal);
  return hits.map((hit) => hit.message);
}

describe('search', () => {
  it('needs every word, begins the last one, and keeps a quoted phrase together', async () => {
    expect(await find('brown qui')).toEqual(['plain']);
    expect(await find('brow')).toEqual(['plain']);
    expect(await find('brow quick')).toEqual([]);
    expect(await find('"brown fox"')).toEqual(['plain']);
    expect(await find('"fox brown"')).toEqual([]);
    expect(await find('brown absent')).toEqual([]);
  });

  it('keeps to one link where that is asked for', async () => {
    const { store } = opened;
    await store.commit(({ conversations, messages }) => {
      conversations.put(conversationRow({ id: 'other', link: 'other', chat: 'other' }));
      messages.add(newMessage({ id: 'elsewhere', conversation: 'other', link: 'other', text: 'another brown fox' }));
    });
    const found = async (link?: string): Promise<readonly string[]> =>
      (await store.search('brown fox', 10, new AbortController().signal, link)).map(({ message }) => message);
    expect(await found()).toEqual(['elsewhere', 'plain']);
    expect(await found('other')).toEqual(['elsewhere']);
    expect(await found('nowhere')).toEqual([]);
  });

  it('finds words with and without their accents', async () => {
    expect(await find('fruhstuck')).toEqual(['accents']);
    expect(await find('CAFÉ spät')).toEqual(['accents']);
  });

  it('takes operators, quotes and column names as the words they are', async () => {
    for (const query of [
      'select OR',
      'NOT (c',
      'a = "b" OR',
      'near/2',
      'text:where',
      '^use',
      '-where',
      'where*',
      '{absent}',
    ]) {
      expect([query, await find(query)]).toEqual([query, expect.not.arrayContaining(['plain'])]);
    }
    expect(await find('where OR not')).toEqual(['code']);
  });

  it('shows about 120 characters round the hit, also of texts without spaces', async () => {
    for (const query of ['needle', 'lantern']) {
      const [hit] = await opened.store.search(query, 1, new AbortController().signal);
      expect(hit?.excerpt).toContain(`\u0002${query}\u0003`);
      expect(hit?.excerpt.length).toBeLessThan(260);
    }
  });

  it('answers anything a person may type without an error: no text breaks out of its quotes', async () => {
    const odd = fc.constantFrom(
      '"',
      '""',
      '*',
      ' ',
      'OR',
      'AND',
      'NOT',
      'NEAR(',
      ')',
      ':',
      '^',
      '\u0000',
      "'",
      '𖹀',
      '🎉',
      'e\u0301',
      '-',
    );
    const typed = fc.array(fc.oneof(odd, fc.string({ unit: 'binary' }), fc.string()), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(typed, async (pieces) => {
        const hits = await find(pieces.join(''));
        expect(hits.length).toBeLessThanOrEqual(Object.keys(texts).length);
      }),
      { numRuns: counts.propertyRuns },
    );
  }, 60_000);

  it('finds every word of a stored text again, whatever the text is', async () => {
    const word = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'abcßüñжΩ漢7') });
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 6 }), async (words) => {
        const id = `generated-${String(++n)}`;
        await opened.store.commit(({ messages }) => messages.add(newMessage({ id, text: words.join(' ') })));
        expect(await find(words.join(' '), 1)).toEqual([id]);
      }),
      { numRuns: Math.min(counts.propertyRuns, 500) },
    );
  }, 60_000);

  it('is not disturbed by a change of state, and follows a change of what is there', async () => {
    await opened.store.commit(({ messages }) => messages.mark(['plain'], 'answered', { code: 'access.late' }));
    expect(await find('quick')).toEqual(['plain']);
  });

  it('given up by its reader rejects at once and leaves the worker usable', async () => {
    const controller = new AbortController();
    const pending = opened.store.search('the', 10, controller.signal);
    controller.abort();
    await expect(pending).rejects.toThrow();
    expect(await find('quick')).toEqual(['plain']);
  });
});

it('an expression has at most sixteen words, however long the query', () => {
  const expression = searchExpression(Array.from({ length: 100 }, (_, n) => `w${String(n)}`).join(' ')) ?? '';
  expect(expression.split(' AND ')).toHaveLength(16);
});
