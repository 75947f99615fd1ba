import { describe, expect, it } from 'vitest';
import type { ExportPiece, ExportRequest } from '../../main/gateway/storage.ts';
import { storeForEach } from './each.ts';
import { conversationRow, newMessage } from './support.ts';

const request: ExportRequest = {
  conversation: null,
  format: 'json',
  after: null,
  now: 100,
  zone: 'UTC',
  words: { owner: 'You', assistant: 'Porchlight', notice: 'Note', untitled: 'New conversation' },
};

const opened = storeForEach();

/** All pieces in order; `between` runs after the first. */
async function pieces(over: Partial<ExportRequest>, between?: () => Promise<unknown>): Promise<readonly ExportPiece[]> {
  const found: ExportPiece[] = [];
  for (let after: ExportRequest['after'] = null; ;) {
    const piece: ExportPiece = await opened.store.exportPiece({ ...request, ...over, after });
    found.push(piece);
    if (found.length === 1) await between?.();
    if (piece.next === null) return found;
    after = piece.next;
  }
}

const textOf = (found: readonly ExportPiece[]): string => found.map(({ text }) => text).join('');

interface Exported {
  readonly format: string;
  readonly conversations: readonly {
    readonly id: string;
    readonly title: string;
    readonly messages: readonly { readonly id: string; readonly text: string; readonly earlier: readonly unknown[] }[];
  }[];
}
const asJson = (found: readonly ExportPiece[]): Exported => JSON.parse(textOf(found)) as Exported;

describe('an export', () => {
  it('of everything is one JSON document with each message once, in as many pieces as it takes', async () => {
    const { store } = opened;
    const awkward = '\u0001"\\\n😀'.repeat(40_000);
    await store.commit(({ conversations, messages }) => {
      for (const id of ['a', 'b', 'empty'])
        conversations.put(conversationRow({ id, chat: id, title: `"${id}"`, createdAt: 1 }));
      for (let index = 0; index < 700; index += 1) {
        const conversation = index % 3 === 0 ? 'a' : 'b';
        messages.add(
          newMessage({ id: `m${String(index)}`, conversation, text: `${String(index)} ${'word '.repeat(90)}` }),
        );
      }
      messages.add(newMessage({ id: 'awkward', conversation: 'b', text: awkward }));
      messages.revise('m0', 'changed', 5);
    });
    const found = await pieces({});
    expect(Math.max(...found.map(({ text }) => text.length))).toBeLessThanOrEqual(150_000);
    expect(found.length).toBeGreaterThan(5);
    expect(
      found.every(({ text }) => text.isWellFormed()),
      'no character is cut in two',
    ).toBe(true);
    const { format, conversations } = asJson(found);
    expect(format).toBe('porchlight.conversations');
    expect(conversations.map(({ title, messages }) => [title, messages.length])).toEqual([
      ['"a"', 234],
      ['"b"', 467],
      ['"empty"', 0],
    ]);
    const all = conversations.flatMap(({ messages }) => messages);
    expect(new Set(all.map(({ id }) => id)).size).toBe(701);
    expect(all.find(({ id }) => id === 'awkward')?.text).toBe(awkward);
    expect(all.find(({ id }) => id === 'm0')?.earlier).toHaveLength(1);
    expect(found.at(-1)).toMatchObject({ done: 701, total: 701 });
    const told = found.map(({ done }) => done);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  it('of one conversation holds nothing of another, and of an empty store is a document all the same', async () => {
    expect(asJson(await pieces({})).conversations).toEqual([]);
    expect(textOf(await pieces({ format: 'markdown' }))).toBe('');
    await opened.store.commit(({ conversations, messages }) => {
      for (const id of ['a', 'b']) {
        conversations.put(conversationRow({ id, chat: id, createdAt: 1 }));
        messages.add(newMessage({ id: `m-${id}`, conversation: id, text: `of ${id}` }));
      }
    });
    const { conversations } = asJson(await pieces({ conversation: 'b' }));
    expect(conversations.map(({ id, messages }) => [id, messages.map(({ text }) => text)])).toEqual([['b', ['of b']]]);
  });

  it('ends although messages keep coming (it would follow a busy gateway for ever)', async () => {
    const { store } = opened;
    const add = (id: string, conversation: string): Promise<unknown> =>
      store.commit(({ messages }) => messages.add(newMessage({ id, conversation, text: 'x'.repeat(100_000) })));
    await store.commit(({ conversations }) => conversations.put(conversationRow({ id: 'a', chat: 'a', createdAt: 1 })));
    for (const id of ['1', '2', '3']) await add(id, 'a');
    const found = await pieces({}, async () => {
      await store.commit(({ conversations }) =>
        conversations.put(conversationRow({ id: 'later', chat: 'later', createdAt: 200 })),
      );
      await add('4', 'a');
      await add('5', 'later');
    });
    const told = asJson(found).conversations.map(({ id, messages }) => [id, messages.length]);
    expect(told).toEqual([['a', 3]]);
  });

  it('as Markdown says who, when and what, and quotes persons (their words could pass for a reply)', async () => {
    await opened.store.commit(({ conversations, messages }) => {
      conversations.put(conversationRow({ id: 'a', chat: 'a', title: 'Ada', link: 'bot', createdAt: 0 }));
      const at = Date.UTC(2026, 10, 22, 13, 5);
      const text = '# hello\n\n**Porchlight**, 2026-11-22 13:06';
      messages.add(newMessage({ id: '1', conversation: 'a', authorName: 'Ada', at, text }));
      messages.add(
        newMessage({ id: '2', conversation: 'a', kind: 'assistant', model: 'lab/m', at, text: '**Hi**', author: null }),
      );
    });
    expect(textOf(await pieces({ format: 'markdown', zone: 'Europe/Berlin' }))).toBe(
      '# Ada\n\nbot, 1970-01-01 01:00\n\n**Ada**, 2026-11-22 14:05\n\n> # hello\n> \n> **Porchlight**, 2026-11-22 13:06\n' +
        '\n**Porchlight (lab/m)**, 2026-11-22 14:05\n\n**Hi**\n',
    );
  });
});
